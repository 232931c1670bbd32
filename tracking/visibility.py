"""What the recipient may see, field by field, while the delivery goes on and after.

| field | visible |
|---|---|
| state, zone, attribution | always |
| address_hint, promise, first_promise | until the delivery has ended |
| arrival | while a courier has it and is not there yet |
| arrived_at | while the courier is at the door |
| courier_position | while the courier drives to this stop or stands at it, and the position is fresh |
| outcome | once an attempt has ended |
| collection | while parcels wait at a pickup point |
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from deliveries.models import ENDED, Delivery, DeliveryState, Promise
from kernel.geo import Point
from places.models import ATTRIBUTION
from routing.models import Drop, Outcome, Stop, StopState
from tracking.collecting import Collection
from tracking.models import Arrival, ArrivalSource

_WITH_COURIER = (DeliveryState.SCHEDULED, DeliveryState.OUT_FOR_DELIVERY)
_NEAR = (StopState.ENROUTE, StopState.ARRIVED)


@dataclass(frozen=True)
class ArrivalSeen:
    """An arrival as it is told: no time of it lies in the past."""

    expected_at: datetime
    earliest_at: datetime
    latest_at: datetime
    stops_before: int
    source: ArrivalSource


@dataclass(frozen=True)
class Seen:
    """All that the recipient sees."""

    state: DeliveryState
    address_hint: str | None
    zone: str
    promise: Promise | None
    first_promise: Promise | None
    arrival: ArrivalSeen | None
    arrived_at: datetime | None
    courier_position: Point | None
    outcome: Outcome | None
    collection: Collection | None
    attribution: str = ATTRIBUTION


def shows_position(delivery: Delivery, stop: Stop | None) -> bool:
    """Say whether the recipient is next, and so may see where the courier is."""
    return delivery.state is DeliveryState.OUT_FOR_DELIVERY and stop is not None and stop.state in _NEAR


def seen(
    delivery: Delivery,
    *,
    drop: Drop | None,
    stop: Stop | None,
    arrival: Arrival | None,
    place: Point | None,
    collection: Collection | None,
    now: datetime,
) -> Seen:
    """Return what the recipient may see of what is known. `place` is the courier's, from a fresh position."""
    goes_on = delivery.state not in ENDED
    coming = delivery.state in _WITH_COURIER
    at_door = coming and stop is not None and stop.state is StopState.ARRIVED
    return Seen(
        state=delivery.state,
        address_hint=_hint(_address(delivery, drop if coming else None)) if goes_on else None,
        zone=delivery.zone,
        promise=delivery.promise if goes_on else None,
        first_promise=delivery.first_promise if goes_on else None,
        arrival=_told(arrival, now) if coming and arrival is not None else None,
        arrived_at=stop.arrived_at if at_door and stop is not None else None,
        courier_position=place if shows_position(delivery, stop) else None,
        outcome=drop.outcome if drop is not None and not coming else None,
        collection=collection if goes_on else None,
    )


def _address(delivery: Delivery, drop: Drop | None) -> str:
    """Return where it comes: to the other place that was chosen for it, else to its own address."""
    chosen = None if drop is None else drop.alternative
    return delivery.address_text if chosen is None else chosen.address_text


def _hint(address: str) -> str:
    """Return the street and number alone."""
    return address.split(",", maxsplit=1)[0].strip()


def _told(arrival: Arrival, now: datetime) -> ArrivalSeen:
    expected_at = max(arrival.expected_at, now)
    return ArrivalSeen(
        expected_at=expected_at,
        earliest_at=max(arrival.earliest_at, now),
        latest_at=max(arrival.latest_at, expected_at),
        stops_before=arrival.stops_before,
        source=arrival.source,
    )
