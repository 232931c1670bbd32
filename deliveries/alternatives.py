"""Other places where a delivery may go instead: read as they were asked for, each fault under its own pointer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from deliveries.drafts import DraftAlternative
from deliveries.locating import Located
from deliveries.models import Alternative, DeliveryWindow
from deliveries.windows import read_windows
from kernel.errors import FieldError, Refusal


def read_alternatives(
    asked: Sequence[DraftAlternative], places: Sequence[Located | Refusal], *, now: datetime
) -> list[Alternative]:
    """Return the alternatives at `places`. Raises the refusal of a place, and WindowsInvalid."""
    return [
        _read(sequence, alternative, place, now=now)
        for sequence, (alternative, place) in enumerate(zip(asked, places, strict=True))
    ]


def _read(sequence: int, asked: DraftAlternative, place: Located | Refusal, *, now: datetime) -> Alternative:
    with _under(f"/alternatives/{sequence}"):
        if isinstance(place, Refusal):
            raise place
        windows = read_windows(asked.windows, now=now)
    return Alternative(
        sequence=sequence,
        address_text=place.text,
        place=place.place,
        access_notes=asked.access_notes,
        service_s=asked.service_s,
        written_windows=[_written(window) for window in windows],
    )


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
