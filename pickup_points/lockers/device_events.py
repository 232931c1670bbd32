"""What a locker's device tells, in batches, late, twice or out of order: each is taken down, and does what it means.

The newest word on a parcel wins, by the device's own count: an older one that comes later is taken down as overtaken.
So any order of arrival ends in the same state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from deliveries import queries as deliveries
from deliveries.models import Delivery
from kernel import facts
from kernel.errors import Conflict, Refusal
from pickup_points.lockers import misplacing
from pickup_points.lockers.doors import CompartmentNotFound
from pickup_points.lockers.facts import LockerLockedOut
from pickup_points.lockers.models import LockerEvent, LockerEventKind
from pickup_points.models import STAY_ENDED, Compartment, LockerDevice, PickupPoint, Stay, StayState
from pickup_points.stays import getting_ready, issuing, staying
from pickup_points.stays.staying import WAITING

DONE, OVERTAKEN, KNOWN = "done", "overtaken", "known"


class ParcelNotHere(Conflict):
    """The parcel is neither at this locker nor on its way to it."""


@dataclass(frozen=True)
class Told:
    """One thing that a device tells. `sequence` is its own count, which only rises."""

    id: UUID
    sequence: int
    kind: LockerEventKind
    device_time: datetime
    compartment_id: UUID | None = None
    parcel_ids: tuple[UUID, ...] = ()
    pass_number: int | None = None


@dataclass(frozen=True)
class Heard:
    """What came of it: done, overtaken, known, or the refusal, which costs no other event."""

    id: UUID
    verdict: str
    refusal: Refusal | None = None


@dataclass(frozen=True)
class _Scene:
    """What the events are about, locked: the point, its doors, live stays by parcel, their deliveries.

    `since` is when the device was installed: the one before it had a count of its own.
    """

    point: PickupPoint
    since: datetime
    doors: Mapping[UUID, Compartment]
    stays: dict[UUID, Stay]
    deliveries: Mapping[UUID, Delivery]


def take_down(session: Session, device: LockerDevice, told: Sequence[Told], *, now: datetime) -> list[Heard]:
    """Take down what the locked device tells, and do what it means, in the order of its own count."""
    known = set(session.scalars(select(LockerEvent.id).where(LockerEvent.id.in_([each.id for each in told]))))
    scene = _scene(session, device, told)
    heard: dict[UUID, Heard] = {}
    for each in sorted(told, key=lambda one: one.sequence):
        if each.id not in heard:
            heard[each.id] = Heard(each.id, KNOWN) if each.id in known else _hear(session, scene, each, now)
    device.last_seen_at = max(now, device.last_seen_at or now)
    session.flush()
    return [heard[each.id] for each in told]


def _hear(session: Session, scene: _Scene, told: Told, now: datetime) -> Heard:
    at = min(told.device_time, now)
    try:
        with session.begin_nested():
            verdict = _DEEDS[told.kind](session, scene, told, at)
        heard = Heard(told.id, verdict)
    except Refusal as refusal:
        heard = Heard(told.id, type(refusal).__name__, refusal)
    _write_down(session, scene, told, heard, now)
    return heard


def _dropped(session: Session, scene: _Scene, told: Told, at: datetime) -> str:
    door = _door(scene, told)
    newest = _not_overtaken(session, scene, told)
    for parcel_id in newest:
        stay, delivery = _stay(scene, parcel_id)
        misplacing.put_behind(session, stay, door, now=at)
        _bring_in(session, scene, stay, delivery, at)
    return DONE if newest else OVERTAKEN


def _collected(session: Session, scene: _Scene, told: Told, at: datetime) -> str:
    return _taken_out(
        session, scene, told, at, lambda stay, of: staying.collect(session, stay, delivery=of, now=at, by=None)
    )


def _taken_back(session: Session, scene: _Scene, told: Told, at: datetime) -> str:
    def send_back(stay: Stay, delivery: Delivery) -> None:
        staying.send_back(session, stay, delivery=delivery, cause="not_collected", now=at, by=None)

    return _taken_out(session, scene, told, at, send_back)


def _taken_out(
    session: Session, scene: _Scene, told: Told, at: datetime, deed: Callable[[Stay, Delivery], None]
) -> str:
    newest = _not_overtaken(session, scene, told)
    for parcel_id in newest:
        stay, delivery = _stay(scene, parcel_id)
        _bring_in(session, scene, stay, delivery, at)  # it was in, though that word is still on its way
        deed(stay, delivery)
        del scene.stays[parcel_id]
    return DONE if newest else OVERTAKEN


def _noted(session: Session, scene: _Scene, told: Told, at: datetime) -> str:
    if told.compartment_id is not None:
        _door(scene, told)
    return DONE


def _locked_out(session: Session, scene: _Scene, told: Told, at: datetime) -> str:
    facts.record(session, LockerLockedOut(point_id=scene.point.id, device_time=told.device_time, at=at))
    return DONE


_DEEDS: Mapping[LockerEventKind, Callable[[Session, _Scene, Told, datetime], str]] = {
    LockerEventKind.OPENED: _noted,
    LockerEventKind.CLOSED: _noted,
    LockerEventKind.CODE_REFUSED: _noted,
    LockerEventKind.LOCKED_OUT: _locked_out,
    LockerEventKind.DROPPED: _dropped,
    LockerEventKind.MOVED: _dropped,
    LockerEventKind.COLLECTED: _collected,
    LockerEventKind.TAKEN_BACK: _taken_back,
}
_OF_PARCELS = (
    LockerEventKind.DROPPED,
    LockerEventKind.MOVED,
    LockerEventKind.COLLECTED,
    LockerEventKind.TAKEN_BACK,
)


def _bring_in(session: Session, scene: _Scene, stay: Stay, delivery: Delivery, at: datetime) -> None:
    """Check the parcel in and make it ready, as far as it is not: behind a door it can be collected at once."""
    if stay.state is StayState.EXPECTED:
        staying.check_in(session, stay, delivery=delivery, now=at, by=None)
    if stay.state is StayState.CHECKED_IN:
        getting_ready.make_ready(session, stay, point=scene.point, now=at, by=None)
    elif stay.state in WAITING:
        issuing.issue(session, stay)


def _not_overtaken(session: Session, scene: _Scene, told: Told) -> list[UUID]:
    """Return the parcels of which the device has told nothing newer."""
    newer = session.scalars(
        select(LockerEvent.parcel_ids).where(
            LockerEvent.point_id == scene.point.id,
            LockerEvent.received_at >= scene.since,
            LockerEvent.sequence > told.sequence,
            LockerEvent.kind.in_(_OF_PARCELS),
            LockerEvent.verdict == DONE,
        )
    )
    overtaken = {UUID(each) for parcel_ids in newer for each in parcel_ids}
    return [parcel_id for parcel_id in told.parcel_ids if parcel_id not in overtaken]


def _door(scene: _Scene, told: Told) -> Compartment:
    door = None if told.compartment_id is None else scene.doors.get(told.compartment_id)
    if door is None:
        raise CompartmentNotFound(compartment_id=told.compartment_id)
    return door


def _stay(scene: _Scene, parcel_id: UUID) -> tuple[Stay, Delivery]:
    stay = scene.stays.get(parcel_id)
    if stay is None:
        raise ParcelNotHere(parcel_id=parcel_id)
    return stay, scene.deliveries[stay.delivery_id]


def _scene(session: Session, device: LockerDevice, told: Iterable[Told]) -> _Scene:
    whole = (selectinload(PickupPoint.compartments), selectinload(PickupPoint.closures))
    point = session.get_one(PickupPoint, device.point_id, options=whole, populate_existing=True)
    parcel_ids = {parcel_id for each in told for parcel_id in each.parcel_ids}
    live = (Stay.point_id == point.id, Stay.parcel_id.in_(parcel_ids), Stay.state.not_in(STAY_ENDED))
    delivery_ids = set(session.scalars(select(Stay.delivery_id).where(*live)))
    locked = {each.id: each for each in deliveries.by_ids(session, delivery_ids, for_update=True)}
    asked = select(Stay).where(*live).order_by(Stay.id).with_for_update().execution_options(populate_existing=True)
    return _Scene(
        point,
        device.installed_at,
        {door.id: door for door in point.compartments},
        {stay.parcel_id: stay for stay in session.scalars(asked)},
        locked,
    )


def _write_down(session: Session, scene: _Scene, told: Told, heard: Heard, now: datetime) -> None:
    problem: dict[str, Any] | None = None
    if heard.refusal is not None:
        problem = {"detail": heard.refusal.detail} | {name: str(each) for name, each in heard.refusal.facts.items()}
    session.add(
        LockerEvent(
            id=told.id,
            point_id=scene.point.id,
            sequence=told.sequence,
            kind=told.kind,
            compartment_id=told.compartment_id if told.compartment_id in scene.doors else None,
            parcel_ids=[str(each) for each in told.parcel_ids],
            pass_number=told.pass_number,
            device_time=told.device_time,
            received_at=now,
            verdict=heard.verdict,
            problem=problem,
        )
    )
    session.flush()
