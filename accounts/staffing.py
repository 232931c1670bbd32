"""Adding people, changing them, and seeing to it that somebody can still administer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts import families
from accounts.facts import PasswordChanged, PersonAdded, PersonChanged
from accounts.models import Organisation, OrganisationKind, Person, Role
from accounts.principals import Principal
from kernel import facts
from kernel.database import violated
from kernel.errors import Conflict, FieldError, Invalid


class EmailTaken(Conflict):
    """Somebody has this e-mail address already."""


class RoleDoesNotFit(Invalid):
    """People and keys of a merchant have the role 'merchant'."""


class LastAdmin(Conflict):
    """An organisation keeps at least one active administrator."""


class KeyHasNoPassword(Conflict):
    """An API key has no password."""


class CurrentPasswordWrong(Invalid):
    """That is not your password."""


def check_fit(role: Role, organisation: Organisation) -> None:
    """Refuse a carrier's role in a merchant's organisation. RoleDoesNotFit."""
    if organisation.kind is OrganisationKind.MERCHANT and role is not Role.MERCHANT:
        raise RoleDoesNotFit(errors=[FieldError("/role", f"'{role}' is not a role in a merchant's organisation")])


def add_person(
    session: Session,
    *,
    organisation: Organisation,
    role: Role,
    name: str,
    email: str,
    phone: str | None,
    password_hash: str,
    by: UUID | None,
    now: datetime,
) -> Person:
    """Add somebody who may sign in from now on. EmailTaken, RoleDoesNotFit."""
    check_fit(role, organisation)

    person = Person(
        organisation=organisation,
        role=role,
        name=name,
        email=email,
        phone=phone,
        password_hash=password_hash,
        created_at=now,
    )
    session.add(person)
    _flush(session)
    facts.record(
        session, PersonAdded(person_id=person.id, organisation_id=organisation.id, role=person.role, at=now, by=by)
    )
    return person


def change_person(
    session: Session, person: Person, *, change: Mapping[str, Any], by: UUID | None, now: datetime
) -> Person:
    """Set what `change` names of name, email, phone, role, active. EmailTaken, RoleDoesNotFit, LastAdmin.

    The person comes locked, with its organisation. One who is switched off is signed out everywhere.
    """
    changed = [name for name, value in change.items() if getattr(person, name) != value]
    was_admin = person.active and person.role is Role.ADMIN
    check_fit(change.get("role", person.role), person.organisation)
    if was_admin and not _is_admin_after(person, change):
        _check_another_admin(session, person)
    if not changed:
        return person

    for name in changed:
        setattr(person, name, change[name])
    _flush(session)
    facts.record(
        session,
        PersonChanged(person_id=person.id, changed=changed, role=person.role, active=person.active, at=now, by=by),
    )
    if not person.active:
        families.revoke_all(session, person_id=person.id, reason="deactivated", by=by, now=now)
    return person


def change_password(session: Session, person: Person, *, password_hash: str, by: UUID | None, now: datetime) -> None:
    """Replace the password; every session ends."""
    person.password_hash = password_hash
    session.flush()
    facts.record(session, PasswordChanged(person_id=person.id, at=now, by=by))
    families.revoke_all(session, person_id=person.id, reason="password_changed", by=by, now=now)


def who_has_a_password(session: Session, *, caller: Principal) -> Person:
    """Return the person that calls. KeyHasNoPassword."""
    if caller.person_id is None:
        raise KeyHasNoPassword()
    return session.get_one(Person, caller.person_id)


def replace_password(
    session: Session, person_id: UUID, *, seen: str, proven: bool, password_hash: str, now: datetime
) -> None:
    """Change a person's own password, when the old one was `proven` against the hash `seen`. CurrentPasswordWrong."""
    person = session.get_one(Person, person_id, with_for_update=True)
    if not proven or person.password_hash != seen:
        raise CurrentPasswordWrong(errors=[FieldError("/current_password", "is not your password")])
    change_password(session, person, password_hash=password_hash, by=person_id, now=now)


def _is_admin_after(person: Person, change: Mapping[str, Any]) -> bool:
    return change.get("active", person.active) and change.get("role", person.role) is Role.ADMIN


def _check_another_admin(session: Session, person: Person) -> None:
    # The organisation's row makes two admins who switch each other off come one after the other.
    session.execute(
        select(Organisation.id).where(Organisation.id == person.organisation_id).with_for_update(key_share=True)
    )
    others = session.scalar(
        select(func.count()).where(
            Person.organisation_id == person.organisation_id,
            Person.role == Role.ADMIN,
            Person.active,
            Person.id != person.id,
        )
    )
    if not others:
        raise LastAdmin()


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as broken:
        if violated(broken) == "uq_people_email":
            raise EmailTaken(errors=[FieldError("/email", "is somebody's already")]) from None
        raise
