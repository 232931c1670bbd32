"""What stands behind a door or in a place of a counter: from when it is put there until it is taken out."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from deliveries.models import Parcel
from kernel import facts
from pickup_points.models import STAY_ENDED, PickupPoint, PointKind, Rent, RentState, Stay
from pickup_points.room.facts import RoomOverstayed
from pickup_points.room.rehousing import rehouse, reserved_at_place, reserved_behind
from pickup_points.room.reserving import Measures, NothingFits, PointFull, PointTakesNothing, reserve

# How long before its time is up a parcel counts as not going in time, and how much longer it is then given at a time.
SOON = timedelta(hours=1)
LONGER = timedelta(hours=12)


def take_in(session: Session, stay: Stay, *, now: datetime) -> None:
    """The stay's parcel is in: its room is occupied from now on.

    One that comes to a counter that counts without having been announced gets a place if there is one; it is there
    in any case.
    """
    rent = _held(session, stay.rent_id) if stay.rent_id else _place_for(session, stay, now)
    if rent is not None:
        stay.rent_id = rent.id
        occupy(session, rent, now=now)


def let_go(session: Session, stay: Stay, *, now: datetime) -> None:
    """The stay has ended: its room is free when no other parcel shares it."""
    if stay.rent_id is not None:
        vacate(session, _held(session, stay.rent_id), now=now)


def keep_until(session: Session, stay: Stay, *, until: datetime, now: datetime) -> None:
    """Expect the stay's room to be free no sooner than its recipient must come."""
    if stay.rent_id is not None:
        rent = _held(session, stay.rent_id)
        if rent.ends_at < until:
            stretch(session, rent, until=until, now=now)


def occupy(session: Session, rent: Rent, *, now: datetime) -> None:
    """A parcel was put there. Before its time too: what others have reserved until then is moved."""
    rent.state = RentState.OCCUPIED
    if now < rent.starts_at:
        _clear(session, rent, after=now, until=rent.starts_at, now=now)
        rent.starts_at = now
    if rent.ends_at <= now:
        stretch(session, rent, until=now + LONGER, now=now)
    session.flush()


def vacate(session: Session, rent: Rent, *, now: datetime) -> None:
    """Free the room once no parcel of it is on its way or there any more."""
    session.flush()
    still = exists().where(Stay.rent_id == rent.id, Stay.state.not_in(STAY_ENDED))
    if rent.state is RentState.RELEASED or session.scalar(select(still)):
        return

    rent.state, rent.released_at = RentState.RELEASED, now
    session.flush()


def stretch(session: Session, rent: Rent, *, until: datetime, now: datetime) -> None:
    """Expect an occupied room to be free later: what is reserved there meanwhile moves, or is flagged as displaced."""
    before = rent.ends_at
    _clear(session, rent, after=before, until=until, now=now)

    rent.ends_at = until
    session.flush()

    facts.record(
        session,
        RoomOverstayed(point_id=rent.point_id, rent_id=rent.id, before=before, ends_at=until, at=now),
    )


def keep_up(session: Session, *, now: datetime, limit: int = 200) -> int:
    """Stretch what is still occupied when its time is up, and release what nobody came with. Return how many."""
    due = select(Rent).order_by(Rent.ends_at).limit(limit).with_for_update(skip_locked=True)
    late = session.scalars(due.where(Rent.state == RentState.OCCUPIED, Rent.ends_at <= now + SOON)).all()
    for rent in late:
        stretch(session, rent, until=now + LONGER, now=now)
    missed = session.scalars(due.where(Rent.state == RentState.RESERVED, Rent.ends_at <= now)).all()
    for rent in missed:
        rent.state, rent.released_at = RentState.RELEASED, now
    session.flush()
    return len(late) + len(missed)


def _held(session: Session, rent_id: UUID) -> Rent:
    return session.scalars(
        select(Rent).where(Rent.id == rent_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def _place_for(session: Session, stay: Stay, now: datetime) -> Rent | None:
    point = session.get_one(PickupPoint, stay.point_id)
    if point.kind is PointKind.LOCKER or point.most_parcels is None:
        return None
    parcel = session.get_one(Parcel, stay.parcel_id)
    measures = Measures(parcel.length_mm, parcel.width_mm, parcel.height_mm, parcel.weight_g)
    span = {"starts_at": now, "ends_at": now + timedelta(days=point.hold_days)}
    try:
        rents = reserve(session, point, [measures], **span, hold_id=None, delivery_id=stay.delivery_id, now=now)
    except (PointFull, NothingFits, PointTakesNothing):
        return None
    return rents[0] if rents else None


def _clear(session: Session, rent: Rent, *, after: datetime, until: datetime, now: datetime) -> None:
    if rent.compartment_id is not None:
        others = reserved_behind(session, rent.compartment_id, after=after, until=until)
    else:
        others = reserved_at_place(session, rent, after=after, until=until)
    for other in others:
        if other.id != rent.id:
            rehouse(session, other, now=now)
