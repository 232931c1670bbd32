"""Plans: asked for, watched, cancelled, published."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from accounts.principals import Role
from api.access import caller, open_to
from api.blueprint import Blueprint
from api.etags import etag, not_modified
from api.pages import page_schema, paged
from api.plans.schemas import PlanQuery, PlanRequestSchema, PlanSchema, PlanSummarySchema
from api.unit import session
from kernel import clock
from kernel.paging import Page
from routing import publishing, queries, requesting, settling
from routing.claiming import PlanSettled
from routing.models import Plan
from routing.publishing import PlanAlreadyPublished, PlanNotSolved, PlanOutdated
from routing.queries import PlanNotFound
from routing.requesting import (
    DeliveriesNotPlannable,
    NothingToPlan,
    NotInThePlan,
    ShiftAlreadyRouted,
    ShiftLacksDriver,
    ShiftOver,
    ShiftsTooFarApart,
    TooManyDeliveries,
    UnknownDeliveries,
    UnknownShifts,
)
from routing.settling import PlanNotBeingSolved

blueprint = Blueprint("plans", __name__, url_prefix="/v1", description="Routes that are computed together.")


@blueprint.route("/plans", methods=["POST"])
@open_to(Role.DISPATCHER, Role.ADMIN, scope="routing:write")
@blueprint.arguments(PlanRequestSchema)
@blueprint.response(202, PlanSummarySchema)
@blueprint.refuses(
    UnknownShifts,
    ShiftAlreadyRouted,
    ShiftOver,
    ShiftLacksDriver,
    ShiftsTooFarApart,
    UnknownDeliveries,
    DeliveriesNotPlannable,
    NothingToPlan,
    TooManyDeliveries,
    NotInThePlan,
)
def request_plan(asked: dict[str, Any]) -> tuple[Plan, int, dict[str, str]]:
    """Ask for routes. The answer comes at once, the routes when the plan is solved: watch it at `Location`.

    Deliveries to one recipient at one place within the same windows become one stop. Until it is published a plan
    binds nobody, and a delivery may be in several.
    """
    plan = requesting.request_plan(session(), **asked, caller=caller(), now=clock.now())
    return plan, 202, etag(plan.version) | {"Location": f"/v1/plans/{plan.id}"}


@blueprint.route("/plans")
@open_to(Role.DISPATCHER, Role.ADMIN, scope="routing:read")
@blueprint.arguments(PlanQuery, location="query")
@blueprint.response(200, page_schema(PlanSummarySchema))
def list_plans(query: dict[str, Any]) -> tuple[Page[Any], int, dict[str, str]]:
    """List the plans, newest first, without their routes."""
    return paged(queries.plans(session(), **query, caller=caller()))


@blueprint.route("/plans/<uuid:plan_id>")
@open_to(Role.DISPATCHER, Role.ADMIN, scope="routing:read")
@blueprint.response(200, PlanSchema)
@blueprint.alt_response(304, description="You have this version already.")
@blueprint.refuses(PlanNotFound)
def read_plan(plan_id: UUID) -> Response | tuple[Plan, int, dict[str, str]]:
    """Read a plan: how far it is, its routes, and what it leaves out and why.

    Reasons: NO_VEHICLE, VEHICLE_NOT_ALLOWED, SKILL, CAPACITY, TOUR_SIZE, REACHABLE, MAX_DISTANCE, SHIFT_TIME,
    TIME_WINDOW, BREAK, MAX_DURATION (no vehicle could bring it even with nothing else to do), NO_ROOM (not beside
    the rest), COSTS_MORE (than its penalty), CHANGED (it no longer waited for a plan when this one was taken up).
    """
    plan = queries.plan(session(), plan_id, caller=caller())
    # What happens on its routes shows here too.
    version = ".".join(str(each) for each in [plan.version, *(route.version for route in plan.routes)])
    return not_modified(version) or (plan, 200, etag(version))


@blueprint.route("/plans/<uuid:plan_id>/cancel", methods=["POST"])
@open_to(Role.DISPATCHER, Role.ADMIN, scope="routing:write")
@blueprint.response(200, PlanSchema)
@blueprint.refuses(PlanNotFound, PlanSettled)
def cancel_plan(plan_id: UUID) -> tuple[Plan, int, dict[str, str]]:
    """Stop a plan that is queued or being solved. The search ends within a second."""
    plan = queries.plan(session(), plan_id, caller=caller())
    settling.cancel(session(), plan, now=clock.now(), by=caller().person_id)
    return plan, 200, etag(plan.version)


@blueprint.route("/plans/<uuid:plan_id>/finish", methods=["POST"])
@open_to(Role.DISPATCHER, Role.ADMIN, scope="routing:write")
@blueprint.response(200, PlanSchema)
@blueprint.refuses(PlanNotFound, PlanNotBeingSolved)
def finish_plan(plan_id: UUID) -> tuple[Plan, int, dict[str, str]]:
    """Take the best plan so far: the search ends within a second or two, and the plan is solved.

    Watch it until it is. Asking again changes nothing.
    """
    plan = queries.plan(session(), plan_id, caller=caller())
    settling.finish(session(), plan, now=clock.now(), by=caller().person_id)
    return plan, 200, etag(plan.version)


@blueprint.route("/plans/<uuid:plan_id>/publish", methods=["POST"])
@open_to(Role.DISPATCHER, Role.ADMIN, scope="routing:write")
@blueprint.response(200, PlanSchema)
@blueprint.refuses(PlanNotFound, PlanAlreadyPublished, PlanNotSolved, ShiftAlreadyRouted, ShiftOver, PlanOutdated)
def publish_plan(plan_id: UUID) -> tuple[Plan, int, dict[str, str]]:
    """Make a solved plan what the drivers drive, and promise its deliveries. Of two at once, one wins.

    The promise is the planned time less and plus half an hour, rounded to five minutes and cut to the window in
    which the delivery is planned.
    """
    plan = queries.plan(session(), plan_id, caller=caller())
    publishing.publish(session(), plan, now=clock.now(), by=caller().person_id)
    return plan, 200, etag(plan.version)
