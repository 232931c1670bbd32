"""What no two deliveries may share: a merchant's external id, and the code on a live parcel. The database decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from deliveries.models import Delivery, Parcel
from kernel.database import violated
from kernel.errors import Conflict, FieldError, Refusal


class ExternalIdTaken(Conflict):
    """This merchant has a delivery with this external id already."""


class ParcelCodeTaken(Conflict):
    """Another live parcel carries this code."""


def check_codes_differ(codes: Sequence[str | None]) -> None:
    """Refuse a code that two parcels of one delivery share. ParcelCodeTaken."""
    for index, code in enumerate(codes):
        if code is not None and code in codes[:index]:
            raise _code_taken(index, code)


@contextmanager
def told_apart(
    session: Session, *, merchant_id: UUID, external_id: str | None, codes: Sequence[str | None]
) -> Iterator[None]:
    """Write what the block does in a savepoint of its own. ExternalIdTaken, ParcelCodeTaken; then nothing is written.

    `codes` are those of the delivery's parcels, in the order in which they were asked for.
    """
    try:
        with session.begin_nested():
            yield
    except IntegrityError as error:
        constraint = violated(error)
        if constraint == "uq_deliveries_merchant_id_external_id":
            raise _external_id_taken(session, merchant_id, external_id) from error
        if constraint == "uq_parcels_code":
            raise _taken_code_among(session, codes) from error
        raise


def _taken_code_among(session: Session, codes: Sequence[str | None]) -> Refusal:
    taken = set(session.scalars(select(Parcel.code).where(Parcel.live, Parcel.code.in_(codes))))
    # Whoever held it may have let go of it since; then any of them will do to name.
    index = next((i for i, code in enumerate(codes) if code in taken), 0)
    return _code_taken(index, codes[index])


def _external_id_taken(session: Session, merchant_id: UUID, external_id: str | None) -> Refusal:
    held = select(Delivery.id).where(Delivery.merchant_id == merchant_id, Delivery.external_id == external_id)
    return ExternalIdTaken(
        f"'{external_id}' is the external id of another delivery",
        errors=[FieldError("/external_id", "is taken")],
        delivery_id=session.scalar(held),
    )


def _code_taken(index: int, code: str | None) -> Refusal:
    return ParcelCodeTaken(
        f"'{code}' is on another live parcel", errors=[FieldError(f"/parcels/{index}/code", "is taken")], code=code
    )
