"""What couriers did, as their devices told it. The aggregate is the route: its events are in order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class StopEnroute(Fact, kind="stop.enroute", about="route_id"):
    """The courier set out for a stop. `device_time` is the device's, `at` ours."""

    route_id: UUID
    stop_id: UUID
    delivery_ids: list[UUID]
    device_time: datetime


@dataclass(frozen=True, kw_only=True)
class StopArrived(Fact, kind="stop.arrived", about="route_id"):
    """The courier reached a stop."""

    route_id: UUID
    stop_id: UUID
    delivery_ids: list[UUID]
    device_time: datetime


@dataclass(frozen=True, kw_only=True)
class StopDone(Fact, kind="stop.done", about="route_id"):
    """The courier is through with a stop. `outcomes` are outcome codes by delivery id."""

    route_id: UUID
    stop_id: UUID
    delivery_ids: list[UUID]
    outcomes: dict[str, str]
    device_time: datetime


@dataclass(frozen=True, kw_only=True)
class DeliveryHeldBack(Fact, kind="delivery.held_back", about="delivery_id"):
    """When the van was loaded, no point near its own had room for it: it stays behind and waits for a plan again."""

    delivery_id: UUID
    route_id: UUID
    point_id: UUID
    reason: str
