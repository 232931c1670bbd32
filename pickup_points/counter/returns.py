"""Returns without a label: the shop gives leave and a code, the recipient brings the parcels and tells the code."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.principals import Principal
from deliveries import queries as deliveries
from deliveries.models import Delivery, DeliveryState
from deliveries.progress import require
from kernel import facts
from kernel.database import violated
from kernel.errors import Conflict, FieldError, Invalid, NotFound
from pickup_points.counter import code_tries
from pickup_points.counter.check_in import ShelfMissing
from pickup_points.counter.facts import ReturnAuthorised, ReturnDroppedOff, ReturnWithdrawn
from pickup_points.counter.models import Return
from pickup_points.counter.posts import Seat
from pickup_points.counter.unlocking import WrongCode
from pickup_points.models import PointService, Stay, StayKind, StayState
from pickup_points.stays import staying

# Nothing that is read for something else: no 0 and O, no 1, I and L.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_LENGTH = 12  # 59 bits: the hash beside it is not turned back by trying
_LASTS = timedelta(days=30)


class ReturnOpen(Conflict):
    """This delivery has leave to be returned already."""


class ParcelsNotOfDelivery(Invalid):
    """Only parcels of the delivery itself can be returned."""


class ReturnNotFound(NotFound):
    """There is no such return, or it was dropped off already."""


class NoReturnsHere(Conflict):
    """This point takes no returns."""


class ReturnOver(Conflict):
    """This return was dropped off, withdrawn or left too late."""


class ParcelAtPoint(Conflict):
    """A parcel of this return lies at a point already."""


def give_leave(
    session: Session,
    delivery_id: UUID,
    *,
    parcel_ids: Collection[UUID],
    reason: str | None,
    caller: Principal,
    now: datetime,
) -> tuple[Return, str]:
    """Return leave to bring back these parcels, all without a name, and its code, which is kept nowhere.

    DeliveryNotFound, DeliveryNotInState, ParcelsNotOfDelivery, ReturnOpen.
    """
    delivery = deliveries.delivery(session, delivery_id, caller=caller, for_update=True)
    require(delivery, DeliveryState.DELIVERED, DeliveryState.COLLECTED)
    own = {parcel.id for parcel in delivery.parcels}
    if not set(parcel_ids) <= own:
        raise ParcelsNotOfDelivery(errors=[FieldError("/parcel_ids", "are not all of this delivery")])

    code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    made = Return(
        delivery_id=delivery.id,
        parcel_ids=[str(parcel_id) for parcel_id in sorted(set(parcel_ids) or own)],
        code_sha256=_sha256(code),
        reason=reason,
        created_at=now,
        created_by=caller.person_id,
        expires_at=now + _LASTS,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        if violated(error) != "uq_returns_delivery_id":
            raise
        raise ReturnOpen(delivery_id=delivery.id) from None
    facts.record(session, ReturnAuthorised(delivery_id=delivery.id, return_id=made.id, at=now, by=caller.person_id))
    return made, code


def withdraw(session: Session, delivery_id: UUID, return_id: UUID, *, caller: Principal, now: datetime) -> None:
    """Take back the leave; once more changes nothing. DeliveryNotFound, ReturnNotFound."""
    delivery = deliveries.delivery(session, delivery_id, caller=caller)
    found = session.get(Return, return_id, with_for_update=True)
    if found is None or found.delivery_id != delivery.id or found.dropped_off_at is not None:
        raise ReturnNotFound()
    if found.cancelled_at is not None:
        return
    found.cancelled_at = now
    facts.record(session, ReturnWithdrawn(delivery_id=delivery.id, return_id=found.id, at=now, by=caller.person_id))


def drop_off(session: Session, seat: Seat, code: str, *, shelf: str | None, now: datetime) -> Sequence[Stay]:
    """Take in what the code stands for; the point answers for it until the courier comes.

    NoReturnsHere, ShelfMissing, CodesLocked, WrongCode, ReturnOver, ParcelAtPoint.
    """
    if PointService.RETURN not in seat.point.services:
        raise NoReturnsHere(point_id=seat.point.id)
    if seat.point.shelf_required and not shelf:
        raise ShelfMissing()
    found = _found(session, seat, code, now)
    delivery = session.get_one(Delivery, found.delivery_id)
    stays = _stays(session, seat, found, now)
    found.dropped_off_at, found.point_id = now, seat.point.id
    for stay in stays:
        staying.check_in(session, stay, delivery=delivery, shelf=shelf, now=now, by=seat.person_id)
    session.flush()
    facts.record(
        session,
        ReturnDroppedOff(
            delivery_id=delivery.id, return_id=found.id, point_id=seat.point.id, at=now, by=seat.person_id
        ),
    )
    return stays


def _found(session: Session, seat: Seat, code: str, now: datetime) -> Return:
    tries = code_tries.require_open(session, seat, now=now)
    written = "".join(letter for letter in code.upper() if letter.isalnum())
    found = session.scalar(
        select(Return)
        .join(Delivery, Delivery.id == Return.delivery_id)
        .where(Return.code_sha256 == _sha256(written), Delivery.carrier_id == seat.point.carrier_id)
        .with_for_update(of=Return)
        .execution_options(populate_existing=True)
    )
    if found is None:
        code_tries.count_wrong(tries, now=now)
        raise WrongCode()
    if found.dropped_off_at is not None or found.cancelled_at is not None or found.expires_at <= now:
        raise ReturnOver(
            dropped_off_at=found.dropped_off_at, withdrawn_at=found.cancelled_at, expires_at=found.expires_at
        )
    code_tries.forget(session, seat)
    return found


def _stays(session: Session, seat: Seat, found: Return, now: datetime) -> Sequence[Stay]:
    stays = [
        Stay(
            point_id=seat.point.id,
            delivery_id=found.delivery_id,
            parcel_id=UUID(parcel_id),
            kind=StayKind.RETURN,
            state=StayState.EXPECTED,
            created_at=now,
        )
        for parcel_id in found.parcel_ids
    ]
    try:
        with session.begin_nested():
            session.add_all(stays)
    except IntegrityError as error:
        if violated(error) != "uq_stays_parcel_id":
            raise
        raise ParcelAtPoint(delivery_id=found.delivery_id) from None
    return stays


def _sha256(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
