"""More time, the way back, and what people bring."""

from __future__ import annotations

from typing import Any

from api.counter.desk import NO_SEAT, blueprint, reads, seat, writes
from api.counter.keeping import (
    DropOffSchema,
    ExtensionSchema,
    ReturnRunRequestSchema,
    ReturnRunSchema,
    StaysSchema,
)
from api.counter.schemas import AtPointQuery, KeptListSchema
from api.unit import session
from deliveries.progress import DeliveryNotInState
from kernel import clock
from pickup_points.counter import extending, returning, returns
from pickup_points.counter.check_in import ShelfMissing
from pickup_points.counter.code_tries import CodesLocked
from pickup_points.counter.extending import NoMoreTime
from pickup_points.counter.returning import NoSuchDriver, NotDueBack, Taken
from pickup_points.counter.returns import NoReturnsHere, ParcelAtPoint, ReturnOver
from pickup_points.counter.unlocking import WrongCode
from pickup_points.stays.queries import StayNotFound
from pickup_points.stays.staying import StayNotInState

_STAYS = {"stay_ids": ["01985c1e-0000-7000-8000-000000000001"]}


@blueprint.route("/extensions", methods=["POST"])
@writes
@blueprint.arguments(ExtensionSchema, example=_STAYS)
@blueprint.response(200, StaysSchema)
@blueprint.refuses(*NO_SEAT, StayNotFound, StayNotInState, NoMoreTime)
def extend_stays(asked: dict[str, Any]) -> dict[str, Any]:
    """Let parcels wait longer, as often as the point allows; a supervisor more often. Also what has expired."""
    at = seat(asked["point_id"])
    return {"items": extending.extend_at_counter(session(), at, asked["stay_ids"], now=clock.now())}


@blueprint.route("/returns-due")
@reads
@blueprint.arguments(AtPointQuery, location="query")
@blueprint.response(200, KeptListSchema)
@blueprint.refuses(*NO_SEAT)
def list_returns_due(query: dict[str, Any]) -> dict[str, Any]:
    """List what the courier's next visit takes along: what nobody collected in time, and what was brought back."""
    return {"items": returning.due(session(), [seat(query["point_id"]).point.id])}


@blueprint.route("/return-runs", methods=["POST"])
@writes
@blueprint.arguments(ReturnRunRequestSchema, example=_STAYS)
@blueprint.response(201, ReturnRunSchema)
@blueprint.refuses(*NO_SEAT, StayNotFound, StayNotInState, NotDueBack, NoSuchDriver, DeliveryNotInState)
def send_parcels_back(asked: dict[str, Any]) -> Taken:
    """Give parcels to the courier, as one bundle whose label is the answer's id. All of them or none.

    What still waits for its recipient goes only with a cause.
    """
    at = seat(asked.pop("point_id"))
    return returning.take(session(), at, **asked, now=clock.now())


@blueprint.route("/drop-offs", methods=["POST"])
@writes
@blueprint.arguments(DropOffSchema)
@blueprint.response(201, StaysSchema)
@blueprint.refuses(*NO_SEAT, NoReturnsHere, ShelfMissing, CodesLocked, WrongCode, ReturnOver, ParcelAtPoint)
def take_drop_off(asked: dict[str, Any]) -> dict[str, Any]:
    """Take in a return without a label, by the code that the shop gave for it.

    From now on the point answers for the parcels; they go with the next return run.
    """
    at = seat(asked.pop("point_id"))
    return {"items": returns.drop_off(session(), at, **asked, now=clock.now())}
