"""Bundles of parcels to doors: which shapes take a bundle, and as many parcels behind doors as the bundles allow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pickup_points.room.packing import Measures, Space, go_together


@dataclass(frozen=True)
class Bundle:
    """Parcels of one group that are to stand behind one door: the group's index and theirs in it, rising."""

    group: int
    parcels: tuple[int, ...]


class Shapes:
    """The kinds of door, smallest first, how many there are of each, and which of them take a bundle."""

    def __init__(self, groups: Sequence[Sequence[Measures]], doors: Sequence[Space]) -> None:
        counted = Counter(doors)
        self.groups = groups
        self.spaces = sorted(counted, key=lambda space: space.volume_mm3)
        self.supply = [counted[space] for space in self.spaces]
        self._known: dict[Bundle, tuple[int, ...]] = {}

    def taking(self, bundle: Bundle) -> tuple[int, ...]:
        """Return the shapes that take the bundle, smallest first."""
        if bundle not in self._known:
            self._known[bundle] = self._taking(bundle)
        return self._known[bundle]

    def volume_mm3(self, bundle: Bundle) -> int:
        """Return the room that its parcels fill themselves."""
        return sum(parcel.volume_mm3 for parcel in self._parcels(bundle))

    def _taking(self, bundle: Bundle) -> tuple[int, ...]:
        parcels, found = self._parcels(bundle), list[int]()
        for shape in self._taking_fewer(bundle):
            space = self.spaces[shape]
            # What goes into a shape goes into one that is larger every way: no second search.
            if any(_within(self.spaces[smaller], space) for smaller in found) or go_together(parcels, space):
                found.append(shape)
        return tuple(found)

    def _taking_fewer(self, bundle: Bundle) -> Iterable[int]:
        """Return the shapes that take the bundle without its last parcel: no other takes it."""
        if len(bundle.parcels) == 1:
            return range(len(self.spaces))
        return self.taking(Bundle(bundle.group, bundle.parcels[:-1]))

    def _parcels(self, bundle: Bundle) -> list[Measures]:
        return [self.groups[bundle.group][parcel] for parcel in bundle.parcels]


class Board:
    """Which bundles have a door of which shape. Doors of one shape are alike, so it counts them only."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self._free = list(shapes.supply)
        self.at: dict[Bundle, int] = {}

    def place_all(self, bundles: Iterable[Bundle]) -> list[Bundle]:
        """Place bundles and return those that found no door.

        Those with the most parcels choose first, then the larger ones. Sets of bundles that can have doors at once
        are a transversal matroid, so that greedy choice places as many parcels as these bundles allow at all.
        """
        ranked = sorted(bundles, key=lambda each: (-len(each.parcels), -self._shapes.volume_mm3(each), each.group))
        return [bundle for bundle in ranked if not self.place(bundle)]

    def place(self, bundle: Bundle) -> bool:
        """Give the bundle the smallest door there is, moving others to other shapes if it must; say whether it did."""
        came_from: dict[int, tuple[Bundle, int] | None] = dict.fromkeys(self._shapes.taking(bundle))
        queue = list(came_from)
        for shape in queue:
            if self._free[shape]:
                self._move(bundle, shape, came_from)
                return True
            for other, stands in self.at.items():
                if stands == shape:
                    for reached in self._shapes.taking(other):
                        if reached not in came_from:
                            came_from[reached] = (other, shape)
                            queue.append(reached)
        return False

    def join(self, bundle: Bundle) -> bool:
        """Put the bundle in with another of its group, where that stands; say whether it did."""
        for other in [each for each in self.at if each.group == bundle.group]:
            both = Bundle(bundle.group, tuple(sorted((*other.parcels, *bundle.parcels))))
            if self.at[other] in self._shapes.taking(both):
                self.at[both] = self.at.pop(other)
                return True
        return False

    def _move(self, bundle: Bundle, free: int, came_from: dict[int, tuple[Bundle, int] | None]) -> None:
        self._free[free] -= 1
        shape = free
        while (step := came_from[shape]) is not None:
            other, before = step
            self.at[other] = shape
            shape = before
        self.at[bundle] = shape


def _within(smaller: Space, larger: Space) -> bool:
    carries = larger.most_weight_g is None or (
        smaller.most_weight_g is not None and smaller.most_weight_g <= larger.most_weight_g
    )
    return carries and all(side <= room for side, room in zip(smaller.sides, larger.sides, strict=True))
