"""What a recipient must know to collect: where, with which code, until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliveries.models import Delivery
from kernel.errors import NotFound
from kernel.geo import Point
from pickup_points.models import PickupPoint, Stay
from pickup_points.stays import collection_codes, issuing
from pickup_points.stays.staying import WAITING


class NothingReady(NotFound):
    """Nothing waits to be collected yet, or any more."""


@dataclass(frozen=True)
class Collection:
    """Parcels that are ready at a point. `doors` are those of a locker that the code opens."""

    point_name: str
    address_text: str | None
    place: Point
    directions: str | None
    code: str
    qr_text: str
    collect_until: datetime
    parcels: int
    doors: tuple[str, ...]
    version: int


def collection(session: Session, delivery: Delivery) -> Collection | None:
    """Return what of the delivery is ready, None when nothing is."""
    if delivery.pickup_point_id is None:
        return None
    stays = session.scalars(
        select(Stay).where(Stay.delivery_id == delivery.id, Stay.state.in_(WAITING)).order_by(Stay.id)
    ).all()
    untils = [stay.expires_at for stay in stays if stay.expires_at is not None]
    if not untils:
        return None
    point = session.get_one(PickupPoint, stays[0].point_id)
    code = issuing.code_of(session, stays[0])
    behind = [issuing.door_of(session, stay) for stay in stays]
    return Collection(
        point_name=point.name,
        address_text=point.address_text,
        place=point.place,
        directions=point.directions,
        code=code,
        qr_text=collection_codes.qr_of(point.id, code),
        collect_until=min(untils),
        parcels=len(stays),
        doors=tuple(sorted({door.name for door in behind if door is not None})),
        version=sum(stay.version for stay in stays),
    )
