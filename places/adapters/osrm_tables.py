"""A table of `osrm-routed` in its binary form: no text to parse, and less than half the time of the bare JSON call.

The form says 0 where there is no way. So a fallback speed is asked for: the server then lists the pairs that it
guessed, and those are holes to us.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from flatbuffers import encode
from flatbuffers.number_types import Float32Flags, Uint32Flags, UOffsetTFlags
from flatbuffers.packer import uoffset
from flatbuffers.table import Table
from numpy.typing import NDArray

# Farther from the nearest street than this, an answer says nothing about the point that was asked for.
SNAP_LIMIT_M = 500.0
HOLE = -1

# The numbers of the fields in OSRM's `fbresult.fbs`, `table.fbs` and `waypoint.fbs`.
_WAYPOINTS, _TABLE = 3, 5
_DURATIONS, _ROWS, _COLUMNS, _DISTANCES, _DESTINATIONS, _GUESSED = range(6)
_SNAPPED_M = 1


class Block(NamedTuple):
    """A table, or a part of one, as the server gave it: whole seconds and metres, int32; a HOLE is no answer."""

    duration_s: NDArray[np.int32]
    distance_m: NDArray[np.int32]


def approaches(count: int) -> str:
    """Return the option that has every point reached, and left, on its own side of the street."""
    return f"approaches={';'.join(['curb'] * count)}"


def question(coordinates: Sequence[str], *, origins: range, destinations: range, kerb_side: bool = False) -> str:
    """Return the path that asks for a table between some of the coordinates."""
    options = ["annotations=duration,distance", "fallback_speed=1", "generate_hints=false"]
    if len(origins) < len(coordinates):
        options.append(f"sources={';'.join(map(str, origins))}")
    if len(destinations) < len(coordinates):
        options.append(f"destinations={';'.join(map(str, destinations))}")
    if kerb_side:
        options.append(approaches(len(coordinates)))
    return f"/table/v1/p/{';'.join(coordinates)}.flatbuffers?{'&'.join(options)}"


def read(answer: bytes) -> Block:
    """Return what the server answered to such a question."""
    result = Table(answer, encode.Get(uoffset, answer, 0))
    table = _child(result, _TABLE)
    astray = np.logical_or.outer(_astray(_children(result, _WAYPOINTS)), _astray(_children(table, _DESTINATIONS)))
    rows, columns = _guessed(table)
    astray[rows, columns] = True
    return Block(
        duration_s=_figures(table, _DURATIONS, astray),
        distance_m=_figures(table, _DISTANCES, astray),
    )


def _figures(table: Table, field: int, astray: NDArray[np.bool_]) -> NDArray[np.int32]:
    figures = table.GetVectorAsNumpy(Float32Flags, _offset(table, field)).reshape(astray.shape)
    # Between two points of one street the server may say some decimetres below nothing.
    whole: NDArray[np.int32] = np.rint(np.maximum(figures, 0)).astype(np.int32)
    whole[astray] = HOLE
    return whole


def _guessed(table: Table) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    if not _offset(table, _GUESSED):
        return np.empty(0, np.uint32), np.empty(0, np.uint32)
    cells = table.GetVectorAsNumpy(Uint32Flags, _offset(table, _GUESSED))
    return cells[0::2], cells[1::2]


def _astray(waypoints: Sequence[Table]) -> NDArray[np.bool_]:
    """Return which waypoints were moved farther than the limit to find a street."""
    moved_m = [point.Get(Float32Flags, point.Pos + _offset(point, _SNAPPED_M)) for point in waypoints]
    return np.array(moved_m, dtype=np.float64) > SNAP_LIMIT_M


def _offset(table: Table, field: int) -> Any:
    """Return where the field lies from the table's begin on, 0 when it is not there."""
    return table.Offset(4 + 2 * field)


def _child(table: Table, field: int) -> Table:
    return Table(table.Bytes, table.Indirect(table.Pos + _offset(table, field)))


def _children(table: Table, field: int) -> list[Table]:
    offset = _offset(table, field)
    first, size = table.Vector(offset), UOffsetTFlags.bytewidth
    return [Table(table.Bytes, table.Indirect(first + number * size)) for number in range(table.VectorLen(offset))]
