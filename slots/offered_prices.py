"""What an option costs: the price of its slot, less a discount for what is cheap to serve.

    discount = price * MOST_OFF * (1 - added_cost / DEAR_S), between nothing and MOST_OFF of the price

`added_cost` is what the cheapest place in the routes adds, in seconds of a courier's time. The same route and slot give
the same price to everybody; without routes there is no discount. It never exceeds the slot's own price.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil

MOST_OFF = Fraction(1, 5)
DEAR_S = 900
"""A stop that adds a quarter of an hour has no discount."""


def discounted(price_minor: int, *, added_cost: int | None) -> int:
    """Return the price in minor units, rounded up."""
    if added_cost is None:
        return price_minor
    saved = 1 - Fraction(min(max(added_cost, 0), DEAR_S), DEAR_S)
    return ceil(price_minor * (1 - MOST_OFF * saved))
