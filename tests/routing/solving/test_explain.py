"""Why a stop is left out, and what would let it fit: by hand for each rule, and for any problem."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from routing.solving.assemble import assemble, left_out
from routing.solving.checking.checker import violations
from routing.solving.explaining.explain import explain, sequences_of
from routing.solving.explaining.explanation import Excess, Explanation, Rule
from routing.solving.explaining.giving import stop_given, vehicle_given
from routing.solving.fits import DoesNotFit
from routing.solving.inserting.insertion import construct
from routing.solving.inserting.units import unit_by_stop
from routing.solving.problem import Break, Problem, Reload, Sequences, Step, Stop, Vehicle
from routing.solving.solution import Reason, Solution, Unassigned
from tests.routing.solving.any_problem import problems
from tests.routing.solving.instances import problem, stop, vehicle

NO_CLOCK = settings(deadline=None, suppress_health_check=list(HealthCheck))


def planned(asked: Problem, sequences: Sequences) -> Solution:
    left = [Unassigned(stop_id=each.id, reason=Reason.NO_ROOM, detail="") for each in left_out(asked, sequences)]
    return assemble(asked, sequences, unassigned=left, found_by="test")


def explained(*parts: Any, served: int = 0, names: tuple[str, ...] = ()) -> Explanation:
    """Of the one stop that is left out, when the first vehicle serves the first `served` stops."""
    asked = problem(*parts, capacity_names=names)
    sequences: Sequences = [list(asked.stops[:served]), *([] for _ in asked.vehicles[1:])]
    (found,) = explain(asked, planned(asked, sequences))
    return found


class TestExplain:
    @pytest.mark.parametrize(
        ("fields", "gives"),
        [
            ({"windows": ((0, 250),)}, {"rule": Rule.WINDOW_END, "by": 51, "window": (0, 250)}),
            ({"windows": ((5000, 6000),)}, {"rule": Rule.WINDOW_START, "by": 4300, "window": (5000, 6000)}),
            ({"skills": frozenset({"dogs"})}, {"rule": Rule.SKILL, "by": 1, "name": "dogs"}),
            ({"allowed_vehicles": frozenset()}, {"rule": Rule.VEHICLE_ALLOWED, "by": 1}),
            ({"refused_vehicles": frozenset({"a"})}, {"rule": Rule.VEHICLE_ALLOWED, "by": 1}),
            ({"service_s": 500}, {"rule": Rule.SHIFT_END, "by": 100}),
            ({"penalty": 420}, {"rule": Rule.PENALTY, "by": 180}),
        ],
    )
    def test_names_what_the_stop_asks_too_much_of(self, fields: dict[str, Any], gives: dict[str, Any]) -> None:
        new = stop(3, **fields)

        found = explained(vehicle(shift_end_s=1000), new)

        wanted = Excess(**({"stop_id": new.id} if "window" in gives else {}) | gives)
        assert found.vehicle_id == "a"
        assert found.relaxation is not None
        assert found.relaxation.gives == wanted
        assert found.exceeded == (() if wanted.rule is Rule.PENALTY else (wanted,))

    @pytest.mark.parametrize(
        ("fields", "gives"),
        [
            ({"max_distance_m": 5000}, Excess(rule=Rule.MAX_DISTANCE, by=1000)),
            ({"max_duration_s": 540}, Excess(rule=Rule.MAX_DURATION, by=60)),
            ({"max_stops": 0}, Excess(rule=Rule.MAX_STOPS, by=1)),
            ({"shift_end_s": 560}, Excess(rule=Rule.SHIFT_END, by=40)),
            ({"capacities": (1,)}, Excess(rule=Rule.CAPACITY, by=2, name="kg")),
            ({"skills": frozenset({"cold"})}, Excess(rule=Rule.EXCLUDED_SKILL, by=1, name="cold")),
            (
                {
                    "shift_end_s": 640,
                    "breaks": (Break(earliest_start_s=100, latest_start_s=590, duration_s=100),),
                },
                Excess(rule=Rule.BREAK, by=10),
            ),
        ],
    )
    def test_names_what_the_vehicle_lacks(self, fields: dict[str, Any], gives: Excess) -> None:
        new = stop(3, demands=(3,), excluded_skills=frozenset({"cold"}))
        fields = {"capacities": (9,), "shift_end_s": 600} | fields

        found = explained(vehicle(**fields), new, names=("kg",))

        assert found.relaxation is not None
        assert found.relaxation.gives == gives

    def test_says_what_it_would_take_on_top(self) -> None:
        first, new = stop(2), stop(4, windows=((0, 350),))

        found = explained(vehicle(), first, new, served=1)

        assert found.relaxation is not None
        assert found.relaxation.gives == Excess(rule=Rule.WINDOW_END, by=51, stop_id=new.id, window=(0, 350))
        assert (found.relaxation.added_s, found.relaxation.added_m, found.relaxation.added_cost) == (400, 4000, 400)

    def test_names_the_vehicle_that_fails_by_least(self) -> None:
        near, far = vehicle("near", capacities=(7,)), vehicle("far", capacities=(2,))

        found = explained(far, near, stop(2, demands=(8,)), names=("kg",))

        assert found.vehicle_id == "near"
        assert found.exceeded == (Excess(rule=Rule.CAPACITY, by=1, name="kg"),)

    def test_offers_nothing_where_two_rules_are_broken(self) -> None:
        found = explained(vehicle(capacities=(1,)), stop(2, demands=(2,), skills=frozenset({"lift"})), names=("kg",))

        assert {one.rule for one in found.exceeded} == {Rule.CAPACITY, Rule.SKILL}
        assert found.relaxation is None

    def test_says_that_those_after_it_would_be_late(self) -> None:
        first = stop(3, windows=((300, 310),))
        found = explained(
            vehicle(end_place=None, shift_end_s=400), first, stop(1, service_s=60, windows=((0, 110),)), served=1
        )

        assert found.exceeded == (Excess(rule=Rule.LATER_WINDOWS, by=51),)
        assert found.relaxation is None

    def test_takes_a_pair_as_one(self) -> None:
        pickup, delivery = stop(1, demands=(0,)), stop(2, demands=(5,), pickup="at 1")
        asked = problem(vehicle(capacities=(3,)), pickup, delivery, capacity_names=("kg",))

        first, second = explain(asked, planned(asked, [[]]))

        assert (first.stop_id, second.stop_id) == ("at 1", "at 2")
        assert first.relaxation == second.relaxation
        assert first.relaxation is not None
        assert first.relaxation.gives == Excess(rule=Rule.CAPACITY, by=2, name="kg")

    def test_takes_the_easier_of_a_choice(self) -> None:
        home = stop(9, id="home", choice="either", windows=((0, 100),))
        locker = stop(2, id="locker", choice="either", windows=((0, 150),))

        found = explained(vehicle(), home, locker)

        assert found.stop_id == "home"
        assert found.relaxation is not None
        assert found.relaxation.gives == Excess(rule=Rule.WINDOW_END, by=51, stop_id="locker", window=(0, 150))

    def test_asks_nobody_to_move_a_shift_by_half_a_day(self) -> None:
        found = explained(vehicle(shift_end_s=1000), stop(3, service_s=43_200))

        assert found.exceeded == (Excess(rule=Rule.SHIFT_END, by=42_800),)
        assert found.relaxation is None

    def test_tells_two_rules_of_the_clock_where_neither_alone_is_to_blame(self) -> None:
        found = explained(vehicle(shift_end_s=1000), stop(6, windows=((0, 250),)))

        assert found.exceeded == (
            Excess(rule=Rule.WINDOW_END, by=351, stop_id="at 6", window=(0, 250)),
            Excess(rule=Rule.SHIFT_END, by=200),
        )
        assert found.relaxation is None

    def test_tells_the_clock_beside_what_is_broken_at_any_hour(self) -> None:
        late = stop(2, demands=(2,), windows=((2000, 3000),))

        found = explained(vehicle(capacities=(1,), shift_end_s=1000), late, names=("kg",))

        assert found.exceeded == (
            Excess(rule=Rule.CAPACITY, by=1, name="kg"),
            Excess(rule=Rule.WINDOW_START, by=1200, stop_id=late.id, window=(2000, 3000)),
        )

    def test_tells_of_the_window_that_is_closest_to_the_shift(self) -> None:
        late = stop(2, demands=(2,), windows=((2000, 3000), (9000, 9100)))

        found = explained(vehicle(capacities=(1,), shift_end_s=1000), late, names=("kg",))

        assert found.exceeded[1].window == (2000, 3000)

    def test_tells_how_far_it_is_to_the_other_end_of_the_world(self) -> None:
        asked = problem(vehicle(shift_end_s=1000), stop(9, windows=((0, 250),)))
        far = {name: replace(each, duration_s=each.duration_s * 1000) for name, each in asked.profiles.items()}
        asked = replace(asked, profiles=far)

        (found,) = explain(asked, planned(asked, [[]]))

        assert {each.rule: each.by for each in found.exceeded} == {
            Rule.WINDOW_END: 900_000 - 249,
            Rule.SHIFT_END: 1_800_000 - 1000,
        }

    @pytest.mark.parametrize(
        ("fields", "rules"),
        [
            ({"skills": frozenset({"lift"})}, {Rule.SKILL}),
            ({"windows": ((0, 100),)}, {Rule.WINDOW_END}),
            ({"penalty": 1}, {Rule.PENALTY}),
        ],
    )
    def test_knows_of_a_way_back_to_load_that_is_left(self, fields: dict[str, Any], rules: set[Rule]) -> None:
        first, new = stop(1, demands=(2,)), stop(2, demands=(2,), **fields)
        van = vehicle(capacities=(2,), reload=Reload(place=0, duration_s=60, most=1))

        found = explained(van, first, new, served=1, names=("kg",))

        assert found.relaxation is not None
        assert {found.relaxation.gives.rule} == rules
        assert {each.rule for each in found.exceeded} == rules - {Rule.PENALTY}

    def test_says_what_is_over_where_every_way_back_to_load_is_used(self) -> None:
        first, new = stop(1, demands=(2,)), stop(2, demands=(2,))
        van = vehicle(capacities=(2,), reload=Reload(place=0, most=0))

        assert explained(van, first, new, served=1, names=("kg",)).exceeded == (
            Excess(rule=Rule.CAPACITY, by=2, name="kg"),
        )

    def test_lets_no_settled_rule_give(self) -> None:
        asked = problem(vehicle(shift_start_s=500, shift_end_s=2000), stop(3))
        late = replace(asked, stops=(replace(asked.stops[0], windows=((0, 600),)),))

        def told(*settled: Rule) -> tuple[set[Rule], Rule | None]:
            (found,) = explain(late, planned(late, [[]]), settled=lambda gives: gives.rule in settled)
            helps = None if found.relaxation is None else found.relaxation.gives.rule
            return {each.rule for each in found.exceeded}, helps

        assert told(Rule.WINDOW_END) == ({Rule.SHIFT_START}, Rule.SHIFT_START)
        assert told(Rule.SHIFT_START) == ({Rule.WINDOW_END}, Rule.WINDOW_END)
        assert told(Rule.SHIFT_START, Rule.WINDOW_END) == ({Rule.WINDOW_END}, None)

    def test_says_nothing_without_a_vehicle(self) -> None:
        asked = problem(stop(1))

        assert explain(asked, planned(asked, [])) == []

    @settings(NO_CLOCK, max_examples=100)
    @given(asked=problems(), seed=st.integers(0, 9))
    def test_tells_only_what_holds(self, asked: Problem, seed: int) -> None:
        sequences = construct(asked, asked.stops, seed=seed)
        solution = planned(asked, sequences)
        assume(solution.unassigned)
        units = unit_by_stop(asked)

        for one in explain(asked, solution):
            if one.relaxation is not None:
                given_way = relaxed(asked, one.relaxation.vehicle_id, one.relaxation.gives)
                ways = ways_in(given_way, units[one.stop_id].ways)
                totals = totals_with(given_way, sequences, ways, one.relaxation.vehicle_id)
                assert one.relaxation.added_cost + without_penalties(solution) in totals

    @settings(NO_CLOCK, max_examples=100)
    @given(asked=problems(), seed=st.integers(0, 9))
    def test_tells_all_that_has_to_give(self, asked: Problem, seed: int) -> None:
        sequences = construct(asked, asked.stops, seed=seed)
        solution = planned(asked, sequences)
        assume(solution.unassigned)
        units = unit_by_stop(asked)

        for one in explain(asked, solution):
            given_way = asked
            for gives in one.exceeded:
                given_way = relaxed(given_way, one.vehicle_id, gives)
            assume(all(gives.rule is not Rule.LATER_WINDOWS for gives in one.exceeded))
            if one.exceeded:
                ways = ways_in(given_way, units[one.stop_id].ways)
                assert totals_with(given_way, sequences, ways, one.vehicle_id)


def relaxed(asked: Problem, vehicle_id: str, gives: Excess) -> Problem:
    mine = next(each for each in asked.vehicles if each.id == vehicle_id)
    return replace(
        asked,
        vehicles=tuple(vehicle_given(asked, each, gives) if each is mine else each for each in asked.vehicles),
        stops=tuple(
            stop_given(each, gives, mine) if gives.stop_id in (None, each.id) else each for each in asked.stops
        ),
    )


def ways_in(asked: Problem, ways: tuple[tuple[Stop, ...], ...]) -> list[tuple[Stop, ...]]:
    stops = {stop.id: stop for stop in asked.stops}
    return [tuple(stops[part.id] for part in way) for way in ways]


def without_penalties(solution: Solution) -> int:
    return solution.cost.total - solution.cost.penalties


def totals_with(asked: Problem, sequences: Sequences, ways: list[tuple[Stop, ...]], vehicle_id: str) -> set[int]:
    """What the whole plan costs with each position of one of the ways in the vehicle's route that holds."""
    number = [each.id for each in asked.vehicles].index(vehicle_id)
    stops = {each.id: each for each in asked.stops}
    sequences = [[step if isinstance(step, Reload) else stops[step.id] for step in steps] for steps in sequences]
    found = set()
    for way, steps in product(
        ways, [sequences[number], *with_a_reload_more(asked.vehicles[number], sequences[number])]
    ):
        for first in range(len(steps) + 1):
            for last in range(first, len(steps) + 1) if len(way) == 2 else [first]:
                tried = [*steps[:first], way[0], *steps[first:last], *way[1:], *steps[last:]]
                try:
                    after = planned(asked, [*sequences[:number], tried, *sequences[number + 1 :]])
                except DoesNotFit:
                    continue
                if not violations(asked, after):
                    found.add(without_penalties(after))
    return found


def with_a_reload_more(van: Vehicle, steps: list[Step]) -> Iterator[list[Step]]:
    reload = van.reload
    if reload is not None and sum(isinstance(step, Reload) for step in steps) < reload.most:
        yield from ([*steps[:at], reload, *steps[at:]] for at in range(len(steps) + 1))


class TestSequencesOf:
    @settings(NO_CLOCK, max_examples=40)
    @given(asked=problems(), seed=st.integers(0, 9))
    def test_are_those_that_were_assembled(self, asked: Problem, seed: int) -> None:
        sequences = construct(asked, asked.stops, seed=seed)

        assert sequences_of(asked, planned(asked, sequences)) == sequences
