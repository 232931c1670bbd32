"""Estimates by plain arithmetic, each small enough to check by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.ids import new_id
from routing.models import StopState
from tracking.estimating import Ahead, Estimate, Travel, Window, estimate, settle
from tracking.models import ArrivalSource

NOW = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)


def minutes(count: float) -> datetime:
    return NOW + timedelta(minutes=count)


def ahead(*, leg_s: int = 300, pause_s: int = 0, windows: tuple[Window, ...] = (), **given: object) -> Ahead:
    stop = Ahead(new_id(), StopState.PLANNED, 120, leg_s, pause_s, 0, (windows,), None, None)
    return replace(stop, **given)  # type: ignore[arg-type]


def expected(estimates: list[Estimate]) -> list[datetime]:
    return [each.expected_at for each in estimates]


class TestEstimate:
    def test_adds_legs_and_service_times(self) -> None:
        found = estimate([ahead(), ahead(), ahead()], left_at=NOW, travel=None, known_at=NOW, now=NOW)
        assert expected(found) == [minutes(5), minutes(12), minutes(19)]
        assert [each.stops_before for each in found] == [0, 1, 2]
        assert {each.source for each in found} == {ArrivalSource.PLAN}

    def test_waits_for_a_window_before_it_serves(self) -> None:
        early = ahead(windows=((minutes(30), minutes(60)),))
        found = estimate([early, ahead()], left_at=NOW, travel=None, known_at=NOW, now=NOW)
        assert expected(found) == [minutes(5), minutes(37)]

    def test_does_not_wait_for_a_window_that_is_over(self) -> None:
        late = ahead(windows=((minutes(-60), minutes(-30)),))
        assert expected(estimate([late, ahead()], left_at=NOW, travel=None, known_at=NOW, now=NOW)) == [
            minutes(5),
            minutes(12),
        ]

    def test_measures_the_first_stop_from_where_the_courier_is(self) -> None:
        first, second = ahead(state=StopState.ENROUTE, enroute_at=minutes(-2)), ahead()
        travel = Travel(first.stop_id, 60, by_streets=True, seen_at=NOW)
        found = estimate([first, second], left_at=minutes(-2), travel=travel, known_at=NOW, now=NOW)
        assert expected(found) == [minutes(1), minutes(8)]
        assert {each.source for each in found} == {ArrivalSource.STREETS}

    def test_ignores_a_way_to_another_stop(self) -> None:
        found = estimate(
            [ahead()], left_at=NOW, travel=Travel(new_id(), 1, by_streets=True, seen_at=NOW), known_at=NOW, now=NOW
        )
        assert (found[0].expected_at, found[0].source) == (minutes(5), ArrivalSource.PLAN)

    def test_says_nothing_of_the_stop_where_the_courier_is_and_counts_it(self) -> None:
        here = ahead(state=StopState.ARRIVED, arrived_at=minutes(-1))
        (found,) = estimate([here, ahead()], left_at=minutes(-6), travel=None, known_at=NOW, now=NOW)
        assert (found.expected_at, found.stops_before) == (minutes(6), 1)

    def test_rests_at_the_stop_before_it_serves(self) -> None:
        found = estimate([ahead(rest_s=900), ahead()], left_at=NOW, travel=None, known_at=NOW, now=NOW)
        assert expected(found) == [minutes(5), minutes(27)]

    def test_does_not_set_out_before_the_round_begins(self) -> None:
        assert expected(estimate([ahead()], left_at=minutes(60), travel=None, known_at=NOW, now=NOW)) == [minutes(65)]

    def test_keeps_what_is_left_of_a_break(self) -> None:
        found = estimate([ahead(pause_s=1800)], left_at=minutes(-10), travel=None, known_at=NOW, now=NOW)
        assert expected(found) == [minutes(25)]

    def test_is_never_in_the_past(self) -> None:
        slow = ahead(state=StopState.ENROUTE, enroute_at=minutes(-60))
        (found,) = estimate([slow], left_at=minutes(-60), travel=None, known_at=NOW, now=NOW)
        assert (found.earliest_at, found.expected_at, found.latest_at) == (NOW, NOW, minutes(2))

    @given(
        legs=st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 3000), st.integers(-120, 300)), max_size=8),
        way_s=st.integers(0, 5000),
        silent_s=st.integers(0, 900),
    )
    def test_never_goes_back_along_the_route(self, legs: list[tuple[int, int, int]], way_s: int, silent_s: int) -> None:
        known_at = NOW - timedelta(seconds=silent_s)
        stops = [
            ahead(leg_s=leg_s, pause_s=pause_s, windows=((minutes(opens), minutes(opens + 60)),))
            for leg_s, pause_s, opens in legs
        ]
        travel = Travel(stops[0].stop_id, way_s, by_streets=True, seen_at=known_at) if stops else None
        found = estimate(stops, left_at=NOW, travel=travel, known_at=known_at, now=NOW)
        for times in (expected(found), [each.earliest_at for each in found], [each.latest_at for each in found]):
            assert times == sorted(times)
            assert all(time >= NOW for time in times)


class TestLateNews:
    def test_of_a_place_count_from_when_the_courier_was_there(self) -> None:
        first, second = ahead(state=StopState.ENROUTE, enroute_at=minutes(-9)), ahead()
        travel = Travel(first.stop_id, 600, by_streets=True, seen_at=minutes(-4))
        found = estimate([first, second], left_at=minutes(-9), travel=travel, known_at=minutes(-4), now=NOW)
        assert expected(found) == [minutes(6), minutes(13)]

    def test_do_not_make_the_courier_late(self) -> None:
        here = ahead(state=StopState.ARRIVED, arrived_at=minutes(-5))
        (found,) = estimate([here, ahead()], left_at=minutes(-9), travel=None, known_at=minutes(-5), now=NOW)
        assert found.expected_at == minutes(2)

    def test_of_the_courier_still_being_there_do(self) -> None:
        here = ahead(state=StopState.ARRIVED, arrived_at=minutes(-5))
        (found,) = estimate([here, ahead()], left_at=minutes(-9), travel=None, known_at=minutes(-1), now=NOW)
        assert found.expected_at == minutes(4)

    def test_put_no_arrival_into_the_past(self) -> None:
        here = ahead(state=StopState.ARRIVED, arrived_at=minutes(-9))
        stops = [here, ahead(), ahead()]
        found = estimate(stops, left_at=minutes(-9), travel=None, known_at=minutes(-9), now=NOW)
        assert expected(found) == [NOW, minutes(5)]


class TestSettle:
    @pytest.mark.parametrize(("moved_s", "told_anew"), [(0, False), (59, False), (60, True), (-59, False), (-60, True)])
    def test_tells_only_what_moved_by_a_minute(self, moved_s: int, told_anew: bool) -> None:
        (old,) = estimate([ahead()], left_at=NOW, travel=None, known_at=NOW, now=NOW)
        new = replace(old, expected_at=old.expected_at + timedelta(seconds=moved_s))
        assert settle([new], told={old.stop_id: old}, now=NOW) == [new if told_anew else old]

    def test_tells_where_it_comes_from_now(self) -> None:
        (old,) = estimate([ahead()], left_at=NOW, travel=None, known_at=NOW, now=NOW)
        new = replace(old, source=ArrivalSource.STREETS)
        assert settle([new], told={old.stop_id: old}, now=NOW) == [new]

    def test_keeps_the_order_of_the_stops(self) -> None:
        first, second = estimate(
            [ahead(), ahead(leg_s=0, service_s=0)], left_at=NOW, travel=None, known_at=NOW, now=NOW
        )
        second = replace(second, expected_at=first.expected_at + timedelta(seconds=30))
        shift = timedelta(seconds=90)
        moved = replace(first, expected_at=first.expected_at + shift, latest_at=first.latest_at + shift)
        near = replace(second, expected_at=second.expected_at + timedelta(seconds=59))
        told = {first.stop_id: first, second.stop_id: second}
        settled = settle([moved, near], told=told, now=NOW)
        assert expected(settled) == sorted(expected(settled))
