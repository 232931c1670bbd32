"""Who acts: a person or a key, seen as its organisation, role and scopes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from accounts.models import ApiKey, Organisation, OrganisationKind, Person, Role
from kernel.errors import Refusal

__all__ = ["Bearer", "NoLongerValid", "Principal", "Role", "principal_of"]

type Bearer = Literal["person", "key"]


class NoLongerValid(Refusal):
    """This sign-in is no longer valid; sign in again, if you still may."""


@dataclass(frozen=True)
class Principal:
    """Who acts. `scopes` is None for people, who may do all that their role may."""

    id: UUID
    organisation_id: UUID
    carrier_id: UUID
    is_carrier: bool
    role: Role
    scopes: frozenset[str] | None = None
    bearer: Bearer = "person"

    @property
    def person_id(self) -> UUID | None:
        """The person, None when a key acts."""
        return self.id if self.bearer == "person" else None


# Built once: every request asks one of them.
_PERSON = select(Person).where(Person.id == bindparam("id")).options(joinedload(Person.organisation))
_KEY = select(ApiKey).where(ApiKey.id == bindparam("id")).options(joinedload(ApiKey.organisation))


def principal_of(session: Session, *, subject: str, bearer: Bearer) -> Principal:
    """Return who the access token's subject is today. NoLongerValid when it was revoked or switched off."""
    if bearer == "person":
        return _of_person(session, UUID(subject))
    return _of_key(session, UUID(subject))


def _of_person(session: Session, person_id: UUID) -> Principal:
    person = session.scalar(_PERSON, {"id": person_id})
    if person is None or not person.active:
        raise NoLongerValid()
    return _seen(person.organisation, person.id, person.role, None, "person")


def _of_key(session: Session, key_id: UUID) -> Principal:
    key = session.scalar(_KEY, {"id": key_id})
    if key is None or key.revoked_at is not None:
        raise NoLongerValid()
    return _seen(key.organisation, key.id, key.role, frozenset(key.scopes), "key")


def _seen(
    organisation: Organisation, acting_id: UUID, role: Role, scopes: frozenset[str] | None, bearer: Bearer
) -> Principal:
    return Principal(
        id=acting_id,
        organisation_id=organisation.id,
        carrier_id=organisation.served_by,
        is_carrier=organisation.kind is OrganisationKind.CARRIER,
        role=role,
        scopes=scopes,
        bearer=bearer,
    )
