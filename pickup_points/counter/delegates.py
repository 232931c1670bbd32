"""Delegates: whom the recipient sends to collect, by name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliveries.models import ENDED, Delivery
from deliveries.progress import DeliveryNotInState
from kernel import facts
from kernel.errors import Conflict, NotFound
from pickup_points.counter.facts import DelegateAuthorised, DelegateRevoked
from pickup_points.counter.models import Authorisation
from places.wording import fold

MOST = 10
_LASTS = timedelta(days=60)


class TooManyDelegates(Conflict):
    """This many may collect it already: take one back first."""


class AuthorisationNotFound(NotFound):
    """There is no such authorisation."""


def authorise(
    session: Session, delivery_id: UUID, *, delegate_name: str, noted_by: UUID | None, now: datetime
) -> Authorisation:
    """Let somebody else collect the delivery; `noted_by` is the clerk who wrote it down, None for the recipient.

    DeliveryNotInState, TooManyDelegates. The same name again is the same authorisation.
    """
    delivery = session.scalars(
        select(Delivery).where(Delivery.id == delivery_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if delivery.state in ENDED:
        raise DeliveryNotInState(f"it is {delivery.state}", delivery_id=delivery.id, state=delivery.state)
    there = live(session, delivery.id, now=now)
    same = next((each for each in there if fold(each.delegate_name) == fold(delegate_name)), None)
    if same is not None:
        return same
    if len(there) >= MOST:
        raise TooManyDelegates(most=MOST)

    authorisation = Authorisation(
        delivery_id=delivery.id,
        delegate_name=delegate_name,
        noted_by=noted_by,
        created_at=now,
        expires_at=now + _LASTS,
    )
    session.add(authorisation)
    session.flush()
    facts.record(
        session,
        DelegateAuthorised(
            delivery_id=delivery.id,
            authorisation_id=authorisation.id,
            noted=noted_by is not None,
            at=now,
            by=noted_by,
        ),
    )
    return authorisation


def revoke(session: Session, delivery_id: UUID, authorisation_id: UUID, *, now: datetime) -> None:
    """Let somebody not collect it any more; once more changes nothing. AuthorisationNotFound."""
    found = session.get(Authorisation, authorisation_id, with_for_update=True)
    if found is None or found.delivery_id != delivery_id:
        raise AuthorisationNotFound()
    if found.revoked_at is not None:
        return
    found.revoked_at = now
    facts.record(session, DelegateRevoked(delivery_id=delivery_id, authorisation_id=found.id, at=now))


def live(session: Session, delivery_id: UUID, *, now: datetime) -> Sequence[Authorisation]:
    """Return who may collect the delivery beside its recipient, oldest first."""
    return session.scalars(
        select(Authorisation)
        .where(
            Authorisation.delivery_id == delivery_id,
            Authorisation.expires_at > now,
            Authorisation.revoked_at.is_(None),
        )
        .order_by(Authorisation.created_at, Authorisation.id)
    ).all()


def may_collect(session: Session, delivery: Delivery, *, name: str, now: datetime) -> bool:
    """Whether somebody of this name may collect it for the recipient."""
    return any(fold(each.delegate_name) == fold(name) for each in live(session, delivery.id, now=now))
