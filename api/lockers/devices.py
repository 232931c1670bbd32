"""A locker's device: installed by those who look after it, and what it asks and tells."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from accounts.principals import Role
from api.access import caller, open_to
from api.auth.tokens import NOT_STORED
from api.lockers.device_schemas import (
    BeatenSchema,
    DeviceInstalledSchema,
    EventsHeardSchema,
    LockerBeatSchema,
    LockerCodeSchema,
    LockerDeviceSchema,
    LockerEventsSchema,
    LockerManifestSchema,
    OpensSchema,
)
from api.lockers.doors import blueprint
from api.unit import session
from kernel import clock
from pickup_points.lockers import device_events, devices, door_opening, manifests
from pickup_points.lockers.device_events import Heard, Told
from pickup_points.lockers.devices import DeviceNotFound, Installed, LockerNotFound, NotALocker, Status
from pickup_points.lockers.door_opening import CodeOfAnotherPoint, CodesLocked, Opens, WrongCode
from pickup_points.lockers.manifests import Manifest
from pickup_points.points import queries
from pickup_points.points.queries import PointNotFound

_EVENT = {
    "id": "0197a9a0-0000-7000-8000-000000000001",
    "sequence": 4711,
    "kind": "dropped",
    "device_time": "2026-06-15T09:12:30+03:00",
    "compartment_id": "0197a9a0-0000-7000-8000-00000000000c",
    "parcel_ids": ["0197a9a0-0000-7000-8000-0000000000aa"],
    "pass_number": 7,
}


@blueprint.route("/pickup-points/<uuid:point_id>/device", methods=["POST"])
@open_to(Role.ADMIN, scope="points:write")
@blueprint.response(201, DeviceInstalledSchema)
@blueprint.refuses(PointNotFound, NotALocker)
def install_device(point_id: UUID) -> tuple[Installed, int, dict[str, str]]:
    """Install a locker's device, or another in its stead: new keys, and the old ones are good for nothing.

    Codes that were told before are told anew: with the next key they are others.
    """
    point = queries.point(session(), point_id, caller=caller(), for_update=True)
    return devices.install(session(), point, caller=caller(), now=clock.now()), 201, NOT_STORED


@blueprint.route("/pickup-points/<uuid:point_id>/device")
@open_to(Role.ADMIN, Role.DISPATCHER, Role.COUNTER, scope="points:read")
@blueprint.response(200, LockerDeviceSchema)
@blueprint.refuses(PointNotFound, DeviceNotFound)
def read_device(point_id: UUID) -> Status:
    """Say whether a locker is online, since when it was last heard of, and which doors stand open."""
    point = queries.point(session(), point_id, caller=caller())
    return devices.status(session(), point.id, now=clock.now())


@blueprint.route("/lockers/<uuid:point_id>/heartbeats", methods=["POST"])
@open_to(Role.COUNTER, scope="lockers:device")
@blueprint.arguments(LockerBeatSchema, example={"firmware": "4.2.1", "temperature_c": 7.5})
@blueprint.response(200, BeatenSchema)
@blueprint.refuses(LockerNotFound)
def beat(told: dict[str, Any], point_id: UUID) -> dict[str, Any]:
    """Say that the device lives; once a minute is right. It answers with the time."""
    now = clock.now()
    device = devices.signed_in(session(), point_id, caller=caller(), for_update=True)
    devices.beat(session(), device, **told, now=now)
    return {"server_time": now}


@blueprint.route("/lockers/<uuid:point_id>/manifest")
@open_to(Role.COUNTER, scope="lockers:device")
@blueprint.response(200, LockerManifestSchema)
@blueprint.refuses(LockerNotFound)
def read_manifest(point_id: UUID) -> tuple[Manifest, int, dict[str, str]]:
    """Return all that the locker must know to take parcels in and give them out without network."""
    device = devices.signed_in(session(), point_id, caller=caller())
    return manifests.manifest(session(), device, now=clock.now()), 200, NOT_STORED


@blueprint.route("/lockers/<uuid:point_id>/code-checks", methods=["POST"])
@open_to(Role.COUNTER, scope="lockers:device")
@blueprint.arguments(LockerCodeSchema)
@blueprint.response(200, OpensSchema)
@blueprint.refuses(LockerNotFound, WrongCode, CodeOfAnotherPoint, CodesLocked)
def check_code(asked: dict[str, Any], point_id: UUID) -> Opens:
    """Say what a code opens, as the locker itself can without network; here also of what it has not heard yet.

    Five wrong ones in a row, and no other is listened to for a minute, then for two, up to an hour.
    """
    device = devices.signed_in(session(), point_id, caller=caller())
    return door_opening.opened_by(session(), device, asked["code"], now=clock.now())


@blueprint.route("/lockers/<uuid:point_id>/events", methods=["POST"])
@open_to(Role.COUNTER, scope="lockers:device")
@blueprint.arguments(LockerEventsSchema, example={"events": [_EVENT]})
@blueprint.response(200, EventsHeardSchema)
@blueprint.refuses(LockerNotFound)
def tell_events(told: dict[str, Any], point_id: UUID) -> dict[str, list[Heard]]:
    """Tell what happened at the doors, also long ago: in any order, as often as it takes.

    `dropped`: the parcels are behind that door, whichever was kept for them, checked in and ready. `moved` corrects
    it. `collected`: the recipient has them. One that cannot be believed is answered with its problem, and costs no
    other.
    """
    device = devices.signed_in(session(), point_id, caller=caller(), for_update=True)
    events = [Told(**each | {"parcel_ids": tuple(each["parcel_ids"])}) for each in told["events"]]
    return {"items": device_events.take_down(session(), device, events, now=clock.now())}
