"""What is asked about organisations, people and keys."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from accounts.models import ApiKey, Organisation, OrganisationKind, Person, Role
from accounts.principals import Principal
from accounts.scoping import scoped
from kernel.errors import NotFound
from kernel.paging import Page, page


class PersonNotFound(NotFound):
    """There is no such person in your organisation or with its merchants."""


class OrganisationNotFound(NotFound):
    """There is no such organisation, or it is not yours."""


class KeyNotFound(NotFound):
    """There is no such API key in your organisation or with its merchants."""


def served_by() -> ColumnElement[UUID]:
    """Return the carrier of the organisation in a statement: itself when it is one."""
    return func.coalesce(Organisation.carrier_id, Organisation.id)


def person(session: Session, person_id: UUID, *, caller: Principal, for_update: bool = False) -> Person:
    """Return one of the caller's people, the carrier's or its merchants', locked when asked. PersonNotFound."""
    statement = _people(caller).where(Person.id == person_id)
    if for_update:
        statement = statement.with_for_update(of=Person).execution_options(populate_existing=True)
    found = session.scalar(statement)
    if found is None:
        raise PersonNotFound()
    return found


def by_email(session: Session, email: str) -> Person:
    """Return whoever has this address in any organisation, locked: for an operator. PersonNotFound."""
    found = session.scalar(select(Person).where(func.lower(Person.email) == func.lower(email)).with_for_update())
    if found is None:
        raise PersonNotFound("nobody has this e-mail address")
    return found


def people(
    session: Session,
    *,
    caller: Principal,
    cursor: UUID | None,
    limit: int,
    role: Role | None = None,
    organisation_id: UUID | None = None,
    active: bool | None = None,
) -> Page[Person]:
    """Return a page of the caller's people, newest first."""
    wanted = {Person.role: role, Person.organisation_id: organisation_id, Person.active: active}
    statement = _people(caller).where(*(column == value for column, value in wanted.items() if value is not None))
    return page(session, statement, by=Person.id, cursor=cursor, limit=limit)


def organisation(session: Session, organisation_id: UUID, *, caller: Principal) -> Organisation:
    """Return the caller's own organisation or a merchant it serves. OrganisationNotFound."""
    found = session.scalar(_organisations(caller).where(Organisation.id == organisation_id))
    if found is None:
        raise OrganisationNotFound()
    return found


def organisations(session: Session, *, caller: Principal, cursor: UUID | None, limit: int) -> Page[Organisation]:
    """Return a page of the merchants that the caller's carrier serves, newest first."""
    statement = _organisations(caller).where(Organisation.kind == OrganisationKind.MERCHANT)
    return page(session, statement, by=Organisation.id, cursor=cursor, limit=limit)


def key(session: Session, key_id: UUID, *, caller: Principal, for_update: bool = False) -> ApiKey:
    """Return one of the caller's keys, the carrier's or its merchants', locked when asked. KeyNotFound."""
    statement = _keys(caller).where(ApiKey.id == key_id)
    if for_update:
        statement = statement.with_for_update(of=ApiKey).execution_options(populate_existing=True)
    found = session.scalar(statement)
    if found is None:
        raise KeyNotFound()
    return found


def keys(session: Session, *, caller: Principal, cursor: UUID | None, limit: int) -> Page[ApiKey]:
    """Return a page of the caller's keys, newest first, revoked ones too."""
    return page(session, _keys(caller), by=ApiKey.id, cursor=cursor, limit=limit)


def bearer(session: Session, *, caller: Principal) -> Person | ApiKey:
    """Return the person or the key that calls, with its organisation."""
    kind: Any = Person if caller.bearer == "person" else ApiKey
    found: Person | ApiKey = session.scalars(
        select(kind).where(kind.id == caller.id).options(joinedload(kind.organisation))
    ).one()
    return found


def _people(caller: Principal) -> Select[Person]:
    statement = select(Person).join(Person.organisation).options(contains_eager(Person.organisation))
    return scoped(statement, caller=caller, carrier=served_by())


def _organisations(caller: Principal) -> Select[Organisation]:
    return scoped(select(Organisation), caller=caller, carrier=served_by(), merchant=Organisation.id)


def _keys(caller: Principal) -> Select[ApiKey]:
    return scoped(select(ApiKey).join(ApiKey.organisation), caller=caller, carrier=served_by())
