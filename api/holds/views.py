"""Holds: places in slots, kept, confirmed and given back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from accounts.principals import Role
from api.access import caller, open_to
from api.blueprint import Blueprint
from api.deliveries.views import UNFIT
from api.holds.preparing import check_room, find_room
from api.holds.schemas import ConfirmationSchema, HoldDraftSchema, HoldExtensionSchema, HoldQuery, HoldSchema
from api.pages import page_schema, paged
from api.unit import prepared, prepared_by, session
from deliveries.locating import AddressMissing
from deliveries.merchants import MerchantUnknown
from deliveries.progress import DeliveryNotInState
from deliveries.queries import DeliveryNotFound
from kernel import clock
from kernel.paging import Page
from pickup_points.points.sending import NothingCollectedHere
from pickup_points.room.reserving import NothingFits, PointFull, PointTakesNothing
from places.cities import NoCity, OutsideCity
from places.resolving import AddressAmbiguous, AddressNotFound
from slots import confirming, holding, keeping
from slots.admitting import OrderTooSmall, SlotClosed, SlotDisabled, SlotFull, SlotWithdrawn
from slots.confirming import BookedForAnother, DeliveryBookedAlready, DeliveryDoesNotFit, ParcelsDiffer, SlotBegun
from slots.holding import (
    BookedBefore,
    ExtendedAlready,
    HoldEnded,
    OutsideZone,
    PointClosed,
    TooLateToCancel,
    Wish,
)
from slots.keeping import HoldLapsed, HoldNotFound
from slots.models import Hold
from slots.queries import SlotNotFound
from slots.route_room import NoRouteRoom, RouteRoomTaken

blueprint = Blueprint("holds", __name__, url_prefix="/v1", description="Places in slots, kept and booked.")


@blueprint.route("/holds", methods=["POST"])
@open_to(Role.MERCHANT, Role.DISPATCHER, Role.ADMIN, scope="slots:write")
@prepared_by(find_room, again_on=RouteRoomTaken)
@blueprint.arguments(HoldDraftSchema)
@blueprint.response(201, HoldSchema)
@blueprint.refuses(
    SlotNotFound,
    MerchantUnknown,
    SlotFull,
    SlotClosed,
    SlotDisabled,
    SlotWithdrawn,
    OrderTooSmall,
    OutsideZone,
    AddressMissing,
    AddressNotFound,
    AddressAmbiguous,
    OutsideCity,
    NoCity,
    NothingFits,
    PointFull,
    PointTakesNothing,
    PointClosed,
    NothingCollectedHere,
    NoRouteRoom,
    RouteRoomTaken,
)
def hold_slot(wish: Wish) -> tuple[Hold, int, dict[str, str]]:
    """Keep a place in a slot for a customer who decides.

    With it goes the room that is needed: a compartment at the pickup point, or a gap in the routes.
    """
    made = holding.hold(session(), wish, find_route=prepared, caller=caller(), now=clock.now())
    return made, 201, {"Location": f"/v1/holds/{made.id}"}


@blueprint.route("/holds")
@open_to(Role.MERCHANT, Role.DISPATCHER, Role.ADMIN, scope="slots:read")
@blueprint.arguments(HoldQuery, location="query")
@blueprint.response(200, page_schema(HoldSchema))
def list_holds(query: dict[str, Any]) -> tuple[Page[Any], int, dict[str, str]]:
    """List holds and bookings, newest first."""
    return paged(keeping.holds(session(), **query, caller=caller()))


@blueprint.route("/holds/<uuid:hold_id>")
@open_to(Role.MERCHANT, Role.DISPATCHER, Role.ADMIN, scope="slots:read")
@blueprint.response(200, HoldSchema)
@blueprint.refuses(HoldNotFound)
def read_hold(hold_id: UUID) -> Hold:
    """Read a hold."""
    return keeping.hold(session(), hold_id, caller=caller())


@blueprint.route("/holds/<uuid:hold_id>/confirm", methods=["POST"])
@open_to(Role.MERCHANT, Role.DISPATCHER, Role.ADMIN, scope="slots:write")
@prepared_by(check_room, again_on=RouteRoomTaken)
@blueprint.arguments(ConfirmationSchema)
@blueprint.response(200, HoldSchema)
@blueprint.refuses(
    HoldNotFound,
    HoldLapsed,
    HoldEnded,
    SlotWithdrawn,
    SlotBegun,
    BookedForAnother,
    DeliveryNotFound,
    DeliveryNotInState,
    DeliveryDoesNotFit,
    DeliveryBookedAlready,
    ParcelsDiffer,
    MerchantUnknown,
    NoRouteRoom,
    *UNFIT,
)
def confirm_hold(confirmation: dict[str, Any], hold_id: UUID) -> Hold:
    """Book the place that is held. The recipient is promised the slot, and no plan makes another promise of it.

    To confirm once more changes nothing and answers the same booking.
    """
    what = confirmation["delivery"] or confirmation["delivery_id"]
    return confirming.confirm(session(), hold_id, what, check_route=prepared, caller=caller(), now=clock.now())


@blueprint.route("/holds/<uuid:hold_id>/extend", methods=["POST"])
@open_to(Role.MERCHANT, Role.DISPATCHER, Role.ADMIN, scope="slots:write")
@blueprint.arguments(HoldExtensionSchema)
@blueprint.response(200, HoldSchema)
@blueprint.refuses(HoldNotFound, HoldLapsed, HoldEnded, BookedBefore, ExtendedAlready)
def extend_hold(extension: dict[str, Any], hold_id: UUID) -> Hold:
    """Keep a place longer, once."""
    longer = timedelta(seconds=extension["keep_s"])
    return holding.extend(session(), hold_id, longer=longer, caller=caller(), now=clock.now())


@blueprint.route("/holds/<uuid:hold_id>", methods=["DELETE"])
@open_to(Role.MERCHANT, Role.DISPATCHER, Role.ADMIN, scope="slots:write")
@blueprint.response(200, HoldSchema)
@blueprint.refuses(HoldNotFound, HoldLapsed, HoldEnded, TooLateToCancel, DeliveryNotInState)
def release_hold(hold_id: UUID) -> Hold:
    """Give a place back: a hold at any time, a booking until its slot closes.

    The delivery of a booking is a draft again, and another slot can be booked for it.
    """
    return holding.release(session(), hold_id, caller=caller(), now=clock.now())
