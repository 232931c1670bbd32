"""What was scanned: the parcel behind a label, if the carrier has one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliveries.codes import ParcelCodeInvalid, read_code
from deliveries.models import Delivery, Parcel
from kernel.errors import NotFound


class CodeUnknown(NotFound):
    """No parcel of this carrier has this code."""


def parcels_of(session: Session, scanned: Sequence[str], *, carrier_id: UUID) -> Mapping[str, Parcel]:
    """Return the carrier's living parcel for each of what was scanned: a label's number, or a parcel's id."""
    numbers = {text: _number(text) for text in scanned}
    ids = {text: parcel_id for text in scanned if (parcel_id := _id(text)) is not None}
    rows = session.scalars(
        select(Parcel)
        .join(Delivery, Delivery.id == Parcel.delivery_id)
        .where(
            Delivery.carrier_id == carrier_id,
            Parcel.live,
            Parcel.code.in_(set(numbers.values())) | Parcel.id.in_(set(ids.values())),
        )
    ).all()
    by_number = {parcel.code: parcel for parcel in rows}
    by_id = {parcel.id: parcel for parcel in rows}
    found = {text: by_number.get(numbers[text]) or by_id.get(ids.get(text) or UUID(int=0)) for text in scanned}
    return {text: parcel for text, parcel in found.items() if parcel is not None}


def _number(text: str) -> str:
    try:
        return read_code(text).number
    except ParcelCodeInvalid:
        return text.strip()


def _id(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None
