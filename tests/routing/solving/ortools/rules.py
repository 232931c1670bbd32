"""For each rule a small problem whose best plan without that rule is another one.

Places lie on a line, 100 s and 1 000 m apart; a vehicle costs 1 a second and starts at place 0. Most routes end open,
so that the order decides: 1 then 2 takes 200 s, 2 then 1 takes 300 s.
"""

from dataclasses import dataclass, replace

import numpy as np

from routing.solving.problem import (
    Balance,
    Hours,
    Measure,
    Problem,
    Profile,
    Reload,
    SoftWindow,
    Stop,
    Vehicle,
)
from tests.routing.solving.instances import pause, problem, profile, stop, vehicle

RELOAD = "reload"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A problem, and the ids in the order of the one best plan, vehicle by vehicle."""

    problem: Problem
    best: list[list[str]]


def soft(start_s: int, end_s: int, *, early: int = 0, late: int = 0) -> SoftWindow:
    return SoftWindow(start_s=start_s, end_s=end_s, early_cost_per_h=early, late_cost_per_h=late)


def open_ended(id: str = "a", **fields: object) -> Vehicle:
    return vehicle(id, end_place=None, **fields)


def parcels(*parts: Vehicle | Stop) -> Problem:
    """One kind of load; who says nothing has none."""
    return problem(*(_with_load(part) for part in parts), capacity_names=("parcels",))


def _with_load(part: Vehicle | Stop) -> Vehicle | Stop:
    if isinstance(part, Vehicle):
        return part
    return replace(part, demands=part.demands or (0,), collects=part.collects or (0,))


def balanced(asked: Problem, measure: Measure, cost: int) -> Problem:
    return replace(asked, balance=Balance(measure=measure, cost=cost))


def slow_from(start_s: int) -> Profile:
    """Three times as slow from then on."""
    plain = profile()
    return replace(plain, hours=(Hours(start_s=start_s, duration_s=plain.duration_s * np.int32(3)),))


def pair(pickup: int, delivery: int, *, load: int = 0, name: str = "", **fields: object) -> tuple[Stop, Stop]:
    there = stop(pickup, f"pickup{name}", **fields)
    return there, stop(delivery, f"delivery{name}", pickup=there.id, demands=(load,) if load else (), **fields)


def _shared(**fields: object) -> Problem:
    """Two vehicles at one place, four stops, the first of them for the first vehicle."""
    first = stop(1, refused_vehicles=frozenset({"b"}), **fields)
    return problem(open_ended(), open_ended("b"), first, *(stop(place, **fields) for place in (2, 3, 4)))


def _with_a_gap(**fields: object) -> Problem:
    """The first vehicle, alone allowed, is at 1 between its windows; for the second the day is long."""
    first = stop(1, windows=((0, 50), (1000, 1100)), refused_vehicles=frozenset({"b"}), penalty=9000)
    return problem(vehicle(shift_end_s=900, **fields), vehicle("b", fixed_cost=1), first, stop(2))


_FROM_BOTH_ENDS = (vehicle(), vehicle("b", start_place=9, end_place=9))
_DEPOT = Reload(place=0)
_ONE = (1,)

RULES = {
    "late costs": Rule(
        # By 1 first: 300 s and 100 s late at 2 a second; by 2 first: 400 s.
        problem=problem(open_ended(), stop(1, service_s=100), stop(2, soft_window=soft(0, 200, late=7200))),
        best=[["at 2", "at 1"]],
    ),
    "early costs": Rule(
        # By 1 first, to be at 2 by 350: 200 s, 50 s early at 3 a second; by 2 first: 300 s.
        problem=problem(open_ended(shift_end_s=350), stop(1, soft_window=soft(300, 900, early=10800)), stop(2)),
        best=[["at 2", "at 1"]],
    ),
    "late costs less than the way": Rule(
        problem=problem(open_ended(), stop(1, service_s=100), stop(2, soft_window=soft(0, 200, late=1800))),
        best=[["at 1", "at 2"]],
    ),
    "late costs beside a break": Rule(
        problem=problem(
            open_ended(breaks=(pause(1000, 2000, 50), pause(5000, 6000, 50))),
            stop(1, service_s=100),
            stop(2, soft_window=soft(0, 200, late=7200)),
        ),
        best=[["at 2", "at 1"]],
    ),
    "break in the way of the longer round": Rule(
        # Both at 1 and 2 by 200; with 50 s of break 2 is too late, whoever goes there by 1.
        problem=problem(
            *(open_ended(id, breaks=(pause(0, 60, 50), pause(500, 600, 50))) for id in "ab"),
            stop(1, windows=((0, 160),), refused_vehicles=frozenset({"b"})),
            stop(2, windows=((0, 260),), service_s=10),
            stop(2, "other", windows=((0, 260),), service_s=10, refused_vehicles=frozenset({"a"})),
        ),
        best=[["at 1", "at 2"], ["other"]],
    ),
    "pickup comes first": Rule(problem=problem(open_ended(), *pair(2, 1)), best=[["pickup", "delivery"]]),
    "pickup comes first at one place": Rule(
        problem=problem(open_ended(), *reversed(pair(1, 1))), best=[["pickup", "delivery"]]
    ),
    "a pair stays in one vehicle": Rule(
        # Each vehicle has one of both at its door.
        problem=problem(*_FROM_BOTH_ENDS, *pair(1, 8, service_s=1), stop(2)),
        best=[["pickup", "at 2", "delivery"], []],
    ),
    "a pair is served, or neither half is": Rule(
        # The pickup alone were worth its 200 s.
        problem=problem(open_ended(), *pair(1, 9, penalty=300)),
        best=[[]],
    ),
    "a pair takes room in between": Rule(
        problem=parcels(open_ended(capacities=_ONE), *pair(1, 3, load=1, name=" 1"), *pair(2, 4, load=1, name=" 2")),
        best=[["pickup 1", "delivery 1", "pickup 2", "delivery 2"]],
    ),
    "a pickup finds no room beside what is still to bring": Rule(
        problem=parcels(open_ended(capacities=_ONE), stop(2, demands=_ONE), *pair(1, 3, load=1)),
        best=[["at 2", "pickup", "delivery"]],
    ),
    "what is collected finds no room beside what is still to bring": Rule(
        problem=parcels(open_ended(capacities=_ONE), stop(1, collects=_ONE), stop(2, demands=_ONE)),
        best=[["at 2", "at 1"]],
    ),
    "what is brought goes off before what is collected comes on": Rule(
        problem=parcels(open_ended(capacities=_ONE), stop(1, demands=_ONE, collects=_ONE), stop(2)),
        best=[["at 1", "at 2"]],
    ),
    "collected beyond the capacity": Rule(
        problem=parcels(
            *(vehicle(id, capacities=_ONE, fixed_cost=number) for number, id in enumerate("ab")),
            stop(1, collects=_ONE, refused_vehicles=frozenset({"b"})),
            stop(2, collects=_ONE),
            stop(2, "no room", collects=_ONE, penalty=10),
        ),
        best=[["at 1"], ["at 2"]],
    ),
    "excluded skill": Rule(
        problem=problem(
            vehicle(skills=frozenset({"tall"})),
            vehicle("b", start_place=9, end_place=9),
            stop(1, excluded_skills=frozenset({"tall"})),
        ),
        best=[[], ["at 1"]],
    ),
    "a vehicle that is liked less": Rule(
        problem=problem(*_FROM_BOTH_ENDS, stop(1, vehicle_costs=(("a", 1401), ("b", 0)))), best=[[], ["at 1"]]
    ),
    "a vehicle that is liked a little less": Rule(
        problem=problem(*_FROM_BOTH_ENDS, stop(1, vehicle_costs=(("a", 1399),))), best=[["at 1"], []]
    ),
    "one of two ways": Rule(
        problem=problem(open_ended(), stop(5, "home", choice="x"), stop(1, "locker", choice="x"), stop(2)),
        best=[["locker", "at 2"]],
    ),
    "the way whose window fits": Rule(
        problem=problem(
            open_ended(),
            stop(5, "home", choice="x", windows=((500, 600),)),
            stop(1, "locker", choice="x", windows=((0, 9),)),
        ),
        best=[["home"]],
    ),
    "none of two dear ways": Rule(
        problem=problem(
            open_ended(), stop(5, "home", choice="x", penalty=299), stop(4, "locker", choice="x", penalty=299), stop(1)
        ),
        best=[["at 1"]],
    ),
    "reload": Rule(
        problem=parcels(
            vehicle(capacities=_ONE, reload=_DEPOT), stop(1, demands=_ONE), stop(2, demands=_ONE, windows=((500, 600),))
        ),
        best=[["at 1", RELOAD, "at 2"]],
    ),
    "no more reloads than it may": Rule(
        problem=parcels(
            vehicle(capacities=_ONE, reload=replace(_DEPOT, most=1)),
            stop(1, demands=_ONE),
            stop(2, demands=_ONE, windows=((500, 600),)),
            stop(3, demands=_ONE, penalty=5000),
        ),
        best=[["at 1", RELOAD, "at 2"]],
    ),
    "as many reloads as it may": Rule(
        problem=parcels(
            vehicle(capacities=_ONE, reload=replace(_DEPOT, most=2)),
            stop(1, demands=_ONE, windows=((0, 200),)),
            stop(2, demands=_ONE, windows=((500, 600),)),
            stop(3, demands=_ONE, penalty=5000, windows=((1000, 1500),)),
        ),
        best=[["at 1", RELOAD, "at 2", RELOAD, "at 3"]],
    ),
    "no reload where it does not pay": Rule(
        problem=parcels(open_ended(capacities=(2,), reload=_DEPOT), stop(1, demands=_ONE), stop(2, demands=_ONE)),
        best=[["at 1", "at 2"]],
    ),
    "a reload takes its time": Rule(
        # Back at 0 at 200, away again at 400: 2 is reached at 600, when its window is over.
        problem=parcels(
            vehicle(capacities=_ONE, reload=replace(_DEPOT, duration_s=200)),
            stop(1, demands=_ONE, windows=((100, 101),)),
            stop(2, demands=_ONE, windows=((0, 600),), penalty=5000),
        ),
        best=[["at 1"]],
    ),
    "what was collected goes off at a reload": Rule(
        problem=parcels(
            vehicle(capacities=_ONE, reload=_DEPOT),
            stop(1, collects=_ONE, windows=((100, 101),)),
            stop(2, collects=_ONE),
            stop(3, windows=((300, 301),)),
        ),
        best=[["at 1", "at 3", RELOAD, "at 2"]],
    ),
    "what comes next is not on board before the reload": Rule(
        # The first trip has no room for anything but its own parcel, and then for what it collects.
        problem=parcels(
            vehicle(capacities=_ONE, reload=_DEPOT),
            stop(2, demands=_ONE, windows=((200, 201),)),
            stop(1, collects=_ONE),
            stop(3, demands=_ONE, windows=((0, 800),)),
        ),
        best=[["at 2", "at 1", RELOAD, "at 3"]],
    ),
    "what comes next is on board after an empty trip too": Rule(
        problem=parcels(
            vehicle(capacities=_ONE, reload=_DEPOT),
            stop(1, windows=((100, 101),)),
            stop(2, collects=_ONE),
            stop(3, demands=_ONE),
        ),
        best=[["at 1", "at 3", "at 2"]],
    ),
    "a pair lies within one trip": Rule(
        # Between 1 and 2 lies a reload: 1 and 2 and both halves of the pair cannot all be served.
        problem=parcels(
            vehicle(capacities=_ONE, reload=_DEPOT),
            stop(1, demands=_ONE, windows=((150, 160),)),
            stop(2, demands=_ONE, windows=((450, 460),), penalty=5000),
            replace(pair(1, 3)[0], windows=((100, 101),)),
            replace(pair(1, 3)[1], windows=((550, 600),)),
        ),
        best=[["pickup", "at 1", "delivery"]],
    ),
    "parking once for two doors": Rule(
        problem=problem(vehicle(shift_end_s=250), stop(1, setup_s=50), stop(1, "next door", setup_s=50, penalty=9)),
        best=[["at 1", "next door"]],
    ),
    "parking takes its time": Rule(
        problem=problem(vehicle(shift_end_s=249), stop(1, setup_s=50), stop(0, setup_s=999)), best=[["at 0"]]
    ),
    "locked prefix": Rule(
        problem=problem(open_ended(locked=("at 2", "at 1")), stop(1), stop(2), stop(3)),
        best=[["at 2", "at 1", "at 3"]],
    ),
    "locked to the farther vehicle": Rule(
        problem=problem(vehicle(), vehicle("b", start_place=9, end_place=9, locked=("at 1",)), stop(1), stop(2)),
        best=[[], ["at 1", "at 2"]],
    ),
    "equal shares of stops": Rule(
        # Alone 400 + 16 * 100, one and three 500 + 10 * 100, two and two 600 + 8 * 100.
        problem=balanced(_shared(), Measure.STOPS, 100),
        best=[["at 1", "at 2"], ["at 3", "at 4"]],
    ),
    "unequal shares of stops where they cost less": Rule(
        problem=balanced(_shared(), Measure.STOPS, 10), best=[["at 1", "at 2", "at 3", "at 4"], []]
    ),
    "equal shares of time": Rule(
        # Alone 4400 + 5000 * 4400² / 3600² = 11869, one and three less, two and two 4600 + 5000 * 10.6M / 3600² = 8689.
        problem=balanced(_shared(service_s=1000), Measure.TIME, 5000),
        best=[["at 1", "at 2"], ["at 3", "at 4"]],
    ),
    "unequal shares of time where they cost less": Rule(
        problem=balanced(_shared(service_s=1000), Measure.TIME, 100),
        best=[["at 1", "at 2", "at 3", "at 4"], []],
    ),
    "slow hours": Rule(
        # After 1000 the way home from 2 takes 600 s.
        problem=problem(
            vehicle(shift_end_s=2599),
            stop(2, windows=((2000, 2100),), penalty=9000),
            stop(1, windows=((0, 201),)),
            bicycle=slow_from(1000),
        ),
        best=[["at 1"]],
    ),
    "quick hours": Rule(
        problem=problem(
            vehicle(shift_end_s=2600),
            stop(2, windows=((2000, 2100),), penalty=9000),
            stop(1, windows=((0, 201),)),
            bicycle=slow_from(1000),
        ),
        best=[["at 1", "at 2"]],
    ),
    "longest distance": Rule(
        problem=problem(vehicle(max_distance_m=9_999), stop(4), stop(5, penalty=9000)), best=[["at 4"]]
    ),
    "number of stops": Rule(
        problem=problem(vehicle(max_stops=1), stop(1, penalty=9000), stop(2, penalty=9500)), best=[["at 2"]]
    ),
    "longest duration": Rule(
        problem=problem(
            vehicle(max_duration_s=1000), stop(1, windows=((0, 200),)), stop(2, windows=((5000, 5100),), penalty=9000)
        ),
        best=[["at 1"]],
    ),
    "standing still where its way is longer than its shift": Rule(
        problem=problem(vehicle(), vehicle("b", end_place=9, shift_end_s=100), stop(1)), best=[["at 1"], []]
    ),
    "a stop that every vehicle likes less may stay out": Rule(
        problem=problem(
            vehicle(), vehicle("b", fixed_cost=1), stop(1), stop(9, penalty=100, vehicle_costs=(("a", 50), ("b", 60)))
        ),
        best=[["at 1"], []],
    ),
    "waiting costs as driving does": Rule(
        # One for both: 200 s of driving and 900 s of waiting; two: 400 s and the second's 300.
        problem=problem(
            vehicle(),
            vehicle("b", fixed_cost=300),
            stop(1, windows=((100, 101),), refused_vehicles=frozenset({"b"})),
            stop(2, windows=((1000, 1001),)),
        ),
        best=[["at 1"], ["at 2"]],
    ),
    "a break never cuts a service": Rule(
        problem=problem(
            vehicle(breaks=(pause(120, 150, 30),)), stop(1, service_s=100, windows=((100, 101),)), stop(2, penalty=1)
        ),
        best=[[]],
    ),
    "between two windows": Rule(problem=_with_a_gap(), best=[["at 2"], []]),
    "between two windows beside a break": Rule(problem=_with_a_gap(breaks=(pause(0, 5000, 50),)), best=[["at 2"], []]),
    "the later window beside a break": Rule(
        problem=problem(
            vehicle(breaks=(pause(400, 400, 100),)),
            stop(1, windows=((0, 50), (600, 700), (800, 900))),
            stop(2, windows=((0, 600),)),
        ),
        best=[["at 2", "at 1"]],
    ),
}
