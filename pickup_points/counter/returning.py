"""The return run: what nobody fetched, what was brought back, what is not wanted; the courier takes it at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Person, Role
from kernel import facts
from kernel.errors import Conflict, FieldError, Invalid
from kernel.ids import new_id
from pickup_points.counter.facts import ReturnRunTaken
from pickup_points.counter.models import ReturnRun
from pickup_points.counter.posts import Seat
from pickup_points.counter.shelf import Kept, kept
from pickup_points.models import INSIDE, Stay, StayKind, StayState
from pickup_points.stays import queries as stays
from pickup_points.stays import staying
from pickup_points.stays.queries import StayNotFound


class ReturnCause(StrEnum):
    """Why a parcel goes back."""

    EXPIRED = "expired"
    DECLINED = "declined"  # the recipient does not want it
    DAMAGED = "damaged"
    DROPPED_OFF = "dropped_off"  # a recipient brought it


_AT_ANY_TIME = (ReturnCause.DECLINED, ReturnCause.DAMAGED)


class NotDueBack(Conflict):
    """The parcel still waits for its recipient."""


class NoSuchDriver(Invalid):
    """This is no active driver of the carrier."""


@dataclass(frozen=True)
class Taken:
    """A return run and the stays that ended with it."""

    run: ReturnRun
    stays: Sequence[Stay]


def due(session: Session, point_ids: Collection[UUID]) -> Sequence[Kept]:
    """Return what the courier's next visit to these points takes along, what came first in front."""
    return [each for point_id in point_ids for each in kept(session, point_id) if _is_due(each.stay)]


def take(
    session: Session,
    seat: Seat,
    stay_ids: Collection[UUID],
    *,
    cause: ReturnCause | None,
    driver_id: UUID | None,
    now: datetime,
) -> Taken:
    """Give these to the courier, as one bundle; what is not due only when it is declined or damaged.

    StayNotFound, StayNotInState, NotDueBack, NoSuchDriver.
    """
    _check_driver(session, seat, driver_id)
    held, deliveries = stays.held(session, stay_ids)
    elsewhere = [stay.id for stay in held if stay.point_id != seat.point.id]
    if elsewhere:
        raise StayNotFound(stay_ids=elsewhere)
    for stay in held:
        staying.require(stay, *INSIDE)
        if cause not in _AT_ANY_TIME and not _is_due(stay):
            raise NotDueBack(stay_id=stay.id, state=stay.state, expires_at=stay.expires_at)

    run = ReturnRun(id=new_id(), point_id=seat.point.id, driver_id=driver_id, taken_at=now, handed_by=seat.person_id)
    session.add(run)
    session.flush()
    for stay in held:
        staying.send_back(
            session,
            stay,
            delivery=deliveries[stay.delivery_id],
            cause=_cause(stay, cause),
            return_run_id=run.id,
            now=now,
            by=seat.person_id,
        )
    session.flush()
    facts.record(
        session,
        ReturnRunTaken(
            point_id=seat.point.id,
            return_run_id=run.id,
            stay_ids=[stay.id for stay in held],
            driver_id=driver_id,
            at=now,
            by=seat.person_id,
        ),
    )
    return Taken(run, held)


def _is_due(stay: Stay) -> bool:
    return stay.state is StayState.EXPIRED or stay.kind is StayKind.RETURN


def _cause(stay: Stay, said: ReturnCause | None) -> ReturnCause:
    if stay.kind is StayKind.RETURN:
        return ReturnCause.DROPPED_OFF
    return said or ReturnCause.EXPIRED


def _check_driver(session: Session, seat: Seat, driver_id: UUID | None) -> None:
    if driver_id is None:
        return
    fit = select(Person.id).where(
        Person.id == driver_id,
        Person.organisation_id == seat.point.carrier_id,
        Person.role == Role.DRIVER,
        Person.active.is_(True),
    )
    if session.scalar(fit) is None:
        raise NoSuchDriver(errors=[FieldError("/driver_id", "is no driver who could take them")])
