"""Why a stop is left out, in figures: who came closest, by how much it failed, and the least that would let it fit."""

from dataclasses import dataclass
from enum import StrEnum

from routing.solving.problem import Window


class Rule(StrEnum):
    """What can be exceeded, or relaxed."""

    WINDOW_END = "window_end"
    WINDOW_START = "window_start"
    SHIFT_END = "shift_end"
    SHIFT_START = "shift_start"
    BREAK = "break"
    MAX_DURATION = "max_duration"
    MAX_DISTANCE = "max_distance"
    MAX_STOPS = "max_stops"
    CAPACITY = "capacity"
    SKILL = "skill"
    EXCLUDED_SKILL = "excluded_skill"
    VEHICLE_ALLOWED = "vehicle_allowed"
    PENALTY = "penalty"
    LATER_WINDOWS = "later_windows"
    """The windows of other stops of the route."""


UNITS = {
    Rule.MAX_DISTANCE: "m",
    Rule.MAX_STOPS: "stops",
    Rule.CAPACITY: "units",
    Rule.SKILL: "skills",
    Rule.EXCLUDED_SKILL: "skills",
    Rule.VEHICLE_ALLOWED: "vehicles",
    Rule.PENALTY: "cost",
}
"""What `by` counts; seconds for the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excess:
    """A rule that is broken by so much. `name` is the capacity or the skills, `window` that of the stop `stop_id`."""

    rule: Rule
    by: int
    name: str | None = None
    stop_id: str | None = None
    window: Window | None = None

    @property
    def unit(self) -> str:
        """What `by` counts."""
        return UNITS.get(self.rule, "s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """The least by which one rule must give for the stop to fit, and what the route of the vehicle then is longer."""

    vehicle_id: str
    gives: Excess
    added_cost: int
    added_s: int
    added_m: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Of a stop left out: the vehicle that comes closest, what is exceeded there, and the cheapest relaxation.

    `exceeded` is empty where it would fit but costs too much; without a `relaxation` no rule alone would help.
    """

    stop_id: str
    vehicle_id: str
    exceeded: tuple[Excess, ...]
    relaxation: Relaxation | None
