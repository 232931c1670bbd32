"""A parcel that is in becomes ready: until when it waits is told, and the code that opens it begins to count."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from pickup_points.models import PickupPoint, Stay
from pickup_points.stays import issuing, staying, waiting


def make_ready(session: Session, stay: Stay, *, point: PickupPoint, now: datetime, by: UUID | None) -> None:
    """The recipient can come for it, for as many days as the point keeps things. StayNotInState.

    `point` has its closures loaded.
    """
    expires_at = waiting.last_moment(point, since=now, days=point.hold_days)
    staying.make_ready(session, stay, expires_at=expires_at, now=now, by=by)
    issuing.issue(session, stay)
