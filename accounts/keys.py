"""API keys: made once, shown once, exchanged for access tokens. The secret itself is not kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.facts import KeyMade, KeyRevoked
from accounts.models import ApiKey, Organisation, Role
from accounts.signing_in import WrongCredentials
from accounts.staffing import check_fit
from kernel import facts

PREFIX = "dk_"


class Scope(StrEnum):
    """What a key may be narrowed to. With `accounts:write` it can make people and keys: give it to few."""

    DELIVERIES_READ = "deliveries:read"
    DELIVERIES_WRITE = "deliveries:write"
    PLACES_READ = "places:read"
    POINTS_READ = "points:read"
    POINTS_WRITE = "points:write"
    COUNTER_READ = "counter:read"
    COUNTER_WRITE = "counter:write"
    ROUTING_READ = "routing:read"
    ROUTING_WRITE = "routing:write"
    SLOTS_READ = "slots:read"
    SLOTS_WRITE = "slots:write"
    LOCKERS_DEVICE = "lockers:device"
    DRIVING_WRITE = "driving:write"
    TRACKING_WRITE = "tracking:write"
    ACCOUNTS_READ = "accounts:read"
    ACCOUNTS_WRITE = "accounts:write"


def make_key(
    session: Session,
    *,
    organisation: Organisation,
    role: Role,
    name: str,
    scopes: Iterable[str],
    by: UUID | None,
    now: datetime,
) -> tuple[ApiKey, str]:
    """Return a new key and its secret, which nobody can ask for again. RoleDoesNotFit."""
    check_fit(role, organisation)

    secret = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey(
        organisation=organisation,
        role=role,
        name=name,
        scopes=sorted(set(scopes)),
        secret_sha256=_sha256(secret),
        created_at=now,
        created_by=by,
    )
    session.add(key)
    session.flush()
    facts.record(
        session,
        KeyMade(key_id=key.id, organisation_id=organisation.id, role=role, scopes=key.scopes, at=now, by=by),
    )
    return key, secret


def use_key(session: Session, *, secret: str, now: datetime) -> ApiKey:
    """Return the living key with this secret, and note that it was used. WrongCredentials."""
    key = session.scalar(
        select(ApiKey).where(ApiKey.secret_sha256 == _sha256(secret), ApiKey.revoked_at.is_(None)).with_for_update()
    )
    if key is None:
        raise WrongCredentials()
    key.last_used_at = now
    return key


def revoke_key(session: Session, key: ApiKey, *, by: UUID | None, now: datetime) -> None:
    """Take the key back, and with it its access tokens. One that was taken back stays so."""
    if key.revoked_at is not None:
        return
    key.revoked_at = now
    facts.record(session, KeyRevoked(key_id=key.id, at=now, by=by))


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
