"""What lies at a point, found by what people say of it: a code, a name, the last digits of a telephone number."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from deliveries.models import Delivery, Parcel
from pickup_points.models import INSIDE, Stay, StayState
from places.wording import fold

_SHORTEST_TAIL = 3
_LIKE_ENOUGH = 0.4


@dataclass(frozen=True)
class Kept:
    """A parcel's stay, with what a clerk needs to find the parcel and know the person."""

    stay: Stay
    parcel: Parcel
    delivery: Delivery

    @property
    def recipient_name(self) -> str:
        """To whom it goes."""
        return self.delivery.recipient_name

    @property
    def phone_tail(self) -> str | None:
        """The last four digits of the recipient's telephone number: enough to ask for, too few to call."""
        phone = self.delivery.recipient_phone
        return None if phone is None else phone[-4:]


def kept(session: Session, point_id: UUID, *, states: Collection[StayState] = INSIDE) -> Sequence[Kept]:
    """Return what is at the point in these states, those that came first in front."""
    asked = _whole().where(Stay.point_id == point_id, Stay.state.in_(states))
    rows = session.execute(asked.order_by(Stay.checked_in_at, Stay.id))
    return [Kept(*row) for row in rows]


def kept_by_ids(session: Session, stay_ids: Collection[UUID]) -> Sequence[Kept]:
    """Return these stays, by id, whatever their state."""
    rows = session.execute(_whole().where(Stay.id.in_(stay_ids)).order_by(Stay.id))
    return [Kept(*row) for row in rows]


def search(session: Session, point_id: UUID, text: str, *, limit: int) -> Sequence[Kept]:
    """Return what is at the point and fits, the likest first: a label's code, a name with a slip, a phone's tail."""
    scored = [(_likeness(each, text), each) for each in kept(session, point_id)]
    fitting = [(score, each) for score, each in scored if score > 0]
    fitting.sort(key=lambda pair: -pair[0])
    return [each for _, each in fitting[:limit]]


def _whole() -> Select[Stay, Parcel, Delivery]:
    return (
        select(Stay, Parcel, Delivery)
        .join(Parcel, Parcel.id == Stay.parcel_id)
        .join(Delivery, Delivery.id == Stay.delivery_id)
    )


def _likeness(each: Kept, text: str) -> float:
    compact = re.sub(r"[\s()+-]", "", text).upper()
    code = (each.parcel.code or "").upper()
    if compact and compact in (code, f"00{code}", each.parcel.id.hex.upper()):
        return 3.0
    if compact.isdigit():
        return _digits_likeness(each, compact, code)
    return _name_likeness(fold(each.recipient_name), fold(text))


def _digits_likeness(each: Kept, digits: str, code: str) -> float:
    if len(digits) < _SHORTEST_TAIL:
        return 0.0
    phone = (each.delivery.recipient_phone or "").lstrip("+")
    # At home people begin with a nought, which the number with its country code has not.
    if any(tail and phone.endswith(tail) for tail in (digits, digits.lstrip("0"))):
        return 2.0
    return 1.5 if code.endswith(digits) else 0.0


def _name_likeness(name: str, asked: str) -> float:
    """Return how like the names are, by the trigrams of their words, as PostgreSQL's pg_trgm counts them."""
    if not asked:
        return 0.0
    if all(any(word.startswith(part) for word in name.split()) for part in asked.split()):
        return 1.0
    ours, theirs = _trigrams(name), _trigrams(asked)
    shared = len(ours & theirs)
    likeness = shared / len(theirs) if theirs else 0.0
    return likeness * 0.9 if likeness >= _LIKE_ENOUGH else 0.0


def _trigrams(text: str) -> set[str]:
    return {padded[at : at + 3] for word in text.split() for padded in [f"  {word} "] for at in range(len(padded) - 2)}
