"""Whose window a delivery misses: its own, that of its pickup or its other place, or the hours of its pickup point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from routing.given import Span
from routing.grouping import Halt

PLACES = {
    "delivery": "its window",
    "pickup": "the window of its pickup",
    "alternative": "the window of its other place",
    "pickup_point": "its time at the pickup point",
}


@dataclass(frozen=True, slots=True)
class Missed:
    """The window that is missed, of one of PLACES: at its end, or at its begin. `within`: what bounds it, if longer."""

    place: str
    window: Span
    at_end: bool
    within: tuple[Span, ...] | None = None

    def may_give(self, by: timedelta) -> bool:
        """Say whether it may be so much longer, so that all of it counts."""
        starts_at, ends_at = self.window
        first, last = (ends_at, ends_at + by) if self.at_end else (starts_at - by, starts_at)
        return self.within is None or any(each[0] <= first and last <= each[1] for each in self.within)


def missed(halt: Halt, window: Span, *, at_end: bool) -> Missed:
    """Return whose the window of the halt is. At a point it is open and its recipient's; the narrower one is missed."""
    point, own = halt.first.point, halt.first.windows
    if halt.fetching:
        return Missed("pickup", window, at_end)
    if halt.alternative is not None:
        return Missed("alternative", window, at_end)
    if point is None or point.opens is None:
        return Missed("delivery", window, at_end)
    its = _with_edge(own, window, at_end=at_end)
    if its is not None:
        return Missed("delivery", its, at_end, within=point.opens)
    opens = _with_edge(point.opens, window, at_end=at_end)
    return Missed("pickup_point", opens or window, at_end, within=own or None)


def _with_edge(windows: Sequence[Span], window: Span, *, at_end: bool) -> Span | None:
    edge = 1 if at_end else 0
    return next((each for each in windows if each[edge] == window[edge]), None)
