"""Rows for tests: each factory sets only what matters, and flushes; the caller's arguments win.

The client of a test stands on the same transaction as `session`, so what is flushed is seen by requests.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from itertools import count

from flask import Flask
from flask_jwt_extended import create_access_token
from sqlalchemy.orm import Session

from accounts import keys, passwords
from accounts.models import ApiKey, Organisation, OrganisationKind, Person, Role

BORN = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
PASSWORD = "a long enough password"
_numbers = count(1)


def carrier(session: Session, *, name: str = "Kuriiri Oy") -> Organisation:
    """An organisation that drives."""
    return _flushed(session, Organisation(name=name, kind=OrganisationKind.CARRIER, created_at=BORN))


def merchant(session: Session, *, served_by: Organisation | None = None, name: str = "Kirjakauppa") -> Organisation:
    """An organisation that sends, with a carrier of its own unless one is given."""
    by = served_by or carrier(session)
    return _flushed(session, Organisation(name=name, kind=OrganisationKind.MERCHANT, carrier_id=by.id, created_at=BORN))


def person(
    session: Session,
    *,
    role: Role = Role.DISPATCHER,
    organisation: Organisation | None = None,
    email: str | None = None,
    name: str = "Aino Virtanen",
    active: bool = True,
) -> Person:
    """Somebody whose password is PASSWORD; a merchant in a merchant's organisation, anyone else in a carrier's."""
    fitting = merchant if role is Role.MERCHANT else carrier
    return _flushed(
        session,
        Person(
            organisation=organisation or fitting(session),
            role=role,
            name=name,
            email=email or f"person{next(_numbers)}@example.com",
            phone=None,
            password_hash=_password_hash(),
            active=active,
            created_at=BORN,
        ),
    )


def api_key(
    session: Session, *, organisation: Organisation, role: Role = Role.DISPATCHER, scopes: tuple[str, ...] = ()
) -> tuple[ApiKey, str]:
    """A key and its secret."""
    return keys.make_key(session, organisation=organisation, role=role, name="till", scopes=scopes, by=None, now=BORN)


def bearer(app: Flask, who: Person | ApiKey) -> dict[str, str]:
    """The headers of a request by this person or key."""
    kind = "person" if isinstance(who, Person) else "key"
    with app.app_context():
        token = create_access_token(identity=str(who.id), additional_claims={"bearer": kind})
    return {"Authorization": f"Bearer {token}"}


@cache
def _password_hash() -> str:
    return passwords.hashed(PASSWORD)


def _flushed[T](session: Session, row: T) -> T:
    session.add(row)
    session.flush()
    return row
