"""What a locker's device sends and is told."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from api.fields import NOT_BLANK, Key, Real, Schema, Text, Time, Truth, Whole
from api.lockers.schemas import CompartmentSchema
from api.problems import described
from pickup_points.lockers.models import LockerEventKind
from pickup_points.models import RentState
from pickup_points.stays.locker_codes import MOST_PASSES

MOST_EVENTS = 500
_KEY: dict[str, Any] = {
    "description": "base64url, 32 bytes",
    "examples": ["3q2-7wEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEE0"],
}


class DeviceInstalledSchema(Schema):
    """A device's keys: told this once. The device before, if there was one, is shut out."""

    api_key = fields.String(required=True, metadata={"examples": ["dk_3q2-7wEXAMPLE"]})
    code_key = Key(required=True, metadata=_KEY)
    rotation = Whole(attribute="device.rotation", required=True, metadata={"examples": [1]})


class LockerDeviceSchema(Schema):
    """How a locker's device is."""

    online = Truth(required=True, metadata={"description": "It was heard of in the last five minutes"})
    last_seen_at = Time(attribute="device.last_seen_at", required=True, allow_none=True)
    firmware = fields.String(attribute="device.firmware", required=True, allow_none=True)
    temperature_c = fields.Float(attribute="device.temperature_c", required=True, allow_none=True)
    rotation = Whole(attribute="device.rotation", required=True, metadata={"examples": [1]})
    installed_at = Time(attribute="device.installed_at", required=True)
    open_doors = fields.List(fields.String(), required=True, metadata={"examples": [["12"]]})


class LockerBeatSchema(Schema):
    """That a device lives."""

    firmware = Text(most=100, validate=NOT_BLANK, load_default=None, metadata={"examples": ["4.2.1"]})
    temperature_c = Real(least=-100, most=200, load_default=None, allow_none=True, metadata={"examples": [7.5]})


class BeatenSchema(Schema):
    """The time here: a device sets its clock by it, since codes are good for a time."""

    server_time = Time(required=True)


class LockerCodeSchema(Schema):
    """What was typed or scanned."""

    code = Text(most=100, required=True, metadata={"examples": ["712345678"]})


class OpensSchema(Schema):
    """What a code opens. A courier's opens no door by itself: whatever is put in is told afterwards."""

    delivery_id = fields.UUID(required=True, allow_none=True)
    pass_number = Whole(required=True, allow_none=True, metadata={"examples": [7]})
    doors = fields.List(fields.Nested(CompartmentSchema), required=True)
    parcel_ids = fields.List(fields.UUID(), required=True)


class LockerEventSchema(Schema):
    """One thing that happened. Its `id` is the device's: sent twice, it counts once."""

    id = fields.UUID(required=True)
    sequence = Whole(required=True, metadata={"description": "The device's own count, which only rises"})
    kind = fields.Enum(LockerEventKind, by_value=fields.String, required=True)
    device_time = Time(required=True)
    compartment_id = fields.UUID(load_default=None, allow_none=True)
    parcel_ids = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=50))
    pass_number = Whole(most=MOST_PASSES - 1, load_default=None, allow_none=True)


class LockerEventsSchema(Schema):
    """What happened since the device was last heard, in any order."""

    events = fields.List(
        fields.Nested(LockerEventSchema), required=True, validate=validate.Length(min=1, max=MOST_EVENTS)
    )


class EventHeardSchema(Schema):
    """What came of an event: `done`, `overtaken` by a newer word, `known` already, or `refused` with its problem."""

    id = fields.UUID(required=True)
    verdict = fields.Function(
        lambda heard: "refused" if heard.refusal else heard.verdict,
        required=True,
        metadata={"type": "string", "enum": ["done", "overtaken", "known", "refused"]},
    )
    problem = fields.Function(
        lambda heard: described(heard.refusal) if heard.refusal else None,
        required=True,
        metadata={"type": ["object", "null"]},
    )


class EventsHeardSchema(Schema):
    """What came of each event, as they were sent."""

    items = fields.List(fields.Nested(EventHeardSchema), required=True)


class BehindDoorParcelSchema(Schema):
    """One parcel, as a device may know it."""

    id = fields.UUID(required=True)
    code = fields.String(required=True, allow_none=True)


class BehindDoorSchema(Schema):
    """What is kept behind a door. `collect_until` null: it is not ready."""

    rent_id = fields.UUID(attribute="rent.id", required=True)
    compartment_id = fields.UUID(attribute="rent.compartment_id", required=True)
    delivery_id = fields.UUID(attribute="rent.delivery_id", required=True)
    state = fields.Enum(RentState, attribute="rent.state", by_value=fields.String, required=True)
    starts_at = Time(attribute="rent.starts_at", required=True)
    ends_at = Time(attribute="rent.ends_at", required=True)
    parcels = fields.List(fields.Nested(BehindDoorParcelSchema), required=True)
    collect_until = Time(required=True, allow_none=True)


class LockerManifestSchema(Schema):
    """All that a locker must know without network. No name, no address, no code: only what codes are made of."""

    point_id = fields.UUID(attribute="point.id", required=True)
    zone = fields.String(attribute="point.zone", required=True)
    rotation = Whole(attribute="device.rotation", required=True, metadata={"examples": [1]})
    code_key = Key(required=True, metadata=_KEY)
    doors = fields.List(fields.Nested(CompartmentSchema), required=True)
    kept = fields.List(fields.Nested(BehindDoorSchema), required=True)
