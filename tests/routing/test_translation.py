"""Seconds and times: what the optimiser may do, the recipient and the shift allow too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kernel.geo import Point
from kernel.ids import new_id
from places.adapters.great_circle import GreatCircleStreets
from routing.given import GivenDelivery, GivenShift, Job, Span
from routing.models import Pause, Profile
from routing.promises import AROUND, ROUNDED_TO, promise
from routing.solving.validate import check_problem
from routing.translation import Origin, Question, windows_s

DAY = datetime(2026, 6, 15, 5, 0, tzinfo=UTC)
PLACES = [Point(24.9414 + step / 1000, 60.1719) for step in range(4)]

times = st.integers(-40_000_000, 90_000_000_000).map(lambda microseconds: DAY + timedelta(microseconds=microseconds))
spans = st.tuples(times, times).filter(lambda pair: pair[0] < pair[1])
deliveries = st.builds(
    GivenDelivery,
    id=st.builds(new_id),
    place=st.sampled_from(PLACES),
    windows=st.lists(spans, max_size=3).map(tuple),
    service_s=st.integers(0, 600),
    demands=st.tuples(st.integers(1, 5), st.integers(1, 9000), st.integers(0, 9000)),
    penalty_s=st.none() | st.integers(0, 10_000),
    contact=st.sampled_from([("aino", None, None), ("eino", "+358401", None)]),
)


@st.composite
def shifts(draw: st.DrawFn) -> GivenShift:
    starts_at, ends_at = draw(spans)
    pause = st.builds(Pause, st.just(starts_at), st.just(starts_at + (ends_at - starts_at) / 2), st.just(60))
    return GivenShift(
        id=new_id(),
        driver_id=new_id(),
        vehicle_id=new_id(),
        label="Bicycle (Aino)",
        profile=draw(st.sampled_from(list(Profile))),
        capacities=draw(st.tuples(*[st.none() | st.integers(0, 9000)] * 3)),
        starts_at=starts_at,
        ends_at=ends_at,
        start_place=PLACES[0],
        end_place=draw(st.none() | st.sampled_from(PLACES)),
        pause=draw(st.none() | pause),
    )


jobs = st.builds(
    Job,
    plan_id=st.builds(new_id),
    seed=st.just(1),
    limit_s=st.none(),
    now=times,
    shifts=st.lists(shifts(), min_size=1, max_size=3).map(tuple),
    deliveries=st.lists(deliveries, min_size=1, max_size=6).map(tuple),
    taken=st.just(()),
)


def inside(at: datetime, windows: tuple[Span, ...]) -> bool:
    return any(start <= at < end for start, end in windows)


class TestSeconds:
    @given(times, st.integers(-(10**6), 10**6))
    def test_come_back_as_they_went(self, at: datetime, seconds: int) -> None:
        origin = Origin(at)

        assert origin.up(origin.instant(seconds)) == origin.down(origin.instant(seconds)) == seconds

    @given(times, times)
    def test_are_rounded_away_from_what_is_not_allowed(self, start: datetime, at: datetime) -> None:
        origin = Origin(start)

        assert origin.instant(origin.down(at)) <= at <= origin.instant(origin.up(at))
        assert origin.up(at) - origin.down(at) in (0, 1)


class TestWindows:
    @given(st.lists(spans, max_size=4).map(tuple), times, st.integers(1, 90_000), st.integers(0, 90_000))
    def test_hold_exactly_the_seconds_that_the_recipient_allows(
        self, windows: tuple[Span, ...], start: datetime, until_s: int, second: int
    ) -> None:
        origin = Origin(start)

        found = windows_s(windows, origin=origin, until_s=until_s)

        allowed = any(low <= second < high for low, high in found)
        assert allowed == (inside(origin.instant(second), windows) and second < until_s)
        assert all(low < high for low, high in found)
        assert all(before[1] < after[0] for before, after in pairwise(found))


class TestAQuestion:
    @given(jobs)
    def test_is_sound_whatever_the_job(self, job: Job) -> None:
        question = Question(job)
        streets = GreatCircleStreets()
        matrices = {each: streets.matrix(each.value, question.places) for each in question.profiles}

        problem = question.problem(matrices)

        check_problem(problem)
        asked = {each.id for halt in [*question.open.values(), *question.closed] for each in halt.deliveries}
        assert asked == {each.id for each in job.deliveries}
        assert sum(len(halt.deliveries) for halt in question.open.values()) + sum(
            len(halt.deliveries) for halt in question.closed
        ) == len(job.deliveries)
        for vehicle, shift in zip(problem.vehicles, job.shifts, strict=True):
            starts_at = question.origin.instant(vehicle.shift_start_s)
            assert starts_at >= max(shift.starts_at, job.now)
            assert question.origin.instant(vehicle.shift_end_s) <= max(shift.ends_at, starts_at)
        for stop in problem.stops:
            halt = question.open[stop.id]
            assert bool(stop.windows) == bool(halt.windows)
            assert question.places[stop.place] == halt.place
            for low, high in stop.windows:
                assert inside(question.origin.instant(low), halt.windows)
                assert inside(question.origin.instant(high - 1), halt.windows)
        assert all(matrix.duration_s.dtype == np.int32 for matrix in matrices.values())


class TestAPromise:
    @given(times, st.lists(spans, max_size=3))
    def test_holds_the_planned_time_and_nothing_the_recipient_did_not_ask_for(
        self, planned: datetime, windows: list[Span]
    ) -> None:
        start, end = promise(planned, windows=windows, now=DAY - timedelta(days=1))

        assert start <= planned < end
        assert end - start <= 2 * AROUND + 2 * ROUNDED_TO
        chosen = next((window for window in windows if window[0] <= planned < window[1]), None)
        if chosen is None:
            for edge in (start, end):
                assert edge.minute % 5 == edge.second == edge.microsecond == 0
        else:
            assert chosen[0] <= start
            assert end <= chosen[1]

    def test_is_half_an_hour_around_rounded_outwards(self) -> None:
        planned = DAY + timedelta(minutes=42, seconds=30)

        assert promise(planned, windows=(), now=DAY - timedelta(days=1)) == (
            DAY + timedelta(minutes=10),
            DAY + timedelta(minutes=75),
        )

    def test_does_not_begin_before_it_is_told(self) -> None:
        planned = DAY + timedelta(minutes=42, seconds=30)

        soon, late = (promise(planned, windows=(), now=DAY + timedelta(minutes=minutes)) for minutes in (33, 90))

        assert (soon[0], late[0]) == (DAY + timedelta(minutes=30), DAY + timedelta(minutes=40))
