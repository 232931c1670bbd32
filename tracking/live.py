"""Ticks for those who watch: where the courier is, and when to expect it. The next replaces a lost one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from kernel import ticks
from kernel.geo import Point
from tracking.models import Arrival

POSITION = "doorstep:live:position"
ARRIVALS = "doorstep:live:arrivals"


def tell_position(delivery_ids: Iterable[UUID], *, place: Point) -> None:
    """Tell the recipients who are next where the courier is."""
    ticks.publish(
        POSITION,
        {
            "delivery_ids": [str(delivery_id) for delivery_id in delivery_ids],
            "data": {"type": "Point", "coordinates": [place.longitude, place.latitude]},
        },
    )


def tell_arrivals(arrivals: Iterable[tuple[list[UUID], Arrival]]) -> None:
    """Tell recipients that they may expect the courier at another time."""
    told = [
        {"delivery_ids": [str(delivery_id) for delivery_id in delivery_ids], "data": _data(arrival)}
        for delivery_ids, arrival in arrivals
    ]
    if told:
        ticks.publish(ARRIVALS, {"arrivals": told})


def _data(arrival: Arrival) -> dict[str, Any]:
    return {
        "expected_at": _stamp(arrival.expected_at),
        "earliest_at": _stamp(arrival.earliest_at),
        "latest_at": _stamp(arrival.latest_at),
        "stops_before": arrival.stops_before,
        "source": arrival.source.value,
    }


def _stamp(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
