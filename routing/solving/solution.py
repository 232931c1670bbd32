"""What the optimiser answers: timed routes, what is left out and why, and what it all costs."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a stop is left out. All but the last two say: no vehicle could serve it even with nothing else to do."""

    NO_VEHICLE = "NO_VEHICLE"
    VEHICLE_NOT_ALLOWED = "VEHICLE_NOT_ALLOWED"
    SKILL = "SKILL"
    CAPACITY = "CAPACITY"
    TOUR_SIZE = "TOUR_SIZE"
    CHOICE = "CHOICE"
    """Of a sequence that serves one delivery at two places; of no stop that is left out."""
    RELOAD = "RELOAD"
    """Of a sequence with more trips than the vehicle makes, or an empty one; of no stop that is left out."""
    REACHABLE = "REACHABLE"
    MAX_DISTANCE = "MAX_DISTANCE"
    SHIFT_TIME = "SHIFT_TIME"
    TIME_WINDOW = "TIME_WINDOW"
    BREAK = "BREAK"
    MAX_DURATION = "MAX_DURATION"
    PAIR = "PAIR"
    """The pickup fits and the delivery fits, but not the one after the other in one trip."""
    LOCKING = "LOCKING"
    """It would fit, were it not for the stops that the vehicle is locked to begin with."""
    NO_ROOM = "NO_ROOM"
    """It would fit alone, but not beside the stops that the routes already have."""
    COSTS_MORE = "COSTS_MORE"
    """It would fit, but serving it costs more than its penalty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One stop done: reached, and parked, at `arrival_s`, served from `start_s` to `departure_s`.

    `waiting_s` is what lies idle between arrival and start; a break taken there is not waiting.
    """

    stop_id: str
    arrival_s: int
    start_s: int
    departure_s: int
    waiting_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakTaken:
    """A pause during the route, half-open."""

    start_s: int
    end_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reloaded:
    """The vehicle at its depot between two trips, after the first `after` visits of the route."""

    after: int
    arrival_s: int
    start_s: int
    departure_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One vehicle's round: leaves its start at `departure_s`, is at its end (or done, if open) at `end_s`."""

    vehicle_id: str
    departure_s: int
    visits: tuple[Visit, ...]
    breaks: tuple[BreakTaken, ...]
    end_s: int
    travel_s: int
    distance_m: int
    reloads: tuple[Reloaded, ...] = ()

    @property
    def duration_s(self) -> int:
        """Seconds from leaving the start to reaching the end."""
        return self.end_s - self.departure_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Unassigned:
    """A stop left out: the code for machines, `detail` for the dispatcher."""

    stop_id: str
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Where the cost comes from. The times and the distance are what they are; the rest is in units of cost.

    `total` is the routes' fixed costs, times and distances at each vehicle's rates, what the soft windows
    (`untimely`), `Stop.vehicle_costs` (`preference`) and the balance cost, and the penalties. A stop that
    must be served has no price: compare plans by `Solution.rank`, which looks at `must_left_out` first.
    """

    travel_s: int
    distance_m: int
    waiting_s: int
    service_s: int
    break_s: int
    fixed: int
    penalties: int
    total: int
    must_left_out: int
    setup_s: int = 0
    reload_s: int = 0
    untimely: int = 0
    preference: int = 0
    balance: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """A plan. Only vehicles that visit a stop have a route, in the order of `Problem.vehicles`."""

    routes: tuple[Route, ...]
    unassigned: tuple[Unassigned, ...]
    cost: Cost
    found_by: str
    """Which search gave the plan: `ruin and recreate`, `pyvrp`, `ortools`, `polish` (by OR-Tools), `set partitioning`,
    `insertion`, `start` (none found a better one), or `nothing to plan`.
    """

    @property
    def rank(self) -> tuple[int, int]:
        """Lower is better."""
        return (self.cost.must_left_out, self.cost.total)
