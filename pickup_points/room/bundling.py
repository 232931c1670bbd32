"""How parcels are bundled when doors have prices: together where a big door is cheap, apart where it is dear."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from pickup_points.room.matching import Bundle, Shapes

_MOST_TO_SPLIT = 6  # parcels of a group; the ways to bundle more are too many to look at
_BY_RANK = 1e-3  # of two doors at one price the smaller, and one door rather than two
_ROUNDS = 60
_FIRST_STEP = 0.4


def together(shapes: Shapes, group: int) -> list[Bundle]:
    """Return the group in as few bundles as first fit decreasing finds: whole, when one door takes it."""
    whole = tuple(range(len(shapes.groups[group])))
    if shapes.taking(Bundle(group, whole)):
        return [Bundle(group, whole)]
    bundles: list[Bundle] = []
    for parcel in sorted(whole, key=lambda index: shapes.groups[group][index].volume_mm3, reverse=True):
        grown = ((at, Bundle(group, tuple(sorted((*each.parcels, parcel))))) for at, each in enumerate(bundles))
        found = next(((at, bundle) for at, bundle in grown if shapes.taking(bundle)), None)
        if found is not None:
            bundles[found[0]] = found[1]
        elif shapes.taking(Bundle(group, (parcel,))):
            bundles.append(Bundle(group, (parcel,)))
    return bundles


def proposals(shapes: Shapes) -> Iterator[list[Bundle]]:
    """Yield ways to bundle all groups, by raising the price of shapes that too many want, and lowering the others'.

    That is the subgradient method on the Lagrangian dual of "so many doors of each shape"; a parcel is worth 1.
    """
    prices = [0.0] * len(shapes.spaces)
    for turn in range(_ROUNDS):
        bundles = [each for group in range(len(shapes.groups)) for each in _best(shapes, group, prices)]
        yield bundles
        demand = [0] * len(prices)
        for bundle in bundles:
            demand[_cheapest(shapes, bundle, prices)] += 1
        step = _FIRST_STEP / (1 + turn / 6)
        prices = [
            max(0.0, price + step * (wanted - there) / there)
            for price, wanted, there in zip(prices, demand, shapes.supply, strict=True)
        ]


def _best(shapes: Shapes, group: int, prices: Sequence[float]) -> tuple[Bundle, ...]:
    """Return the bundles of the group that bring the most parcels for their price; what is too dear stays out."""
    size = len(shapes.groups[group])
    if size > _MOST_TO_SPLIT:
        return tuple(together(shapes, group))

    @cache
    def best(parcels: tuple[int, ...]) -> tuple[float, tuple[Bundle, ...]]:
        if not parcels:
            return 0.0, ()
        found = best(parcels[1:])
        for inside in _with_first(parcels):
            bundle = Bundle(group, inside)
            if shapes.taking(bundle):
                shape = _cheapest(shapes, bundle, prices)
                gain, others = best(tuple(each for each in parcels if each not in inside))
                gain += len(inside) - prices[shape] - _BY_RANK * (shape + 1)
                if gain > found[0]:
                    found = gain, (bundle, *others)
        return found

    return best(tuple(range(size)))[1]


def _with_first(parcels: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    for bits in range(2 ** (len(parcels) - 1)):
        yield (parcels[0], *(each for at, each in enumerate(parcels[1:]) if bits >> at & 1))


def _cheapest(shapes: Shapes, bundle: Bundle, prices: Sequence[float]) -> int:
    return min(shapes.taking(bundle), key=lambda shape: prices[shape] + _BY_RANK * shape)
