"""What happened to the links through which recipients watch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class TrackingLinkMade(Fact, kind="tracking_link.made", about="delivery_id"):
    """Somebody who has the token may watch the delivery until `expires_at`."""

    delivery_id: UUID
    link_id: UUID
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class TrackingLinkRevoked(Fact, kind="tracking_link.revoked", about="delivery_id"):
    """A link shows nothing any more, also to those who listen."""

    delivery_id: UUID
    link_id: UUID
