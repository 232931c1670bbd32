"""Who comes to collect: on the way, here, served; and how long they waited."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from deliveries import queries as deliveries
from deliveries.models import Delivery
from kernel import facts
from kernel.errors import Conflict, FieldError, Invalid, NotFound
from pickup_points.counter.facts import CollectionAcknowledged, CollectionAnnounced, CollectionServed
from pickup_points.counter.models import Announcement, AnnouncementState
from pickup_points.counter.posts import Seat
from pickup_points.counter.shelf import Kept, kept
from pickup_points.models import INSIDE, Stay, StayKind

LIVE = (AnnouncementState.ON_THE_WAY, AnnouncementState.HERE)
_FORGOTTEN_AFTER = timedelta(hours=6)
_FARTHEST = timedelta(days=1)


class NothingToCollect(Conflict):
    """No parcel of this delivery waits at a pickup point yet."""


class EtaInvalid(Invalid):
    """Say a time within the next day."""


class AnnouncementNotFound(NotFound):
    """Nobody announced themselves so at your point."""


@dataclass(frozen=True)
class Coming:
    """What somebody says who comes to collect."""

    state: AnnouncementState
    expected_at: datetime | None = None
    bay: str | None = None
    car: str | None = None


@dataclass(frozen=True)
class Arriving:
    """Who comes or is there, what they come for, and how long they have waited."""

    announcement: Announcement
    parcels: Sequence[Kept]
    waited_s: int

    @property
    def recipient_name(self) -> str | None:
        """For whom it is."""
        return self.parcels[0].recipient_name if self.parcels else None


def announce(session: Session, delivery_id: UUID, said: Coming, *, now: datetime) -> Announcement:
    """Take down what somebody says who comes; what was said before stays. NothingToCollect, EtaInvalid."""
    if said.expected_at is not None and not now - timedelta(minutes=5) <= said.expected_at <= now + _FARTHEST:
        raise EtaInvalid(errors=[FieldError("/expected_at", "must lie within the next day")])
    (delivery,) = deliveries.by_ids(session, [delivery_id], for_update=True)
    announcement = _live(session, delivery) or _new(session, delivery, now)
    before = announcement.state
    announcement.expected_at = said.expected_at or announcement.expected_at
    announcement.bay, announcement.car = said.bay or announcement.bay, said.car or announcement.car
    if said.state is AnnouncementState.WITHDRAWN:
        announcement.state, announcement.ended_at = said.state, now
    elif said.state is AnnouncementState.HERE and before is not AnnouncementState.HERE:
        announcement.state, announcement.here_at = said.state, now
    session.add(announcement)
    session.flush()
    facts.record(
        session,
        CollectionAnnounced(
            **_about(announcement), state=announcement.state, expected_at=announcement.expected_at, at=now
        ),
    )
    return announcement


def acknowledge(session: Session, seat: Seat, announcement_id: UUID, *, now: datetime) -> Announcement:
    """Say that the counter has seen them; once more changes nothing. AnnouncementNotFound."""
    found = session.scalar(
        select(Announcement)
        .where(Announcement.id == announcement_id, Announcement.point_id == seat.point.id, Announcement.state.in_(LIVE))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise AnnouncementNotFound()
    if found.acknowledged_at is None:
        found.acknowledged_at, found.acknowledged_by = now, seat.person_id
        session.flush()
        facts.record(session, CollectionAcknowledged(**_about(found), at=now, by=seat.person_id))
    return found


def serve(session: Session, delivery_ids: Collection[UUID], *, now: datetime, by: UUID | None) -> None:
    """End the announcements of these locked deliveries: they have their parcels."""
    asked = select(Announcement).where(Announcement.delivery_id.in_(delivery_ids), Announcement.state.in_(LIVE))
    for each in session.scalars(asked.order_by(Announcement.id).with_for_update()):
        each.state, each.ended_at = AnnouncementState.SERVED, now
        waited = None if each.here_at is None else int((now - each.here_at).total_seconds())
        facts.record(session, CollectionServed(**_about(each), waited_s=waited, at=now, by=by))


def forget_stale(session: Session, *, now: datetime) -> int:
    """Withdraw what was said hours ago and came to nothing. Return how many."""
    gone = session.execute(
        update(Announcement)
        .where(Announcement.state.in_(LIVE), Announcement.announced_at < now - _FORGOTTEN_AFTER)
        .values(state=AnnouncementState.WITHDRAWN, ended_at=now, version=Announcement.version + 1)
        .returning(Announcement.id)
    )
    return len(gone.all())


def arriving(session: Session, point_id: UUID, *, now: datetime) -> Sequence[Arriving]:
    """Return who comes to the point: those who are there first, who waits longest in front; then by their own word."""
    asked = select(Announcement).where(Announcement.point_id == point_id, Announcement.state.in_(LIVE))
    live = session.scalars(asked.order_by(Announcement.announced_at)).all()
    wanted = {each.delivery_id for each in live}
    here = [each for each in kept(session, point_id) if each.delivery.id in wanted] if wanted else []
    found = [
        Arriving(
            each,
            [parcel for parcel in here if parcel.delivery.id == each.delivery_id],
            0 if each.here_at is None else max(0, int((now - each.here_at).total_seconds())),
        )
        for each in live
    ]
    return sorted(found, key=_turn)


def _turn(each: Arriving) -> tuple[bool, datetime]:
    said = each.announcement
    return said.here_at is None, said.here_at or said.expected_at or said.announced_at


def _live(session: Session, delivery: Delivery) -> Announcement | None:
    return session.scalar(
        select(Announcement).where(Announcement.delivery_id == delivery.id, Announcement.state.in_(LIVE))
    )


def _new(session: Session, delivery: Delivery, now: datetime) -> Announcement:
    waits = exists().where(Stay.delivery_id == delivery.id, Stay.kind == StayKind.INBOUND, Stay.state.in_(INSIDE))
    if delivery.pickup_point_id is None or not session.scalar(select(waits)):
        raise NothingToCollect(delivery_id=delivery.id, state=delivery.state)
    return Announcement(
        delivery_id=delivery.id,
        point_id=delivery.pickup_point_id,
        state=AnnouncementState.ON_THE_WAY,
        announced_at=now,
    )


def _about(each: Announcement) -> dict[str, UUID]:
    return {"delivery_id": each.delivery_id, "point_id": each.point_id, "announcement_id": each.id}
