"""What happened to a delivery. Ids and values only: nothing here says who the recipient is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class DeliveryCreated(Fact, kind="delivery.created", about="delivery_id"):
    """The delivery was announced.

    `state` is draft or confirmed.
    """

    delivery_id: UUID
    merchant_id: UUID
    carrier_id: UUID
    external_id: str | None
    state: str


@dataclass(frozen=True, kw_only=True)
class DeliveryConfirmed(Fact, kind="delivery.confirmed", about="delivery_id"):
    """The draft was confirmed."""

    delivery_id: UUID


@dataclass(frozen=True, kw_only=True)
class DeliveryChanged(Fact, kind="delivery.changed", about="delivery_id"):
    """The delivery was changed.

    `changed` has the names of the fields, as the API calls them.
    """

    delivery_id: UUID
    changed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DeliveryCancelled(Fact, kind="delivery.cancelled", about="delivery_id"):
    """The delivery was cancelled.

    `state` is what it was before.
    """

    delivery_id: UUID
    state: str


@dataclass(frozen=True, kw_only=True)
class DeliveryScheduled(Fact, kind="delivery.scheduled", about="delivery_id"):
    """The delivery was planned, and the recipient promised a window.

    Half-open: from `promised_from` until `promised_until`.
    """

    delivery_id: UUID
    promised_from: datetime
    promised_until: datetime


@dataclass(frozen=True, kw_only=True)
class DeliveryUnscheduled(Fact, kind="delivery.unscheduled", about="delivery_id"):
    """The delivery was taken out of its plan, and the promise withdrawn.

    `state` is what it is again.
    """

    delivery_id: UUID
    state: str


@dataclass(frozen=True, kw_only=True)
class DeliveryOutForDelivery(Fact, kind="delivery.out_for_delivery", about="delivery_id"):
    """The courier is on the way."""

    delivery_id: UUID


@dataclass(frozen=True, kw_only=True)
class CourierArrived(Fact, kind="delivery.courier_arrived", about="delivery_id"):
    """The courier has arrived."""

    delivery_id: UUID


@dataclass(frozen=True, kw_only=True)
class DeliveryDelivered(Fact, kind="delivery.delivered", about="delivery_id"):
    """The delivery was handed over.

    `outcome` says to whom or where, `attempt` counts from 1.
    """

    delivery_id: UUID
    outcome: str
    attempt: int


@dataclass(frozen=True, kw_only=True)
class AttemptFailed(Fact, kind="delivery.attempt_failed", about="delivery_id"):
    """The delivery could not be handed over.

    `outcome` says why, `attempt` counts from 1.
    """

    delivery_id: UUID
    outcome: str
    attempt: int


@dataclass(frozen=True, kw_only=True)
class ParcelsPickedUp(Fact, kind="delivery.parcels_picked_up", about="delivery_id"):
    """The courier has fetched the parcels and is on the way with them."""

    delivery_id: UUID


@dataclass(frozen=True, kw_only=True)
class PickupFailed(Fact, kind="delivery.pickup_failed", about="delivery_id"):
    """The parcels could not be fetched: nobody was tried at the recipient's.

    `outcome` says why, `cause` who is responsible.
    """

    delivery_id: UUID
    outcome: str
    cause: str


@dataclass(frozen=True, kw_only=True)
class PromiseMoved(Fact, kind="delivery.promise_moved", about="delivery_id"):
    """The recipient is promised another window than before.

    Both half-open; `state` is what it stays.
    """

    delivery_id: UUID
    state: str
    promised_from: datetime
    promised_until: datetime
    before_from: datetime | None
    before_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class DeliveryBooked(Fact, kind="delivery.booked", about="delivery_id"):
    """The recipient chose a slot, and is promised it.

    Half-open: from `promised_from` until `promised_until`.
    """

    delivery_id: UUID
    promised_from: datetime
    promised_until: datetime


@dataclass(frozen=True, kw_only=True)
class DeliveryUnbooked(Fact, kind="delivery.unbooked", about="delivery_id"):
    """The slot was given back: the delivery waits as a draft for another one."""

    delivery_id: UUID


@dataclass(frozen=True, kw_only=True)
class DeliveryAtPoint(Fact, kind="delivery.at_point", about="delivery_id"):
    """The first of its parcels has come to the pickup point where the recipient collects it.

    `attempt` counts from 1.
    """

    delivery_id: UUID
    point_id: UUID | None
    attempt: int


@dataclass(frozen=True, kw_only=True)
class DeliveryCollected(Fact, kind="delivery.collected", about="delivery_id"):
    """The recipient has collected the last of its parcels."""

    delivery_id: UUID


@dataclass(frozen=True, kw_only=True)
class DeliveryReturning(Fact, kind="delivery.returning", about="delivery_id"):
    """Its parcels are on their way back from the pickup point.

    `cause` says why.
    """

    delivery_id: UUID
    cause: str
