"""Seconds and times: what the optimiser may do, the recipient and the shift allow too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.geo import Point
from kernel.ids import new_id
from places.adapters.great_circle import GreatCircleStreets
from routing.given import GivenAlternative, GivenDelivery, GivenShift, Job, Span
from routing.models import Objective, Pause, Profile
from routing.promises import AROUND, ROUNDED_TO, promise
from routing.seconds import Origin, windows_s
from routing.solving.problem import Balance, Measure, Problem, SoftWindow
from routing.solving.validating.validate import check_problem
from routing.traffic import Spell
from routing.translation import Question
from routing.wishes import Wishes

DAY = datetime(2026, 6, 15, 5, 0, tzinfo=UTC)
PLACES = [Point(24.9414 + step / 1000, 60.1719) for step in range(4)]

times = st.integers(-40_000_000, 90_000_000_000).map(lambda microseconds: DAY + timedelta(microseconds=microseconds))
spans = st.tuples(times, times).filter(lambda pair: pair[0] < pair[1])
alternatives = st.builds(
    GivenAlternative,
    id=st.builds(new_id),
    place=st.sampled_from(PLACES),
    windows=st.lists(spans, max_size=2).map(tuple),
    service_s=st.integers(0, 300),
)
skills = st.sampled_from([(), ("cooled",), ("cooled", "two_people")])
drivers = [new_id() for _ in range(3)]
deliveries = st.builds(
    GivenDelivery,
    id=st.builds(new_id),
    place=st.sampled_from(PLACES),
    windows=st.lists(spans, max_size=3).map(tuple),
    service_s=st.integers(0, 600),
    demands=st.tuples(st.integers(1, 5), st.integers(1, 9000), st.integers(0, 9000)),
    penalty_s=st.none() | st.integers(0, 10_000),
    contact=st.sampled_from([("aino", None, None), ("eino", "+358401", None)]),
    collects=st.just((0, 0, 0)) | st.tuples(st.integers(0, 5), st.integers(0, 9000), st.integers(0, 9000)),
    setup_s=st.none() | st.integers(0, 600),
    required_skills=skills,
    excluded_skills=st.sampled_from([(), ("noisy",)]),
    preferred=st.none() | spans,
    preferred_driver=st.none() | st.sampled_from(drivers),
    refused_drivers=st.sampled_from([(), (drivers[0],)]),
    alternatives=st.lists(alternatives, max_size=2).map(tuple),
)


@st.composite
def shifts(draw: st.DrawFn) -> GivenShift:
    starts_at, ends_at = draw(spans)
    pause = st.builds(Pause, st.just(starts_at), st.just(starts_at + (ends_at - starts_at) / 2), st.just(60))
    return GivenShift(
        id=new_id(),
        driver_id=draw(st.sampled_from(drivers)),
        vehicle_id=new_id(),
        label="Bicycle (Aino)",
        profile=draw(st.sampled_from(list(Profile))),
        capacities=draw(st.tuples(*[st.none() | st.integers(0, 9000)] * 3)),
        starts_at=starts_at,
        ends_at=ends_at,
        start_place=PLACES[0],
        end_place=draw(st.none() | st.sampled_from(PLACES)),
        breaks=draw(st.lists(pause, max_size=2).map(tuple)),
        skills=draw(skills),
        kerb_side=draw(st.booleans()),
        max_duration_s=draw(st.none() | st.integers(1, 90_000)),
        max_stops=draw(st.none() | st.integers(1, 9)),
        fixed_cost=draw(st.integers(0, 9000)),
        cost_per_h=draw(st.sampled_from([0, 1800, 3600, 7200])),
        cost_per_km=draw(st.sampled_from([0, 60, 1000])),
    )


wishes = st.builds(
    Wishes,
    objective=st.sampled_from(Objective),
    balance=st.none() | st.builds(Balance, measure=st.sampled_from(Measure), cost=st.integers(0, 500)),
    traffic=st.sampled_from([(), (Spell(420, 570, 140, (Profile.CAR,)), Spell(600, 660, 80, tuple(Profile)))]),
    zone=st.just("Europe/Helsinki"),
    setup_s=st.integers(0, 300),
    early_cost_per_h=st.integers(0, 3600),
    late_cost_per_h=st.integers(0, 3600),
    familiarity_cost=st.integers(0, 900),
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
    wishes=wishes,
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

        found = windows_s(windows, origin=origin, within=(0, until_s))

        allowed = any(low <= second < high for low, high in found)
        assert allowed == (inside(origin.instant(second), windows) and second < until_s)
        assert all(low < high for low, high in found)
        assert all(before[1] < after[0] for before, after in pairwise(found))


class TestAQuestion:
    @settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], deadline=None)
    @given(jobs)
    def test_is_sound_whatever_the_job(self, job: Job) -> None:
        question = Question(job)

        problem = question.problem(question.matrices(GreatCircleStreets()))

        check_problem(problem)
        asked = {each.id for halt in [*question.open.values(), *question.closed] for each in halt.deliveries}
        assert asked == {each.id for each in job.deliveries}
        # Each delivery stands once among what is planned, whatever the number of its places, or else is closed.
        groups = {halt.first.id: halt.deliveries for halt in question.open.values()}
        planned = [each.id for group in groups.values() for each in group]
        closed = [each.id for halt in question.closed for each in halt.deliveries]
        assert sorted(planned + closed) == sorted(each.id for each in job.deliveries)
        assert {stop.choice for stop in problem.stops if stop.choice} <= {str(each) for each in groups}
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


def shift(**given: Any) -> GivenShift:
    """From 8 to 16, on a bicycle from the first place and back."""
    given = {"starts_at": DAY, "ends_at": DAY + timedelta(hours=8), "profile": Profile.BICYCLE} | given
    fixed = {"id": new_id(), "driver_id": new_id(), "vehicle_id": new_id(), "label": "Bicycle (Aino)"} | given
    return GivenShift(**{"capacities": (None,) * 3, "start_place": PLACES[0], "end_place": PLACES[0]} | fixed)


def delivery(**given: Any) -> GivenDelivery:
    """One parcel to the second place, at any time."""
    given = {"id": new_id(), "place": PLACES[1], "windows": (), "service_s": 120} | given
    return GivenDelivery(**{"demands": (1, 1000, 0), "penalty_s": None, "contact": ("aino", None, None)} | given)


def stated(*deliveries: GivenDelivery, shifts: Sequence[GivenShift] = (), **given: Any) -> Problem:
    """The problem of these deliveries, with one plain shift unless others are given."""
    wishes = Wishes(**given)
    job = Job(new_id(), 1, None, DAY, tuple(shifts) or (shift(),), deliveries, (), wishes=wishes)
    question = Question(job)
    return question.problem(question.matrices(GreatCircleStreets()))


class TestAStop:
    def test_asks_for_skills_parking_and_room_for_what_comes_back(self) -> None:
        asks = {"required_skills": ("cooled",), "excluded_skills": ("noisy",), "collects": (1, 500, 0)}
        (own,) = stated(delivery(setup_s=60, **asks), setup_s=180).stops
        (plans,) = stated(delivery(), setup_s=180).stops

        assert (own.skills, own.excluded_skills) == (frozenset({"cooled"}), frozenset({"noisy"}))
        assert (own.setup_s, plans.setup_s) == (60, 180)
        assert (own.collects, plans.collects) == ((1, 500, 0), ())

    def test_is_for_the_allowed_shifts_and_not_for_refused_drivers(self) -> None:
        one, two = shift(), shift()
        only, never = delivery(), delivery(refused_drivers=(two.driver_id,))

        first, second = stated(only, never, shifts=[one, two], allowed_shifts={only.id: (one.id,)}).stops

        assert (first.allowed_vehicles, first.refused_vehicles) == (frozenset({str(one.id)}), frozenset())
        assert (second.allowed_vehicles, second.refused_vehicles) == (None, frozenset({str(two.id)}))

    def test_costs_more_with_another_driver_than_the_preferred_one(self) -> None:
        one, two = shift(), shift()
        preferred, stranger = delivery(preferred_driver=one.driver_id), delivery(preferred_driver=new_id())

        first, second = stated(preferred, stranger, shifts=[one, two], preference_cost=700).stops

        assert first.vehicle_costs == ((str(two.id), 700),)
        assert second.vehicle_costs == ()  # the preferred driver is not at work: nobody is the wrong one

    def test_has_a_soft_window_that_costs_by_the_hour(self) -> None:
        window = (DAY + timedelta(hours=2), DAY + timedelta(hours=3))
        soft = stated(delivery(preferred=window), early_cost_per_h=600, late_cost_per_h=900).stops[0].soft_window
        free = stated(delivery(preferred=window), early_cost_per_h=0, late_cost_per_h=0).stops[0].soft_window

        assert soft == SoftWindow(start_s=7200, end_s=10_800, early_cost_per_h=600, late_cost_per_h=900)
        assert free is None

    @pytest.mark.parametrize(("ago_h", "span"), [(2, (-7200, -3600)), (24 * 30, (-604_800, -604_799))])
    def test_is_late_from_the_end_of_its_soft_window_on_also_before_anybody_begins(
        self, ago_h: int, span: tuple[int, int]
    ) -> None:
        starts_at = DAY - timedelta(hours=ago_h)
        soft = stated(delivery(preferred=(starts_at, starts_at + timedelta(hours=1)))).stops[0].soft_window

        assert soft is not None
        assert (soft.start_s, soft.end_s) == span

    def test_stands_for_each_place_of_one_delivery(self) -> None:
        night = (DAY + timedelta(hours=6), DAY + timedelta(hours=8))
        locker = GivenAlternative(new_id(), PLACES[2], (night,), 30)
        gone = GivenAlternative(new_id(), PLACES[3], ((DAY - timedelta(hours=9), DAY - timedelta(hours=8)),), 30)

        home, other = stated(delivery(alternatives=(gone, locker), preferred=night)).stops

        assert (home.choice, other.choice) == (home.id, home.id)
        assert (home.service_s, other.service_s, other.windows) == (120, 30, ((21_600, 28_800),))
        assert (home.soft_window is None, other.soft_window) == (False, None)


class TestAVehicle:
    def test_has_skills_limits_and_every_break(self) -> None:
        pauses = tuple(Pause(DAY + timedelta(hours=each), DAY + timedelta(hours=each + 1), 900) for each in (1, 4))
        limits = {"max_duration_s": 20_000, "max_distance_m": 30_000, "max_stops": 9}

        (vehicle,) = stated(delivery(), shifts=[shift(breaks=pauses, skills=("cooled",), **limits)]).vehicles

        assert vehicle.skills == {"cooled"}
        assert (vehicle.max_duration_s, vehicle.max_distance_m, vehicle.max_stops) == (20_000, 30_000, 9)
        assert [(each.earliest_start_s, each.latest_start_s) for each in vehicle.breaks] == [
            (3600, 7200),
            (14_400, 18_000),
        ]

    def test_costs_in_whole_seconds_unless_a_rate_is_finer(self) -> None:
        plain = stated(delivery(penalty_s=600), shifts=[shift(fixed_cost=300)])
        fine = stated(delivery(penalty_s=600), shifts=[shift(fixed_cost=300, cost_per_h=1800, cost_per_km=60)])

        rates = [(each.fixed_cost, each.cost_per_s, each.cost_per_m) for each in plain.vehicles + fine.vehicles]
        assert rates == [(300, 1, 0), (300_000, 500, 60)]
        assert [each.penalty for each in plain.stops + fine.stops] == [600, 600_000]

    def test_moves_along_the_kerb_where_it_must(self) -> None:
        van, car = shift(profile=Profile.CAR, kerb_side=True), shift(profile=Profile.CAR)

        problem = stated(delivery(), shifts=[van, car])

        assert [each.profile for each in problem.vehicles] == ["car, kerb side", "car"]
        assert set(problem.profiles) == {"car, kerb side", "car"}


class TestAnObjective:
    def test_of_fewest_vehicles_makes_each_dear_and_leaving_out_dearer(self) -> None:
        problem = stated(delivery(penalty_s=600), objective=Objective.FEWEST_VEHICLES)

        assert problem.vehicles[0].fixed_cost == 86_400
        assert problem.stops[0].penalty == 87_000

    def test_of_least_distance_counts_metres(self) -> None:
        problem = stated(delivery(penalty_s=600), objective=Objective.LEAST_DISTANCE)

        (vehicle,) = problem.vehicles
        assert (vehicle.cost_per_m, vehicle.cost_per_s) == (1000, 10)
        assert problem.stops[0].penalty == 600_000

    def test_shares_out_fairly_what_is_measured(self) -> None:
        balance = Balance(measure=Measure.STOPS, cost=5)

        assert stated(delivery(), balance=balance).balance == balance
        assert stated(delivery(), balance=balance, objective=Objective.LEAST_DISTANCE).balance == Balance(
            measure=Measure.STOPS, cost=5000
        )


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
