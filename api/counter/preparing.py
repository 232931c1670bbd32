"""Click and collect, for those who prepare."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.counter.desk import NO_SEAT, blueprint, reads, seat, writes
from api.counter.keeping import SettleSchema
from api.counter.packing import CollectionOrdersSchema, CounterOrdersQuery, PackedSchema, RejectSchema
from api.orders.schemas import CollectionOrderSchema
from api.unit import session
from deliveries.codes import ParcelCodeInvalid
from deliveries.progress import DeliveryNotInState
from deliveries.uniqueness import ParcelCodeTaken
from kernel import clock
from pickup_points.counter.check_in import ShelfMissing
from pickup_points.orders import ordering, preparing
from pickup_points.orders import queries as order_queries
from pickup_points.orders.models import Order, OrderState
from pickup_points.orders.ordering import OrderNotInState
from pickup_points.orders.queries import OrderNotFound

_REFUSALS = (*NO_SEAT, OrderNotFound, OrderNotInState)
_TO_SEE_TO = (*ordering.OPEN, OrderState.READY)
_HERE = {"point_id": "01985c1e-0000-7000-8000-000000000001"}
_PACKED = {"shelf": "C1", "parcels": [{"weight_g": 2400, "description": "paper bag"}]}


@blueprint.route("/orders")
@reads
@blueprint.arguments(CounterOrdersQuery, location="query")
@blueprint.response(200, CollectionOrdersSchema)
@blueprint.refuses(*NO_SEAT)
def list_orders_here(query: dict[str, Any]) -> dict[str, Any]:
    """List your point's orders, what is promised soonest in front."""
    point = seat(query["point_id"]).point
    return {"items": order_queries.orders_at(session(), point.id, states=query["state"] or _TO_SEE_TO)}


@blueprint.route("/orders/<uuid:order_id>/accept", methods=["POST"])
@writes
@blueprint.arguments(SettleSchema, example=_HERE)
@blueprint.response(200, CollectionOrderSchema)
@blueprint.refuses(*_REFUSALS)
def accept_order(asked: dict[str, Any], order_id: UUID) -> Order:
    """Take an order on."""
    return preparing.accept(session(), seat(asked["point_id"]), order_id, now=clock.now())


@blueprint.route("/orders/<uuid:order_id>/prepare", methods=["POST"])
@writes
@blueprint.arguments(SettleSchema, example=_HERE)
@blueprint.response(200, CollectionOrderSchema)
@blueprint.refuses(*_REFUSALS)
def prepare_order(asked: dict[str, Any], order_id: UUID) -> Order:
    """Say that somebody picks it now."""
    return preparing.prepare(session(), seat(asked["point_id"]), order_id, now=clock.now())


@blueprint.route("/orders/<uuid:order_id>/ready", methods=["POST"])
@writes
@blueprint.arguments(PackedSchema, example=_PACKED)
@blueprint.response(200, CollectionOrderSchema)
@blueprint.refuses(*_REFUSALS, ShelfMissing, ParcelCodeInvalid, ParcelCodeTaken, DeliveryNotInState)
def finish_order(asked: dict[str, Any], order_id: UUID) -> Order:
    """Say that it stands packed: its parcels wait at your point, and the recipient is told."""
    return preparing.finish(
        session(), seat(asked["point_id"]), order_id, asked["parcels"], shelf=asked["shelf"], now=clock.now()
    )


@blueprint.route("/orders/<uuid:order_id>/reject", methods=["POST"])
@writes
@blueprint.arguments(RejectSchema)
@blueprint.response(200, CollectionOrderSchema)
@blueprint.refuses(*_REFUSALS, DeliveryNotInState)
def reject_order(asked: dict[str, Any], order_id: UUID) -> Order:
    """Say that you cannot, until it is ready; the recipient is told why."""
    return preparing.reject(session(), seat(asked["point_id"]), order_id, reason=asked["reason"], now=clock.now())
