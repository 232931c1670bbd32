"""What becomes of the stays of a delivery that was cancelled: its parcels are not coming."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.facts import FactRow
from pickup_points.models import Stay, StayState
from pickup_points.stays import staying


def cancel_stays(session: Session, fact: FactRow) -> None:
    """React to a delivery that was cancelled. Nothing of it can be at a point: then it is not cancelled any more."""
    expected = select(Stay).where(Stay.delivery_id == fact.aggregate_id, Stay.state == StayState.EXPECTED)
    for stay in session.scalars(expected.order_by(Stay.id).with_for_update()):
        staying.cancel(session, stay, now=fact.at, by=fact.by)
