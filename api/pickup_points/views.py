"""Pickup points: where recipients collect."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, jsonify

from accounts.principals import Role
from api.access import caller, open_to
from api.blueprint import Blueprint
from api.etags import IF_MATCH, etag, require_match
from api.pages import linked
from api.pickup_points.available import AvailabilityQuestionSchema, AvailabilitySchema
from api.pickup_points.exported import FeatureCollectionSchema
from api.pickup_points.found import FoundPointSchema, FoundPointsSchema, PointQuery, PointWithAlternativesSchema
from api.pickup_points.schemas import (
    ClosureDraftSchema,
    ClosureSchema,
    ClosuresSchema,
    PointChangeSchema,
    PointDraftSchema,
)
from api.problems import PreconditionFailed, PreconditionMissing
from api.unit import session
from kernel import clock
from pickup_points.models import Closure, PickupPoint
from pickup_points.points import alternatives, changing, closing, exporting, queries, searching, showing
from pickup_points.points.alternatives import TimePast
from pickup_points.points.changing import PlacesKept, PointDraft, PointIdTaken, PointInUse
from pickup_points.points.closing import ClosureInvalid, ClosureNotFound
from pickup_points.points.hours import HoursNotUnderstood
from pickup_points.points.queries import PointNotFound
from pickup_points.points.searching import Found
from pickup_points.points.sending import PointRetired
from pickup_points.points.showing import ShownPoint, shown
from pickup_points.points.wanted import BoxInvalid, Wanted
from pickup_points.points.whereabouts import ZoneUnknown

blueprint = Blueprint("pickup_points", __name__, url_prefix="/v1", description="Where recipients collect.")

UNFIT = (HoursNotUnderstood, ZoneUnknown, PointIdTaken)

type Answer = tuple[ShownPoint, int, dict[str, str]]


def _answer(point: PickupPoint, status: int = 200, **headers: str) -> Answer:
    (answer,) = shown(session(), [Found(point, None)], now=clock.now())
    return answer, status, etag(point.version) | headers


@blueprint.route("/pickup-points", methods=["POST"])
@open_to(Role.DISPATCHER, Role.ADMIN, scope="points:write")
@blueprint.arguments(PointDraftSchema)
@blueprint.response(201, FoundPointSchema)
@blueprint.refuses(*UNFIT)
def add_point(draft: PointDraft) -> Answer:
    """Add a pickup point.

    Its hours are read at once: those that cannot be understood are refused with the place where they stop to make
    sense, and the others answered with what they mean for the week to come.
    """
    point = changing.add_point(session(), draft, caller=caller(), now=clock.now())
    return _answer(point, 201, Location=f"/v1/pickup-points/{point.id}")


@blueprint.route("/pickup-points")
@open_to(*Role, scope="points:read")
@blueprint.arguments(PointQuery, location="query")
@blueprint.response(200, FoundPointsSchema)
@blueprint.refuses(BoxInvalid)
def list_points(query: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Find pickup points in service, with `near` the nearest first.

    Each with its hours of the next seven days, public holidays and closures heeded. A merchant finds those of the
    carrier that serves it. `GET /v1/pickup-points.geojson` answers the same question as a map.
    """
    now = clock.now()
    found = searching.search(
        session(), _wanted(query, now), caller=caller(), now=now, cursor=query["cursor"], limit=query["limit"]
    )
    items = shown(session(), found.items, now=now)
    return {"items": items, "next_cursor": found.next_cursor}, 200, linked(found.next_cursor)


@blueprint.route("/pickup-points.geojson")
@open_to(*Role, scope="points:read")
@blueprint.arguments(PointQuery, location="query")
@blueprint.response(200, FeatureCollectionSchema, content_type="application/geo+json")
@blueprint.refuses(BoxInvalid)
def export_points(query: dict[str, Any]) -> Response:
    """Export pickup points as GeoJSON, each with its tags in OpenStreetMap's words.

    The same search, the same pages: the `Link` header leads to the next.
    """
    now = clock.now()
    found = searching.search(
        session(), _wanted(query, now), caller=caller(), now=now, cursor=query["cursor"], limit=query["limit"]
    )
    answer = jsonify(exporting.feature_collection([each.point for each in found.items]))
    answer.content_type = "application/geo+json"
    answer.headers.update(linked(found.next_cursor))
    return answer


def _wanted(query: dict[str, Any], now: datetime) -> Wanted:
    return Wanted(
        near=query["near"],
        radius_m=query["radius_m"],
        box=query["box"],
        kinds=query["kind"],
        services=query["service"],
        step_free=query["step_free"],
        open_at=now if query["open_now"] else query["open_at"],
        external_id=query["external_id"],
        parcels=() if query["fits"] is None else (query["fits"],),
        hide_full=query["hide_full"],
    )


@blueprint.route("/pickup-points/<uuid:point_id>")
@open_to(*Role, scope="points:read")
@blueprint.response(200, PointWithAlternativesSchema)
@blueprint.refuses(PointNotFound)
def read_point(point_id: UUID) -> Answer:
    """Read a pickup point, retired or not, and which near it are emptier."""
    now = clock.now()
    point = queries.point(session(), point_id, caller=caller())
    others = alternatives.emptier(session(), point, caller=caller(), at=now)
    return showing.read(session(), point, alternatives=others, now=now), 200, etag(point.version)


@blueprint.route("/pickup-points/<uuid:point_id>/availability-checks", methods=["POST"])
@open_to(*Role, scope="points:read")
@blueprint.arguments(AvailabilityQuestionSchema)
@blueprint.response(200, AvailabilitySchema)
@blueprint.refuses(PointNotFound, TimePast)
def check_availability(question: dict[str, Any], point_id: UUID) -> dict[str, Any]:
    """Ask just before booking whether the point takes one recipient's parcels, and if not, which near it do.

    Keeps nothing: a hold does that.
    """
    now = clock.now()
    point = queries.point(session(), point_id, caller=caller())
    answer = alternatives.check_availability(
        session(), point, question["parcels"], at=question["at"], caller=caller(), now=now
    )
    return {
        "available": answer.available,
        "reason": answer.reason,
        "detail": answer.detail,
        "alternatives": shown(session(), answer.alternatives, now=now),
    }


@blueprint.route("/pickup-points/<uuid:point_id>", methods=["PATCH"])
@open_to(Role.DISPATCHER, Role.ADMIN, scope="points:write")
@blueprint.arguments(PointChangeSchema)
@blueprint.response(200, FoundPointSchema)
@blueprint.doc(parameters=[IF_MATCH])
@blueprint.refuses(PointNotFound, PointRetired, PointInUse, PlacesKept, PreconditionFailed, PreconditionMissing, *UNFIT)
def change_point(change: PointDraft, point_id: UUID) -> Answer:
    """Change a pickup point, suspend it or take it up again."""
    point = queries.point(session(), point_id, caller=caller(), for_update=True)
    require_match(point.version)
    changing.change_point(session(), point, change, now=clock.now(), by=caller().person_id)
    return _answer(point)


@blueprint.route("/pickup-points/<uuid:point_id>", methods=["DELETE"])
@open_to(Role.DISPATCHER, Role.ADMIN, scope="points:write")
@blueprint.response(204)
@blueprint.doc(parameters=[IF_MATCH])
@blueprint.refuses(PointNotFound, PointRetired, PointInUse, PreconditionFailed, PreconditionMissing)
def retire_point(point_id: UUID) -> None:
    """Retire a pickup point where nothing is or is expected. Its past stays."""
    point = queries.point(session(), point_id, caller=caller(), for_update=True)
    require_match(point.version)
    changing.retire_point(session(), point, now=clock.now(), by=caller().person_id)


@blueprint.route("/pickup-points/<uuid:point_id>/closures", methods=["POST"])
@open_to(Role.DISPATCHER, Role.ADMIN, scope="points:write")
@blueprint.arguments(ClosureDraftSchema)
@blueprint.response(201, ClosureSchema)
@blueprint.refuses(PointNotFound, ClosureInvalid)
def close_point(draft: dict[str, Any], point_id: UUID) -> tuple[Closure, int, dict[str, str]]:
    """Close a pickup point for a while, whatever its hours say. Closures may overlap."""
    point = queries.point(session(), point_id, caller=caller(), for_update=True)
    closure = closing.close_point(session(), point, **draft, now=clock.now(), by=caller().person_id)
    return closure, 201, {"Location": f"/v1/pickup-points/{point.id}/closures"}


@blueprint.route("/pickup-points/<uuid:point_id>/closures")
@open_to(*Role, scope="points:read")
@blueprint.response(200, ClosuresSchema)
@blueprint.refuses(PointNotFound)
def list_closures(point_id: UUID) -> dict[str, Any]:
    """List the closures of a pickup point, earliest first, past ones too."""
    return {"items": queries.point(session(), point_id, caller=caller()).closures}


@blueprint.route("/pickup-points/<uuid:point_id>/closures/<uuid:closure_id>", methods=["DELETE"])
@open_to(Role.DISPATCHER, Role.ADMIN, scope="points:write")
@blueprint.response(204)
@blueprint.refuses(PointNotFound, ClosureNotFound)
def lift_closure(point_id: UUID, closure_id: UUID) -> None:
    """Let a pickup point open again as its hours say."""
    point = queries.point(session(), point_id, caller=caller(), for_update=True)
    closing.lift_closure(session(), point, closure_id, now=clock.now(), by=caller().person_id)
