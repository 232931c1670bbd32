"""Which parcels go behind which doors: one recipient's together where they fit, each in the smallest door that does.

Best fit decreasing with augmenting paths: bundles with the most parcels choose first, then the larger ones, each the
smallest free door; one that finds none makes others move on to another door. For given bundles that places as many
parcels as can be placed at all (the sets of bundles that can be placed together form a transversal matroid, of which
a greedy choice by weight is the best). What stays out is then split, and so are others that it could take room from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pickup_points.packing import Measures, Space, fits, go_together


@dataclass(frozen=True)
class Bundle:
    """Parcels of one group behind one door: the group's index and theirs in it."""

    group: int
    parcels: tuple[int, ...]


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
    board = _Board(groups, doors)
    waiting = [bundle for index in range(len(groups)) for bundle in _bundles(board, index)]
    left = [bundle for bundle in sorted(waiting, key=board.rank, reverse=True) if not board.place(bundle)]
    singles = [single for bundle in left for single in _apart(bundle)]
    singles = [single for single in singles if not board.place(single)]
    _join(board, singles)
    while any(_make_room(board, single) for single in board.missing()):
        pass
    return Allocation(tuple(sorted(board.at.items(), key=lambda each: each[1])), tuple(_parcels(board.missing())))


@dataclass
class _Board:
    """The doors, and which bundle stands behind which."""

    groups: Sequence[Sequence[Measures]]
    doors: Sequence[Space]
    at: dict[Bundle, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.order = sorted(range(len(self.doors)), key=lambda index: self.doors[index].volume_mm3)
        self.shapes = sorted(set(self.doors), key=lambda shape: shape.volume_mm3)
        self._fitting: dict[Bundle, list[int]] = {}

    def measures(self, bundle: Bundle) -> list[Measures]:
        return [self.groups[bundle.group][parcel] for parcel in bundle.parcels]

    def rank(self, bundle: Bundle) -> tuple[int, int]:
        return len(bundle.parcels), sum(parcel.volume_mm3 for parcel in self.measures(bundle))

    def fitting(self, bundle: Bundle) -> list[int]:
        """Return the doors that the bundle goes behind, smallest first."""
        if bundle not in self._fitting:
            parcels = self.measures(bundle)
            shapes = {shape for shape in self.shapes if go_together(parcels, shape)}
            self._fitting[bundle] = [index for index in self.order if self.doors[index] in shapes]
        return self._fitting[bundle]

    def place(self, bundle: Bundle) -> bool:
        """Give the bundle a door, moving others on where that helps; say whether it has one."""
        taken = {door: other for other, door in self.at.items()}
        return self._augment(bundle, taken, set())

    def _augment(self, bundle: Bundle, taken: dict[int, Bundle], seen: set[int]) -> bool:
        doors = self.fitting(bundle)
        free = next((door for door in doors if door not in taken), None)
        if free is not None:
            self._put(bundle, free, taken)
            return True
        for door in doors:
            if door in seen:
                continue
            seen.add(door)
            if self._augment(taken[door], taken, seen):
                self._put(bundle, door, taken)
                return True
        return False

    def _put(self, bundle: Bundle, door: int, taken: dict[int, Bundle]) -> None:
        self.at[bundle] = door
        taken[door] = bundle

    def missing(self) -> list[Bundle]:
        """Return the parcels without a door, each alone."""
        placed = {(bundle.group, parcel) for bundle in self.at for parcel in bundle.parcels}
        return [
            Bundle(group, (parcel,))
            for group, parcels in enumerate(self.groups)
            for parcel in range(len(parcels))
            if (group, parcel) not in placed
        ]


def _bundles(board: _Board, group: int) -> list[Bundle]:
    """Return the group whole when one door takes it, else in as few bundles as first fit decreasing finds."""
    parcels = board.groups[group]
    whole = Bundle(group, tuple(range(len(parcels))))
    if board.fitting(whole):
        return [whole]
    bundles: list[Bundle] = []
    for parcel in sorted(whole.parcels, key=lambda index: parcels[index].volume_mm3, reverse=True):
        grown = ((at, Bundle(group, (*each.parcels, parcel))) for at, each in enumerate(bundles))
        found = next(((at, bundle) for at, bundle in grown if board.fitting(bundle)), None)
        if found is not None:
            bundles[found[0]] = found[1]
        elif any(fits(parcels[parcel], shape) for shape in board.shapes):
            bundles.append(Bundle(group, (parcel,)))
    return bundles


def _join(board: _Board, singles: Sequence[Bundle]) -> None:
    """Put single parcels behind doors where others of their group stand already."""
    for single in singles:
        _joined(board, single)


def _joined(board: _Board, single: Bundle) -> bool:
    for other in [each for each in board.at if each.group == single.group]:
        both = Bundle(single.group, (*other.parcels, *single.parcels))
        if board.at[other] in board.fitting(both):
            board.at[both] = board.at.pop(other)
            return True
    return False


def _make_room(board: _Board, single: Bundle) -> bool:
    """Find the parcel a door by splitting another bundle; say whether more parcels have one now."""
    if not board.fitting(single):
        return False
    before, best = dict(board.at), len(board.missing())
    for other in sorted(board.at, key=board.rank):
        if len(other.parcels) < 2:
            continue
        for parts in _splits(other):
            del board.at[other]
            for bundle in (single, *parts):
                if not board.place(bundle):
                    _joined(board, bundle)
            if len(board.missing()) < best:
                return True
            board.at = dict(before)
    return False


def _apart(bundle: Bundle) -> Iterator[Bundle]:
    return (Bundle(bundle.group, (parcel,)) for parcel in bundle.parcels)


def _splits(bundle: Bundle) -> Iterator[tuple[Bundle, ...]]:
    """Yield the bundle all apart, and then with one parcel apart from the rest."""
    yield tuple(_apart(bundle))
    if len(bundle.parcels) > 2:
        for parcel in bundle.parcels:
            rest = tuple(other for other in bundle.parcels if other != parcel)
            yield Bundle(bundle.group, rest), Bundle(bundle.group, (parcel,))


def _parcels(bundles: Sequence[Bundle]) -> Iterator[tuple[int, int]]:
    return ((bundle.group, parcel) for bundle in bundles for parcel in bundle.parcels)
