"""The windows in which a recipient can receive: in order, apart from each other, and not over yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from deliveries.models import DeliveryWindow, Window
from kernel.errors import Conflict, FieldError, Invalid


class WindowsInvalid(Invalid):
    """Windows start before they end, end in the future and do not overlap."""


class WindowsPassed(Conflict):
    """All of its windows are over; give it new ones."""


def read_windows(asked: Sequence[Window], *, now: datetime) -> list[DeliveryWindow]:
    """Return the windows, earliest first. WindowsInvalid names each that is wrong by its place in `asked`."""
    errors = [*_faults(asked, now)] or [*_overlaps(asked)]
    if errors:
        raise WindowsInvalid(errors=errors)
    return [
        DeliveryWindow(starts_at=window.starts_at, ends_at=window.ends_at)
        for window in sorted(asked, key=lambda window: window.starts_at)
    ]


def check_still_open(windows: Sequence[DeliveryWindow], *, now: datetime) -> None:
    """Refuse windows of which none is left. WindowsPassed."""
    if windows and all(window.ends_at <= now for window in windows):
        raise WindowsPassed()


def _faults(asked: Sequence[Window], now: datetime) -> Iterator[FieldError]:
    for index, window in enumerate(asked):
        if window.ends_at <= window.starts_at:
            yield FieldError(f"/windows/{index}/ends_at", "must be later than starts_at")
        elif window.ends_at <= now:
            yield FieldError(f"/windows/{index}/ends_at", "lies in the past")


def _overlaps(asked: Sequence[Window]) -> Iterator[FieldError]:
    order = sorted(range(len(asked)), key=lambda index: asked[index].starts_at)
    for before, after in pairwise(order):
        if asked[after].starts_at < asked[before].ends_at:
            yield FieldError(f"/windows/{after}", f"overlaps window {before}")
