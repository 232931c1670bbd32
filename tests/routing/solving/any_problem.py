"""Hypothesis strategies: small problems with every rule in them, most of them solvable in part."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from routing.solving.problem import UNREACHABLE, Break, Problem, Profile, Stop, Vehicle, Window

PROFILES = ("bicycle", "car")
SKILLS = ("cold", "lift", "dogs")
VEHICLES = ("a", "b", "c")


@st.composite
def problems(draw: st.DrawFn, *, horizon_s: int = 2000) -> Problem:
    """Up to eight stops and three vehicles."""
    places = draw(st.integers(2, 9))
    names = tuple(f"load {number}" for number in range(draw(st.integers(0, 2))))
    ids = VEHICLES[: draw(st.integers(1, 3))]
    facts: dict[str, Any] = {"places": places, "loads": len(names), "horizon_s": horizon_s}
    return Problem(
        places=places,
        profiles={name: draw(profiles(places=places, longest=horizon_s // 10)) for name in PROFILES},
        vehicles=tuple(draw(vehicles(id=id, **facts)) for id in ids),
        stops=tuple(draw(stops(id=f"s{number}", ids=ids, **facts)) for number in range(draw(st.integers(0, 8)))),
        capacity_names=names,
    )


@st.composite
def profiles(draw: st.DrawFn, *, places: int, longest: int) -> Profile:
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    duration_s = chance.integers(0, longest, (places, places), endpoint=True, dtype=np.int32)
    distance_m = chance.integers(0, 10 * longest, (places, places), endpoint=True, dtype=np.int32)
    holes = chance.random((places, places)) < draw(st.sampled_from((0.0, 0.0, 0.1)))
    np.fill_diagonal(holes, False)
    for matrix in (duration_s, distance_m):
        np.fill_diagonal(matrix, 0)
        matrix[holes] = UNREACHABLE
    return Profile(duration_s=duration_s, distance_m=distance_m)


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
    )


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
    return Stop(
        id=id,
        place=draw(st.integers(0, places - 1)),
        service_s=draw(st.integers(0, horizon_s // 20)),
        windows=draw(windows(horizon_s=horizon_s)),
        demands=tuple(draw(st.integers(0, 4)) for _ in range(loads)),
        penalty=draw(st.none() | st.integers(0, 3000)),
        skills=frozenset(draw(st.sets(st.sampled_from(SKILLS), max_size=1))) if draw(st.booleans()) else frozenset(),
        allowed_vehicles=draw(st.none() | st.none() | st.frozensets(vehicle, min_size=1)),
        refused_vehicles=draw(st.just(frozenset()) | st.frozensets(vehicle, max_size=1)),
    )


@st.composite
def windows(draw: st.DrawFn, *, horizon_s: int) -> tuple[Window, ...]:
    edge_s, found = 0, []
    for _ in range(draw(st.integers(0, 3))):
        start_s = edge_s + draw(st.integers(0, horizon_s // 3))
        edge_s = start_s + draw(st.integers(1, horizon_s // 3))
        found.append((start_s, edge_s))
    return tuple(found)
