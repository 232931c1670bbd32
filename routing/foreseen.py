"""Routes that nobody asked for: what a day will come to if it is planned with what is booked so far.

They are made in the background, renewed when bookings change, never published, and seen by nobody but the pricing
of offers.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base
from kernel.ids import new_id


class ForeseenDay(Base):
    """A carrier's day as it was last foreseen: `made_from` tells the shifts and bookings that it rests on."""

    __tablename__ = "foreseen_days"

    carrier_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)  # local, of the city's zone
    made_from: Mapped[str]
    made_at: Mapped[datetime]
    left_out: Mapped[list[str]]  # deliveries for which there was no room
    failure: Mapped[str | None]  # why there are no routes


class ForeseenRoute(Base):
    """One shift's stops in their foreseen order. Another one has another id."""

    __tablename__ = "foreseen_routes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["carrier_id", "day"], ["foreseen_days.carrier_id", "foreseen_days.day"], ondelete="CASCADE"
        ),
    )

    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(default=new_id)
    carrier_id: Mapped[UUID]
    day: Mapped[date]
    # Each with delivery_ids, leg_s and leg_m from the stop before; parking is not in the seconds.
    stops: Mapped[list[dict[str, Any]]]
    last_leg_s: Mapped[int]
    last_leg_m: Mapped[int]
