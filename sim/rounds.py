"""A courier's round as the API tells it: the route document, read once into words of our own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sim.line import Place, Track, legs


@dataclass(frozen=True)
class Window:
    """From `starts_at` until just before `ends_at`."""

    starts_at: datetime
    ends_at: datetime

    @classmethod
    def read(cls, told: dict[str, Any] | None, *, first: str, last: str) -> Window | None:
        """Read two times out of an object, if it is there."""
        return None if told is None else cls(_time(told[first]), _time(told[last]))


@dataclass(frozen=True)
class Drop:
    """One delivery at a stop."""

    delivery_id: str
    recipient: str
    address: str
    proofs: tuple[str, ...]
    promise: Window | None
    withdrawn: bool
    at_point: bool = False  # left there for the recipient to collect
    locker_id: str | None = None  # the point, when it is one of doors
    parcels: tuple[str, ...] = ()  # their ids


@dataclass(frozen=True)
class Stop:
    """One halt, with the plan's times."""

    id: str
    sequence: int
    state: str
    place: Place
    arrives_at: datetime
    starts_at: datetime
    service_s: int
    leg_s: int
    leg_m: int
    withdrawn: bool
    drops: tuple[Drop, ...]
    fetches: tuple[str, ...] = ()  # the deliveries whose parcels are fetched there, but for those called off

    @property
    def waits(self) -> bool:
        """Whether the plan has the courier wait for a window there."""
        return self.starts_at > self.arrives_at

    @property
    def live_drops(self) -> tuple[Drop, ...]:
        """The deliveries that were not called off."""
        return tuple(drop for drop in self.drops if not drop.withdrawn)

    @property
    def over(self) -> bool:
        """Whether there is nothing to do at it any more."""
        return self.withdrawn or self.state == "done"


@dataclass(frozen=True)
class Round:
    """One courier's stops, in order, and the line through them."""

    id: str
    plan_id: str
    driver_id: str
    vehicle: str
    departs_at: datetime
    ends_at: datetime
    distance_m: int
    line: tuple[Place, ...]
    breaks: tuple[Window, ...]
    stops: tuple[Stop, ...]

    @classmethod
    def read(cls, told: dict[str, Any]) -> Round:
        """Read a route document."""
        return cls(
            id=told["id"],
            plan_id=told["plan_id"],
            driver_id=told["driver_id"],
            vehicle=told["vehicle"]["name"],
            departs_at=_time(told["departs_at"]),
            ends_at=_time(told["ends_at"]),
            distance_m=told["distance_m"],
            line=tuple(_place(at) for at in told["line"]["coordinates"]),
            breaks=tuple(Window(_time(one["starts_at"]), _time(one["ends_at"])) for one in told["breaks"]),
            stops=tuple(_stop(one) for one in told["stops"]),
        )

    @property
    def locker_ids(self) -> frozenset[str]:
        """The lockers at which something is still to be left."""
        drops = (drop for stop in self.stops if not stop.over for drop in stop.live_drops)
        return frozenset(drop.locker_id for drop in drops if drop.locker_id is not None)

    def tracks(self) -> list[Track]:
        """Return the track to each stop, and the one home."""
        return legs(self.line, stops=[stop.place for stop in self.stops], lengths_m=[stop.leg_m for stop in self.stops])


def _stop(told: dict[str, Any]) -> Stop:
    return Stop(
        id=told["id"],
        sequence=told["sequence"],
        state=told["state"],
        place=_place(told["place"]["coordinates"]),
        arrives_at=_time(told["planned_arrival_at"]),
        starts_at=_time(told["planned_start_at"]),
        service_s=told["service_s"],
        leg_s=told["leg_duration_s"],
        leg_m=told["leg_distance_m"],
        withdrawn=told["withdrawn_at"] is not None,
        drops=tuple(_drop(one) for one in told["drops"]),
        fetches=tuple(one["delivery_id"] for one in told["fetches"] if one["withdrawn_at"] is None),
    )


def _drop(told: dict[str, Any]) -> Drop:
    return Drop(
        delivery_id=told["delivery_id"],
        recipient=told["recipient"]["name"],
        address=told["address"]["text"],
        proofs=tuple(told["proof_requirements"]),
        promise=Window.read(told.get("promise"), first="from", last="until"),
        withdrawn=told["withdrawn_at"] is not None,
        at_point=told["pickup_point"] is not None,
        locker_id=told["pickup_point"]["id"] if (told["pickup_point"] or {}).get("kind") == "locker" else None,
        parcels=tuple(one["id"] for one in told["parcels"]),
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _place(coordinates: list[float]) -> Place:
    return coordinates[0], coordinates[1]
