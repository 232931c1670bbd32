"""Somebody can always administer."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, joinedload

from accounts import signing_in, staffing
from accounts.models import Person, Role, TokenFamily
from accounts.signing_in import Candidate, WrongCredentials
from accounts.staffing import LastAdmin
from kernel.database import Sessions
from tests import factories
from tests.accounts.together import overtaken


def switch_off(session: Session, person_id: UUID, now: datetime) -> None:
    loaded = select(Person).where(Person.id == person_id).options(joinedload(Person.organisation))
    person = session.scalars(loaded.with_for_update(of=Person)).one()
    staffing.change_person(session, person, change={"active": False}, by=None, now=now)


class TestChange:
    def test_keeps_one_of_two_administrators_who_switch_each_other_off(self, committing: Engine, now: datetime) -> None:
        with Sessions.begin() as session:
            home = factories.carrier(session)
            one, other = (factories.person(session, organisation=home, role=Role.ADMIN).id for _ in range(2))

        refused = overtaken(lambda s: switch_off(s, one, now), lambda s: switch_off(s, other, now))

        assert isinstance(refused, LastAdmin)
        with Sessions() as session:
            assert session.scalar(select(func.count()).select_from(Person).where(Person.active)) == 1

    def test_lets_nobody_sign_in_who_is_switched_off_meanwhile(self, committing: Engine, now: datetime) -> None:
        with Sessions.begin() as session:
            person = factories.person(session)
        candidate = Candidate(person.id, person.password_hash)

        def sign_in(session: Session) -> None:
            signing_in.sign_in(session, candidate, proven=True, fresh_hash=None, lasts=timedelta(days=1), now=now)

        assert isinstance(overtaken(lambda s: switch_off(s, person.id, now), sign_in), WrongCredentials)

    def test_ends_a_session_that_begins_meanwhile(self, committing: Engine, now: datetime) -> None:
        with Sessions.begin() as session:
            person = factories.person(session)
        candidate = Candidate(person.id, person.password_hash)

        def sign_in(session: Session) -> None:
            signing_in.sign_in(session, candidate, proven=True, fresh_hash=None, lasts=timedelta(days=1), now=now)

        assert overtaken(sign_in, lambda s: switch_off(s, person.id, now)) is None
        with Sessions() as session:
            assert session.scalars(select(TokenFamily)).one().revoked_at == now
