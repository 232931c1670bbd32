"""The other places of a delivery, to go to instead or to fetch from: each fault under its own pointer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from deliveries.drafts import DraftAlternative, DraftPickup
from deliveries.locating import Located
from deliveries.models import Alternative, DeliveryWindow, Pickup
from deliveries.windows import read_windows
from kernel.errors import FieldError, Refusal


def read_alternatives(
    asked: Sequence[DraftAlternative], places: Sequence[Located | Refusal], *, now: datetime
) -> list[Alternative]:
    """Return the alternatives at `places`. Raises the refusal of a place, and WindowsInvalid."""
    return [
        Alternative(sequence=sequence, **_read(f"/alternatives/{sequence}", alternative, place, now=now))
        for sequence, (alternative, place) in enumerate(zip(asked, places, strict=True))
    ]


def read_pickup(asked: DraftPickup, place: Located | Refusal, *, now: datetime) -> Pickup:
    """Return the pickup at `place`. Raises the refusal of the place, and WindowsInvalid."""
    told = _read("/pickup", asked, place, now=now)
    return Pickup(contact_name=asked.contact_name, contact_phone=asked.contact_phone, **told)


def _read(pointer: str, asked: DraftAlternative, place: Located | Refusal, *, now: datetime) -> dict[str, Any]:
    with _under(pointer):
        if isinstance(place, Refusal):
            raise place
        windows = read_windows(asked.windows, now=now)
    return {
        "address_text": place.text,
        "place": place.place,
        "access_notes": asked.access_notes,
        "service_s": asked.service_s,
        "written_windows": [_written(window) for window in windows],
    }


def _written(window: DeliveryWindow) -> dict[str, Any]:
    return {"starts_at": window.starts_at.isoformat(), "ends_at": window.ends_at.isoformat()}


@contextmanager
def _under(pointer: str) -> Iterator[None]:
    """Let a refusal of the block speak of the part of the body at `pointer`."""
    try:
        yield
    except Refusal as refusal:
        # Another one: the same text may stand in several addresses, which share what is refused of it.
        errors = [FieldError(pointer + error.pointer, error.detail) for error in refusal.errors]
        raise type(refusal)(refusal.detail, errors=errors, **refusal.facts) from None
