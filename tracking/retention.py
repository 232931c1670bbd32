"""How long couriers' positions stay."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from tracking.models import Position


def prune_positions(session: Session, *, before: datetime) -> int:
    """Delete the positions received before `before`. Return how many."""
    gone = session.execute(delete(Position).where(Position.received_at < before).returning(Position.id))
    return len(gone.scalars().all())
