from dataclasses import replace

import pytest

from bench.planning import day
from routing.solving.assemble import rank
from routing.solving.inserting.insertion import construct
from routing.solving.limit import Limit
from routing.solving.problem import Problem, Reload, Sequences
from routing.solving.with_ortools.polish import polish, reread
from routing.solving.with_ortools.search import search
from tests.routing.solving.instances import pause, problem, stop, vehicle
from tests.routing.solving.ortools.rules import RELOAD, RULES, slow_from

FEW = Limit(iterations=60)


def plan(asked: Problem, *ids: list[str]) -> Sequences:
    known = {stop.id: stop for stop in asked.stops}
    return [
        [vehicle.reload if id == RELOAD and vehicle.reload else known[id] for id in sequence]
        for vehicle, sequence in zip(asked.vehicles, ids, strict=True)
    ]


def polished(asked: Problem, start: Sequences) -> Sequences:
    return polish(asked, start, limit=FEW, seed=1, on_better=lambda *_: None)


class TestPolish:
    @pytest.mark.parametrize("name", RULES)
    def test_leaves_the_best_plan_as_it_is(self, name: str) -> None:
        asked = RULES[name].problem
        best = plan(asked, *RULES[name].best)

        assert polished(asked, best) == best

    @pytest.mark.parametrize("name", RULES)
    def test_is_never_worse_than_what_came_in(self, name: str) -> None:
        asked = RULES[name].problem
        start = construct(asked, asked.stops, seed=1)

        assert rank(asked, polished(asked, start)) <= rank(asked, start)

    def test_betters_a_day_with_breaks(self) -> None:
        asked = day(stops=25, vehicles=3, seed=5)
        start = construct(asked, asked.stops, seed=1)

        assert rank(asked, polished(asked, start)) < rank(asked, start)

    def test_gives_back_what_the_library_will_not_read(self) -> None:
        asked = problem(vehicle(reload=Reload(place=0)), stop(1), stop(2))
        lonely = plan(asked, ["at 1", RELOAD, "at 2"])
        no_reloads = replace(asked, vehicles=(vehicle(max_stops=1),))

        assert polished(no_reloads, plan(no_reloads, ["at 1"])) == plan(no_reloads, ["at 1"])
        assert rank(asked, polished(asked, lonely)) < rank(asked, lonely)

    def test_drives_in_the_hours_of_the_plan(self) -> None:
        # By the slow hours alone a could not be back by 400; b makes the day long.
        asked = problem(
            vehicle(shift_end_s=400),
            vehicle("b", fixed_cost=10_000),
            stop(2, refused_vehicles=frozenset({"b"})),
            stop(1, refused_vehicles=frozenset({"b"}), penalty=50),
            bicycle=slow_from(1000),
        )

        assert polished(asked, plan(asked, ["at 2"], [])) in [
            plan(asked, [first, second], []) for first, second in (("at 1", "at 2"), ("at 2", "at 1"))
        ]


class TestReread:
    @pytest.mark.parametrize("name", RULES)
    def test_accepts_the_best_plan_of(self, name: str) -> None:
        asked = RULES[name].problem

        assert reread(asked, plan(asked, *RULES[name].best))

    @pytest.mark.parametrize(
        ("name", "ids"),
        [
            ("pickup comes first", ["delivery", "pickup"]),
            ("a pair is served, or neither half is", ["pickup"]),
            ("a pair takes room in between", ["pickup 1", "pickup 2", "delivery 1", "delivery 2"]),
            ("a pickup finds no room beside what is still to bring", ["pickup", "at 2", "delivery"]),
            ("what is collected finds no room beside what is still to bring", ["at 1", "at 2"]),
            ("one of two ways", ["locker", "at 2", "home"]),
            ("reload", ["at 1", "at 2"]),
            ("no more reloads than it may", ["at 1", RELOAD, "at 2", RELOAD, "at 3"]),
            ("a reload takes its time", ["at 1", RELOAD, "at 2"]),
            ("what was collected goes off at a reload", ["at 1", "at 3", "at 2"]),
            ("what comes next is not on board before the reload", ["at 2", RELOAD, "at 1", "at 3"]),
            ("what comes next is on board after an empty trip too", ["at 1", RELOAD, "at 2", "at 3"]),
            ("a pair lies within one trip", ["pickup", "at 1", RELOAD, "at 2", "delivery"]),
            ("parking takes its time", ["at 0", "at 1"]),
            ("locked prefix", ["at 1", "at 2", "at 3"]),
            ("slow hours", ["at 1", "at 2"]),
            ("longest distance", ["at 5"]),
            ("longest duration", ["at 1", "at 2"]),
            ("number of stops", ["at 1", "at 2"]),
        ],
    )
    def test_refuses_what_breaks_a_rule(self, name: str, ids: list[str]) -> None:
        asked = RULES[name].problem

        assert not reread(asked, plan(asked, ids))

    @pytest.mark.parametrize(
        ("name", "ids"),
        [
            ("excluded skill", (["at 1"], [])),
            ("a pair stays in one vehicle", (["pickup", "at 2"], ["delivery"])),
            ("break in the way of the longer round", (["at 1", "at 2"], ["other"])),
        ],
    )
    def test_refuses_the_wrong_vehicle(self, name: str, ids: tuple[list[str], ...]) -> None:
        asked = RULES[name].problem
        late = replace(asked, vehicles=tuple(replace(one, breaks=(pause(0, 60, 70),)) for one in asked.vehicles))

        assert not reread(late, plan(late, *ids))


class TestTraps:
    """What the library is known to get wrong: each was a report by somebody to its makers."""

    def test_breaks_of_several_vehicles_do_not_disturb_each_other(self) -> None:
        asked = problem(
            *(
                vehicle(id, max_stops=1, breaks=(pause(100 * number, 100 * number, 50),))
                for number, id in enumerate("abc")
            ),
            *(stop(place, service_s=30) for place in (1, 2, 3)),
        )

        assert search(asked, asked.stops, start=None, limit=FEW, seed=1, on_better=lambda *_: None) is not None

    def test_a_break_that_nobody_can_take_leaves_its_vehicle_at_home(self) -> None:
        never = vehicle("never", shift_end_s=500, breaks=(pause(150, 160, 400),))
        asked = problem(never, vehicle("b", start_place=9, end_place=9), stop(1))

        best = search(asked, asked.stops, start=None, limit=FEW, seed=1, on_better=lambda *_: None)

        assert best == plan(asked, [], ["at 1"])

    def test_there_is_an_answer_where_nothing_can_be_served(self) -> None:
        asked = problem(
            vehicle(shift_end_s=100), stop(5), stop(6, windows=((0, 5),)), stop(7, windows=((99_000, 99_900),))
        )

        assert search(asked, asked.stops, start=None, limit=FEW, seed=1, on_better=lambda *_: None) == [[]]
