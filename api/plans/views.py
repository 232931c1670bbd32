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
from api.plans.replans import ReplanRequestSchema
from api.plans.schemas import PlanQuery, PlanRequestSchema, PlanSchema, PlanSummarySchema
from api.unit import session
from kernel import clock
from kernel.paging import Page
from routing import publishing, queries, replanning, requesting, settling
from routing.claiming import PlanSettled
from routing.models import Plan
from routing.publishing import PlanAlreadyPublished, PlanNotSolved, PlanOutdated, PlanWithoutRoutes
from routing.queries import PlanNotFound
from routing.replacing import publish_replan
from routing.replan_levels import RoundHasTrips
from routing.replanning import (
    NobodyDrives,
    NothingToReplan,
    NotInThisPlan,
    PlanNotPublished,
    StopUnderWay,
    TooLate,
    Wishes,
    WishesContradict,
)
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
from tracking.positions import last_seen

blueprint = Blueprint("plans", __name__, url_prefix="/v1", description="Routes that are computed together.")

_REPLAN = {
    "delivery_ids": ["01985c1e-0000-7000-8000-000000000001"],
    "late": [{"shift_id": "01985c1e-0000-7000-8000-000000000002", "available_at": "2026-06-15T09:30:00Z"}],
    "broken_shift_ids": ["01985c1e-0000-7000-8000-000000000003"],
    "fixed_stops": 2,
}


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
    TIME_WINDOW, BREAK, MAX_DURATION, PAIR (fetching it and bringing it do not fit into one trip), LOCKING (not behind
    what the vehicle is locked to): no vehicle could bring it even with nothing else to do. NO_ROOM (not beside
    the rest), COSTS_MORE (than its penalty), CHANGED (it no longer waited for a plan when this one was taken up); of
    a replan ON_BOARD (of a vehicle that drives no more), NO_VAN_AT_DEPOT (every vehicle has left).
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
@blueprint.refuses(
    PlanNotFound, PlanAlreadyPublished, PlanNotSolved, PlanWithoutRoutes, ShiftAlreadyRouted, ShiftOver, PlanOutdated
)
def publish_plan(plan_id: UUID) -> tuple[Plan, int, dict[str, str]]:
    """Make a solved plan what the drivers drive, and promise its deliveries. Of two at once, one wins.

    The promise is the planned time less and plus half an hour, rounded to five minutes and cut to the window in
    which the delivery is planned.
    """
    plan = queries.plan(session(), plan_id, caller=caller())
    deed = publish_replan if plan.replans is not None else publishing.publish
    deed(session(), plan, now=clock.now(), by=caller().person_id)
    return queries.plan(session(), plan_id, caller=caller()), 200, etag(plan.version)


@blueprint.route("/plans/<uuid:plan_id>/replan", methods=["POST"])
@open_to(Role.DISPATCHER, Role.ADMIN, scope="routing:write")
@blueprint.arguments(ReplanRequestSchema, example=_REPLAN)
@blueprint.response(202, PlanSummarySchema)
@blueprint.refuses(
    PlanNotFound,
    PlanNotPublished,
    NothingToReplan,
    RoundHasTrips,
    NobodyDrives,
    NotInThisPlan,
    TooLate,
    StopUnderWay,
    WishesContradict,
    UnknownShifts,
    ShiftAlreadyRouted,
    ShiftOver,
    ShiftLacksDriver,
    ShiftsTooFarApart,
    UnknownDeliveries,
    DeliveriesNotPlannable,
    TooManyDeliveries,
)
def request_replan(asked: dict[str, Any], plan_id: UUID) -> tuple[Plan, int, dict[str, str]]:
    """Make the routes of a published plan anew, from where the couriers are now, with as little change as can be.

    What is done stays done, the stop that a courier drives to comes first, parcels on board keep their driver; only
    what is still at the depot can go to another who has not left yet. Times that were promised are moved where that
    is worth its cost. The answer is a plan of its own: watch it at `Location`, read what it `changes` and for whom, and
    publish it to put it in force. A stop that was done meanwhile in another turn than it proposes makes it outdated.
    """
    plan = queries.plan(session(), plan_id, caller=caller())
    late = [(each["shift_id"], each["available_at"]) for each in asked.pop("late")]
    seen = last_seen(session(), replanning.drivers_of(session(), plan), now=clock.now())
    wishes = Wishes(available_at=late, seen=seen, **asked)
    replan = replanning.request_replan(session(), plan, wishes, caller=caller(), now=clock.now())
    return replan, 202, etag(replan.version) | {"Location": f"/v1/plans/{replan.id}"}
