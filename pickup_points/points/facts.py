"""What happened to a pickup point itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class PickupPointAdded(Fact, kind="point.added", about="point_id"):
    """The carrier has another point."""

    point_id: UUID
    carrier_id: UUID
    external_id: str | None


@dataclass(frozen=True, kw_only=True)
class PickupPointChanged(Fact, kind="point.changed", about="point_id"):
    """Something is told of the point that was not so before.

    `changed` has the names of the fields.
    """

    point_id: UUID
    changed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PickupPointRetired(Fact, kind="point.retired", about="point_id"):
    """The point is out of service for good."""

    point_id: UUID


@dataclass(frozen=True, kw_only=True)
class PickupPointClosed(Fact, kind="point.closed", about="point_id"):
    """The point is closed over a half-open time, whatever its hours say."""

    point_id: UUID
    closure_id: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class ClosureLifted(Fact, kind="point.closure_lifted", about="point_id"):
    """The point opens again as its hours say."""

    point_id: UUID
    closure_id: UUID
