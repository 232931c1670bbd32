"""Evidence from a courier's device: only for what stands on the courier's own published route."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from driving import device_time
from driving.queries import drop_on_own_route
from proofs import capture
from proofs.capture import Capture
from proofs.models import Proof
from proofs.pictures import Picture


def expect(session: Session, said: Capture, *, received_sha256: str, driver_id: UUID, now: datetime) -> Proof | None:
    """Refuse a picture before any work is put into it; return the proof that it already is, if it is.

    NotOnYourRoute, DeviceTimeInvalid, ProofIdTaken.
    """
    drop_on_own_route(session, said.delivery_id, driver_id=driver_id)
    device_time.check(said.captured_at, now=now, field="captured_at")
    return capture.known(session, said, received_sha256=received_sha256, by=driver_id)


def take(session: Session, said: Capture, *, picture: Picture, driver_id: UUID, now: datetime) -> Proof:
    """Write down a stored picture as evidence. NotOnYourRoute, ProofIdTaken."""
    drop_on_own_route(session, said.delivery_id, driver_id=driver_id)
    return capture.capture(session, said, picture=picture, by=driver_id, now=now)
