"""Whether parcels go into a compartment: turned any way along its axes, alone or together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

type Sides = tuple[int, int, int]

# How many placements are tried before parcels count as not going together: a few milliseconds.
_MOST_TRIES = 600
_AXES: tuple[Sides, ...] = ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))


@dataclass(frozen=True)
class Measures:
    """A parcel as a compartment judges it, in millimetres and grams. A side of None is unknown, and not judged."""

    length_mm: int | None
    width_mm: int | None
    height_mm: int | None
    weight_g: int

    @property
    def sides(self) -> Sides:
        """The sides, longest first; an unknown one as 0."""
        first, second, third = sorted((self.length_mm or 0, self.width_mm or 0, self.height_mm or 0), reverse=True)
        return first, second, third

    @property
    def is_known(self) -> bool:
        """Whether all three sides are."""
        return None not in (self.length_mm, self.width_mm, self.height_mm)

    @property
    def volume_mm3(self) -> int:
        """The room it takes; 0 when a side is unknown."""
        first, second, third = self.sides
        return first * second * third


@dataclass(frozen=True)
class Space:
    """The inside of a compartment, in millimetres, its sides longest first, and what it carries in grams."""

    sides: Sides
    most_weight_g: int | None

    @property
    def volume_mm3(self) -> int:
        """How much room is behind the door."""
        first, second, third = self.sides
        return first * second * third


def fits(parcel: Measures, space: Space) -> bool:
    """Say whether one parcel goes in, turned along the axes only: a long one laid askew is refused.

    Longest side against longest side and so on is exact for axis-parallel boxes. Of an unknown side only the weight
    and the other sides are judged.
    """
    if space.most_weight_g is not None and parcel.weight_g > space.most_weight_g:
        return False
    return all(side <= room for side, room in zip(parcel.sides, space.sides, strict=True))


def go_together(parcels: Sequence[Measures], space: Space) -> bool:
    """Say whether all the parcels go in side by side. Sound, not complete: a yes is a packing that exists.

    Each parcel, largest first, is put into a corner of a free cuboid, and what is left of that is cut into three by
    guillotine cuts; all turns, corners and cuts are tried until one packs all or the tries are used up. A parcel with
    an unknown side goes with no other.
    """
    if len(parcels) == 1:
        return fits(parcels[0], space)
    if not all(parcel.is_known and fits(parcel, space) for parcel in parcels):
        return False
    if space.most_weight_g is not None and sum(parcel.weight_g for parcel in parcels) > space.most_weight_g:
        return False
    if sum(parcel.volume_mm3 for parcel in parcels) > space.volume_mm3:
        return False
    return _packed(tuple(sorted((parcel.sides for parcel in parcels), key=_volume, reverse=True)), space.sides)


@lru_cache(maxsize=4096)
def _packed(boxes: tuple[Sides, ...], inside: Sides) -> bool:
    return _Search().packs(boxes, (inside,))


class _Search:
    """A depth-first search with so many tries."""

    def __init__(self) -> None:
        self.tries = _MOST_TRIES

    def packs(self, boxes: tuple[Sides, ...], spaces: tuple[Sides, ...]) -> bool:
        if not boxes:
            return True
        first, rest = boxes[0], boxes[1:]
        for left in _placements(first, spaces):
            self.tries -= 1
            if self.tries < 0:
                return False
            if self.packs(rest, left):
                return True
        return False


def _placements(box: Sides, spaces: tuple[Sides, ...]) -> Iterator[tuple[Sides, ...]]:
    """Yield what is free after the box was put into each space, each way; the tightest spaces first."""
    for space in sorted(set(spaces), key=_volume):
        others = list(spaces)
        others.remove(space)
        for turned in sorted({(box[one], box[two], box[three]) for one, two, three in _AXES}):
            if all(side <= room for side, room in zip(turned, space, strict=True)):
                for cuts in sorted({tuple(_cut(turned, space, axes)) for axes in _AXES}, key=_largest, reverse=True):
                    yield (*others, *cuts)


def _cut(box: Sides, space: Sides, axes: Sequence[int]) -> list[Sides]:
    """Return the three cuboids that are left beside a box in the corner, cut along the axes in this order."""
    free, left = list(space), []
    for axis in axes:
        rest = free.copy()
        rest[axis] = free[axis] - box[axis]
        if rest[axis] > 0:
            left.append((rest[0], rest[1], rest[2]))
        free[axis] = box[axis]
    return left


def _volume(sides: Sides) -> int:
    return sides[0] * sides[1] * sides[2]


def _largest(cuts: tuple[Sides, ...]) -> int:
    return max((_volume(cut) for cut in cuts), default=0)
