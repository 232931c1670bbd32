"""Small problems whose best plan is known by hand, one or more for each rule.

Places lie on a line, 100 s and 1 000 m apart; a vehicle costs 1 a second and starts at place 0.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from routing.solving.problem import (
    UNREACHABLE,
    Balance,
    Break,
    Hours,
    Measure,
    Problem,
    Profile,
    Reload,
    SoftWindow,
    Stop,
    Vehicle,
)
from routing.solving.solution import Reason

PLACES = 10


@dataclass(frozen=True, kw_only=True)
class Known:
    """A problem, the total of its best plan, and what must stay out of it."""

    problem: Problem
    total: int
    unassigned: dict[str, Reason] = field(default_factory=dict)


def profile(*, step_s: int = 100) -> Profile:
    apart = np.abs(np.subtract.outer(np.arange(PLACES), np.arange(PLACES)))
    return Profile(duration_s=(apart * step_s).astype(np.int32), distance_m=(apart * 1000).astype(np.int32))


def vehicle(id: str = "a", **fields: Any) -> Vehicle:
    values: dict[str, Any] = {
        "profile": "bicycle",
        "start_place": 0,
        "end_place": 0,
        "shift_start_s": 0,
        "shift_end_s": 10_000,
    }
    return Vehicle(id=id, **values | fields)


def stop(place: int, id: str | None = None, **fields: Any) -> Stop:
    return Stop(id=id or f"at {place}", place=place, **fields)


def problem(
    *parts: Vehicle | Stop, capacity_names: tuple[str, ...] = (), balance: Balance | None = None, **profiles: Profile
) -> Problem:
    return Problem(
        places=PLACES,
        profiles={"bicycle": profile(), "car": profile(step_s=50)} | profiles,
        vehicles=tuple(part for part in parts if isinstance(part, Vehicle)),
        stops=tuple(part for part in parts if isinstance(part, Stop)),
        capacity_names=capacity_names,
        balance=balance,
    )


def one_way_ring() -> Profile:
    """Round by 0, 1, 2 in 10 s a step, the other way in 100 s."""
    duration_s = np.full((PLACES, PLACES), 1000, dtype=np.int32)
    np.fill_diagonal(duration_s, 0)
    for start, end in ((0, 1), (1, 2), (2, 0)):
        duration_s[start, end], duration_s[end, start] = 10, 100
    return Profile(duration_s=duration_s, distance_m=duration_s * np.int32(10))


def with_an_island(place: int) -> Profile:
    plain = profile()
    for matrix in (plain.duration_s, plain.distance_m):
        matrix[place, :] = matrix[:, place] = UNREACHABLE
        matrix[place, place] = 0
    return plain


def from_then_on(start_s: int, *, step_s: int) -> Profile:
    """100 s a step, and another time from `start_s` on."""
    return replace(profile(), hours=(Hours(start_s=start_s, duration_s=profile(step_s=step_s).duration_s),))


def soft(start: int, end: int, *, early: int = 0, late: int = 0) -> SoftWindow:
    """Costs are those of a second, not of an hour."""
    return SoftWindow(start_s=start, end_s=end, early_cost_per_h=early * 3600, late_cost_per_h=late * 3600)


def pause(earliest: int, latest: int, duration: int) -> Break:
    return Break(earliest_start_s=earliest, latest_start_s=latest, duration_s=duration)


_BY_TWO = (stop(1), stop(2))

INSTANCES = {
    "order": Known(problem=problem(vehicle(), stop(2, service_s=10), stop(3), stop(1)), total=610),
    "one-way streets": Known(problem=problem(vehicle(), stop(2), stop(1), bicycle=one_way_ring()), total=30),
    "capacity": Known(
        problem=problem(
            *(vehicle(id, capacities=(1,)) for id in "ab"),
            *(stop(place, demands=(1,)) for place in (1, 2)),
            capacity_names=("parcels",),
        ),
        total=200 + 400,
    ),
    "no room left": Known(
        problem=problem(
            vehicle(capacities=(1,)), *(stop(place, demands=(1,)) for place in (1, 2)), capacity_names=("parcels",)
        ),
        total=200,
        unassigned={"at 2": Reason.NO_ROOM},
    ),
    "the second capacity": Known(
        problem=problem(vehicle(capacities=(9, 1)), stop(1, demands=(1, 2)), capacity_names=("kg", "litres")),
        total=0,
        unassigned={"at 1": Reason.CAPACITY},
    ),
    "window decides the order": Known(
        # 2 first, at 299 at the latest, then back to 1 at 500 and home at 600: leaves at 99.
        problem=problem(vehicle(), stop(1, windows=((500, 600),)), stop(2, windows=((200, 300),))),
        total=501,
    ),
    "second window": Known(problem=problem(vehicle(), stop(1, windows=((0, 50), (1000, 1100)))), total=200),
    "window is half-open": Known(
        problem=problem(vehicle(), stop(1, windows=((0, 100),))), total=0, unassigned={"at 1": Reason.TIME_WINDOW}
    ),
    "skill": Known(
        problem=problem(
            vehicle(),
            vehicle("b", start_place=3, end_place=3, skills=frozenset({"cold", "lift"})),
            stop(1, skills=frozenset({"cold"})),
        ),
        total=400,
    ),
    "skill of nobody": Known(
        problem=problem(vehicle(skills=frozenset({"lift"})), stop(1, skills=frozenset({"cold", "lift"}))),
        total=0,
        unassigned={"at 1": Reason.SKILL},
    ),
    "allowed vehicle": Known(
        problem=problem(
            vehicle(), vehicle("b", start_place=3, end_place=3), stop(1, allowed_vehicles=frozenset({"b"}))
        ),
        total=400,
    ),
    "refused vehicle": Known(
        problem=problem(
            vehicle(), vehicle("b", start_place=3, end_place=3), stop(1, refused_vehicles=frozenset({"a"}))
        ),
        total=400,
    ),
    "refused by all": Known(
        problem=problem(vehicle(), stop(1, refused_vehicles=frozenset({"a"}))),
        total=0,
        unassigned={"at 1": Reason.VEHICLE_NOT_ALLOWED},
    ),
    "break interrupts the drive": Known(
        problem=problem(vehicle(breaks=(pause(150, 150, 50),)), stop(1, service_s=10, windows=((100, 101),)), stop(3)),
        total=660,
    ),
    "break instead of waiting": Known(
        problem=problem(
            vehicle(breaks=(pause(300, 900, 100),)),
            stop(1, "early", windows=((100, 101),)),
            stop(1, "late", windows=((1000, 1001),)),
        ),
        total=1100,
    ),
    "break before leaving": Known(
        problem=problem(vehicle(breaks=(pause(300, 800, 100),)), stop(1, windows=((1000, 1001),))), total=200
    ),
    "break never cuts a service": Known(
        problem=problem(vehicle(breaks=(pause(120, 150, 30),)), stop(1, service_s=100, windows=((100, 101),))),
        total=0,
        unassigned={"at 1": Reason.BREAK},
    ),
    "two breaks on each of two vehicles": Known(
        # Both must be at place 1 at 100; then 400 and 500 s out, 500 and 600 s home, and 100 s of breaks each.
        problem=problem(
            *(vehicle(id, max_stops=2, breaks=(pause(150, 160, 50), pause(400, 420, 50))) for id in "ab"),
            *(stop(1, f"early {number}", service_s=10, windows=((100, 101),)) for number in (1, 2)),
            stop(5),
            stop(6),
        ),
        total=(110 + 400 + 500 + 100) + (110 + 500 + 600 + 100),
    ),
    "longest distance": Known(
        problem=problem(vehicle(max_distance_m=9_999), stop(5)), total=0, unassigned={"at 5": Reason.MAX_DISTANCE}
    ),
    "longest duration": Known(
        problem=problem(
            *(vehicle(id, max_duration_s=1000) for id in "ab"),
            stop(1, "early", windows=((0, 200),)),
            stop(1, "late", windows=((5000, 5100),)),
        ),
        total=200 + 200,
    ),
    "duration shorter in a later window": Known(
        # The first windows lie 1 900 s apart, the later ones meet.
        problem=problem(
            vehicle(max_duration_s=300),
            stop(1, "one", windows=((100, 101), (5000, 5001))),
            stop(1, "two", windows=((2000, 2001), (5000, 5001))),
        ),
        total=200,
    ),
    "duration over": Known(
        problem=problem(vehicle(max_duration_s=199), stop(1)), total=0, unassigned={"at 1": Reason.MAX_DURATION}
    ),
    "number of stops": Known(problem=problem(vehicle(max_stops=1), vehicle("b", max_stops=1), *_BY_TWO), total=600),
    "no stops at all": Known(
        problem=problem(vehicle(max_stops=0), stop(1)), total=0, unassigned={"at 1": Reason.TOUR_SIZE}
    ),
    "open end": Known(problem=problem(vehicle(end_place=None), stop(3), *_BY_TWO), total=300),
    "another end": Known(problem=problem(vehicle(end_place=4), stop(3), stop(1)), total=400),
    "optional and dear": Known(
        problem=problem(vehicle(), stop(1), stop(9, penalty=50)),
        total=200 + 50,
        unassigned={"at 9": Reason.COSTS_MORE},
    ),
    "optional and worth it": Known(problem=problem(vehicle(), stop(1), stop(9, penalty=5000)), total=1800),
    "fixed cost": Known(
        problem=problem(vehicle(fixed_cost=1000), vehicle("b", fixed_cost=1000, start_place=2, end_place=2), *_BY_TWO),
        total=1000 + 200,
    ),
    "the faster profile": Known(problem=problem(vehicle(), vehicle("b", profile="car"), stop(4)), total=400),
    "cost by distance": Known(
        problem=problem(vehicle("a", cost_per_s=0, cost_per_m=3), vehicle("b", cost_per_s=0, cost_per_m=2), stop(1)),
        total=4000,
    ),
    "an island": Known(
        problem=problem(vehicle(), stop(1), stop(7), bicycle=with_an_island(7)),
        total=200,
        unassigned={"at 7": Reason.REACHABLE},
    ),
    "shift too short": Known(
        problem=problem(vehicle(shift_end_s=199), stop(1)), total=0, unassigned={"at 1": Reason.SHIFT_TIME}
    ),
    "no vehicles": Known(problem=problem(stop(1)), total=0, unassigned={"at 1": Reason.NO_VEHICLE}),
    "no stops": Known(problem=problem(vehicle()), total=0),
    "nothing": Known(problem=problem(), total=0),
}

_NARROW = {"capacity_names": ("parcels",)}

RICH = {
    "setup once for two doors": Known(
        problem=problem(vehicle(), *(stop(1, name, setup_s=30) for name in ("left", "right"))), total=200 + 30
    ),
    "setup again at another place": Known(
        problem=problem(vehicle(), *(stop(place, setup_s=30) for place in (1, 2))), total=400 + 60
    ),
    "no setup where it stands already": Known(problem=problem(vehicle(), stop(0, setup_s=30)), total=0),
    "setup before the window closes": Known(
        problem=problem(vehicle(), stop(1, setup_s=30, windows=((0, 130),))),
        total=0,
        unassigned={"at 1": Reason.TIME_WINDOW},
    ),
    "late at a price": Known(
        # Nobody is there before 100: 50 s late at 2 each.
        problem=problem(vehicle(), stop(1, soft_window=soft(0, 50, late=2))),
        total=200 + 100,
    ),
    "late, and a break that is due before the end": Known(
        # Home at 200 were too late to begin the break then.
        problem=problem(vehicle(breaks=(pause(120, 150, 50),)), stop(1, soft_window=soft(0, 50, late=2))),
        total=200 + 50 + 100,
    ),
    "early is cheaper than waiting": Known(
        problem=problem(
            vehicle(cost_per_s=3),
            stop(1, "first", windows=((100, 101),)),
            stop(1, "second", soft_window=soft(200, 9000, early=2)),
        ),
        total=3 * 200 + 2 * 100,
    ),
    "waiting is cheaper than early": Known(
        problem=problem(
            vehicle(), stop(1, "first", windows=((100, 101),)), stop(1, "second", soft_window=soft(200, 9000, early=2))
        ),
        total=200 + 100,
    ),
    "leaving late against being early": Known(
        problem=problem(vehicle(), stop(1, soft_window=soft(500, 600, early=9, late=9))), total=200
    ),
    "soft windows decide the order": Known(
        # 2 first, at 300; then 1 at 400, 100 s before its time, which is cheaper than waiting.
        problem=problem(
            vehicle(cost_per_s=2),
            stop(1, soft_window=soft(500, 9000, early=1)),
            stop(2, soft_window=soft(0, 300, late=50)),
        ),
        total=2 * 400 + 100,
    ),
    "collected goods fill the room": Known(
        problem=problem(
            vehicle(capacities=(1,)),
            stop(1, collects=(1,), demands=(0,), windows=((100, 101),)),
            stop(2, demands=(1,), penalty=50),
            **_NARROW,
        ),
        total=200 + 50,
        unassigned={"at 2": Reason.NO_ROOM},
    ),
    "collected where something was delivered": Known(
        problem=problem(vehicle(capacities=(1,)), stop(2, collects=(1,), demands=(1,)), **_NARROW), total=400
    ),
    "delivered before collected": Known(
        # With an open end 1 before 2 were shorter: 200.
        problem=problem(
            vehicle(capacities=(1,), end_place=None),
            stop(1, collects=(1,), demands=(0,)),
            stop(2, demands=(1,)),
            **_NARROW,
        ),
        total=300,
    ),
    "collects over": Known(
        problem=problem(vehicle(capacities=(1,)), stop(1, collects=(2,), demands=(0,)), **_NARROW),
        total=0,
        unassigned={"at 1": Reason.CAPACITY},
    ),
    "pickup before delivery": Known(
        # With an open end the delivery first were shorter: 300.
        problem=problem(vehicle(end_place=None), stop(3, "shop"), stop(1, "home", pickup="shop")),
        total=300 + 200,
    ),
    "one pair at a time": Known(
        # From 1 to 3 twice, with 200 s back in between: the van takes only one parcel.
        problem=problem(
            vehicle(capacities=(1,), end_place=None),
            *(stop(1, f"shop {number}", demands=(0,)) for number in (1, 2)),
            *(stop(3, f"home {number}", demands=(1,), pickup=f"shop {number}") for number in (1, 2)),
            **_NARROW,
        ),
        total=100 + 200 * 3,
    ),
    "a pair in one vehicle": Known(
        # Each has one end at its door, but what a takes on only a can bring.
        problem=problem(
            vehicle("a"), vehicle("b", start_place=5, end_place=5), stop(1, "shop"), stop(4, "home", pickup="shop")
        ),
        total=800,
    ),
    "a pair too dear": Known(
        problem=problem(vehicle(), stop(1, "shop", penalty=10), stop(9, "home", penalty=20, pickup="shop")),
        total=30,
        unassigned={"shop": Reason.COSTS_MORE, "home": Reason.COSTS_MORE},
    ),
    "a pair that is closed before it is reached": Known(
        problem=problem(vehicle(), stop(1, "shop"), stop(2, "home", pickup="shop", windows=((0, 200),))),
        total=0,
        unassigned={"shop": Reason.TIME_WINDOW, "home": Reason.TIME_WINDOW},
    ),
    "a pair that does not fit into one shift": Known(
        # Each door alone is 600 s away and back; from one to the other it is too far.
        problem=problem(
            vehicle(start_place=4, end_place=4, shift_end_s=900), stop(1, "shop"), stop(7, "home", pickup="shop")
        ),
        total=0,
        unassigned={"shop": Reason.PAIR, "home": Reason.PAIR},
    ),
    "excluded skill": Known(
        problem=problem(
            vehicle(skills=frozenset({"dogs"})),
            vehicle("b", start_place=3, end_place=3),
            stop(1, excluded_skills=frozenset({"dogs"})),
        ),
        total=400,
    ),
    "excluded by all": Known(
        problem=problem(vehicle(skills=frozenset({"dogs"})), stop(1, excluded_skills=frozenset({"dogs", "cats"}))),
        total=0,
        unassigned={"at 1": Reason.SKILL},
    ),
    "a driver who knows the place": Known(
        problem=problem(vehicle(), vehicle("b", start_place=3, end_place=3), stop(1, vehicle_costs=(("a", 300),))),
        total=400,
    ),
    "a driver who knows the place, too far away": Known(
        problem=problem(vehicle(), vehicle("b", start_place=5, end_place=5), stop(1, vehicle_costs=(("a", 300),))),
        total=200 + 300,
    ),
    "the nearer of two places": Known(
        problem=problem(vehicle(), *(stop(place, choice="parcel") for place in (5, 2))), total=400
    ),
    "home by day, locker by night": Known(
        problem=problem(
            vehicle(shift_start_s=5000, shift_end_s=9000),
            stop(1, "home", choice="parcel", windows=((0, 4000),)),
            stop(3, "locker", choice="parcel"),
        ),
        total=600,
    ),
    "no place of a choice": Known(
        problem=problem(
            vehicle(skills=frozenset({"dogs"})),
            *(stop(place, choice="parcel", penalty=7, excluded_skills=frozenset({"dogs"})) for place in (4, 2)),
        ),
        total=7,
        unassigned={"at 4": Reason.SKILL},
    ),
    "two trips": Known(
        problem=problem(
            vehicle(capacities=(1,), reload=Reload(place=0, duration_s=10)),
            *(stop(place, demands=(1,)) for place in (1, 2)),
            **_NARROW,
        ),
        total=200 + 10 + 400,
    ),
    "a reload on the way": Known(
        # Out to 2, back to 1 to reload, and on to 3; the end is open.
        problem=problem(
            vehicle(capacities=(1,), end_place=None, reload=Reload(place=1)),
            *(stop(place, demands=(1,)) for place in (2, 3)),
            **_NARROW,
        ),
        total=200 + 100 + 200,
    ),
    "not more trips than allowed": Known(
        problem=problem(
            vehicle(capacities=(1,), reload=Reload(place=0)),
            *(stop(place, demands=(1,)) for place in (1, 2, 3)),
            **_NARROW,
        ),
        total=200 + 400,
        unassigned={"at 3": Reason.NO_ROOM},
    ),
    "a reload takes off what was collected": Known(
        problem=problem(
            vehicle(capacities=(1,), reload=Reload(place=0)),
            *(stop(place, demands=(0,), collects=(1,)) for place in (1, 2)),
            **_NARROW,
        ),
        total=200 + 400,
    ),
    "slower from then on": Known(
        # 150 s of 200 at the old pace, the rest and the way home at half of it; nothing is gained by leaving later.
        problem=problem(vehicle(), stop(2), bicycle=from_then_on(150, step_s=200)),
        total=150 + 100 + 400,
    ),
    "waits for the road to clear": Known(
        problem=problem(vehicle(), stop(2), bicycle=from_then_on(5000, step_s=50)), total=200
    ),
    "too slow for the window": Known(
        problem=problem(vehicle(), stop(2, windows=((0, 250),)), bicycle=from_then_on(150, step_s=200)),
        total=0,
        unassigned={"at 2": Reason.TIME_WINDOW},
    ),
    "a break in the slow hours": Known(
        # On the way there until 150, standing until 250 while the road is slow, then 50 s at the old pace, and home.
        problem=problem(
            vehicle(breaks=(pause(150, 150, 100),), shift_end_s=600),
            stop(2, windows=((0, 301),)),
            bicycle=replace(
                profile(),
                hours=(
                    Hours(start_s=150, duration_s=profile(step_s=900).duration_s),
                    Hours(start_s=250, duration_s=profile().duration_s),
                ),
            ),
        ),
        total=150 + 100 + 50 + 200,
    ),
    "locked first": Known(
        # With an open end 1, 2, 3 were shorter: 300.
        problem=problem(vehicle(end_place=None, locked=("at 3",)), *(stop(place) for place in (1, 2, 3))),
        total=500,
    ),
    "locked although another is nearer": Known(
        problem=problem(vehicle(locked=("at 5",)), vehicle("b", start_place=5, end_place=5), stop(5)), total=1000
    ),
    "locked although its penalty is less": Known(
        problem=problem(vehicle(locked=("at 5",)), stop(5, penalty=1)), total=1000
    ),
    "no time behind what is locked": Known(
        problem=problem(vehicle(locked=("at 5",), shift_end_s=1000), stop(5), stop(3, service_s=50)),
        total=1000,
        unassigned={"at 3": Reason.LOCKING},
    ),
    "fair by stops": Known(
        problem=problem(
            *(vehicle(id) for id in "ab"),
            *(stop(1, name) for name in ("left", "right")),
            balance=Balance(measure=Measure.STOPS, cost=1000),
        ),
        total=2 * 200 + 2 * 1000,
    ),
    "fair by time": Known(
        # The cost of a route is its duration, and its square.
        problem=problem(
            *(vehicle(id) for id in "ab"),
            *(stop(0, name, service_s=100) for name in ("left", "right")),
            balance=Balance(measure=Measure.TIME, cost=3600**2),
        ),
        total=2 * 100 + 2 * 100**2,
    ),
    "fair, but not at any price": Known(
        problem=problem(
            *(vehicle(id) for id in "ab"),
            *(stop(1, name) for name in ("left", "right")),
            balance=Balance(measure=Measure.STOPS, cost=99),
        ),
        total=200 + 4 * 99,
    ),
}
"""The rules that not every search holds; what holds them all is tested with `INSTANCES | RICH`."""
