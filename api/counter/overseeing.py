"""Counting what lies there, seeing who comes, and the counter's figures."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response

from api import etags
from api.counter.desk import NO_SEAT, blueprint, reads, seat, writes
from api.counter.keeping import (
    AnnouncementSchema,
    ArrivalsSchema,
    FiguresQuery,
    FiguresSchema,
    SettleSchema,
    StockTakeRequestSchema,
    StockTakeSchema,
)
from api.counter.schemas import AtPointQuery
from api.unit import session
from kernel import clock
from pickup_points.counter import announcing, figures, stock_taking
from pickup_points.counter.announcing import AnnouncementNotFound, Arriving
from pickup_points.counter.figures import Figures
from pickup_points.counter.models import Announcement, StockTake
from pickup_points.counter.stock_taking import Counted, StockTakeNotFound, StockTakeOpen, StockTakeSettled

_DAY = timedelta(days=1)
_COUNT = {"counted": [{"code": "340123450000000000", "shelf": "B3"}]}
_HERE = {"point_id": "01985c1e-0000-7000-8000-000000000001"}


@blueprint.route("/stock-takes", methods=["POST"])
@writes
@blueprint.arguments(StockTakeRequestSchema, example=_COUNT)
@blueprint.response(201, StockTakeSchema)
@blueprint.refuses(*NO_SEAT, StockTakeOpen)
def take_stock(asked: dict[str, Any]) -> StockTake:
    """Count what lies at your point: what is missing, misplaced, unexpected, unknown. Nothing changes yet.

    One count of a point is open at a time: confirm or discard it.
    """
    counted = [Counted(**each) for each in asked["counted"]]
    return stock_taking.take_stock(session(), seat(asked["point_id"]), counted, now=clock.now())


@blueprint.route("/stock-takes/<uuid:stock_take_id>")
@reads
@blueprint.arguments(AtPointQuery, location="query")
@blueprint.response(200, StockTakeSchema)
@blueprint.refuses(*NO_SEAT, StockTakeNotFound)
def read_stock_take(query: dict[str, Any], stock_take_id: UUID) -> StockTake:
    """Read a count."""
    return stock_taking.stock_take(session(), seat(query["point_id"]), stock_take_id)


@blueprint.route("/stock-takes/<uuid:stock_take_id>/confirm", methods=["POST"])
@writes
@blueprint.arguments(SettleSchema, example=_HERE)
@blueprint.response(200, StockTakeSchema)
@blueprint.refuses(*NO_SEAT, StockTakeNotFound, StockTakeSettled)
def confirm_stock_take(asked: dict[str, Any], stock_take_id: UUID) -> StockTake:
    """Make the differences facts. What moved on since it was counted is left alone, and `settled` says so."""
    return stock_taking.confirm(session(), seat(asked["point_id"]), stock_take_id, now=clock.now())


@blueprint.route("/stock-takes/<uuid:stock_take_id>/discard", methods=["POST"])
@writes
@blueprint.arguments(SettleSchema, example=_HERE)
@blueprint.response(200, StockTakeSchema)
@blueprint.refuses(*NO_SEAT, StockTakeNotFound, StockTakeSettled)
def discard_stock_take(asked: dict[str, Any], stock_take_id: UUID) -> StockTake:
    """Forget a count: it changes nothing."""
    return stock_taking.discard(session(), seat(asked["point_id"]), stock_take_id, now=clock.now())


@blueprint.route("/arrivals")
@reads
@blueprint.arguments(AtPointQuery, location="query")
@blueprint.response(200, ArrivalsSchema)
@blueprint.alt_response(304, description="Nobody has come, gone or been seen since.")
@blueprint.refuses(*NO_SEAT)
def list_arrivals(query: dict[str, Any]) -> Response | tuple[dict[str, Any], int, dict[str, str]]:
    """List who comes to collect: those who are there first, who waits longest in front. Ask again with the ETag."""
    found = announcing.arriving(session(), seat(query["point_id"]).point.id, now=clock.now())
    version = _version(found)
    return etags.not_modified(version) or ({"items": found}, 200, etags.etag(version))


@blueprint.route("/arrivals/<uuid:announcement_id>/acknowledge", methods=["POST"])
@writes
@blueprint.arguments(SettleSchema, example=_HERE)
@blueprint.response(200, AnnouncementSchema)
@blueprint.refuses(*NO_SEAT, AnnouncementNotFound)
def acknowledge_arrival(asked: dict[str, Any], announcement_id: UUID) -> Announcement:
    """Say that you have seen who comes; the recipient's link shows it."""
    return announcing.acknowledge(session(), seat(asked["point_id"]), announcement_id, now=clock.now())


@blueprint.route("/figures")
@reads
@blueprint.arguments(FiguresQuery, location="query")
@blueprint.response(200, FiguresSchema)
@blueprint.refuses(*NO_SEAT)
def read_figures(query: dict[str, Any]) -> Figures:
    """Read what the counter did, and how long people waited: the median, and what nine of ten did not exceed."""
    before = query["before"] or clock.now()
    after = query["after"] or before - _DAY
    return figures.figures(session(), seat(query["point_id"]).point.id, after=after, before=before)


def _version(found: list[Arriving] | Any) -> str:
    parts = [f"{each.announcement.id}.{each.announcement.version}.{len(each.parcels)}" for each in found]
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:24]
