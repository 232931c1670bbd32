"""Keeping room at a point over a time: compartments that fit, or places of a counter. The database decides who wins.

Nobody waits in line for a point. A transaction picks the room that fits best, and passes by what another one is
about to take (an advisory lock on the door or place says so); only when nothing else is left does it wait for the
other's outcome. Whatever the locks say, the exclusion constraints decide: who is second picks anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from deliveries.models import Parcel
from kernel import facts
from kernel.database import violated
from kernel.errors import Conflict
from pickup_points.models import PickupPoint, Rent, RentState, Stay, StayState
from pickup_points.room.facts import RoomAssigned, RoomReleased, RoomReserved
from pickup_points.room.packing import Measures
from pickup_points.room.picking import AboutToBeTaken, NothingFits, Pick, PointFull, key_of, picker

__all__ = ["Measures", "NothingFits", "PointFull", "PointTakesNothing", "assign", "release", "rent_of", "reserve"]

# Somebody had it first, or the counter's count was changed meanwhile.
_LOST = frozenset(
    {
        "ex_compartment_rents_one_at_a_time",
        "ex_compartment_rents_one_in_a_place",
        "fk_compartment_rents_point_id_places",
    }
)


class PointTakesNothing(Conflict):
    """The point takes no new parcels."""


def reserve(
    session: Session,
    point: PickupPoint,
    parcels: Sequence[Measures],
    *,
    starts_at: datetime,
    ends_at: datetime,
    hold_id: UUID | None,
    delivery_id: UUID | None,
    now: datetime,
) -> list[Rent]:
    """Keep room for one recipient's parcels over `[starts_at, ends_at)`. NothingFits, PointFull, PointTakesNothing.

    Behind doors they go together where they fit; at a counter that counts each has a place. A counter that does not
    count keeps nothing: no rents. `rent_of` says which rent a parcel is in.
    """
    if point.suspended_at is not None or point.retired_at is not None:
        raise PointTakesNothing(point_id=point.id)

    span = {"starts_at": starts_at, "ends_at": ends_at}
    whose = {"hold_id": hold_id, "delivery_id": delivery_id, "point_id": point.id, "created_at": now}
    rents = settled(session, picker(session, point, parcels, {**span, **whose}))

    if delivery_id is not None:
        link_stays(session, delivery_id, rents)
    if rents:
        facts.record(
            session,
            RoomReserved(
                point_id=point.id,
                rent_ids=[rent.id for rent in rents],
                hold_id=hold_id,
                delivery_id=delivery_id,
                starts_at=starts_at,
                ends_at=ends_at,
                at=now,
            ),
        )
    return rents


def release(
    session: Session, *, hold_id: UUID | None = None, delivery_id: UUID | None = None, now: datetime
) -> list[Rent]:
    """Free what is reserved for the hold or the delivery, and return it. What lies behind a door already stays."""
    whose = Rent.hold_id == hold_id if delivery_id is None else Rent.delivery_id == delivery_id
    rents = _reserved(session, whose)
    for rent in rents:
        rent.state, rent.released_at = RentState.RELEASED, now
    session.flush()

    for point_id, of_it in _by_point(rents).items():
        ids = [rent.id for rent in of_it]
        facts.record(
            session, RoomReleased(point_id=point_id, rent_ids=ids, hold_id=hold_id, delivery_id=delivery_id, at=now)
        )
    return rents


def assign(session: Session, *, hold_id: UUID, delivery_id: UUID, now: datetime) -> list[Rent]:
    """Make what is reserved for the hold the delivery's, and return it: none when the point keeps nothing."""
    rents = _reserved(session, Rent.hold_id == hold_id)
    for rent in rents:
        rent.delivery_id = delivery_id
    link_stays(session, delivery_id, rents)

    for point_id, of_it in _by_point(rents).items():
        ids = [rent.id for rent in of_it]
        facts.record(
            session, RoomAssigned(point_id=point_id, rent_ids=ids, hold_id=hold_id, delivery_id=delivery_id, at=now)
        )
    return rents


def rent_of(rents: Iterable[Rent]) -> Mapping[int, Rent]:
    """Return which rent each parcel is in, by its place in what was asked for."""
    return {each["parcel"]: rent for rent in rents for each in rent.parcels}


def link_stays(session: Session, delivery_id: UUID, rents: Sequence[Rent]) -> None:
    """Say of each parcel that is expected which rent is kept for it: a delivery's parcels count in order of their ids.

    Where a delivery's parcels were reserved for before it was made, they must have been asked for in that order.
    """
    session.flush()
    by_parcel = rent_of(rents)
    ids = session.scalars(select(Parcel.id).where(Parcel.delivery_id == delivery_id).order_by(Parcel.id)).all()
    stays = session.scalars(
        select(Stay).where(Stay.delivery_id == delivery_id, Stay.state == StayState.EXPECTED).with_for_update()
    )
    for stay in stays:
        rent = by_parcel.get(ids.index(stay.parcel_id))
        if rent is not None and rent.point_id == stay.point_id:
            stay.rent_id = rent.id
    session.flush()


def settled(session: Session, pick: Pick) -> list[Rent]:
    """Pick and write rents until nobody else has that room. A round that is lost was won by another, so it ends."""
    avoided: set[str] = set()
    while True:
        try:
            rents = pick(avoided)
        except AboutToBeTaken:
            # Whoever is about to take it may yet give it up.
            return _waited_for(session, pick)
        busy = _in_other_hands(session, rents)
        if busy:
            avoided |= busy
        elif written(session, rents):
            return rents


def _waited_for(session: Session, pick: Pick) -> list[Rent]:
    while True:
        rents = pick(())
        if written(session, rents):
            return rents


def written(session: Session, rents: list[Rent]) -> bool:
    """Write the rents, and say whether they are ours: not when somebody else was before us.

    The locks are waited for in one order by everybody, and a savepoint that is rolled back lets go of them.
    Without them two who insert at once would wait for each other at the exclusion constraint.
    """
    rents.sort(key=key_of)
    try:
        with session.begin_nested():
            for rent in rents:
                session.execute(select(func.pg_advisory_xact_lock(_lock(rent))))
            session.add_all(rents)
            session.flush()
    except IntegrityError as error:
        if violated(error) in _LOST:
            return False
        raise
    return True


def _in_other_hands(session: Session, rents: Sequence[Rent]) -> set[str]:
    """Return the keys of what other transactions are about to take; the rest is in our hands until this one ends."""
    if not rents:
        return set()
    got = session.execute(select(*(func.pg_try_advisory_xact_lock(_lock(rent)) for rent in rents))).one()
    return {key_of(rent) for rent, ours in zip(rents, got, strict=True) if not ours}


def _lock(rent: Rent) -> Any:
    return func.hashtextextended(f"room:{key_of(rent)}", 0)


def _reserved(session: Session, whose: Any) -> list[Rent]:
    asked = select(Rent).where(whose, Rent.state == RentState.RESERVED).order_by(Rent.id)
    return list(session.scalars(asked.with_for_update().execution_options(populate_existing=True)))


def _by_point(rents: Iterable[Rent]) -> dict[UUID, list[Rent]]:
    by_point: dict[UUID, list[Rent]] = {}
    for rent in rents:
        by_point.setdefault(rent.point_id, []).append(rent)
    return by_point
