"""What a collection code opens at a counter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel import facts
from kernel.errors import NotAllowed, Refusal
from pickup_points.counter import code_tries
from pickup_points.counter.facts import HandOverRefused
from pickup_points.counter.posts import Seat
from pickup_points.counter.shelf import Kept, kept, kept_by_ids
from pickup_points.models import PickupPoint, Stay, StayState
from pickup_points.stays import collection_codes
from pickup_points.stays.staying import WAITING

COLLECTABLE = (*WAITING, StayState.EXPIRED)


class WrongCode(NotAllowed):
    """This code opens nothing here."""

    keeps = True


class CodeOfAnotherPoint(NotAllowed):
    """This code is good, at another pickup point."""

    keeps = True


@dataclass(frozen=True)
class Opened:
    """What the codes open, and what else waits here for the same telephone number or e-mail address."""

    parcels: Sequence[Kept]
    also_here: Sequence[Kept]


def opened_by(session: Session, seat: Seat, codes: Sequence[str], *, now: datetime) -> Opened:
    """Return what these codes open. A wrong one is counted. CodesLocked, WrongCode, CodeOfAnotherPoint."""
    tries = code_tries.require_open(session, seat, now=now)
    ids: set[UUID] = set()
    for code in codes:
        try:
            ids |= _here(session, seat, code)
        except Refusal as refusal:
            code_tries.count_wrong(tries, now=now)
            why = type(refusal).__name__
            facts.record(
                session,
                HandOverRefused(
                    point_id=seat.point.id, stay_ids=[], why=why, wrong_codes=tries.wrong, at=now, by=seat.person_id
                ),
            )
            raise
    parcels = kept_by_ids(session, ids)
    return Opened(parcels, _also_here(session, seat, parcels))


def _here(session: Session, seat: Seat, code: str) -> set[UUID]:
    digits, point_id = collection_codes.read(code)
    if point_id is not None and point_id != seat.point.id:
        raise _of_another(session, seat, [point_id])
    found = session.execute(
        select(Stay.id, Stay.point_id)
        .join(PickupPoint, PickupPoint.id == Stay.point_id)
        .where(
            Stay.code_digest == collection_codes.digest_of(digits),
            Stay.state.in_(COLLECTABLE),
            PickupPoint.carrier_id == seat.point.carrier_id,
        )
    ).all()
    here = {stay_id for stay_id, point_id in found if point_id == seat.point.id}
    if here:
        return here
    if found:
        raise _of_another(session, seat, [point_id for _, point_id in found])
    raise WrongCode()


def _of_another(session: Session, seat: Seat, point_ids: Sequence[UUID]) -> Refusal:
    other = session.get(PickupPoint, point_ids[0])
    if other is None or other.carrier_id != seat.point.carrier_id:
        return WrongCode()
    return CodeOfAnotherPoint(
        f"it is for {other.name}", point_id=other.id, point_name=other.name, address=other.address_text
    )


def _also_here(session: Session, seat: Seat, parcels: Sequence[Kept]) -> Sequence[Kept]:
    opened = {each.stay.id for each in parcels}
    reached = {contact for each in parcels for contact in _contacts(each)}
    return [
        each
        for each in kept(session, seat.point.id, states=COLLECTABLE)
        if each.stay.id not in opened and reached & _contacts(each)
    ]


def _contacts(each: Kept) -> set[str]:
    return {contact for contact in (each.delivery.recipient_phone, each.delivery.recipient_email) if contact}
