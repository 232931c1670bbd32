"""Plans that hold every rule but one: timed for a problem without that rule, and judged with it."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from routing.solving.checking.checker import violations
from routing.solving.problem import Balance, Hours, Measure, Problem, Reload
from routing.solving.solution import Reloaded, Solution
from tests.routing.solving.by_hand import drive, rules
from tests.routing.solving.instances import from_then_on, pause, problem, profile, soft, stop, vehicle


def without(asked: Problem, **fields: Any) -> Problem:
    """The problem with these fields on every stop that has any of them."""
    return replace(asked, stops=tuple(replace(one, **fields) for one in asked.stops))


def driven_by(asked: Problem, **fields: Any) -> Problem:
    """The problem with these fields on its first vehicle."""
    return replace(asked, vehicles=(replace(asked.vehicles[0], **fields), *asked.vehicles[1:]))


PARCELS: dict[str, Any] = {"capacity_names": ("parcels",)}
PAIR = problem(
    vehicle(reload=Reload(place=0)), vehicle("b"), stop(1, "shop"), stop(2, "home", pickup="shop"), stop(3, "other")
)
CHOICE = problem(vehicle(), vehicle("b"), stop(1, "home", choice="c"), stop(2, "box", choice="c"), stop(3, "other"))
TRIPS = problem(
    vehicle(capacities=(2,), reload=Reload(place=0, duration_s=10, most=1)),
    *(stop(place, f"s{place}", demands=(1,)) for place in (1, 2, 3)),
    stop(4, "back", demands=(0,), collects=(2,)),
    **PARCELS,
)
LOCKED = problem(
    vehicle(locked=("s1", "s2"), reload=Reload(place=0)), *(stop(place, f"s{place}") for place in (1, 2, 3))
)

RIGHT: dict[str, tuple[Problem, tuple[str, ...]]] = {
    "a pair": (PAIR, ("shop other home", "")),
    "a pair in the second trip": (PAIR, ("other AGAIN shop home", "")),
    "a choice": (CHOICE, ("other box", "")),
    "a choice left out": (CHOICE, ("other", "")),
    "trips": (TRIPS, ("s1 s2 AGAIN s3 back",)),
    "locks": (LOCKED, ("s1 s2 AGAIN s3",)),
}

LOOSE: dict[str, tuple[Problem, Problem, tuple[str, ...], str]] = {
    "a pair turned round": (PAIR, without(PAIR, pickup=None), ("home shop other", ""), "pair"),
    "a pair torn by a reload": (PAIR, without(PAIR, pickup=None), ("shop AGAIN home other", ""), "pair"),
    "a pair in two vehicles": (PAIR, without(PAIR, pickup=None), ("shop other", "home"), "pair"),
    "a delivery without its pickup": (PAIR, without(PAIR, pickup=None), ("home other", ""), "pair"),
    "a pickup without its delivery": (PAIR, without(PAIR, pickup=None), ("shop other", ""), "pair"),
    "a choice taken twice": (CHOICE, without(CHOICE, choice=None), ("home box other", ""), "choice"),
    "a choice taken by two": (CHOICE, without(CHOICE, choice=None), ("home other", "box"), "choice"),
    "a choice told twice": (CHOICE, without(CHOICE, choice=None), ("other", ""), "choice"),
    "a choice left out although taken": (CHOICE, without(CHOICE, choice=None), ("box other", ""), "choice"),
    "more than it carries": (TRIPS, driven_by(TRIPS, capacities=(3,)), ("s1 s2 s3 AGAIN back",), "capacity"),
    "more than it carries on the second trip": (
        TRIPS,
        driven_by(TRIPS, capacities=(3,)),
        ("back AGAIN s1 s2 s3",),
        "capacity",
    ),
    "collected before there is room": (TRIPS, driven_by(TRIPS, capacities=(3,)), ("back s1 AGAIN s2",), "capacity"),
    "more trips than it may": (
        TRIPS,
        driven_by(TRIPS, reload=Reload(place=0, duration_s=10, most=2)),
        ("s1 AGAIN s2 AGAIN s3 back",),
        "reload",
    ),
    "reloads at another place": (
        TRIPS,
        driven_by(TRIPS, reload=Reload(place=9, duration_s=10)),
        ("s1 AGAIN s2",),
        "arrival",
    ),
    "reloads too fast": (TRIPS, driven_by(TRIPS, reload=Reload(place=0)), ("s1 AGAIN s2",), "service"),
    "begins with another stop": (LOCKED, driven_by(LOCKED, locked=()), ("s3 s1 s2",), "lock"),
    "begins in another order": (LOCKED, driven_by(LOCKED, locked=()), ("s2 s1 s3",), "lock"),
    "puts a stop between": (LOCKED, driven_by(LOCKED, locked=()), ("s1 s3 s2",), "lock"),
    "reloads between": (LOCKED, driven_by(LOCKED, locked=()), ("s1 AGAIN s2 s3",), "lock"),
    "leaves out a locked stop": (LOCKED, driven_by(LOCKED, locked=()), ("s1",), "lock"),
    "does not go at all": (LOCKED, driven_by(LOCKED, locked=()), ("",), "lock"),
}

ONE = problem(vehicle(), stop(2, "it", service_s=10))


def one(**fields: Any) -> Problem:
    return without(ONE, **fields)


def at_other_hours(start_s: int, *, step_s: int) -> Problem:
    return replace(ONE, profiles={"bicycle": from_then_on(start_s, step_s=step_s)})


COUNTED: dict[str, tuple[Problem, str]] = {
    "parking": (one(setup_s=30), "arrival"),
    "a skill that it excludes": (driven_by(one(excluded_skills=frozenset({"x"})), skills=frozenset({"x"})), "skill"),
    "hours that begin on the way": (at_other_hours(150, step_s=200), "arrival"),
    "hours that begin before": (at_other_hours(0, step_s=200), "arrival"),
    "faster hours": (at_other_hours(0, step_s=20), "arrival"),
    "hours on the way home": (at_other_hours(211, step_s=200), "end"),
    "late": (one(soft_window=soft(0, 100, late=1)), "cost"),
    "early": (one(soft_window=soft(300, 400, early=1)), "cost"),
    "another driver's preference": (one(vehicle_costs=(("a", 5),)), "cost"),
    "fairness by stops": (replace(ONE, balance=Balance(measure=Measure.STOPS, cost=5)), "cost"),
    "fairness by time": (replace(ONE, balance=Balance(measure=Measure.TIME, cost=3600)), "cost"),
}


class TestChecker:
    @pytest.mark.parametrize("name", RIGHT)
    def test_accepts(self, name: str) -> None:
        asked, orders = RIGHT[name]

        assert violations(asked, drive(asked, *orders)) == []

    @pytest.mark.parametrize("name", LOOSE)
    def test_sees_that_a_plan(self, name: str) -> None:
        strict, loose, orders, rule = LOOSE[name]
        solution = drive(loose, *orders)

        assert violations(loose, solution) == []
        assert rule in rules(strict, solution)

    @pytest.mark.parametrize("name", COUNTED)
    def test_counts(self, name: str) -> None:
        asked, rule = COUNTED[name]

        assert rule in rules(asked, drive(ONE, "it"))

    @pytest.mark.parametrize("field", ["setup_s", "reload_s", "untimely", "preference", "balance"])
    def test_adds_up(self, field: str) -> None:
        solution = drive(TRIPS, "s1 AGAIN s2")
        wrong = replace(solution.cost, **{field: getattr(solution.cost, field) + 1})

        assert rules(TRIPS, replace(solution, cost=wrong)) == {"cost"}

    @pytest.mark.parametrize("after", [0, 2, 3])
    def test_sees_a_reload_with_no_stop_before_or_after(self, after: int) -> None:
        moved = _reloads_moved(drive(TRIPS, "s1 AGAIN s2"), after=after)

        assert "reload" in rules(TRIPS, moved)

    def test_sees_two_reloads_in_a_row(self) -> None:
        twice = driven_by(TRIPS, reload=Reload(place=0, duration_s=10, most=2))
        solution = drive(twice, "s1 AGAIN s2")
        (route,) = solution.routes
        doubled = replace(solution, routes=(replace(route, reloads=route.reloads * 2),))

        assert "reload" in rules(twice, doubled)

    def test_sees_a_reload_of_a_vehicle_that_has_none(self) -> None:
        assert "reload" in rules(driven_by(TRIPS, reload=None), drive(TRIPS, "s1 AGAIN s2"))

    def test_sees_a_reload_left_out(self) -> None:
        solution = drive(TRIPS, "s1 s2 AGAIN s3")
        (route,) = solution.routes
        silent = replace(solution, routes=(replace(route, reloads=()),))

        assert {"arrival", "capacity", "cost"} <= rules(TRIPS, silent)

    @pytest.mark.parametrize("field", ["arrival_s", "start_s", "departure_s"])
    def test_sees_a_wrong_time_at_a_reload(self, field: str) -> None:
        solution = drive(TRIPS, "s1 AGAIN s2")
        (route,) = solution.routes
        (halt,) = route.reloads
        late: Reloaded = replace(halt, **{field: getattr(halt, field) + 1})

        assert rules(TRIPS, replace(solution, routes=(replace(route, reloads=(late,)),)))

    def test_sees_idleness_at_a_reload(self) -> None:
        """An hour at the depot that is told as no waiting: every single time fits, and nobody says where it went."""
        solution = drive(TRIPS, "s1 AGAIN s2")
        (route,) = solution.routes
        (halt,) = route.reloads
        idle = replace(halt, start_s=halt.start_s + 60, departure_s=halt.departure_s + 60)
        last = route.visits[1]
        later = {name: getattr(last, name) + 60 for name in ("arrival_s", "start_s", "departure_s")}
        moved = replace(
            route, reloads=(idle,), visits=(route.visits[0], replace(last, **later)), end_s=route.end_s + 60
        )
        total = solution.cost.total + 60
        lazy = replace(solution, routes=(moved,), cost=replace(solution.cost, total=total))

        assert rules(TRIPS, lazy) == {"waiting"}

    def test_sees_a_reload_during_a_break(self) -> None:
        resting = driven_by(TRIPS, breaks=(pause(200, 230, 5),))
        solution = drive(TRIPS, "s1 AGAIN s2")

        assert "break" in rules(resting, solution)

    def test_sees_a_way_that_is_closed_at_other_hours(self) -> None:
        assert "arrival" in rules(at_other_hours(100, step_s=101), drive(ONE, "it"))


def _reloads_moved(solution: Solution, *, after: int) -> Solution:
    (route,) = solution.routes
    return replace(solution, routes=(replace(route, reloads=(replace(route.reloads[0], after=after),)),))


class TestRoundingByHours:
    def test_is_upwards_at_every_change(self) -> None:
        """33 s at 0, then 7/3 and 5/7 of it: 23 left of 33 are 54 (53.67), 44 of those are 32 (31.43)."""
        matrices = [np.where(profile().duration_s == 0, 0, seconds).astype(np.int32) for seconds in (33, 77, 55)]
        by_hours = replace(
            profile(),
            duration_s=matrices[0],
            hours=(Hours(start_s=10, duration_s=matrices[1]), Hours(start_s=20, duration_s=matrices[2])),
        )
        asked = problem(vehicle(end_place=None), stop(1, "it"), bicycle=by_hours)

        solution = drive(asked, "it")

        assert violations(asked, solution) == []
        assert (solution.routes[0].departure_s, solution.routes[0].end_s) == (0, 10 + 10 + 32)
