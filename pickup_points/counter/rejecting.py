"""Refusing a parcel at the counter: the courier keeps it, and the carrier still answers for it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from pickup_points.counter import damage
from pickup_points.counter.check_in import live_stay_at
from pickup_points.counter.posts import Seat
from pickup_points.models import Stay
from pickup_points.stays import staying


class Rejection(StrEnum):
    """Why a counter does not take a parcel in."""

    DAMAGED = "damaged"
    NO_ROOM = "no_room"
    TOO_LARGE = "too_large"
    DANGEROUS = "dangerous"
    OTHER = "other"


def reject(
    session: Session, seat: Seat, code: str, *, reason: Rejection, proof_ids: tuple[UUID, ...] = (), now: datetime
) -> Stay:
    """Do not take in what was scanned. What is damaged is shown on a photo.

    CodeUnknown, CheckedInAlready, ExpectedElsewhere, NotForPoint, PhotoMissing, DeliveryNotInState.
    """
    stay, delivery = live_stay_at(session, seat, code, now=now)
    if reason is Rejection.DAMAGED or proof_ids:
        damage.require_photo(session, delivery.id, proof_ids)
    staying.refuse(session, stay, delivery=delivery, reason=reason, now=now, by=seat.person_id)
    return stay
