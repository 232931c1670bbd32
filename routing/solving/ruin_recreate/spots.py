"""What each node is: stops, starts, ends and reloads as rows."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.solving.problem import Problem, Stop, Vehicle
from routing.solving.ruin_recreate.layout import NOWHERE, SPOT, TOO_LATE
from routing.solving.ruin_recreate.requests import Requests


class Spots(NamedTuple):
    """`SPOT` of each node, the windows that they point to, and by vehicle the first of its reloads."""

    rows: NDArray[Any]
    windows: NDArray[np.int64]
    reloads_from: NDArray[np.int64]


def opening(stop: Stop, origin_s: int, horizon_s: int) -> tuple[int, int]:
    """The earliest and the latest begin of its service, since the origin."""
    if not stop.windows:
        return 0, horizon_s - origin_s
    first, last = stop.windows[0][0] - origin_s, stop.windows[-1][1] - 1 - origin_s
    return max(first, -TOO_LATE), min(max(last, -TOO_LATE), TOO_LATE - 1)


def spots_of(problem: Problem, stops: Sequence[Stop], requests: Requests, *, origin_s: int, horizon_s: int) -> Spots:
    """The rows of all nodes; times are since the origin."""
    most = [0 if vehicle.reload is None else vehicle.reload.most for vehicle in problem.vehicles]
    fixed = len(stops) + 2 * len(problem.vehicles)
    reloads_from = fixed + np.concatenate([[0], np.cumsum(np.array(most, np.int64))])
    rows = np.zeros(int(reloads_from[-1]), SPOT)
    rows["request"] = rows["partner"] = NOWHERE
    windows: list[tuple[int, int]] = []
    locked = problem.locked_to
    for at, (row, stop) in enumerate(zip(rows[: len(stops)], stops, strict=True)):
        row["open_s"], row["close_s"] = opening(stop, origin_s, horizon_s)
        _fill_stop(row, stop, windows, origin_s)
        row["request"], row["partner"] = requests.of[at], requests.partners[at]
        row["pickup"], row["locked"] = stop.id in problem.deliveries, stop.id in locked
    number = {stop.id: at for at, stop in enumerate(stops)}
    for at, vehicle in enumerate(problem.vehicles):
        start = len(stops) + 2 * at
        _fill_ends(rows[start : start + 2], vehicle, origin_s)
        _fill_reloads(rows[reloads_from[at] : reloads_from[at + 1]], vehicle, horizon_s - origin_s)
        if vehicle.locked:
            before = [start, *(number[id] for id in vehicle.locked[:-1] if id in number)]
            rows["sealed"][before] = 1
    return Spots(rows, np.array(windows, np.int64).reshape(len(windows), 2), reloads_from)


def _fill_stop(row: Any, stop: Stop, windows: list[tuple[int, int]], origin_s: int) -> None:
    row["place"], row["service_s"], row["setup_s"] = stop.place, stop.service_s, stop.setup_s
    row["rich"] = len(stop.windows) > 1 or stop.soft_window is not None
    row["windows_from"] = len(windows)
    if len(stop.windows) > 1:
        windows += [(start - origin_s, end - 1 - origin_s) for start, end in stop.windows]
    row["windows_to"] = len(windows)
    soft = stop.soft_window
    if soft is not None:
        row["soft_open_s"], row["soft_close_s"] = soft.start_s - origin_s, soft.end_s - origin_s
        row["early_per_h"], row["late_per_h"] = soft.early_cost_per_h, soft.late_cost_per_h


def _fill_ends(rows: NDArray[Any], vehicle: Vehicle, origin_s: int) -> None:
    rows["open_s"], rows["close_s"] = vehicle.shift_start_s - origin_s, vehicle.shift_end_s - origin_s
    rows[0]["place"] = vehicle.start_place
    rows[1]["place"] = NOWHERE if vehicle.end_place is None else vehicle.end_place


def _fill_reloads(rows: NDArray[Any], vehicle: Vehicle, latest_s: int) -> None:
    if vehicle.reload is not None:
        rows["reload"], rows["close_s"] = 1, latest_s
        rows["place"], rows["service_s"] = vehicle.reload.place, vehicle.reload.duration_s
