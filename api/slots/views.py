"""Slot templates, and the slots that they make in a zone or at a pickup point."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from accounts.principals import Role
from api.access import caller, open_to
from api.blueprint import Blueprint
from api.etags import IF_MATCH, etag, not_modified, require_match
from api.pages import page_schema, paged
from api.problems import PreconditionFailed, PreconditionMissing
from api.slots.listing import SlotsOutOfRange, open_slots
from api.slots.schemas import (
    OpenSlotsSchema,
    SlotQuery,
    SlotTemplateChangeSchema,
    SlotTemplateDraftSchema,
    SlotTemplateQuery,
    SlotTemplateSchema,
)
from api.unit import session
from kernel import clock
from kernel.paging import Page
from pickup_points.points import queries as points
from pickup_points.points.queries import PointNotFound
from places import coverage
from places.coverage import ZoneNotFound
from slots import queries, templates
from slots.drafts import NeverComes, TemplateContradicts
from slots.models import SlotTemplate
from slots.queries import SlotTemplateNotFound
from slots.rules import RuleNotUnderstood, TooManyOccurrences
from slots.templates import PlaceOfSlotsUnknown, TemplateDisabled, TemplateEnabled

blueprint = Blueprint("slots", __name__, url_prefix="/v1", description="Windows with capacity, made ahead.")

UNFIT = (RuleNotUnderstood, TooManyOccurrences, NeverComes, TemplateContradicts)

type Answer = tuple[SlotTemplate, int, dict[str, str]]


@blueprint.route("/slot-templates", methods=["POST"])
@open_to(Role.DISPATCHER, Role.ADMIN, scope="slots:write")
@blueprint.arguments(SlotTemplateDraftSchema)
@blueprint.response(201, SlotTemplateSchema)
@blueprint.refuses(PlaceOfSlotsUnknown, *UNFIT)
def add_template(draft: dict[str, Any]) -> Answer:
    """Offer slots that come again and again; they are made ahead at once.

    Local times hold on both sides of a clock change. One that does not exist that night is moved forward, of one that
    comes twice the first counts, as RFC 5545 says.
    """
    made = templates.add_template(session(), **draft, caller=caller(), now=clock.now())
    return made, 201, etag(made.version) | {"Location": f"/v1/slot-templates/{made.id}"}


@blueprint.route("/slot-templates")
@open_to(Role.DISPATCHER, Role.ADMIN, scope="slots:read")
@blueprint.arguments(SlotTemplateQuery, location="query")
@blueprint.response(200, page_schema(SlotTemplateSchema))
def list_templates(query: dict[str, Any]) -> tuple[Page[Any], int, dict[str, str]]:
    """List the slot templates, newest first, disabled or not."""
    return paged(queries.templates(session(), **query, caller=caller()))


@blueprint.route("/slot-templates/<uuid:template_id>")
@open_to(Role.DISPATCHER, Role.ADMIN, scope="slots:read")
@blueprint.response(200, SlotTemplateSchema)
@blueprint.alt_response(304, description="You have this version already.")
@blueprint.refuses(SlotTemplateNotFound)
def read_template(template_id: UUID) -> Response | Answer:
    """Read a slot template."""
    found = queries.template(session(), template_id, caller=caller())
    return not_modified(found.version) or (found, 200, etag(found.version))


@blueprint.route("/slot-templates/<uuid:template_id>", methods=["PATCH"])
@open_to(Role.DISPATCHER, Role.ADMIN, scope="slots:write")
@blueprint.arguments(SlotTemplateChangeSchema)
@blueprint.response(200, SlotTemplateSchema)
@blueprint.doc(parameters=[IF_MATCH])
@blueprint.refuses(SlotTemplateNotFound, PreconditionFailed, PreconditionMissing, *UNFIT)
def change_template(change: dict[str, Any], template_id: UUID) -> Answer:
    """Change a slot template. Its slots to come follow, but for those in which somebody has a place.

    Those stay as they were sold; when the template makes them no more, nobody new gets in.
    """
    found = _matching(template_id)
    templates.change_template(session(), found, change, caller=caller(), now=clock.now())
    return found, 200, etag(found.version)


@blueprint.route("/slot-templates/<uuid:template_id>/disable", methods=["POST"])
@open_to(Role.DISPATCHER, Role.ADMIN, scope="slots:write")
@blueprint.response(200, SlotTemplateSchema)
@blueprint.doc(parameters=[IF_MATCH])
@blueprint.refuses(SlotTemplateNotFound, TemplateDisabled, PreconditionFailed, PreconditionMissing)
def disable_template(template_id: UUID) -> Answer:
    """Let nobody new into a template's slots. Holds and bookings stay."""
    found = _matching(template_id)
    templates.disable_template(session(), found, caller=caller(), now=clock.now())
    return found, 200, etag(found.version)


@blueprint.route("/slot-templates/<uuid:template_id>/enable", methods=["POST"])
@open_to(Role.DISPATCHER, Role.ADMIN, scope="slots:write")
@blueprint.response(200, SlotTemplateSchema)
@blueprint.doc(parameters=[IF_MATCH])
@blueprint.refuses(SlotTemplateNotFound, TemplateEnabled, PreconditionFailed, PreconditionMissing)
def enable_template(template_id: UUID) -> Answer:
    """Let people into a template's slots again."""
    found = _matching(template_id)
    templates.enable_template(session(), found, caller=caller(), now=clock.now())
    return found, 200, etag(found.version)


@blueprint.route("/zones/<uuid:zone_id>/slots")
@open_to(Role.MERCHANT, Role.DISPATCHER, Role.ADMIN, scope="slots:read")
@blueprint.arguments(SlotQuery, location="query")
@blueprint.response(200, OpenSlotsSchema)
@blueprint.refuses(ZoneNotFound, SlotsOutOfRange)
def list_zone_slots(query: dict[str, Any], zone_id: UUID) -> dict[str, Any]:
    """List a zone's slots that can be had, earliest first."""
    zone = coverage.zone(session(), zone_id, caller=caller())
    ids = [zone.id] if zone.retired_at is None else []
    return open_slots(session(), query, zone_ids=ids, now=clock.now())


@blueprint.route("/pickup-points/<uuid:point_id>/slots")
@open_to(Role.MERCHANT, Role.DISPATCHER, Role.ADMIN, scope="slots:read")
@blueprint.arguments(SlotQuery, location="query")
@blueprint.response(200, OpenSlotsSchema)
@blueprint.refuses(PointNotFound, SlotsOutOfRange)
def list_point_slots(query: dict[str, Any], point_id: UUID) -> dict[str, Any]:
    """List a pickup point's collection windows that can be had, earliest first."""
    point = points.point(session(), point_id, caller=caller())
    ids = [point.id] if point.retired_at is None and point.suspended_at is None else []
    return open_slots(session(), query, point_ids=ids, now=clock.now())


def _matching(template_id: UUID) -> SlotTemplate:
    found = queries.template(session(), template_id, caller=caller(), for_update=True)
    require_match(found.version)
    return found
