"""What a code opens at a locker, asked by its device while there is network. The same rules as without."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel import facts
from kernel.errors import Refusal
from pickup_points.counter import code_tries
from pickup_points.counter.code_tries import CodesLocked
from pickup_points.counter.facts import HandOverRefused
from pickup_points.counter.posts import Seat
from pickup_points.counter.unlocking import COLLECTABLE, CodeOfAnotherPoint, WrongCode
from pickup_points.lockers.models import LockerPass
from pickup_points.models import Compartment, LockerDevice, PickupPoint, Rent, Stay
from pickup_points.stays import collection_codes, locker_codes
from pickup_points.stays.locker_codes import MOST_PASSES

__all__ = ["CodeOfAnotherPoint", "CodesLocked", "Opens", "WrongCode", "opened_by"]


@dataclass(frozen=True)
class Opens:
    """What a code opens: a recipient's the doors of the delivery's parcels; a courier's none by itself."""

    delivery_id: UUID | None
    pass_number: int | None
    doors: Sequence[Compartment]
    parcel_ids: Sequence[UUID]


def opened_by(session: Session, device: LockerDevice, text: str, *, now: datetime) -> Opens:
    """Return what the code opens at the device's locker. A wrong one is counted. CodesLocked, WrongCode,
    CodeOfAnotherPoint.
    """
    point = session.get_one(PickupPoint, device.point_id)
    seat = Seat(point=point, caller_id=device.api_key_id, person_id=None, supervisor=False)
    tries = code_tries.require_open(session, seat, now=now)
    try:
        found = _opened(session, device, text, now)
    except Refusal as refusal:
        code_tries.count_wrong(tries, now=now)
        why = type(refusal).__name__
        facts.record(
            session,
            HandOverRefused(point_id=point.id, stay_ids=[], why=why, wrong_codes=tries.wrong, at=now, by=None),
        )
        raise
    code_tries.forget(session, seat)
    return found


def _opened(session: Session, device: LockerDevice, text: str, now: datetime) -> Opens:
    digits, point_id = collection_codes.read(text)
    if point_id is not None and point_id != device.point_id:
        raise _of_another(session, device, point_id)
    key = locker_codes.key_of(device.point_id, rotation=device.rotation)
    if len(digits) == locker_codes.COURIER_DIGITS and digits.isascii() and digits.isdigit():
        return _by_courier(session, device, key, digits, now)
    found = _by_recipient(session, device, key, digits, now)
    if found is not None:
        return found
    other = session.scalar(
        select(Stay.point_id)
        .join(PickupPoint, PickupPoint.id == Stay.point_id)
        .where(
            Stay.code_digest == collection_codes.digest_of(digits),
            Stay.state.in_(COLLECTABLE),
            Stay.point_id != device.point_id,
        )
        .limit(1)
    )
    raise WrongCode() if other is None else _of_another(session, device, other)


def _by_recipient(session: Session, device: LockerDevice, key: bytes, digits: str, now: datetime) -> Opens | None:
    waiting = session.scalars(
        select(Stay).where(Stay.point_id == device.point_id, Stay.state.in_(COLLECTABLE), Stay.rent_id.is_not(None))
    ).all()
    # Each is compared, whether or not one was found: the time it takes tells nothing.
    opened = [stay for stay in waiting if _is_code(key, stay, digits)]
    opened = [stay for stay in opened if stay.expires_at is not None and _is_good(stay.expires_at, now)]
    if not opened:
        return None
    return Opens(opened[0].delivery_id, None, _doors(session, opened), [stay.parcel_id for stay in opened])


def _by_courier(session: Session, device: LockerDevice, key: bytes, digits: str, now: datetime) -> Opens:
    number, current = int(digits[:2]), locker_codes.period_of(now)
    periods = [
        period
        for period in (current - 1, current, current + 1)
        if locker_codes.is_same(locker_codes.courier_code(key, period=period, number=number), digits)
    ]
    issued = session.scalar(
        select(LockerPass.id).where(
            LockerPass.point_id == device.point_id, LockerPass.number == number, LockerPass.period.in_(periods)
        )
    )
    if issued is None or number >= MOST_PASSES:
        raise WrongCode()
    return Opens(None, number, (), ())


def _is_code(key: bytes, stay: Stay, digits: str) -> bool:
    until = stay.expires_at
    if until is None:
        return False
    return locker_codes.is_same(locker_codes.collection_code(key, delivery_id=stay.delivery_id, until=until), digits)


def _is_good(until: datetime, now: datetime) -> bool:
    return now < locker_codes.end_of_day(until)


def _doors(session: Session, stays: Iterable[Stay]) -> Sequence[Compartment]:
    rents = {stay.rent_id for stay in stays}
    return session.scalars(
        select(Compartment)
        .join(Rent, Rent.compartment_id == Compartment.id)
        .where(Rent.id.in_(rents))
        .order_by(Compartment.name)
        .distinct()
    ).all()


def _of_another(session: Session, device: LockerDevice, point_id: UUID) -> Refusal:
    here = session.get_one(PickupPoint, device.point_id)
    other = session.get(PickupPoint, point_id)
    if other is None or other.carrier_id != here.carrier_id:
        return WrongCode()
    return CodeOfAnotherPoint(
        f"it is for {other.name}", point_id=other.id, point_name=other.name, address=other.address_text
    )
