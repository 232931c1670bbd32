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
    """The window that is missed, of one of PLACES: at its end, or at its begin.

    `behind`: what would be missed too if it were longer by more than so much.
    """

    place: str
    window: Span
    behind: tuple[timedelta, Missed] | None = None

    def may_give(self, by: timedelta) -> bool:
        """Say whether it may be so much longer, so that all of it counts."""
        return self.behind is None or by <= self.behind[0]


def missed(halt: Halt, window: Span, *, at_end: bool) -> Missed:
    """Return whose the window of the halt is. At a point it is open and its recipient's; the narrower one is missed."""
    point, own = halt.first.point, halt.first.windows
    if halt.fetching:
        return Missed("pickup", window)
    if halt.alternative is not None:
        return Missed("alternative", window)
    if point is None or point.opens is None:
        return Missed("delivery", window)
    if not own:
        return Missed("pickup_point", window)
    sides = [("delivery", _around(own, window)), ("pickup_point", _around(point.opens, window))]
    (near, near_span), (far, far_span) = sorted(sides, key=lambda side: _room(side[1], window, at_end=at_end))
    return Missed(near, near_span, behind=(_room(far_span, window, at_end=at_end), Missed(far, far_span)))


def _around(windows: Sequence[Span], window: Span) -> Span:
    """Return the one in which the window lies; it is what two have in common."""
    return next((each for each in windows if each[0] <= window[0] and window[1] <= each[1]), window)


def _room(span: Span, window: Span, *, at_end: bool) -> timedelta:
    return span[1] - window[1] if at_end else window[0] - span[0]
