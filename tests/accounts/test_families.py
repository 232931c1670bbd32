"""Sessions, and when they are forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import families
from accounts.families import TokenReplayed
from accounts.models import TokenFamily
from accounts.principals import NoLongerValid
from tests import factories

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


class TestPrune:
    def test_forgets_what_has_ended_and_nothing_else(self, session: Session, now: datetime) -> None:
        who = factories.person(session).id
        families.start(session, person_id=who, lasts=timedelta(days=1), now=now)
        living = families.start(session, person_id=who, lasts=MONTH, now=now)

        families.prune(session, before=now + timedelta(days=2))
        assert session.scalars(select(TokenFamily.id)).all() == [living.id]
