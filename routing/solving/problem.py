"""What the optimiser is asked: places, vehicles and stops as plain integers, with no database behind them.

Times are whole seconds since an origin that the caller chooses (the library has no clock), distances are whole
metres, costs and loads are whole units of the caller's choice.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UNREACHABLE = 2**31 - 1
"""Stands in both matrices of a profile where the streets give no answer: nobody drives that pair."""

type Window = tuple[int, int]
"""Half-open: a service may begin at `start`, and no later than one second before `end`."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Profile:
    """How one kind of vehicle moves: `[from, to]` over places, int32, not necessarily symmetric."""

    duration_s: NDArray[np.int32]
    distance_m: NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A pause that begins between `earliest_start_s` and `latest_start_s` (both allowed); see `retime` for where."""

    earliest_start_s: int
    latest_start_s: int
    duration_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """One driver with one vehicle for one shift.

    The route leaves `start_place` and reaches `end_place` within the shift; with `end_place=None` it ends where its
    last stop is done. `capacities` and a stop's `demands` follow `Problem.capacity_names`. `max_duration_s` counts
    from leaving the start to reaching the end, waiting and breaks included. A route that visits a stop costs
    `fixed_cost + cost_per_s * duration + cost_per_m * distance`; a vehicle left standing costs nothing.
    """

    id: str
    profile: str
    start_place: int
    end_place: int | None
    shift_start_s: int
    shift_end_s: int
    capacities: tuple[int, ...] = ()
    skills: frozenset[str] = frozenset()
    breaks: tuple[Break, ...] = ()
    max_duration_s: int | None = None
    max_distance_m: int | None = None
    max_stops: int | None = None
    fixed_cost: int = 0
    cost_per_s: int = 1
    cost_per_m: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One halt. No windows means any time; `penalty=None` means it must be served, else leaving it out costs that.

    A vehicle may serve it when it has all of `skills`, is among `allowed_vehicles` (`None`: all are) and not among
    `refused_vehicles`.
    """

    id: str
    place: int
    service_s: int = 0
    windows: tuple[Window, ...] = ()
    demands: tuple[int, ...] = ()
    penalty: int | None = None
    skills: frozenset[str] = frozenset()
    allowed_vehicles: frozenset[str] | None = None
    refused_vehicles: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False, kw_only=True)
class Problem:
    """A whole plan to make. `places` is the number of places that the profiles' matrices know."""

    places: int
    profiles: Mapping[str, Profile]
    vehicles: tuple[Vehicle, ...]
    stops: tuple[Stop, ...]
    capacity_names: tuple[str, ...] = ()


class ProblemError(ValueError):
    """The problem contradicts itself; the message names the thing and the field."""
