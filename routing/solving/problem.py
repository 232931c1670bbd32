"""What the optimiser is asked: places, vehicles and stops as plain integers, with no database behind them.

Times are whole seconds since an origin that the caller chooses (the library has no clock), distances are whole
metres, costs and loads are whole units of the caller's choice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

UNREACHABLE = 2**31 - 1
"""Stands in both matrices of a profile where the streets give no answer: nobody drives that pair."""

type Window = tuple[int, int]
"""Half-open: a service may begin at `start`, and no later than one second before `end`."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Hours:
    """Travel times from `start_s` on, until the next `Hours` begin: `[from, to]` over places, int32."""

    start_s: int
    duration_s: NDArray[np.int32]


@dataclass(frozen=True, eq=False, kw_only=True)
class Profile:
    """How one kind of vehicle moves: `[from, to]` over places, int32, not necessarily symmetric.

    `duration_s` holds until the first of `hours` begins. A drive that is under way when other hours begin needs
    `ceil(rest * new / old)` for its rest, where `old` and `new` are the whole drive's times in both: nobody arrives
    earlier by leaving later (Ichoua, Gendreau and Potvin 2003). The hours have the same pairs UNREACHABLE, and zero.
    """

    duration_s: NDArray[np.int32]
    distance_m: NDArray[np.int32]
    hours: tuple[Hours, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A pause that begins between `earliest_start_s` and `latest_start_s` (both allowed); see `retime` for where."""

    earliest_start_s: int
    latest_start_s: int
    duration_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reload:
    """A way back to a depot in the middle of a route: what was collected goes off, what comes next goes on board.

    A route has at most `most` of them, each with at least one stop before and after it.
    """

    place: int
    duration_s: int = 0
    most: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftWindow:
    """When a service would better begin: half-open, inside or across the hard windows.

    A begin at `t < start_s` costs `early_cost_per_h * (start_s - t) // 3600`, one at `t >= end_s` costs
    `late_cost_per_h * (t - end_s) // 3600`.
    """

    start_s: int
    end_s: int
    early_cost_per_h: int = 0
    late_cost_per_h: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """One driver with one vehicle for one shift.

    The route leaves `start_place` and reaches `end_place` within the shift; with `end_place=None` it ends where its
    last stop is done. `capacities` and a stop's `demands` follow `Problem.capacity_names`. `max_duration_s` counts
    from leaving the start to reaching the end, waiting and breaks included. A route that visits a stop costs
    `fixed_cost + cost_per_s * duration + cost_per_m * distance`; a vehicle left standing costs nothing. Its
    route begins with the stops `locked`, in that order and with nothing between: they are never left out.
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
    reload: Reload | None = None
    locked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One halt. No windows means any time; `penalty=None` means it must be served, else leaving it out costs that.

    A vehicle may serve it when it has all of `skills` and none of `excluded_skills`, is among `allowed_vehicles`
    (`None`: all are) and not among `refused_vehicles`; a vehicle named in `vehicle_costs` costs that much more for it.

    `setup_s` (parking) is spent after a drive from another place, before `arrival_s`; two stops of one place in a row
    pay it once. `demands` are on board from the start, or from the last reload, to the stop; `collects` from the stop
    to the next reload, or to the end.

    With `pickup`, the id of another stop, `demands` are on board from there instead: the same vehicle visits that stop
    earlier, in the same trip, or neither is served. A stop is the pickup of one other at most, demands and collects
    nothing itself, and both must be served, or neither must.

    Stops with the same `choice` are ways to serve one delivery, of which one is served; they have one and the same
    penalty. Where none is, the first of them in the problem is what is left out; the others are not mentioned. They
    have no pickups and are none.
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
    setup_s: int = 0
    collects: tuple[int, ...] = ()
    soft_window: SoftWindow | None = None
    excluded_skills: frozenset[str] = frozenset()
    vehicle_costs: tuple[tuple[str, int], ...] = ()
    pickup: str | None = None
    choice: str | None = None


class Measure(StrEnum):
    """What a fair plan shares out."""

    TIME = "time"
    STOPS = "stops"


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Fairness between drivers: each route costs the square of its work, so that equal shares are the cheapest.

    `cost * duration_s**2 // 3600**2` for time, `cost * stops**2` for stops.
    """

    measure: Measure
    cost: int


@dataclass(frozen=True, eq=False, kw_only=True)
class Problem:
    """A whole plan to make. `places` is the number of places that the profiles' matrices know."""

    places: int
    profiles: Mapping[str, Profile]
    vehicles: tuple[Vehicle, ...]
    stops: tuple[Stop, ...]
    capacity_names: tuple[str, ...] = ()
    balance: Balance | None = None

    @cached_property
    def stops_by_id(self) -> dict[str, Stop]:
        """All stops."""
        return {stop.id: stop for stop in self.stops}

    @cached_property
    def deliveries(self) -> dict[str, Stop]:
        """To the id of each stop that is a pickup, the stop that brings what it takes."""
        return {stop.pickup: stop for stop in self.stops if stop.pickup is not None}

    @cached_property
    def locked_to(self) -> dict[str, str]:
        """To the id of each locked stop, the id of its vehicle."""
        return {stop_id: vehicle.id for vehicle in self.vehicles for stop_id in vehicle.locked}


type Step = Stop | Reload
"""What a route consists of: the stops, and the vehicle's own `Reload` where it goes back in between."""

type Sequences = list[list[Step]]
"""For each vehicle of the problem, in its order, what it drives in the order of driving."""


class ProblemError(ValueError):
    """The problem contradicts itself; the message names the thing and the field."""
