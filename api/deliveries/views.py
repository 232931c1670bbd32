"""Deliveries: what must be brought, to whom and by when."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from accounts.principals import Role
from api.access import caller, open_to
from api.blueprint import Blueprint
from api.deliveries import batches
from api.deliveries.drafts import DeliveryChangeSchema, DeliveryDraftSchema
from api.deliveries.lists import (
    BatchAnswerSchema,
    BatchSchema,
    DeliveryPageSchema,
    DeliveryQuery,
    HistoryQuery,
    HistorySchema,
)
from api.deliveries.schemas import DeliverySchema
from api.etags import IF_MATCH, etag, require_match
from api.pages import paged
from api.problems import PreconditionFailed, PreconditionMissing
from api.unit import session
from deliveries import cancelling, confirming, queries
from deliveries.changing import BookedAlready, Change, PlannedAlready
from deliveries.codes import ParcelCodeInvalid
from deliveries.drafts import Draft
from deliveries.locating import AddressMissing
from deliveries.merchants import MerchantUnknown
from deliveries.models import Delivery
from deliveries.progress import DeliveryNotInState
from deliveries.queries import DeliveryNotFound
from deliveries.terms import TermsContradict, UnknownDrivers
from deliveries.uniqueness import ExternalIdTaken, ParcelCodeTaken
from deliveries.windows import WindowsInvalid, WindowsPassed
from kernel import clock, facts
from kernel.paging import Page
from pickup_points.points import sending
from pickup_points.points.sending import (
    BoundToPoint,
    NobodyToCheck,
    NothingCollectedHere,
    PointRetired,
    PointSuspended,
    PointUnknown,
    RecipientUnreachable,
    StayBegun,
)
from pickup_points.room.picking import NothingFits
from places.cities import NoCity, OutsideCity
from places.resolving import AddressAmbiguous, AddressNotFound

blueprint = Blueprint("deliveries", __name__, url_prefix="/v1", description="What must be brought, to whom, by when.")

UNFIT = (
    AddressMissing,
    AddressNotFound,
    AddressAmbiguous,
    OutsideCity,
    NoCity,
    WindowsInvalid,
    TermsContradict,
    UnknownDrivers,
    ParcelCodeInvalid,
    ParcelCodeTaken,
    ExternalIdTaken,
)


type Answer = tuple[Delivery, int, dict[str, str]]


def _answer(delivery: Delivery, status: int = 200, **headers: str) -> Answer:
    return delivery, status, etag(delivery.version) | headers


@blueprint.route("/deliveries", methods=["POST"])
@open_to(Role.MERCHANT, Role.DISPATCHER, Role.ADMIN, scope="deliveries:write")
@blueprint.arguments(DeliveryDraftSchema)
@blueprint.response(201, DeliverySchema)
@blueprint.refuses(
    MerchantUnknown,
    PointUnknown,
    PointSuspended,
    PointRetired,
    NothingCollectedHere,
    RecipientUnreachable,
    NobodyToCheck,
    NothingFits,
    *UNFIT,
)
def create_delivery(draft: Draft) -> Answer:
    """Create a delivery.

    The address is a place, a text that is looked up in the imported city, or both: then the place counts. With a
    `pickup_point_id` instead, the recipient collects it there.
    """
    made = sending.create(session(), draft, caller=caller(), now=clock.now())
    return _answer(made, 201, Location=f"/v1/deliveries/{made.id}")


@blueprint.route("/deliveries/batch", methods=["POST"])
@open_to(Role.MERCHANT, Role.DISPATCHER, Role.ADMIN, scope="deliveries:write")
@blueprint.arguments(BatchSchema)
@blueprint.response(200, BatchAnswerSchema)
def create_deliveries(batch: dict[str, Any]) -> dict[str, Any]:
    """Create up to 1 000 deliveries.

    Each is judged by itself: a bad one never costs the others, and the answer says what became of each.
    """
    return {"items": batches.create(session(), batch["deliveries"], caller=caller(), now=clock.now())}


@blueprint.route("/deliveries", methods=["GET"])
@open_to(Role.MERCHANT, Role.DISPATCHER, Role.ADMIN, scope="deliveries:read")
@blueprint.arguments(DeliveryQuery, location="query")
@blueprint.response(200, DeliveryPageSchema)
def list_deliveries(query: dict[str, Any]) -> tuple[Page[Delivery], int, dict[str, str]]:
    """List deliveries, newest first."""
    found = queries.listed(
        session(),
        caller=caller(),
        states=query["state"],
        external_id=query["external_id"],
        merchant_id=query["merchant_id"],
        after=query["from_"],
        before=query["until"],
        cursor=query["cursor"],
        limit=query["limit"],
    )
    return paged(found)


@blueprint.route("/deliveries/<uuid:delivery_id>", methods=["GET"])
@open_to(Role.MERCHANT, Role.DISPATCHER, Role.ADMIN, scope="deliveries:read")
@blueprint.response(200, DeliverySchema)
@blueprint.refuses(DeliveryNotFound)
def read_delivery(delivery_id: UUID) -> Answer:
    """Read a delivery."""
    return _answer(queries.delivery(session(), delivery_id, caller=caller()))


@blueprint.route("/deliveries/<uuid:delivery_id>", methods=["PATCH"])
@open_to(Role.MERCHANT, Role.DISPATCHER, Role.ADMIN, scope="deliveries:write")
@blueprint.arguments(DeliveryChangeSchema)
@blueprint.response(200, DeliverySchema)
@blueprint.doc(parameters=[IF_MATCH])
@blueprint.refuses(
    DeliveryNotFound,
    PreconditionFailed,
    PreconditionMissing,
    DeliveryNotInState,
    PlannedAlready,
    BookedAlready,
    BoundToPoint,
    RecipientUnreachable,
    NobodyToCheck,
    NothingFits,
    StayBegun,
    *UNFIT,
)
def change_delivery(change: Change, delivery_id: UUID) -> Answer:
    """Change a delivery that nobody is on the way with."""
    found = queries.delivery(session(), delivery_id, caller=caller(), for_update=True)
    require_match(found.version)
    sending.change(session(), found, change, now=clock.now(), by=caller().person_id)
    return _answer(found)


@blueprint.route("/deliveries/<uuid:delivery_id>", methods=["DELETE"])
@open_to(Role.MERCHANT, Role.DISPATCHER, Role.ADMIN, scope="deliveries:write")
@blueprint.response(200, DeliverySchema)
@blueprint.refuses(DeliveryNotFound, DeliveryNotInState)
def cancel_delivery(delivery_id: UUID) -> Answer:
    """Cancel a delivery that nobody is on the way with."""
    found = queries.delivery(session(), delivery_id, caller=caller(), for_update=True)
    cancelling.cancel(session(), found, now=clock.now(), by=caller().person_id)
    return _answer(found)


@blueprint.route("/deliveries/<uuid:delivery_id>/confirm", methods=["POST"])
@open_to(Role.MERCHANT, Role.DISPATCHER, Role.ADMIN, scope="deliveries:write")
@blueprint.response(200, DeliverySchema)
@blueprint.refuses(DeliveryNotFound, DeliveryNotInState, WindowsPassed)
def confirm_delivery(delivery_id: UUID) -> Answer:
    """Make a draft binding, so that a plan may take it."""
    found = queries.delivery(session(), delivery_id, caller=caller(), for_update=True)
    confirming.confirm(session(), found, now=clock.now(), by=caller().person_id)
    return _answer(found)


@blueprint.route("/deliveries/<uuid:delivery_id>/events", methods=["GET"])
@open_to(Role.MERCHANT, Role.DISPATCHER, Role.ADMIN, scope="deliveries:read")
@blueprint.arguments(HistoryQuery, location="query")
@blueprint.response(200, HistorySchema)
@blueprint.refuses(DeliveryNotFound)
def read_history(query: dict[str, Any], delivery_id: UUID) -> dict[str, Any]:
    """Read what happened to a delivery, oldest first."""
    found = queries.delivery(session(), delivery_id, caller=caller())
    rows = facts.history(session(), aggregate_id=found.id, after=query["since"], limit=query["limit"])
    return {"items": rows, "next_since": rows[-1].position if rows else query["since"]}
