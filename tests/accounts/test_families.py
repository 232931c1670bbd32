"""Sessions, and when they are forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from accounts import families
from accounts.families import TokenReplayed
from accounts.models import TokenFamily
from accounts.principals import NoLongerValid
from kernel.database import Sessions
from tests import factories
from tests.accounts.together import overtaken

MONTH = timedelta(days=30)


class TestRotate:
    def test_keeps_the_end_of_the_session(self, session: Session, now: datetime) -> None:
        family = families.start(session, person_id=factories.person(session).id, lasts=MONTH, now=now)
        families.rotate(session, family_id=family.id, jti=family.current_jti, now=now + timedelta(days=29))
        assert family.expires_at == now + MONTH

        with pytest.raises(NoLongerValid):
            families.rotate(session, family_id=family.id, jti=family.current_jti, now=now + MONTH)

    def test_refuses_a_token_that_was_used(self, session: Session, now: datetime) -> None:
        family = families.start(session, person_id=factories.person(session).id, lasts=MONTH, now=now)
        used = family.current_jti
        families.rotate(session, family_id=family.id, jti=used, now=now)

        with pytest.raises(TokenReplayed):
            families.rotate(session, family_id=family.id, jti=used, now=now)
        session.refresh(family)
        assert family.revoked_at == now

    def test_lets_one_of_two_at_the_same_moment_through_and_ends_the_session(
        self, committing: Engine, now: datetime
    ) -> None:
        with Sessions.begin() as session:
            family = families.start(session, person_id=factories.person(session).id, lasts=MONTH, now=now)
        used = family.current_jti

        def rotate(session: Session) -> None:
            families.rotate(session, family_id=family.id, jti=used, now=now)

        assert isinstance(overtaken(rotate, rotate), TokenReplayed)
        with Sessions() as session:
            assert session.get_one(TokenFamily, family.id).revoked_at == now


class TestPrune:
    def test_forgets_what_has_ended_and_nothing_else(self, session: Session, now: datetime) -> None:
        who = factories.person(session).id
        families.start(session, person_id=who, lasts=timedelta(days=1), now=now)
        living = families.start(session, person_id=who, lasts=MONTH, now=now)

        families.prune(session, before=now + timedelta(days=2))
        assert session.scalars(select(TokenFamily.id)).all() == [living.id]
