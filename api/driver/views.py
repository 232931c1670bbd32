"""What a courier's device talks to."""

from __future__ import annotations

from contextlib import closing
from typing import Any
from uuid import UUID

from flask import Response

from accounts.principals import Role
from api import native
from api.access import caller, open_to
from api.blueprint import Blueprint
from api.driver import papers
from api.driver.papers import CheckSchema, DoorLookSchema, ReturnsDueSchema
from api.driver.schemas import (
    FixesSchema,
    OrderRequestSchema,
    RoundOrderSchema,
    StopEventAnswerSchema,
    StopEventSchema,
    VerdictsSchema,
)
from api.etags import IF_MATCH, etag, not_modified, require_match
from api.problems import PreconditionFailed, PreconditionMissing
from api.proofs.evidence import EvidenceSchema
from api.proofs.schemas import ProofSchema
from api.routes.schemas import RouteSchema
from api.unit import own_units, session, unit
from api.uploads import largest_body
from deliveries.progress import DeliveryNotInState
from driving import evidence, reporting, resequencing, returns
from driving.completion import NotPickedUpYet, OutcomesDoNotFit
from driving.device_time import DeviceTimeInvalid
from driving.queries import NotOnYourRoute
from driving.reporting import EventAlreadyRecorded, Report, Reported
from driving.resequencing import CannotReorder, NothingAhead, NotTheRestOfTheRound, Proposal, RouteMovedOn
from kernel import clock
from kernel.geo import Point
from proofs import capture, pictures
from proofs.capture import Capture, ProofIdTaken
from proofs.models import Check, Proof
from proofs.pictures import NotAPicture, fingerprint
from proofs.requirements import ProofMissing
from proofs.store import EvidenceUnavailable
from routing.models import Route, StopOutOfOrder
from routing.queries import NoRouteToday, StopNotFound, published_route_of
from routing.replan_levels import RoundHasTrips
from tracking import positions, refreshing
from tracking.filters import Fix

blueprint = Blueprint("driver", __name__, url_prefix="/v1/driver", description="What a courier's device talks to.")

_EVENT = {
    "id": "01985c1e-3b1c-7d3e-9f63-0a4f5a1f7c11",
    "kind": "done",
    "device_time": "2026-06-15T09:14:05Z",
    "outcomes": [{"delivery_id": "01985c1e-0000-7000-8000-000000000001", "outcome": "delivered_to_recipient"}],
}
_LOOK = {
    "delivery_id": "01985c1e-0000-7000-8000-000000000001",
    "kind": "id_check",
    "paper": "id_card",
    "passed": True,
    "checked_at": "2026-06-15T09:13:40Z",
}
_ORDER = {"place": {"type": "Point", "coordinates": [24.9414, 60.1719]}, "apply": False}
_FIXES = {
    "positions": [
        {
            "device_time": "2026-06-15T09:12:00Z",
            "place": {"type": "Point", "coordinates": [24.9414, 60.1719]},
            "accuracy_m": 8.0,
            "speed_mps": 4.2,
        }
    ]
}


@blueprint.route("/route")
@open_to(Role.DRIVER, scope="driving:write")
@blueprint.response(200, RouteSchema)
@blueprint.alt_response(304, description="You have this version already.")
@blueprint.refuses(NoRouteToday)
def read_own_route() -> Response | tuple[Route, int, dict[str, str]]:
    """Read the published route that is yours to drive now. Its ETag is its version."""
    found = published_route_of(session(), driver_id=caller().id, now=clock.now())
    return not_modified(found.version) or (found, 200, etag(found.version))


@blueprint.route("/stops/<uuid:stop_id>/events", methods=["POST"])
@open_to(Role.DRIVER, scope="driving:write")
@blueprint.arguments(StopEventSchema, example=_EVENT)
@blueprint.response(201, StopEventAnswerSchema)
@blueprint.refuses(
    StopNotFound,
    EventAlreadyRecorded,
    StopOutOfOrder,
    ProofMissing,
    NotPickedUpYet,
    DeliveryNotInState,
    DeviceTimeInvalid,
    OutcomesDoNotFit,
)
def report_stop_event(event: dict[str, Any], stop_id: UUID) -> Reported:
    """Report that you set out for a stop, arrived there, or are done with it.

    A stop that is done has an outcome for each delivery still to be brought; a success needs the required proofs.
    """
    outcomes = tuple((each["delivery_id"], each["outcome"]) for each in event.pop("outcomes", []))
    said = Report(stop_id=stop_id, outcomes=outcomes, **event)
    return reporting.report(session(), said, driver_id=caller().id, now=clock.now())


@blueprint.route("/evidence", methods=["POST"])
@open_to(Role.DRIVER, scope="driving:write")
@own_units
@largest_body(pictures.LARGEST_UPLOAD)
@blueprint.arguments(EvidenceSchema, location="multipart")
@blueprint.response(201, ProofSchema)
@blueprint.refuses(NotOnYourRoute, ProofIdTaken, DeviceTimeInvalid, NotAPicture, EvidenceUnavailable)
def add_evidence(form: dict[str, Any]) -> Proof:
    """Hand in a photo or a signature for a delivery on your route.

    The picture is checked, turned upright, stripped of everything but its pixels and stored with its SHA-256. The
    same picture with the same id once more is answered as the first time.
    """
    with closing(form.pop("file")) as file:
        upload = file.read()
    longitude, latitude = form.pop("longitude"), form.pop("latitude")
    said = Capture(place=None if longitude is None else Point(longitude, latitude), **form)
    driver_id = caller().id
    with unit() as short:
        known = evidence.expect(short, said, received_sha256=fingerprint(upload), driver_id=driver_id, now=clock.now())
    if known is not None:
        return known

    picture = native.run(pictures.develop, upload, kind=said.kind)
    native.run(capture.store, said, picture)
    with unit() as short:
        return evidence.take(short, said, picture=picture, driver_id=driver_id, now=clock.now())


@blueprint.route("/checks", methods=["POST"])
@open_to(Role.DRIVER, scope="driving:write")
@blueprint.arguments(DoorLookSchema, example=_LOOK)
@blueprint.response(201, CheckSchema)
@blueprint.refuses(NotOnYourRoute, DeviceTimeInvalid)
def add_check(said: dict[str, Any]) -> Check:
    """Say that you looked at a paper at the door, where the delivery asks for it. What stands on it is not kept."""
    return papers.record(said)


@blueprint.route("/returns-due")
@open_to(Role.DRIVER, scope="driving:write")
@blueprint.response(200, ReturnsDueSchema)
@blueprint.refuses(NoRouteToday)
def list_own_returns() -> dict[str, Any]:
    """List what waits to go back at the points where you still stop today. The counter gives it to you."""
    return {"items": returns.returns_due(session(), driver_id=caller().id, now=clock.now())}


@blueprint.route("/positions", methods=["POST"])
@open_to(Role.DRIVER, scope="tracking:write")
@own_units
@blueprint.arguments(FixesSchema, example=_FIXES)
@blueprint.response(200, VerdictsSchema)
def send_positions(batch: dict[str, Any]) -> dict[str, Any]:
    """Send a batch of positions, in any order, also late.

    Doubtful ones are kept and marked. The newest good one refreshes the arrivals of the stops ahead.
    """
    fixes = [Fix(**each) for each in batch["positions"]]
    with unit() as short:
        taken = positions.take(short, fixes, driver_id=caller().id, now=clock.now())
    if taken.route_id is not None:
        travel = None if taken.heading is None else positions.measure(taken.heading)
        with unit() as short:
            refreshing.refresh(short, route_id=taken.route_id, travel=travel, now=clock.now())
    return {"items": [{"index": index, "verdict": verdict} for index, verdict in enumerate(taken.verdicts)]}


@blueprint.route("/route/order", methods=["POST"])
@open_to(Role.DRIVER, scope="driving:write")
@own_units
@blueprint.arguments(OrderRequestSchema, example=_ORDER)
@blueprint.response(200, RoundOrderSchema)
@blueprint.doc(parameters=[IF_MATCH | {"required": False}])
@blueprint.refuses(
    NoRouteToday,
    NothingAhead,
    RoundHasTrips,
    RouteMovedOn,
    NotTheRestOfTheRound,
    CannotReorder,
    PreconditionMissing,
    PreconditionFailed,
)
def reorder_own_route(asked: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Ask for a better order of the stops to come, from where you are. It answers at once, and never with a worse one.

    Where you drive to comes first. Nothing changes until you `apply` it, with `If-Match`; then the recipients whose
    promise moves are told.
    """
    driver_id, now = caller().id, clock.now()
    with unit() as short:
        prepared = resequencing.prepare(short, driver_id=driver_id, place=asked["place"], now=now)
    if asked["apply"]:
        require_match(prepared.version)
    proposal = native.run(resequencing.reorder, prepared, order=asked["stop_ids"], now=now)
    if not asked["apply"]:
        return _shown(proposal, prepared.version, applied=False), 200, etag(prepared.version)
    with unit() as short:
        version = resequencing.take(short, proposal, now=clock.now(), by=driver_id)
    return _shown(proposal, version, applied=True), 200, etag(version)


def _shown(proposal: Proposal, version: int, *, applied: bool) -> dict[str, Any]:
    """Return the proposal as it is shown."""
    (change,) = proposal.changes["drivers"]
    return {
        "route_id": change["route_id"],
        "route_version": version,
        "applied": applied,
        "stop_ids": proposal.stop_ids,
        "order_changed": change["order_changed"],
        "saves_s": proposal.saves_s,
        "saves_m": proposal.saves_m,
        "ends_at": proposal.route.ends_at,
        "promises_moved": [each for each in proposal.changes["deliveries"] if not each["unchanged"]],
    }
