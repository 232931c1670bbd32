"""A courier's pass to a locker: a code that it checks without network, for those who bring something there today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from deliveries.models import Delivery
from driving.queries import NotOnYourRoute
from kernel.database import violated
from kernel.errors import Unavailable
from pickup_points.lockers.devices import DeviceNotFound
from pickup_points.lockers.models import LockerPass
from pickup_points.models import LockerDevice
from pickup_points.stays import collection_codes, locker_codes
from routing.models import Drop, Route, Stop, StopState


class NoPassLeft(Unavailable):
    """All passes of this locker are given out for these hours."""

    retry_after_s = 3600


@dataclass(frozen=True)
class Pass:
    """The code, what stands in its QR code, and the half-open time in which a locker listens to it."""

    code: str
    qr_text: str
    number: int
    valid_from: datetime
    valid_until: datetime


def issue(session: Session, point_id: UUID, *, driver_id: UUID, now: datetime) -> Pass:
    """Return the driver's pass to the locker for these hours, the same when asked again. NotOnYourRoute,
    DeviceNotFound, NoPassLeft.
    """
    _check_goes_there(session, point_id, driver_id)
    device = session.get(LockerDevice, point_id)
    if device is None:
        raise DeviceNotFound()

    period = locker_codes.period_of(now)
    given = _given(session, point_id, period, driver_id) or _next(session, point_id, period, driver_id, now)

    key = locker_codes.key_of(point_id, rotation=device.rotation)
    code = locker_codes.courier_code(key, period=period, number=given.number)
    starts_at, ends_at = locker_codes.hours_of(period)
    return Pass(code, collection_codes.qr_of(point_id, code), given.number, starts_at, ends_at)


def _check_goes_there(session: Session, point_id: UUID, driver_id: UUID) -> None:
    found = session.scalar(
        select(Drop.delivery_id)
        .join(Stop, Stop.id == Drop.stop_id)
        .join(Route, Route.id == Stop.route_id)
        .join(Delivery, Delivery.id == Drop.delivery_id)
        .where(
            Delivery.pickup_point_id == point_id,
            Route.driver_id == driver_id,
            Route.published_at.is_not(None),
            Stop.state != StopState.DONE,
            Drop.withdrawn_at.is_(None),
            Drop.alternative_id.is_(None),
        )
        .limit(1)
    )
    if found is None:
        raise NotOnYourRoute()


def _given(session: Session, point_id: UUID, period: int, driver_id: UUID) -> LockerPass | None:
    return session.scalar(
        select(LockerPass).where(
            LockerPass.point_id == point_id, LockerPass.period == period, LockerPass.driver_id == driver_id
        )
    )


def _next(session: Session, point_id: UUID, period: int, driver_id: UUID, now: datetime) -> LockerPass:
    """Give out the lowest number that nobody has; who is second takes the next."""
    while True:
        taken = set(
            session.scalars(
                select(LockerPass.number).where(LockerPass.point_id == point_id, LockerPass.period == period)
            )
        )
        number = next((each for each in range(locker_codes.MOST_PASSES) if each not in taken), None)
        if number is None:
            raise NoPassLeft(point_id=point_id)
        given = LockerPass(point_id=point_id, period=period, number=number, driver_id=driver_id, issued_at=now)
        try:
            with session.begin_nested():
                session.add(given)
        except IntegrityError as error:
            if violated(error) != "uq_locker_passes_point_id_period_number":
                raise
        else:
            return given
