"""The options in one order, and which of them are eco."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import inf

from slots.offered import Option

ECO_WITHIN_G = 20
"""Options that emit so few grams more than the least are as good: street times are no more exact."""


def ranked(options: Iterable[Option]) -> list[Option]:
    """Return them cheapest first; of one price that first which emits least, then the soonest.

    What nobody knows the emission of comes behind what is known.
    """
    return sorted(
        options,
        key=lambda each: (
            each.price_minor,
            inf if each.co2e_g is None else each.co2e_g,
            each.slot.starts_at,
            str(each.slot.id),
        ),
    )


def marked(options: Sequence[Option]) -> list[Option]:
    """Return them with the mark on those that emit least. Where nothing is known, nothing is eco."""
    known = [each.co2e_g for each in options if each.co2e_g is not None]
    if not known:
        return list(options)
    least = min(known)
    return [replace(each, eco=each.co2e_g is not None and each.co2e_g <= least + ECO_WITHIN_G) for each in options]
