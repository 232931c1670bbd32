"""Offers that many ask for, kept with the day into which they were priced: pickup points do not move.

A day never changes: one in which something did is another day, whose offers are priced anew. What fits where is all
that a basket changes about an offer, so baskets that find the same room share it. After some minutes they are priced
anew all the same: the streets may have been away when they were, and their times were estimates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from weakref import WeakKeyDictionary

import numpy as np

from places.streets import Streets
from routing.days import CarrierDay
from routing.given import Span
from routing.insertion import Offer, Question, Wanted, offers_on_days

MOST_A_DAY = 5_000
"""Answers that are kept of one day, some hundred bytes each; the oldest go."""
KEPT_S = 600
"""An answer is taken again within one such part of the hour."""


@dataclass(frozen=True, slots=True)
class _Key:
    wanted: Wanted
    windows: tuple[Span, ...]
    most: int
    room: bytes
    part: int


_KEPT: WeakKeyDictionary[CarrierDay, dict[_Key, list[Offer]]] = WeakKeyDictionary()


def kept_offers(questions: Sequence[Question], *, streets: Streets, now: datetime) -> list[dict[date, list[Offer]]]:
    """As `offers_on_days`, for stops that will be wanted again: what has been priced into a day is not asked again."""
    found, left = [], []
    for question in questions:
        keys = {at: _key(question, day, windows, now) for at, (day, windows) in question.days.items()}
        known = {at: _KEPT.get(question.days[at][0], {}).get(key) for at, key in keys.items()}
        found.append({at: offers for at, offers in known.items() if offers is not None})
        left.append({at: key for at, key in keys.items() if known[at] is None})
    asked = [replace(one, days={at: one.days[at] for at in keys}) for one, keys in zip(questions, left, strict=True)]
    priced = offers_on_days(asked, streets=streets)
    for question, keys, new in zip(questions, left, priced, strict=True):
        for at, offers in new.items():
            _keep(question.days[at][0], keys[at], offers)
    return [old | new for old, new in zip(found, priced, strict=True)]


def _key(question: Question, day: CarrierDay, windows: Sequence[Span], now: datetime) -> _Key:
    fits = (np.array(question.wanted.demands) <= day.day.stack.room_before).all(axis=-1)
    anything = replace(question.wanted, demands=())
    part = int(now.timestamp()) // KEPT_S
    return _Key(anything, tuple(windows), question.most, np.packbits(fits).tobytes(), part)


def _keep(day: CarrierDay, key: _Key, offers: list[Offer]) -> None:
    kept = _KEPT.setdefault(day, {})
    kept[key] = offers
    if len(kept) > MOST_A_DAY:
        kept.pop(next(iter(kept)), None)
