"""Counting what lies at a point against what should, and confirming the differences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from deliveries.models import Parcel
from kernel import facts
from kernel.database import violated
from kernel.errors import Conflict, NotFound
from kernel.ids import new_id
from pickup_points.counter.facts import StockDiffered, StockTaken
from pickup_points.counter.models import Finding, StockLine, StockTake
from pickup_points.counter.posts import Seat
from pickup_points.counter.scanning import parcels_of
from pickup_points.counter.shelf import Kept, kept
from pickup_points.models import Stay


class StockTakeOpen(Conflict):
    """Another count of this point is not settled yet: confirm or discard it first."""


class StockTakeNotFound(NotFound):
    """There is no such count at your point."""


class StockTakeSettled(Conflict):
    """This count has been confirmed or discarded."""


@dataclass(frozen=True)
class Counted:
    """A label that was found, and on which shelf; None where nobody looked."""

    code: str
    shelf: str | None = None


def take_stock(session: Session, seat: Seat, counted: Sequence[Counted], *, now: datetime) -> StockTake:
    """Return the count with its differences. Nothing changes until it is confirmed. StockTakeOpen.

    Codes that are scanned twice count once, on the shelf of the last.
    """
    take = StockTake(id=new_id(), point_id=seat.point.id, taken_at=now, taken_by=seat.person_id, lines=[])
    try:
        with session.begin_nested():
            session.add(take)
    except IntegrityError as error:
        if violated(error) != "uq_stock_takes_point_id":
            raise
        raise StockTakeOpen(point_id=seat.point.id) from None
    last = {each.code: each for each in counted}
    parcels = parcels_of(session, [*last], carrier_id=seat.point.carrier_id)
    take.lines = [*_lines(last, parcels, kept(session, seat.point.id))]
    for sequence, line in enumerate(take.lines):
        line.sequence = sequence
    session.flush()
    return take


def confirm(session: Session, seat: Seat, stock_take_id: UUID, *, now: datetime) -> StockTake:
    """Make the differences facts: what is missing is marked, what was misplaced lies where it was found.

    What moved on after it was counted is left alone. StockTakeNotFound, StockTakeSettled.
    """
    take = stock_take(session, seat, stock_take_id, for_update=True)
    _check_open(take)
    stays = _held(session, take)
    for line in take.lines:
        stay = None if line.stay_id is None else stays[line.stay_id]
        line.settled = stay is None or stay.version == line.stay_version
        if line.settled:
            _settle(session, take, line, stay, now, seat.person_id)
    take.confirmed_at = now
    session.flush()
    settled = [line for line in take.lines if line.settled]
    facts.record(
        session,
        StockTaken(
            point_id=take.point_id,
            stock_take_id=take.id,
            found=sum(line.finding is Finding.FOUND for line in settled),
            differences=sum(line.finding is not Finding.FOUND for line in settled),
            at=now,
            by=seat.person_id,
        ),
    )
    return take


def discard(session: Session, seat: Seat, stock_take_id: UUID, *, now: datetime) -> StockTake:
    """Forget the count: it changes nothing. StockTakeNotFound, StockTakeSettled."""
    take = stock_take(session, seat, stock_take_id, for_update=True)
    _check_open(take)
    take.discarded_at = now
    return take


def stock_take(session: Session, seat: Seat, stock_take_id: UUID, *, for_update: bool = False) -> StockTake:
    """Return a count of the point with its lines, locked when asked. StockTakeNotFound."""
    asked = select(StockTake).where(StockTake.id == stock_take_id, StockTake.point_id == seat.point.id)
    if for_update:
        asked = asked.with_for_update()
    found = session.scalar(asked.options(selectinload(StockTake.lines)).execution_options(populate_existing=True))
    if found is None:
        raise StockTakeNotFound()
    return found


def _check_open(take: StockTake) -> None:
    if take.confirmed_at is not None or take.discarded_at is not None:
        raise StockTakeSettled(confirmed_at=take.confirmed_at, discarded_at=take.discarded_at)


def _lines(counted: Mapping[str, Counted], parcels: Mapping[str, Parcel], here: Sequence[Kept]) -> Iterator[StockLine]:
    by_parcel = {each.parcel.id: each for each in here}
    seen: set[UUID] = set()
    for code, each in counted.items():
        parcel = parcels.get(code)
        if parcel is None:
            yield _line(Finding.UNKNOWN, code, each.shelf, None)
        elif parcel.id not in by_parcel:
            yield _line(Finding.UNEXPECTED, parcel.code or code, each.shelf, None)
        elif parcel.id not in seen:
            stay = by_parcel[parcel.id].stay
            elsewhere = each.shelf is not None and each.shelf != stay.shelf
            yield _line(Finding.MISPLACED if elsewhere else Finding.FOUND, parcel.code or code, each.shelf, stay)
        if parcel is not None:
            seen.add(parcel.id)
    for lacking in here:
        if lacking.parcel.id not in seen:
            yield _line(Finding.MISSING, lacking.parcel.code, None, lacking.stay)


def _line(finding: Finding, code: str | None, shelf: str | None, stay: Stay | None) -> StockLine:
    return StockLine(
        id=new_id(),
        finding=finding,
        code=code,
        shelf=shelf,
        shelf_known=None if stay is None else stay.shelf,
        stay_id=None if stay is None else stay.id,
        stay_version=None if stay is None else stay.version,
    )


def _held(session: Session, take: StockTake) -> Mapping[UUID, Stay]:
    ids = [line.stay_id for line in take.lines if line.stay_id is not None]
    asked = select(Stay).where(Stay.id.in_(ids)).order_by(Stay.id).with_for_update()
    return {stay.id: stay for stay in session.scalars(asked.execution_options(populate_existing=True))}


def _settle(
    session: Session, take: StockTake, line: StockLine, stay: Stay | None, now: datetime, by: UUID | None
) -> None:
    if stay is not None:
        stay.missing_at = (stay.missing_at or now) if line.finding is Finding.MISSING else None
        if line.finding is Finding.MISPLACED:
            stay.shelf = line.shelf
    if line.finding is Finding.FOUND:
        return
    facts.record(
        session,
        StockDiffered(
            point_id=take.point_id,
            stock_take_id=take.id,
            finding=line.finding,
            code=line.code,
            stay_id=line.stay_id,
            shelf=line.shelf,
            shelf_known=line.shelf_known,
            at=now,
            by=by,
        ),
    )
