"""Evidence from a counter's device: only for what is at the point, or is coming there."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from kernel.errors import FieldError, Invalid, NotFound
from pickup_points.counter.posts import Seat
from pickup_points.models import Stay, StayState
from proofs import capture
from proofs.capture import Capture
from proofs.models import Proof
from proofs.pictures import Picture

_AHEAD = timedelta(minutes=2)


class NotAtYourPoint(NotFound):
    """No parcel of this delivery is at your point, or is coming there."""


class CaptureTimeInvalid(Invalid):
    """The device's time cannot be right."""


class EvidenceNeedsPerson(Invalid):
    """Evidence is handed in by somebody who signed in, not by a key."""


def expect(session: Session, seat: Seat, said: Capture, *, received_sha256: str, now: datetime) -> Proof | None:
    """Refuse a picture before any work is put into it; return the proof that it already is, if it is.

    NotAtYourPoint, CaptureTimeInvalid, EvidenceNeedsPerson, ProofIdTaken.
    """
    by = _person(seat)
    _check_here(session, seat, said.delivery_id)
    if said.captured_at > now + _AHEAD:
        raise CaptureTimeInvalid(errors=[FieldError("/captured_at", "lies in the future")])
    return capture.known(session, said, received_sha256=received_sha256, by=by)


def take(session: Session, seat: Seat, said: Capture, *, picture: Picture, now: datetime) -> Proof:
    """Write down a stored picture as evidence. NotAtYourPoint, EvidenceNeedsPerson, ProofIdTaken."""
    _check_here(session, seat, said.delivery_id)
    return capture.capture(session, said, picture=picture, by=_person(seat), now=now)


def _person(seat: Seat) -> UUID:
    if seat.person_id is None:
        raise EvidenceNeedsPerson()
    return seat.person_id


def _check_here(session: Session, seat: Seat, delivery_id: UUID) -> None:
    here = exists().where(
        Stay.point_id == seat.point.id, Stay.delivery_id == delivery_id, Stay.state != StayState.CANCELLED
    )
    if not session.scalar(select(here)):
        raise NotAtYourPoint(delivery_id=delivery_id)
