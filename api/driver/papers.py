"""What a courier sees of returns, and what a courier says of papers."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from api.access import caller
from api.counter.handing import LookSchema
from api.counter.schemas import KeptSchema
from api.fields import Schema, Time
from api.unit import session
from driving import device_time
from driving.queries import drop_on_own_route
from kernel import clock
from proofs import checking
from proofs.checking import Look
from proofs.models import Check, CheckKind, Paper


class PointKeptSchema(KeptSchema):
    """A parcel that waits to go back, and at which point."""

    point_id = fields.UUID(required=True, attribute="stay.point_id")


class ReturnsDueSchema(Schema):
    """What to take along."""

    items = fields.List(fields.Nested(PointKeptSchema), required=True)


class DoorLookSchema(LookSchema):
    """What was looked at, at the door. Neither a number nor a birthday is asked for, and none is kept."""

    delivery_id = fields.UUID(required=True)
    checked_at = Time(required=True, metadata={"description": "By the device's clock"})


class CheckSchema(Schema):
    """That a paper was looked at."""

    id = fields.UUID(required=True)
    delivery_id = fields.UUID(required=True)
    kind = fields.Enum(CheckKind, by_value=fields.String, required=True)
    paper = fields.Enum(Paper, by_value=fields.String, required=True)
    passed = fields.Boolean(required=True)
    checked_at = Time(required=True)


def record(said: dict[str, Any]) -> Check:
    """Write down a look for a delivery on the caller's route. NotOnYourRoute, DeviceTimeInvalid."""
    now, by = clock.now(), caller().id
    drop_on_own_route(session(), said["delivery_id"], driver_id=by)
    device_time.check(said["checked_at"], now=now, field="checked_at")
    look = Look(said["kind"], said["paper"], said["passed"])
    return checking.record(session(), look, delivery_id=said["delivery_id"], at=said["checked_at"], now=now, by=by)
