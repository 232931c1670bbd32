"""What a recipient needs to know to collect: where it waits, until when, with which code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from pickup_points import collection_codes
from pickup_points.announcing import LIVE
from pickup_points.models import STAY_ENDED, PickupPoint, Stay, StayKind, StayState
from pickup_points.order_models import Announcement


@dataclass(frozen=True)
class Collecting:
    """A parcel on its way to the recipient's hands. The code is told only while it opens something."""

    stay: Stay
    code: str | None
    qr_text: str | None


@dataclass(frozen=True)
class Collection:
    """All that waits of a delivery, or comes to the point. `point` is None where nothing does."""

    point: PickupPoint | None
    parcels: Sequence[Collecting]
    announcement: Announcement | None


def collection(session: Session, delivery_id: UUID) -> Collection:
    """Return what waits of a delivery, and for which code."""
    stays = session.scalars(
        select(Stay)
        .where(Stay.delivery_id == delivery_id, Stay.kind == StayKind.INBOUND, Stay.state.not_in(STAY_ENDED))
        .order_by(Stay.id)
    ).all()
    point = session.get(PickupPoint, stays[0].point_id) if stays else None
    announcement = session.scalar(
        select(Announcement).where(Announcement.delivery_id == delivery_id, Announcement.state.in_(LIVE))
    )
    return Collection(point, [_collecting(stay) for stay in stays], announcement)


def _collecting(stay: Stay) -> Collecting:
    if stay.code_digest is None or stay.state not in (StayState.READY, StayState.REMINDED):
        return Collecting(stay, None, None)
    about = {"point_id": stay.point_id, "delivery_id": stay.delivery_id}
    return Collecting(stay, collection_codes.code_of(**about), collection_codes.qr_text(**about))
