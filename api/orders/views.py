"""Click and collect, for those who order."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from accounts.principals import Role
from api.access import caller, open_to
from api.blueprint import Blueprint
from api.orders.schemas import CollectionOrderSchema, OrderDraftSchema, OrderPromiseSchema, OrdersQuery
from api.pages import page_schema, paged
from api.unit import session
from deliveries.merchants import MerchantUnknown
from deliveries.progress import DeliveryNotInState
from deliveries.uniqueness import ExternalIdTaken
from kernel import clock
from kernel.paging import Page
from pickup_points.orders import ordering
from pickup_points.orders import queries as order_queries
from pickup_points.orders.models import Order
from pickup_points.orders.ordering import NobodyPrepares, OrderNotInState, Wanted
from pickup_points.orders.promising import NeverOpen
from pickup_points.orders.queries import OrderNotFound
from pickup_points.points.queries import PointNotFound
from pickup_points.points.sending import NothingCollectedHere, PointRetired, PointSuspended, RecipientUnreachable

blueprint = Blueprint("orders", __name__, url_prefix="/v1", description="Click and collect: ordered, prepared, ready.")

_SENDERS = (Role.MERCHANT, Role.DISPATCHER, Role.ADMIN)
_ORDER = {
    "pickup_point_id": "01985c1e-0000-7000-8000-000000000001",
    "external_id": "web-1042",
    "recipient": {"name": "Aino Virtanen", "phone": "+358401234567"},
    "lines": [{"text": "Oat milk, 1 l", "quantity": 2}],
}


@blueprint.route("/orders", methods=["POST"])
@open_to(*_SENDERS, scope="deliveries:write")
@blueprint.arguments(OrderDraftSchema, example=_ORDER)
@blueprint.response(201, CollectionOrderSchema)
@blueprint.refuses(
    PointNotFound,
    PointSuspended,
    PointRetired,
    NothingCollectedHere,
    NobodyPrepares,
    NeverOpen,
    RecipientUnreachable,
    MerchantUnknown,
    ExternalIdTaken,
)
def place_order(wanted: Wanted) -> tuple[Order, int, dict[str, str]]:
    """Order something that a shop prepares and somebody collects. `promised_at` is told to the recipient.

    It has a delivery from the start, whose tracking link and facts are as any other's; no courier is planned for it.
    """
    order = ordering.place(session(), wanted, caller=caller(), now=clock.now())
    return order, 201, {"Location": f"/v1/orders/{order.id}"}


@blueprint.route("/orders")
@open_to(*_SENDERS, scope="deliveries:read")
@blueprint.arguments(OrdersQuery, location="query")
@blueprint.response(200, page_schema(CollectionOrderSchema))
def list_orders(query: dict[str, Any]) -> tuple[Page[Any], int, dict[str, str]]:
    """List your orders, newest first."""
    return paged(order_queries.orders(session(), states=query.pop("state"), **query, caller=caller()))


@blueprint.route("/orders/<uuid:order_id>")
@open_to(*_SENDERS, scope="deliveries:read")
@blueprint.response(200, CollectionOrderSchema)
@blueprint.refuses(OrderNotFound)
def read_order(order_id: UUID) -> Order:
    """Read an order."""
    return order_queries.order(session(), order_id, caller=caller())


@blueprint.route("/orders/<uuid:order_id>/cancel", methods=["POST"])
@open_to(*_SENDERS, scope="deliveries:write")
@blueprint.response(200, CollectionOrderSchema)
@blueprint.refuses(OrderNotFound, OrderNotInState, DeliveryNotInState)
def cancel_order(order_id: UUID) -> Order:
    """Take an order back, until it is ready; its delivery is cancelled with it."""
    return ordering.cancel(session(), order_id, caller=caller(), now=clock.now())


@blueprint.route("/pickup-points/<uuid:point_id>/order-promise")
@open_to(*_SENDERS, scope="deliveries:read")
@blueprint.response(200, OrderPromiseSchema)
@blueprint.refuses(PointNotFound, PointSuspended, PointRetired, NothingCollectedHere, NobodyPrepares, NeverOpen)
def promise_order(point_id: UUID) -> dict[str, Any]:
    """Ask when an order placed now would be ready: prepared in opening hours, today until the point's cut-off."""
    return {"promised_at": ordering.promise(session(), point_id, caller=caller(), now=clock.now())}
