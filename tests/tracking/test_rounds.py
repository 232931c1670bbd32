"""The round as the estimate needs it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from tests import rounds
from tracking.rounds import ahead_of, held_round


class TestRest:
    def test_behind_an_arrival_is_known_from_the_plan(self, session: Session, now: datetime) -> None:
        route = held_round(session, rounds.published(session, now=now).route_id)
        assert route is not None
        second = route.stops[1]
        rest_until = second.planned_arrival_at + timedelta(minutes=15)
        route.breaks = [{"starts_at": second.planned_arrival_at.isoformat(), "ends_at": rest_until.isoformat()}]
        second.planned_start_at = rest_until + timedelta(minutes=3)  # and a window that opens then
        assert [(each.pause_s, each.rest_s) for each in ahead_of(route)][:2] == [(0, 0), (0, 900)]

    def test_before_a_leg_is_not_counted_twice(self, session: Session, now: datetime) -> None:
        route = held_round(session, rounds.published(session, now=now).route_id)
        assert route is not None
        first, second = route.stops[:2]
        rest_until = first.planned_departure_at + timedelta(minutes=15)
        route.breaks = [{"starts_at": first.planned_departure_at.isoformat(), "ends_at": rest_until.isoformat()}]
        second.planned_arrival_at = second.planned_start_at = second.planned_arrival_at + timedelta(minutes=15)
        assert [(each.pause_s, each.rest_s) for each in ahead_of(route)][:2] == [(0, 0), (900, 0)]
