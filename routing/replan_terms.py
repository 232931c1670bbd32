"""On what terms a published plan is made anew: what happened on the road, and what a change may cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.geo import Point

# In seconds of a courier's time: an hour outside the promise costs four, another driver a quarter of one.
PROMISE_MOVE_COST_PER_H = 14_400
DRIVER_CHANGE_COST = 900


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a driver was last seen, and when."""

    place: Point
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a replan rests on beside the routes. Shifts, stops and deliveries by id.

    `broken` drive no more, `helping` came in. The drivers of the stops in `refused` do not bring them. `available_at`:
    not before then does the shift go on. The first `fixed_stops` of each route, and those planned to begin before
    `fixed_until`, keep their driver and their order. `new` are deliveries that wait for a plan. Costs are in seconds of
    a courier's time.
    """

    broken: frozenset[UUID] = frozenset()
    helping: tuple[UUID, ...] = ()
    refused: tuple[UUID, ...] = ()
    available_at: Mapping[UUID, datetime] = field(default_factory=dict)
    new: tuple[UUID, ...] = ()
    fixed_stops: int = 0
    fixed_until: datetime | None = None
    promise_move_cost_per_h: int = PROMISE_MOVE_COST_PER_H
    driver_change_cost: int = DRIVER_CHANGE_COST
    seen: Mapping[UUID, Seen] = field(default_factory=dict)  # by driver

    def as_data(self) -> dict[str, Any]:
        """Return the terms as JSON holds them."""
        return {
            "broken": sorted(map(str, self.broken)),
            "helping": [*map(str, self.helping)],
            "refused": [*map(str, self.refused)],
            "available_at": {str(shift): at.isoformat() for shift, at in self.available_at.items()},
            "new": [str(delivery) for delivery in self.new],
            "fixed_stops": self.fixed_stops,
            "fixed_until": self.fixed_until.isoformat() if self.fixed_until else None,
            "promise_move_cost_per_h": self.promise_move_cost_per_h,
            "driver_change_cost": self.driver_change_cost,
            "seen": {
                str(driver): [seen.place.longitude, seen.place.latitude, seen.at.isoformat()]
                for driver, seen in self.seen.items()
            },
        }


def terms_of(data: Mapping[str, Any]) -> Terms:
    """Return the terms that `as_data` wrote; at first it did not know who helped, nor what was refused."""
    return Terms(
        broken=frozenset(map(UUID, data["broken"])),
        helping=tuple(map(UUID, data.get("helping", ()))),
        refused=tuple(map(UUID, data.get("refused", ()))),
        available_at={UUID(shift): datetime.fromisoformat(at) for shift, at in data["available_at"].items()},
        new=tuple(map(UUID, data["new"])),
        fixed_stops=data["fixed_stops"],
        fixed_until=datetime.fromisoformat(data["fixed_until"]) if data["fixed_until"] else None,
        promise_move_cost_per_h=data["promise_move_cost_per_h"],
        driver_change_cost=data["driver_change_cost"],
        seen={
            UUID(driver): Seen(Point(longitude, latitude), datetime.fromisoformat(at))
            for driver, (longitude, latitude, at) in data["seen"].items()
        },
    )
