"""A locker's device: installed, signed in, seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from accounts import keys
from accounts.keys import Scope
from accounts.models import ApiKey, Organisation, Role
from accounts.principals import Principal
from kernel import facts
from kernel.errors import Conflict, NotFound
from pickup_points.lockers.facts import LockerInstalled, LockerSeenAgain
from pickup_points.lockers.models import LockerEvent, LockerEventKind
from pickup_points.models import Compartment, LockerDevice, PickupPoint, Stay
from pickup_points.stays import issuing, locker_codes

# A device says that it lives once a minute; after some that were missed it counts as offline.
OFFLINE_AFTER = timedelta(minutes=5)


class NotALocker(Conflict):
    """The point has no compartments that a device could open."""


class LockerNotFound(NotFound):
    """There is no locker with a device of this key."""


class DeviceNotFound(NotFound):
    """The point has no device."""


@dataclass(frozen=True)
class Installed:
    """A device with what it is told this once: how it signs in, and the key with which it checks codes."""

    device: LockerDevice
    api_key: str
    code_key: bytes


def install(session: Session, point: PickupPoint, *, caller: Principal, now: datetime) -> Installed:
    """Give the locked point's device new keys; those of the device before are no good any more. NotALocker."""
    if session.scalar(select(Compartment.id).where(Compartment.point_id == point.id).limit(1)) is None:
        raise NotALocker(point_id=point.id)

    key, secret = keys.make_key(
        session,
        organisation=session.get_one(Organisation, point.carrier_id),
        role=Role.COUNTER,
        name=f"locker {point.name}",
        scopes=[Scope.LOCKERS_DEVICE],
        by=caller.person_id,
        now=now,
    )
    device = _renewed(session, point, key, now=now, by=caller.person_id)
    for stay in session.scalars(select(Stay).where(Stay.point_id == point.id, Stay.code_digest.is_not(None))):
        issuing.issue(session, stay)  # with another key it has another code

    facts.record(session, LockerInstalled(point_id=point.id, rotation=device.rotation, at=now, by=caller.person_id))
    return Installed(device, secret, locker_codes.key_of(point.id, rotation=device.rotation))


def signed_in(session: Session, point_id: UUID, *, caller: Principal, for_update: bool = False) -> LockerDevice:
    """Return the device that calls, of this point and no other, locked when asked. LockerNotFound."""
    asked = select(LockerDevice).where(LockerDevice.point_id == point_id, LockerDevice.api_key_id == caller.id)
    if for_update:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    device = session.scalar(asked)
    if device is None:
        raise LockerNotFound()
    return device


def beat(
    session: Session, device: LockerDevice, *, firmware: str | None, temperature_c: float | None, now: datetime
) -> None:
    """Note that the locked device lives."""
    away = device.last_seen_at is not None and not is_online(device, now=now)
    before = device.last_seen_at
    device.last_seen_at = now
    device.firmware = firmware or device.firmware
    device.temperature_c = temperature_c
    session.flush()

    if away and before is not None:
        facts.record(session, LockerSeenAgain(point_id=device.point_id, last_seen_at=before, at=now))


def is_online(device: LockerDevice, *, now: datetime) -> bool:
    """Whether the device was heard of lately."""
    return device.last_seen_at is not None and now - device.last_seen_at < OFFLINE_AFTER


@dataclass(frozen=True)
class Status:
    """How a device is, and which doors it told to be open."""

    device: LockerDevice
    online: bool
    open_doors: Sequence[str]


def status(session: Session, point_id: UUID, *, now: datetime) -> Status:
    """Return how the point's device is. DeviceNotFound."""
    device = session.get(LockerDevice, point_id)
    if device is None:
        raise DeviceNotFound()
    return Status(device, is_online(device, now=now), _open_doors(session, point_id))


def _open_doors(session: Session, point_id: UUID) -> Sequence[str]:
    newest = (
        select(Compartment.name, LockerEvent.kind)
        .ext(distinct_on(LockerEvent.compartment_id))
        .join(Compartment, Compartment.id == LockerEvent.compartment_id)
        .where(
            LockerEvent.point_id == point_id,
            LockerEvent.kind.in_((LockerEventKind.OPENED, LockerEventKind.CLOSED)),
        )
        .order_by(LockerEvent.compartment_id, LockerEvent.sequence.desc())
    )
    return [name for name, kind in session.execute(newest) if kind is LockerEventKind.OPENED]


def _renewed(session: Session, point: PickupPoint, key: ApiKey, *, now: datetime, by: UUID | None) -> LockerDevice:
    device = session.get(LockerDevice, point.id, with_for_update=True)
    if device is None:
        device = LockerDevice(point_id=point.id, api_key_id=key.id, rotation=1, installed_at=now)
        session.add(device)
    else:
        keys.revoke_key(session, session.get_one(ApiKey, device.api_key_id), by=by, now=now)
        device.api_key_id, device.rotation, device.installed_at = key.id, device.rotation + 1, now
    session.flush()
    return device
