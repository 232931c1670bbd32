"""What happened to plans and routes. Ids and values only."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class PlanRequested(Fact, kind="plan.requested", about="plan_id"):
    """A dispatcher asked for routes."""

    plan_id: UUID
    shifts: int
    deliveries: int


@dataclass(frozen=True, kw_only=True)
class PlanSolved(Fact, kind="plan.solved", about="plan_id"):
    """The routes are there to be looked at; nobody drives them yet."""

    plan_id: UUID
    routes: int
    stops: int
    unassigned: int


@dataclass(frozen=True, kw_only=True)
class PlanFailed(Fact, kind="plan.failed", about="plan_id"):
    """There are no routes, and `reason` says why."""

    plan_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class PlanCancelled(Fact, kind="plan.cancelled", about="plan_id"):
    """A dispatcher did not want to wait for it."""

    plan_id: UUID


@dataclass(frozen=True, kw_only=True)
class PlanFinishAsked(Fact, kind="plan.finish_asked", about="plan_id"):
    """A dispatcher takes the best plan so far."""

    plan_id: UUID


@dataclass(frozen=True, kw_only=True)
class PlanPublished(Fact, kind="plan.published", about="plan_id"):
    """The plan is what the drivers drive."""

    plan_id: UUID
    route_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class RoutePublished(Fact, kind="route.published", about="route_id"):
    """A driver has this route from now on."""

    route_id: UUID
    plan_id: UUID
    shift_id: UUID
    driver_id: UUID
    delivery_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class DropWithdrawn(Fact, kind="route.drop_withdrawn", about="route_id"):
    """A delivery of a published route is not to be made any more."""

    route_id: UUID
    stop_id: UUID
    delivery_id: UUID


@dataclass(frozen=True, kw_only=True)
class StopWithdrawn(Fact, kind="route.stop_withdrawn", about="route_id"):
    """The last delivery of a stop was withdrawn: the courier passes by."""

    route_id: UUID
    stop_id: UUID


@dataclass(frozen=True, kw_only=True)
class RouteReplanned(Fact, kind="route.replanned", about="route_id"):
    """A driver's route has other stops, another order, or other promised times than the driver was told."""

    route_id: UUID
    plan_id: UUID | None
    shift_id: UUID
    driver_id: UUID
    added: tuple[UUID, ...]
    removed: tuple[UUID, ...]
    order_changed: bool


@dataclass(frozen=True, kw_only=True)
class DeliveryRefused(Fact, kind="delivery.refused_by_driver", about="delivery_id"):
    """A driver will not bring this delivery: it is never planned for them again."""

    delivery_id: UUID
    driver_id: UUID
