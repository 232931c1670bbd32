"""A recipient's link: made for a while, found by its token, revoked."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.principals import Principal
from deliveries import queries as deliveries
from deliveries.models import Delivery
from kernel import facts
from kernel.errors import FieldError, Invalid, NotFound
from tracking.facts import TrackingLinkMade, TrackingLinkRevoked
from tracking.models import TrackingLink

LONGEST = timedelta(days=90)
_USUAL = timedelta(days=30)
_AFTER_LAST_WINDOW = timedelta(days=7)
_TOKEN_BYTES = 24  # 192 bits: not to be guessed


class LinkNotFound(NotFound):
    """This link is unknown, or shows nothing any more."""


class ExpiryInvalid(Invalid):
    """A link works for at most 90 days from now."""


def make(
    session: Session, delivery_id: UUID, *, expires_at: datetime | None, caller: Principal, now: datetime
) -> tuple[TrackingLink, str]:
    """Return a new link and its token, which is kept nowhere. DeliveryNotFound, ExpiryInvalid."""
    delivery = deliveries.delivery(session, delivery_id, caller=caller)
    expires_at = expires_at or _usual_expiry(delivery, now)
    if not now < expires_at <= now + LONGEST:
        raise ExpiryInvalid(errors=[FieldError("/expires_at", "must lie within 90 days from now")])

    token = secrets.token_urlsafe(_TOKEN_BYTES)
    link = TrackingLink(
        delivery_id=delivery.id,
        token_sha256=fingerprint(token),
        created_at=now,
        created_by=caller.person_id,
        expires_at=expires_at,
    )
    session.add(link)
    session.flush()

    facts.record(
        session,
        TrackingLinkMade(delivery_id=delivery.id, link_id=link.id, expires_at=expires_at, at=now, by=caller.person_id),
    )
    return link, token


def revoke(session: Session, delivery_id: UUID, link_id: UUID, *, caller: Principal, now: datetime) -> None:
    """Make a link show nothing from now on; once more changes nothing. DeliveryNotFound, LinkNotFound."""
    delivery = deliveries.delivery(session, delivery_id, caller=caller)
    link = session.get(TrackingLink, link_id, with_for_update=True)
    if link is None or link.delivery_id != delivery.id:
        raise LinkNotFound()
    if link.revoked_at is not None:
        return

    link.revoked_at = now

    facts.record(session, TrackingLinkRevoked(delivery_id=delivery.id, link_id=link.id, at=now, by=caller.person_id))


def link_of(session: Session, token: str, *, now: datetime) -> TrackingLink:
    """Return the link that the token opens now. LinkNotFound, the same for one that never was."""
    link = session.scalar(
        select(TrackingLink).where(
            TrackingLink.token_sha256 == fingerprint(token),
            TrackingLink.expires_at > now,
            TrackingLink.revoked_at.is_(None),
        )
    )
    if link is None:
        raise LinkNotFound()
    return link


def fingerprint(token: str) -> str:
    """Return the SHA-256 under which a token is kept."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _usual_expiry(delivery: Delivery, now: datetime) -> datetime:
    last = max((window.ends_at for window in delivery.windows), default=None)
    if last is None or last <= now:
        return now + _USUAL
    return min(last + _AFTER_LAST_WINDOW, now + LONGEST)
