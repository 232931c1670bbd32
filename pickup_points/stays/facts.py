"""What happened to a stay. Ids and values only: nothing here says who the recipient is.

A stay's facts are about its delivery, so that whoever follows the delivery learns them in order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class StayRedirected(Fact, kind="stay.redirected", about="delivery_id"):
    """A delivery on its way to a point goes to another one; `reason` is what spoke against the first."""

    delivery_id: UUID
    from_point_id: UUID
    to_point_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class ParcelCheckedIn(Fact, kind="stay.checked_in", about="delivery_id"):
    """The point has the parcel."""

    delivery_id: UUID
    stay_id: UUID
    parcel_id: UUID
    point_id: UUID
    shelf: str | None
    damaged: bool


@dataclass(frozen=True, kw_only=True)
class ParcelReady(Fact, kind="stay.ready", about="delivery_id"):
    """The recipient can collect the parcel, until `expires_at`."""

    delivery_id: UUID
    stay_id: UUID
    parcel_id: UUID
    point_id: UUID
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class StayReminded(Fact, kind="stay.reminded", about="delivery_id"):
    """The recipient is to be reminded: the parcel waits until `expires_at` and no longer."""

    delivery_id: UUID
    stay_id: UUID
    parcel_id: UUID
    point_id: UUID
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class StayExtended(Fact, kind="stay.extended", about="delivery_id"):
    """The parcel waits longer than was said."""

    delivery_id: UUID
    stay_id: UUID
    parcel_id: UUID
    point_id: UUID
    before: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class StayExpired(Fact, kind="stay.expired", about="delivery_id"):
    """Nobody collected the parcel in time: it goes back with the next return run."""

    delivery_id: UUID
    stay_id: UUID
    parcel_id: UUID
    point_id: UUID


@dataclass(frozen=True, kw_only=True)
class ParcelCollected(Fact, kind="stay.collected", about="delivery_id"):
    """The recipient, or a delegate, has the parcel."""

    delivery_id: UUID
    stay_id: UUID
    parcel_id: UUID
    point_id: UUID
    hand_over_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class ParcelSentBack(Fact, kind="stay.sent_back", about="delivery_id"):
    """The courier has taken the parcel away from the point."""

    delivery_id: UUID
    stay_id: UUID
    parcel_id: UUID
    point_id: UUID
    cause: str
    return_run_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class ParcelRefused(Fact, kind="stay.refused", about="delivery_id"):
    """The point did not take the parcel in: the carrier still answers for it."""

    delivery_id: UUID
    stay_id: UUID
    parcel_id: UUID
    point_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class StayCancelled(Fact, kind="stay.cancelled", about="delivery_id"):
    """The parcel is not coming to the point any more."""

    delivery_id: UUID
    stay_id: UUID
    parcel_id: UUID
    point_id: UUID
