"""What happened to an order of click and collect. It is about its delivery, as a stay's facts are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(Fact, kind="order.placed", about="delivery_id"):
    """A shop is to prepare something that somebody comes for; ready by `promised_at`."""

    delivery_id: UUID
    order_id: UUID
    point_id: UUID
    promised_at: datetime


@dataclass(frozen=True, kw_only=True)
class OrderMoved(Fact, kind="order.moved", about="delivery_id"):
    """The order is in another state than before."""

    delivery_id: UUID
    order_id: UUID
    point_id: UUID
    before: str
    state: str
    reason: str | None
