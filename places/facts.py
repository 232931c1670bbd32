"""What happened to the areas that a carrier draws."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class ZoneAdded(Fact, kind="zone.added", about="zone_id"):
    """A carrier drew a zone."""

    zone_id: UUID
    carrier_id: UUID


@dataclass(frozen=True, kw_only=True)
class ZoneChanged(Fact, kind="zone.changed", about="zone_id"):
    """The zone was changed.

    `changed` has the names of the fields, as the API calls them.
    """

    zone_id: UUID
    changed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ZoneRetired(Fact, kind="zone.retired", about="zone_id"):
    """The zone takes no new holds any more."""

    zone_id: UUID
