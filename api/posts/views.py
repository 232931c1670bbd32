"""Who works at which counter, and on which terms."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from accounts.principals import Role
from api.access import caller, open_to
from api.blueprint import Blueprint
from api.posts.schemas import StaffDraftSchema, StaffSchema, TermsSchema
from api.unit import session
from kernel import clock
from pickup_points.counter import posts
from pickup_points.counter.posts import Named, NotCounterStaff
from pickup_points.points import queries, terms
from pickup_points.points.queries import PointNotFound
from pickup_points.points.terms import Terms

blueprint = Blueprint("posts", __name__, url_prefix="/v1/pickup-points", description="Who works at which counter.")

_STAFF = {"staff": [{"person_id": "01985c1e-0000-7000-8000-000000000007", "supervisor": True}]}


@blueprint.route("/<uuid:point_id>/staff", methods=["PUT"])
@open_to(Role.ADMIN, scope="points:write")
@blueprint.arguments(StaffDraftSchema, example=_STAFF)
@blueprint.response(200, StaffSchema)
@blueprint.refuses(PointNotFound, NotCounterStaff)
def assign_staff(draft: dict[str, Any], point_id: UUID) -> dict[str, Any]:
    """Say who works at a point's counter, as a whole. Counter staff see their own points and no other."""
    named = [Named(**each) for each in draft["staff"]]
    return {"staff": posts.assign(session(), point_id, named, caller=caller(), now=clock.now())}


@blueprint.route("/<uuid:point_id>/staff")
@open_to(Role.DISPATCHER, Role.ADMIN, scope="points:read")
@blueprint.response(200, StaffSchema)
@blueprint.refuses(PointNotFound)
def list_staff(point_id: UUID) -> dict[str, Any]:
    """List who works at a point's counter."""
    return {"staff": posts.staff_of(session(), queries.point(session(), point_id, caller=caller()))}


@blueprint.route("/<uuid:point_id>/counter-terms", methods=["PUT"])
@open_to(Role.DISPATCHER, Role.ADMIN, scope="points:write")
@blueprint.arguments(TermsSchema)
@blueprint.response(200, TermsSchema)
@blueprint.refuses(PointNotFound)
def set_terms(draft: dict[str, Any], point_id: UUID) -> Terms:
    """Say how often and for how long a point lets parcels wait on, when it reminds, and until when it takes orders."""
    return terms.set_terms(session(), point_id, **draft, caller=caller())


@blueprint.route("/<uuid:point_id>/counter-terms")
@open_to(Role.DISPATCHER, Role.ADMIN, scope="points:read")
@blueprint.response(200, TermsSchema)
@blueprint.refuses(PointNotFound)
def read_terms(point_id: UUID) -> Terms:
    """Read a point's terms; the usual ones, unless it has said otherwise."""
    return terms.terms_of(session(), queries.point(session(), point_id, caller=caller()).id)
