"""Receiving at the counter: what was scanned is taken in parcel by parcel, and one that cannot be costs no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliveries import queries as deliveries
from deliveries.models import Delivery, Parcel
from kernel import facts
from kernel.errors import Conflict, Invalid, Refusal
from pickup_points.counter import damage
from pickup_points.counter.facts import CheckInMismatched
from pickup_points.counter.posts import Seat
from pickup_points.counter.scanning import CodeUnknown, parcels_of
from pickup_points.models import INSIDE, STAY_ENDED, PickupPoint, Stay, StayState
from pickup_points.stays import getting_ready, staying


class ScannedTwice(Invalid):
    """The same parcel was scanned twice at once."""


class ShelfMissing(Invalid):
    """This point wants to know on which shelf a parcel lies."""


class CheckedInAlready(Conflict):
    """The parcel is in already."""


class ExpectedElsewhere(Conflict):
    """The parcel is for another pickup point, or lies at one."""


class NotForPoint(Conflict):
    """The parcel does not go to a pickup point."""


@dataclass(frozen=True)
class Scan:
    """What was scanned, where it was put, and what was wrong with it."""

    code: str
    shelf: str | None = None
    damage: str | None = None
    proof_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Receipt:
    """What became of a check-in: for each scan its stay or why not; and what is lacking."""

    outcomes: Sequence[Stay | Refusal]
    told: int | None
    scanned: int
    missing: Sequence[Stay]

    @property
    def matches(self) -> bool:
        """Whether as many came as were said to, and of each delivery all."""
        return not self.missing and self.told in (None, self.scanned)


def check_in(session: Session, seat: Seat, scans: Sequence[Scan], *, told: int | None, now: datetime) -> Receipt:
    """Take in what was scanned. `told` is how many parcels the courier says there are.

    An outcome may be CodeUnknown, ScannedTwice, ShelfMissing, CheckedInAlready, ExpectedElsewhere, NotForPoint,
    PhotoMissing, DeliveryNotInState.
    """
    parcels = parcels_of(session, [scan.code for scan in scans], carrier_id=seat.point.carrier_id)
    delivery_ids = {parcel.delivery_id for parcel in parcels.values()}
    held = {each.id: each for each in deliveries.by_ids(session, delivery_ids, for_update=True)}
    stays = _live_stays(session, [parcel.id for parcel in parcels.values()])

    outcomes: list[Stay | Refusal] = []
    seen: set[UUID] = set()
    for scan in scans:
        try:
            parcel = _parcel(parcels, scan, seen)
            delivery = held[parcel.delivery_id]
            stay = _expected(session, seat.point, parcel, delivery, stays.get(parcel.id), now)
            _take_in(session, seat, scan, stay, delivery, now)
            outcomes.append(stay)
        except Refusal as refusal:
            outcomes.append(refusal)
    session.flush()
    return _receipt(session, seat, outcomes, told, now)


def live_stay_at(session: Session, seat: Seat, code: str, *, now: datetime) -> tuple[Stay, Delivery]:
    """Return the expected stay of what was scanned, and its delivery, both locked.

    CodeUnknown, CheckedInAlready, ExpectedElsewhere, NotForPoint.
    """
    parcels = parcels_of(session, [code], carrier_id=seat.point.carrier_id)
    parcel = _parcel(parcels, Scan(code), set())
    (delivery,) = deliveries.by_ids(session, [parcel.delivery_id], for_update=True)
    stays = _live_stays(session, [parcel.id])
    return _expected(session, seat.point, parcel, delivery, stays.get(parcel.id), now), delivery


def _parcel(parcels: Mapping[str, Parcel], scan: Scan, seen: set[UUID]) -> Parcel:
    parcel = parcels.get(scan.code)
    if parcel is None:
        raise CodeUnknown(code=scan.code)
    if parcel.id in seen:
        raise ScannedTwice(code=scan.code)
    seen.add(parcel.id)
    return parcel


def _live_stays(session: Session, parcel_ids: Sequence[UUID]) -> Mapping[UUID, Stay]:
    asked = select(Stay).where(Stay.parcel_id.in_(parcel_ids), Stay.state.not_in(STAY_ENDED)).order_by(Stay.id)
    locked = session.scalars(asked.with_for_update().execution_options(populate_existing=True))
    return {stay.parcel_id: stay for stay in locked}


def _expected(
    session: Session, point: PickupPoint, parcel: Parcel, delivery: Delivery, stay: Stay | None, now: datetime
) -> Stay:
    """Return the expected stay at the point. One that was refused or sent on before comes in anew."""
    if stay is None and delivery.pickup_point_id == point.id:
        stay = Stay(
            point_id=point.id,
            delivery_id=delivery.id,
            parcel_id=parcel.id,
            state=StayState.EXPECTED,
            created_at=now,
        )
        session.add(stay)
        session.flush()
    where = delivery.pickup_point_id if stay is None else stay.point_id
    if where is None:
        raise NotForPoint(f"it goes to {delivery.address_text}", code=parcel.code, delivery_id=delivery.id)
    if stay is None or where != point.id:
        raise _elsewhere(session, where, parcel, stay)
    if stay.state in INSIDE:
        raise CheckedInAlready(
            code=parcel.code, stay_id=stay.id, state=stay.state, shelf=stay.shelf, checked_in_at=stay.checked_in_at
        )
    return stay


def _elsewhere(session: Session, point_id: UUID, parcel: Parcel, stay: Stay | None) -> ExpectedElsewhere:
    other = session.get_one(PickupPoint, point_id)
    lies = stay is not None and stay.state in INSIDE
    return ExpectedElsewhere(
        f"it {'lies at' if lies else 'goes to'} {other.name}",
        code=parcel.code,
        point_id=other.id,
        point_name=other.name,
        address=other.address_text,
        state=None if stay is None else stay.state,
    )


def _take_in(session: Session, seat: Seat, scan: Scan, stay: Stay, delivery: Delivery, now: datetime) -> None:
    if seat.point.shelf_required and not scan.shelf:
        raise ShelfMissing(code=scan.code)
    if scan.damage is not None:
        damage.require_photo(session, delivery.id, scan.proof_ids)
    staying.check_in(session, stay, delivery=delivery, shelf=scan.shelf, damage=scan.damage, now=now, by=seat.person_id)
    if not seat.point.preparation_s:
        getting_ready.make_ready(session, stay, point=seat.point, now=now, by=seat.person_id)


def due_ready_at(stay: Stay, point: PickupPoint) -> datetime | None:
    """Return when a parcel that is in will be ready, None when it is or never came."""
    if stay.state is not StayState.CHECKED_IN or stay.checked_in_at is None:
        return None
    return stay.checked_in_at + timedelta(seconds=point.preparation_s)


def _receipt(
    session: Session, seat: Seat, outcomes: Sequence[Stay | Refusal], told: int | None, now: datetime
) -> Receipt:
    taken = [each for each in outcomes if isinstance(each, Stay)]
    missing = session.scalars(
        select(Stay)
        .where(
            Stay.point_id == seat.point.id,
            Stay.delivery_id.in_({stay.delivery_id for stay in taken}),
            Stay.state == StayState.EXPECTED,
        )
        .order_by(Stay.id)
    ).all()
    scanned = len([each for each in outcomes if not isinstance(each, ScannedTwice)])
    receipt = Receipt(outcomes, told, scanned, missing)
    if not receipt.matches:
        facts.record(
            session,
            CheckInMismatched(
                point_id=seat.point.id,
                told=told,
                scanned=scanned,
                missing_stay_ids=[stay.id for stay in missing],
                at=now,
                by=seat.person_id,
            ),
        )
    return receipt
