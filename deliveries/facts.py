"""What happened to a delivery. Ids and values only: nothing here says who the recipient is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class DeliveryCreated(Fact, kind="delivery.created", about="delivery_id"):
    """A merchant announced it: `state` is draft or confirmed."""

    delivery_id: UUID
    merchant_id: UUID
    carrier_id: UUID
    external_id: str | None
    state: str


@dataclass(frozen=True, kw_only=True)
class DeliveryConfirmed(Fact, kind="delivery.confirmed", about="delivery_id"):
    """A draft became binding."""

    delivery_id: UUID


@dataclass(frozen=True, kw_only=True)
class DeliveryChanged(Fact, kind="delivery.changed", about="delivery_id"):
    """What it asks for was changed: the names of the fields, as the API calls them."""

    delivery_id: UUID
    changed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DeliveryCancelled(Fact, kind="delivery.cancelled", about="delivery_id"):
    """It is not wanted any more. `state` is what it was."""

    delivery_id: UUID
    state: str


@dataclass(frozen=True, kw_only=True)
class DeliveryScheduled(Fact, kind="delivery.scheduled", about="delivery_id"):
    """A published plan takes it, and the recipient is promised a window."""

    delivery_id: UUID
    promised_from: datetime
    promised_until: datetime


@dataclass(frozen=True, kw_only=True)
class DeliveryUnscheduled(Fact, kind="delivery.unscheduled", about="delivery_id"):
    """No published plan takes it any more: the promise is withdrawn. `state` is what it is again."""

    delivery_id: UUID
    state: str


@dataclass(frozen=True, kw_only=True)
class DeliveryOutForDelivery(Fact, kind="delivery.out_for_delivery", about="delivery_id"):
    """The courier is on the way with it."""

    delivery_id: UUID


@dataclass(frozen=True, kw_only=True)
class CourierArrived(Fact, kind="delivery.courier_arrived", about="delivery_id"):
    """The courier is at the door."""

    delivery_id: UUID


@dataclass(frozen=True, kw_only=True)
class DeliveryDelivered(Fact, kind="delivery.delivered", about="delivery_id"):
    """The parcels changed hands, in attempt number `attempt`."""

    delivery_id: UUID
    outcome: str
    attempt: int


@dataclass(frozen=True, kw_only=True)
class AttemptFailed(Fact, kind="delivery.attempt_failed", about="delivery_id"):
    """Attempt number `attempt` ended without a hand-over; `outcome` says why."""

    delivery_id: UUID
    outcome: str
    attempt: int
