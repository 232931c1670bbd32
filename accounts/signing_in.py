"""Signing in with a password. The slow check stands between two short units of work, in neither.

Ask for the candidate, let `passwords.matches` judge outside, then sign in. Nothing tells an unknown address from a
wrong password: not the answer, and not the time it takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from accounts import families, passwords
from accounts.models import Person, TokenFamily
from kernel.errors import Refusal


class WrongCredentials(Refusal):
    """E-mail address and password, or the API key, are not right."""


@dataclass(frozen=True)
class Candidate:
    """Who it may be, and the hash to check the password against."""

    person_id: UUID | None
    password_hash: str


def candidate(session: Session, *, email: str) -> Candidate:
    """Return whoever has this address; a hash that nothing matches when nobody does."""
    found = session.execute(
        select(Person.id, Person.password_hash).where(func.lower(Person.email) == func.lower(email), Person.active)
    ).first()
    return Candidate(found.id, found.password_hash) if found else Candidate(None, passwords.of_nobody())


def sign_in(
    session: Session, candidate: Candidate, *, proven: bool, fresh_hash: str | None, lasts: timedelta, now: datetime
) -> TokenFamily:
    """Begin the candidate's session when the password was `proven`. WrongCredentials.

    `fresh_hash` replaces a hash made with old parameters. A password changed since the candidate was read is wrong.
    """
    if not proven or candidate.person_id is None:
        raise WrongCredentials()
    person = session.scalar(
        select(Person)
        .where(Person.id == candidate.person_id, Person.active, Person.password_hash == candidate.password_hash)
        .with_for_update(key_share=True)
    )
    if person is None:
        raise WrongCredentials()

    if fresh_hash is not None:
        # Past the ORM: what dispatchers edit is as it was, so its version stays.
        session.execute(update(Person).where(Person.id == person.id).values(password_hash=fresh_hash))
    return families.start(session, person_id=person.id, lasts=lasts, now=now)
