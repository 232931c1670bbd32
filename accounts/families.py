"""Sessions: families of refresh tokens. Each token is good once; a second use ends the whole family.

Whoever uses a token that was used before holds a copy, and nobody can tell the thief from the owner: both must sign
in again (RFC 9700, section 4.14.2). This holds for two uses at the same moment too: the row is locked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from accounts.facts import SessionsRevoked, SignedIn
from accounts.models import Person, TokenFamily
from accounts.principals import NoLongerValid
from kernel import facts
from kernel.errors import Refusal


class TokenReplayed(Refusal):
    """This refresh token was used before; the session has been ended, sign in again."""

    keeps = True


def start(session: Session, *, person_id: UUID, lasts: timedelta, now: datetime) -> TokenFamily:
    """Begin a session; it ends after `lasts` at the latest, however often it is refreshed."""
    family = TokenFamily(person_id=person_id, current_jti=uuid4(), started_at=now, expires_at=now + lasts)
    session.add(family)
    session.flush()
    facts.record(session, SignedIn(person_id=person_id, family_id=family.id, at=now, by=person_id))
    return family


def rotate(session: Session, *, family_id: UUID, jti: UUID, now: datetime) -> TokenFamily:
    """Take the token `jti` and name its successor in `current_jti`. TokenReplayed, NoLongerValid."""
    family = _locked(session, family_id)
    if family is None or family.revoked_at is not None or family.expires_at <= now:
        raise NoLongerValid()
    if family.current_jti != jti:
        _revoked(session, person_id=family.person_id, only=family.id, reason="replayed", now=now)
        raise TokenReplayed()
    if not session.scalar(select(Person.active).where(Person.id == family.person_id)):
        raise NoLongerValid()

    family.current_jti = uuid4()
    session.flush()
    return family


def sign_out(session: Session, *, family_id: UUID, now: datetime) -> None:
    """End a session. One that has ended stays so."""
    family = _locked(session, family_id)
    if family is not None and family.revoked_at is None:
        _revoked(session, person_id=family.person_id, only=family.id, reason="signed_out", now=now)


def revoke_all(session: Session, *, person_id: UUID, reason: str, by: UUID | None, now: datetime) -> None:
    """End every session of a person."""
    _revoked(session, person_id=person_id, only=None, reason=reason, by=by, now=now)


def prune(session: Session, *, before: datetime) -> None:
    """Forget the families that had ended by `before`."""
    session.execute(delete(TokenFamily).where(TokenFamily.expires_at < before))


def _locked(session: Session, family_id: UUID) -> TokenFamily | None:
    return session.scalar(
        select(TokenFamily)
        .where(TokenFamily.id == family_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _revoked(
    session: Session, *, person_id: UUID, only: UUID | None, reason: str, now: datetime, by: UUID | None = None
) -> Sequence[UUID]:
    living = TokenFamily.person_id == person_id, TokenFamily.revoked_at.is_(None), TokenFamily.expires_at > now
    statement = update(TokenFamily).where(*living).values(revoked_at=now).returning(TokenFamily.id)
    ended = session.scalars(statement if only is None else statement.where(TokenFamily.id == only)).all()
    if ended:
        facts.record(session, SessionsRevoked(person_id=person_id, family_ids=[*ended], reason=reason, at=now, by=by))
    return ended
