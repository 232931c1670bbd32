"""What a replan would change, for whom: so that only they are told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from routing.given import Span
from routing.models import Route, Stop
from routing.promises import promise
from routing.replan_job import ReplanJob
from routing.replan_levels import Standing
from routing.seconds import written


@dataclass(frozen=True, kw_only=True)
class DeliveryChange:
    """A delivery before and after: who brings it, and what the recipient is promised. None: nobody, nothing."""

    delivery_id: UUID
    driver_before: UUID | None
    driver_after: UUID | None
    promise_before: Span | None
    promise_after: Span | None

    @property
    def moved_min(self) -> int | None:
        """Whole minutes by which the promise begins later; negative: earlier. None where there is none to compare."""
        if self.promise_before is None or self.promise_after is None:
            return None
        return round((self.promise_after[0] - self.promise_before[0]).total_seconds() / 60)

    @property
    def unchanged(self) -> bool:
        """Whether neither the recipient nor anyone else has to be told of this delivery."""
        return (self.driver_before, self.promise_before) == (self.driver_after, self.promise_after)

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {
            "delivery_id": str(self.delivery_id),
            "driver_before": _text(self.driver_before),
            "driver_after": _text(self.driver_after),
            "promise_before": _window(self.promise_before),
            "promise_after": _window(self.promise_after),
            "moved_min": self.moved_min,
            "unchanged": self.unchanged,
        }


@dataclass(frozen=True, kw_only=True)
class DriverChange:
    """A driver's route before and after. Stops that stay have their ids of before, new ones those of the proposal."""

    driver_id: UUID
    shift_id: UUID
    route_id: UUID | None
    added: tuple[UUID, ...]
    removed: tuple[UUID, ...]
    order_changed: bool

    @property
    def unchanged(self) -> bool:
        """Whether the driver has nothing to be told."""
        return not (self.added or self.removed or self.order_changed)

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {
            "driver_id": str(self.driver_id),
            "shift_id": str(self.shift_id),
            "route_id": _text(self.route_id),
            "stops_added": [*map(str, self.added)],
            "stops_removed": [*map(str, self.removed)],
            "order_changed": self.order_changed,
            "unchanged": self.unchanged,
        }


def changes(job: ReplanJob, routes: Sequence[Route], *, now: datetime) -> dict[str, Any]:
    """Return what the proposed routes change of what stood, as JSON holds it."""
    deliveries = list(_deliveries(job, routes, now))
    drivers = list(_drivers(job, routes))
    return {
        "deliveries": [each.as_data() for each in deliveries],
        "drivers": [each.as_data() for each in drivers],
        "unchanged_deliveries": sum(each.unchanged for each in deliveries),
        "moved_promises": sum(each.promise_before not in (None, each.promise_after) for each in deliveries),
    }


def same_stop(stop: Stop, standing: Mapping[frozenset[UUID], UUID]) -> UUID | None:
    """Return the standing stop that a proposed one is, if it is one: it brings the same deliveries."""
    return standing.get(frozenset(drop.delivery_id for drop in stop.drops))


def _deliveries(job: ReplanJob, routes: Sequence[Route], now: datetime) -> Iterator[DeliveryChange]:
    before = {
        delivery_id: (round_.driver_id, told)
        for round_ in job.standing
        for stop in round_.stops
        for delivery_id, told in stop.promises.items()
    }
    collected = {delivery_id for round_ in job.standing for stop in round_.stops for delivery_id in stop.collected}
    after = {drop.delivery_id: (route, stop, drop) for route in routes for stop in route.stops for drop in stop.drops}
    for delivery_id in dict.fromkeys([*before, *job.terms.new]):
        driver, told = before.get(delivery_id, (None, None))
        route, stop, drop = after.get(delivery_id, (None, None, None))
        yield DeliveryChange(
            delivery_id=delivery_id,
            driver_before=driver,
            driver_after=None if route is None else route.driver_id,
            promise_before=told,
            promise_after=None
            if stop is None or drop is None or delivery_id in collected
            else _promised(stop, told, job.windows[delivery_id][drop.alternative_id], now),
        )


def _promised(stop: Stop, told: Span | None, windows: Sequence[Span], now: datetime) -> Span:
    """Return the promise: the one in force where the stop is planned within it, else a new one."""
    if told is not None and told[0] <= stop.planned_start_at < told[1]:
        return told
    return promise(stop.planned_start_at, windows=windows, now=now)


def _drivers(job: ReplanJob, routes: Sequence[Route]) -> Iterator[DriverChange]:
    proposed = {route.shift_id: route for route in routes}
    for round_ in job.standing:
        yield _driver(round_, proposed.pop(round_.shift_id, None))
    for route in proposed.values():
        yield DriverChange(
            driver_id=route.driver_id,
            shift_id=route.shift_id,
            route_id=None,
            added=tuple(stop.id for stop in route.stops),
            removed=(),
            order_changed=False,
        )


def _driver(round_: Standing, route: Route | None) -> DriverChange:
    known = {frozenset(stop.delivery_ids): stop.stop_id for stop in round_.stops}
    stops = [] if route is None else [(stop, same_stop(stop, known)) for stop in route.stops]
    kept = [before for _, before in stops if before is not None]
    return DriverChange(
        driver_id=round_.driver_id,
        shift_id=round_.shift_id,
        route_id=round_.route_id,
        added=tuple(stop.id for stop, before in stops if before is None),
        removed=tuple(stop.stop_id for stop in round_.stops if stop.stop_id not in kept),
        order_changed=kept != [stop.stop_id for stop in round_.stops if stop.stop_id in kept],
    )


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _window(window: Span | None) -> dict[str, str] | None:
    if window is None:
        return None
    start, end = (written(at) for at in window)
    return {"from": start, "until": end}
