"""What happened to organisations, people, sessions and keys."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class OrganisationAdded(Fact, kind="organisation.added", about="organisation_id"):
    """A carrier, or a merchant that `carrier_id` serves."""

    organisation_id: UUID
    carrier_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class PersonAdded(Fact, kind="person.added", about="person_id"):
    """Somebody may sign in."""

    person_id: UUID
    organisation_id: UUID
    role: str


@dataclass(frozen=True, kw_only=True)
class PersonChanged(Fact, kind="person.changed", about="person_id"):
    """`changed` names what is different now; `role` and `active` are as they are now."""

    person_id: UUID
    changed: list[str]
    role: str
    active: bool


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Fact, kind="person.password_changed", about="person_id"):
    """The old password is good for nothing any more."""

    person_id: UUID


@dataclass(frozen=True, kw_only=True)
class SignedIn(Fact, kind="person.signed_in", about="person_id"):
    """A session began."""

    person_id: UUID
    family_id: UUID


@dataclass(frozen=True, kw_only=True)
class SessionsRevoked(Fact, kind="person.sessions_revoked", about="person_id"):
    """Sessions ended before their time. `reason`: signed_out, replayed, password_changed or deactivated."""

    person_id: UUID
    family_ids: list[UUID]
    reason: str


@dataclass(frozen=True, kw_only=True)
class KeyMade(Fact, kind="api_key.made", about="key_id"):
    """A program may call, within these scopes."""

    key_id: UUID
    organisation_id: UUID
    role: str
    scopes: list[str]


@dataclass(frozen=True, kw_only=True)
class KeyRevoked(Fact, kind="api_key.revoked", about="key_id"):
    """The key opens nothing any more."""

    key_id: UUID
