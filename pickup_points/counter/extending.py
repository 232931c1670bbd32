"""More time to collect: as often as the point allows, and over that for a supervisor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session, selectinload

from kernel.errors import Conflict
from pickup_points.counter.posts import Seat
from pickup_points.models import PickupPoint, Stay, StayState
from pickup_points.points import terms
from pickup_points.stays import queries as stays
from pickup_points.stays import staying, waiting
from pickup_points.stays.queries import StayNotFound

_EXTENDABLE = (*staying.WAITING, StayState.EXPIRED)


class NoMoreTime(Conflict):
    """This parcel has been given more time as often as the point allows."""


class NothingWaits(Conflict):
    """No parcel of this delivery waits to be collected."""


def extend_at_counter(session: Session, seat: Seat, stay_ids: Sequence[UUID], *, now: datetime) -> Sequence[Stay]:
    """Let these wait longer; a supervisor as often as it takes. StayNotFound, StayNotInState, NoMoreTime."""
    held, _ = stays.held(session, stay_ids)
    elsewhere = [stay.id for stay in held if stay.point_id != seat.point.id]
    if elsewhere:
        raise StayNotFound(stay_ids=elsewhere)
    return _extend(session, seat.point, held, often=seat.supervisor, now=now, by=seat.person_id)


def extend_for_recipient(session: Session, delivery_id: UUID, *, now: datetime) -> Sequence[Stay]:
    """Let all that waits of a delivery wait longer. NothingWaits, NoMoreTime."""
    waiting_here = [stay for stay in stays.held_of(session, delivery_id) if stay.state in _EXTENDABLE]
    if not waiting_here:
        raise NothingWaits(delivery_id=delivery_id)
    point = session.get_one(
        PickupPoint, waiting_here[0].point_id, options=[selectinload(PickupPoint.closures)], populate_existing=True
    )
    return _extend(session, point, waiting_here, often=False, now=now, by=None)


def _extend(
    session: Session, point: PickupPoint, held: Sequence[Stay], *, often: bool, now: datetime, by: UUID | None
) -> Sequence[Stay]:
    allowed = terms.terms_of(session, point.id)
    for stay in held:
        staying.require(stay, *_EXTENDABLE)
        if stay.extensions >= allowed.most_extensions and not often:
            raise NoMoreTime(stay_id=stay.id, extensions=stay.extensions, most=allowed.most_extensions)
    for stay in held:
        # What ends at midnight or in the small hours ends with the day before.
        since = max(now, (stay.expires_at or now) - waiting.SMALL_HOURS)
        until = waiting.last_moment(point, since=since, days=allowed.extension_days)
        staying.extend(session, stay, expires_at=until, now=now, by=by)
    session.flush()
    return held
