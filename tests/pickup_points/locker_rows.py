"""Rows of lockers for tests: each factory sets only what matters, and flushes; the caller's arguments win."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from accounts.models import Organisation
from pickup_points.models import Compartment, PickupPoint, PointKind
from pickup_points.room.packing import Measures
from tests import factories

# Length, width, height in millimetres: what lockers of three sizes have.
SIZES = {"S": (640, 380, 80), "M": (640, 380, 190), "L": (640, 380, 410)}


def point(session: Session, *, carrier: Organisation | None = None, **given: Any) -> PickupPoint:
    """A counter that does not count, unless told otherwise."""
    given = {
        "kind": PointKind.SHOP,
        "name": "Kioski",
        "place": factories.HELSINKI,
        "zone": "Europe/Helsinki",
        "services": ["collect"],
        "hold_days": 7,
        "preparation_s": 0,
        "created_at": factories.BORN,
    } | given
    return _flushed(session, PickupPoint(carrier_id=(carrier or factories.carrier(session)).id, **given))


def locker(
    session: Session, doors: dict[str, int], *, carrier: Organisation | None = None, **given: Any
) -> PickupPoint:
    """A locker with so many doors of each size, named 1, 2, 3 ..."""
    made = point(session, carrier=carrier, **{"kind": PointKind.LOCKER, "name": "Locker"} | given)
    for number, size in enumerate((size for size, count in doors.items() for _ in range(count)), start=1):
        door(session, made, name=str(number), size=size)
    return made


def door(session: Session, at: PickupPoint, *, name: str, size: str = "M", **given: Any) -> Compartment:
    """One compartment, in order."""
    length_mm, width_mm, height_mm = SIZES[size]
    given = {"length_mm": length_mm, "width_mm": width_mm, "height_mm": height_mm, "most_weight_g": 25_000} | given
    return _flushed(session, Compartment(point_id=at.id, name=name, size=size, **given))


def parcel(
    length_mm: int | None = 200, width_mm: int | None = 150, height_mm: int | None = 70, weight_g: int = 1000
) -> Measures:
    """A small parcel: it goes behind any door."""
    return Measures(length_mm, width_mm, height_mm, weight_g)


def booked(at: datetime) -> dict[str, Any]:
    """What a reservation's other columns are, when a test writes one by hand."""
    return {"created_at": at, "parcels": []}


def _flushed[T](session: Session, row: T) -> T:
    session.add(row)
    session.flush()
    return row
