"""Seeded problems in a made-up town: streets by the crow's flight, a little longer one way than the other."""

from typing import Any

import numpy as np

from routing.solving.problem import Problem, Profile, Stop, Vehicle

HOUR = 3600


def town(
    *, stops: int, vehicles: int, seed: int, windows: bool = True, fields: dict[str, Any] | None = None
) -> Problem:
    """Half of the stops have a window of two hours; a vehicle carries a little more than its share."""
    chance = np.random.default_rng(seed)
    at = chance.integers(0, 10_000, (stops + 1, 2)).astype(np.float64)
    apart = np.sqrt(((at[:, None, :] - at[None, :, :]) ** 2).sum(axis=2)) * chance.uniform(
        1, 1.2, (stops + 1, stops + 1)
    )
    np.fill_diagonal(apart, 0)
    room = 3 * stops // vehicles + 10
    values: dict[str, Any] = {"cost_per_s": 0, "cost_per_m": 1, "capacities": (room,)} | (fields or {})
    return Problem(
        places=stops + 1,
        profiles={"car": Profile(duration_s=(apart / 8).astype(np.int32), distance_m=apart.astype(np.int32))},
        vehicles=tuple(
            Vehicle(
                id=f"v{number}",
                profile="car",
                start_place=0,
                end_place=0,
                shift_start_s=0,
                shift_end_s=8 * HOUR,
                **values,
            )
            for number in range(vehicles)
        ),
        stops=tuple(_stop(number, chance, windows) for number in range(1, stops + 1)),
        capacity_names=("parcels",),
    )


def two_streets(*, stops: int, fixed_cost: int = 0) -> Problem:
    """One street to the east of the depot and one to the west, so many stops on each, 100 m apart; two vehicles."""
    at = np.array([0, *range(1, stops + 1), *range(-1, -stops - 1, -1)])
    apart = 100 * np.abs(np.subtract.outer(at, at)).astype(np.int32)
    shift = {"start_place": 0, "end_place": 0, "shift_start_s": 0, "shift_end_s": 24 * HOUR, "cost_per_s": 0}
    return Problem(
        places=2 * stops + 1,
        profiles={"car": Profile(duration_s=apart // 10, distance_m=apart)},
        vehicles=tuple(
            Vehicle(id=id, profile="car", cost_per_m=1, fixed_cost=fixed_cost, capacities=(stops,), **shift)
            for id in ("east", "west")
        ),
        stops=tuple(Stop(id=f"s{number}", place=number, demands=(1,)) for number in range(1, 2 * stops + 1)),
        capacity_names=("parcels",),
    )


def _stop(number: int, chance: np.random.Generator, windows: bool) -> Stop:
    opens = int(chance.integers(0, 6)) * HOUR
    has = windows and chance.random() < 0.5
    return Stop(
        id=f"s{number}",
        place=number,
        service_s=int(chance.integers(60, 300)),
        windows=((opens, opens + 2 * HOUR),) if has else (),
        demands=(int(chance.integers(1, 5)),),
    )
