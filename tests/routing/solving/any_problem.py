"""Hypothesis strategies: small problems with every rule in them, most of them solvable in part."""

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from routing.solving.fits import DoesNotFit
from routing.solving.inserting.locks import locked_start
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
    Window,
)

PROFILES = ("bicycle", "car")
SKILLS = ("cold", "lift", "dogs")
VEHICLES = ("a", "b", "c")


@st.composite
def problems(draw: st.DrawFn, *, horizon_s: int = 2000) -> Problem:
    """Up to eight stops and three vehicles, with any of the rules."""
    places = draw(st.integers(2, 9))
    names = tuple(f"load {number}" for number in range(draw(st.integers(0, 2))))
    ids = VEHICLES[: draw(st.integers(1, 3))]
    facts: dict[str, Any] = {"places": places, "loads": len(names), "horizon_s": horizon_s}
    free = [draw(stops(id=f"s{number}", ids=ids, **facts)) for number in range(draw(st.integers(0, 8)))]
    return draw(
        locked(
            Problem(
                places=places,
                profiles={name: draw(profiles(places=places, horizon_s=horizon_s)) for name in PROFILES},
                vehicles=tuple(draw(vehicles(id=id, **facts)) for id in ids),
                stops=tuple(draw(together(free))),
                capacity_names=names,
                balance=draw(st.none() | st.none() | balances()),
            )
        )
    )


@st.composite
def profiles(draw: st.DrawFn, *, places: int, horizon_s: int) -> Profile:
    longest = horizon_s // 10
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    duration_s = chance.integers(0, longest, (places, places), endpoint=True, dtype=np.int32)
    distance_m = chance.integers(0, 10 * longest, (places, places), endpoint=True, dtype=np.int32)
    holes = chance.random((places, places)) < draw(st.sampled_from((0.0, 0.0, 0.1)))
    np.fill_diagonal(holes, False)
    for matrix in (duration_s, distance_m):
        np.fill_diagonal(matrix, 0)
        matrix[holes] = UNREACHABLE
    starts = sorted(draw(st.sets(st.integers(0, horizon_s * 3 // 4), max_size=draw(st.sampled_from((0, 0, 2))))))
    hours = []
    for start_s in starts:
        other = np.ceil(duration_s * chance.uniform(0.3, 3.0, (places, places))).astype(np.int64)
        hours.append(Hours(start_s=start_s, duration_s=np.where(holes, UNREACHABLE, other).astype(np.int32)))
    return Profile(duration_s=duration_s, distance_m=distance_m, hours=tuple(hours))


@st.composite
def vehicles(draw: st.DrawFn, *, id: str, places: int, loads: int, horizon_s: int) -> Vehicle:
    place = st.integers(0, places - 1)
    start_s = draw(st.integers(0, horizon_s // 4))
    return Vehicle(
        id=id,
        profile=draw(st.sampled_from(PROFILES)),
        start_place=draw(place),
        end_place=draw(st.none() | place),
        shift_start_s=start_s,
        shift_end_s=start_s + draw(st.integers(horizon_s // 4, horizon_s // 4 * 3)),
        capacities=tuple(draw(st.integers(2, 12)) for _ in range(loads)),
        skills=frozenset(draw(st.sets(st.sampled_from(SKILLS), min_size=1))),
        breaks=draw(breaks(horizon_s=horizon_s)),
        max_duration_s=draw(st.none() | st.integers(horizon_s // 4, horizon_s // 2)),
        max_distance_m=draw(st.none() | st.integers(2 * horizon_s, 8 * horizon_s)),
        max_stops=draw(st.none() | st.integers(1, 5)),
        fixed_cost=draw(st.sampled_from((0, 50, 1000))),
        cost_per_s=draw(st.integers(0, 3)),
        cost_per_m=draw(st.integers(0, 2)),
        reload=draw(st.none() | reloads(places=places, horizon_s=horizon_s)),
    )


@st.composite
def reloads(draw: st.DrawFn, *, places: int, horizon_s: int) -> Reload:
    place, duration_s = draw(st.integers(0, places - 1)), draw(st.integers(0, horizon_s // 20))
    return Reload(place=place, duration_s=duration_s, most=draw(st.integers(0, 2)))


@st.composite
def breaks(draw: st.DrawFn, *, horizon_s: int) -> tuple[Break, ...]:
    earliest_s, found = 0, []
    for _ in range(draw(st.sampled_from((0, 0, 1, 1, 2)))):
        earliest_s += draw(st.integers(0, horizon_s // 3))
        latest_s = earliest_s + draw(st.integers(0, horizon_s // 4))
        duration_s = draw(st.integers(1, horizon_s // 20))
        found.append(Break(earliest_start_s=earliest_s, latest_start_s=latest_s, duration_s=duration_s))
        earliest_s = latest_s + duration_s
    return tuple(found)


@st.composite
def stops(draw: st.DrawFn, *, id: str, ids: tuple[str, ...], places: int, loads: int, horizon_s: int) -> Stop:
    vehicle = st.sampled_from(ids)
    skill = st.sampled_from(SKILLS)
    disliked = draw(st.just([]) | st.just([]) | st.lists(vehicle, unique=True))
    return Stop(
        id=id,
        place=draw(st.integers(0, places - 1)),
        service_s=draw(st.integers(0, horizon_s // 20)),
        windows=draw(windows(horizon_s=horizon_s)),
        demands=tuple(draw(st.integers(0, 4)) for _ in range(loads)),
        penalty=draw(st.none() | st.integers(0, 3000)),
        skills=frozenset(draw(st.sets(skill, max_size=1))) if draw(st.booleans()) else frozenset(),
        allowed_vehicles=draw(st.none() | st.none() | st.frozensets(vehicle, min_size=1)),
        refused_vehicles=draw(st.just(frozenset()) | st.frozensets(vehicle, max_size=1)),
        setup_s=draw(st.sampled_from((0, 0, horizon_s // 40))),
        collects=tuple(draw(st.integers(0, 3)) for _ in range(loads)) if draw(st.booleans()) else (),
        soft_window=draw(st.none() | soft_windows(horizon_s=horizon_s)),
        excluded_skills=draw(st.just(frozenset()) | st.just(frozenset()) | st.frozensets(skill, max_size=1)),
        vehicle_costs=tuple((id, draw(st.integers(0, 500))) for id in disliked),
    )


@st.composite
def soft_windows(draw: st.DrawFn, *, horizon_s: int) -> SoftWindow:
    start_s = draw(st.integers(-horizon_s // 2, horizon_s * 3 // 4))
    return SoftWindow(
        start_s=start_s,
        end_s=start_s + draw(st.integers(1, horizon_s // 3)),
        early_cost_per_h=draw(st.sampled_from((0, 1000, 4000, 20_000))),
        late_cost_per_h=draw(st.sampled_from((0, 1000, 4000, 20_000))),
    )


@st.composite
def together(draw: st.DrawFn, free: list[Stop]) -> list[Stop]:
    """Some of the stops as pickups and their deliveries, some as ways to serve one delivery."""
    rest, found = list(free), []
    while len(rest) > 1 and draw(st.sampled_from((True, False))):
        first, second = rest.pop(), rest.pop()
        if draw(st.booleans()):
            nothing = tuple(0 for _ in first.demands)
            penalty = None if second.penalty is None else (first.penalty or 0)
            found.append(replace(first, demands=nothing, collects=(), penalty=penalty))
            found.append(replace(second, pickup=first.id))
        else:
            choice = f"of {first.id}"
            found += [replace(first, choice=choice), replace(second, choice=choice, penalty=first.penalty)]
    return draw(st.permutations([*rest, *found]))


@st.composite
def balances(draw: st.DrawFn) -> Balance:
    return Balance(measure=draw(st.sampled_from(Measure)), cost=draw(st.sampled_from((1, 100, 10_000))))


@st.composite
def locked(draw: st.DrawFn, asked: Problem) -> Problem:
    """The problem with one vehicle locked to begin with up to two stops, if it can."""
    if not asked.stops or draw(st.integers(0, 3)):
        return asked
    first = draw(st.lists(st.sampled_from(asked.stops), min_size=1, max_size=2, unique=True))
    number = draw(st.integers(0, len(asked.vehicles) - 1))
    vehicle = replace(asked.vehicles[number], locked=tuple(stop.id for stop in first))
    others = (*asked.vehicles[:number], vehicle, *asked.vehicles[number + 1 :])
    problem = replace(asked, vehicles=others)
    try:
        locked_start(problem, vehicle)
    except DoesNotFit:
        return asked
    return problem


@st.composite
def windows(draw: st.DrawFn, *, horizon_s: int) -> tuple[Window, ...]:
    edge_s, found = 0, []
    for _ in range(draw(st.integers(0, 3))):
        start_s = edge_s + draw(st.integers(0, horizon_s // 3))
        edge_s = start_s + draw(st.integers(1, horizon_s // 3))
        found.append((start_s, edge_s))
    return tuple(found)
