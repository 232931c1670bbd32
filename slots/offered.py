"""What is offered for a basket and an address: options, and what cannot be had with the reason."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from deliveries.drafts import DEFAULT_SERVICE_S, DraftAddress
from kernel.geo import Point
from pickup_points.models import PickupPoint
from routing.given import Span
from slots.admitting import Load
from slots.models import Slot


class Kind(StrEnum):
    """What an option is. Eco is no other product: it is a mark on the options that emit least."""

    HOME = "home"
    EXPRESS = "express"
    EVENING = "evening"
    LOCKER = "locker"
    POINT = "point"


class Feasibility(StrEnum):
    """What says that it can be done: room in the routes, or where nobody is laid out to drive yet, a count alone."""

    ROUTES = "routes"
    CAPACITY = "capacity"


class Reason(StrEnum):
    """Why something cannot be had."""

    PAST_CUT_OFF = "past_cut_off"
    SLOT_FULL = "slot_full"
    ORDER_TOO_SMALL = "order_too_small"
    NO_ROUTE_ROOM = "no_route_room"
    OUTSIDE_ZONES = "outside_zones"
    BLACKOUT = "blackout"
    POINT_FULL = "point_full"
    POINT_CLOSED = "point_closed"
    NOTHING_COLLECTED = "nothing_collected"
    POINT_SUSPENDED = "point_suspended"
    POINT_OUTSIDE_CITY = "point_outside_city"
    PARCEL_DOES_NOT_FIT = "parcel_does_not_fit"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a customer wants to know. `kinds` empty: all; `order_minor`: what the basket is worth."""

    address: DraftAddress
    load: Load
    from_date: date
    days: int = 7
    kinds: Collection[Kind] = ()
    only_eco: bool = False
    most_points: int = 10
    order_minor: int | None = None
    service_s: int = DEFAULT_SERVICE_S

    def wants(self, kind: Kind) -> bool:
        """Whether this kind is asked for."""
        return not self.kinds or kind in self.kinds


@dataclass(frozen=True, eq=False, kw_only=True)
class Candidate:
    """A slot that may be offered. `spans`: when the courier could come; `place`: where."""

    kind: Kind
    slot: Slot
    place: Point
    spans: Sequence[Span]
    point: PickupPoint | None = None
    distance_m: float | None = None


@dataclass(frozen=True, kw_only=True)
class Option:
    """An offer. Added metres and seconds, and the grams of CO2e that they emit, are None with `capacity` alone."""

    kind: Kind
    slot: Slot
    point: PickupPoint | None
    distance_m: float | None
    price_minor: int
    feasibility: Feasibility
    added_m: int | None = None
    added_s: int | None = None
    near_m: int | None = None
    co2e_g: int | None = None
    eco: bool = False


@dataclass(frozen=True, kw_only=True)
class Ineligible:
    """What cannot be had: a slot, a point, or nothing in particular."""

    reason: Reason
    kind: Kind | None = None
    slot: Slot | None = None
    point: PickupPoint | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    detail: str | None = None


@dataclass(frozen=True)
class Offered:
    """The whole answer, best first. `zone` is the address's IANA zone."""

    options: Sequence[Option]
    ineligible: Sequence[Ineligible]
    zone: str
    expires_at: datetime
