"""Which parcels go behind which doors: one recipient's together where they fit, each bundle in the smallest that does.

Best fit decreasing, with paths that move others on where a bundle finds no door (`matching.py`). If parcels are left
and there is more than one way to bundle them, other ways are tried, led by prices of the doors (`bundling.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pickup_points.room.bundling import proposals, together
from pickup_points.room.matching import Board, Bundle, Shapes
from pickup_points.room.packing import Measures, Space


@dataclass(frozen=True)
class Allocation:
    """Bundles with the index of each one's door, and the parcels that found none, as (group, parcel)."""

    placed: tuple[tuple[Bundle, int], ...]
    left: tuple[tuple[int, int], ...]

    @property
    def parcels_placed(self) -> int:
        """How many parcels have a door."""
        return sum(len(bundle.parcels) for bundle, _ in self.placed)


def allocate(groups: Sequence[Sequence[Measures]], doors: Sequence[Space]) -> Allocation:
    """Place as many parcels as it can behind the free doors. A group is one recipient's parcels, kept together."""
    shapes = Shapes(groups, doors)
    best = _placed(shapes, (bundle for group in range(len(groups)) for bundle in together(shapes, group)))
    least = len(_hopeless(shapes))
    if len(_left(shapes, best)) > least and any(len(group) > 1 for group in groups):
        for bundles in proposals(shapes):
            found = _placed(shapes, bundles)
            if len(_left(shapes, found)) < len(_left(shapes, best)):
                best = found
            if len(_left(shapes, best)) == least:
                break
    return Allocation(tuple(_doors(best, doors, shapes)), tuple(_left(shapes, best)))


def _placed(shapes: Shapes, bundles: Iterable[Bundle]) -> Board:
    """Place the bundles, then what found no door a parcel at a time: anywhere, or in with others of its group."""
    board = Board(shapes)
    board.place_all(bundles)
    for group, parcel in _left(shapes, board):
        single = Bundle(group, (parcel,))
        if not board.join(single):
            board.place(single)
    return board


def _left(shapes: Shapes, board: Board) -> list[tuple[int, int]]:
    placed = {(bundle.group, parcel) for bundle in board.at for parcel in bundle.parcels}
    return [each for each in _all(shapes) if each not in placed]


def _hopeless(shapes: Shapes) -> list[tuple[int, int]]:
    return [(group, parcel) for group, parcel in _all(shapes) if not shapes.taking(Bundle(group, (parcel,)))]


def _all(shapes: Shapes) -> list[tuple[int, int]]:
    return [(group, parcel) for group, parcels in enumerate(shapes.groups) for parcel in range(len(parcels))]


def _doors(board: Board, doors: Sequence[Space], shapes: Shapes) -> Iterable[tuple[Bundle, int]]:
    """Yield each bundle with a door of its shape, first door first."""
    free: dict[Space, list[int]] = {}
    for index in reversed(range(len(doors))):
        free.setdefault(doors[index], []).append(index)
    for bundle, shape in board.at.items():
        yield bundle, free[shapes.spaces[shape]].pop()
