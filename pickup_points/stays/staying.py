"""How a stay moves on: each deed guards the state, makes it, records the fact, and moves the delivery with it.

Whoever calls holds the delivery's row and then the stay's (`queries.held`, `queries.live_of`): always in that order, so
that two who lock them do not wait for each other in a ring.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from deliveries import progress
from deliveries.models import Delivery
from kernel import facts
from kernel.errors import Conflict
from pickup_points.models import INSIDE, STAY_ENDED, Stay, StayKind, StayState
from pickup_points.room import occupying
from pickup_points.stays import issuing
from pickup_points.stays.facts import (
    ParcelCheckedIn,
    ParcelCollected,
    ParcelReady,
    ParcelRefused,
    ParcelSentBack,
    StayCancelled,
    StayExpired,
    StayExtended,
    StayReminded,
)

WAITING = (StayState.READY, StayState.REMINDED)


class StayNotInState(Conflict):
    """The parcel's stay is not in a state that allows this."""


def require(stay: Stay, *states: StayState) -> None:
    """Guard a deed. StayNotInState, which names the state and those that allow the deed."""
    if stay.state in states:
        return
    needed = sorted(states, key=list(StayState).index)
    raise StayNotInState(
        f"it is {stay.state}, and would have to be {' or '.join(needed)}",
        stay_id=stay.id,
        state=stay.state,
        needed=needed,
    )


def check_in(
    session: Session,
    stay: Stay,
    *,
    delivery: Delivery,
    shelf: str | None = None,
    rent_id: UUID | None = None,
    damage: str | None = None,
    now: datetime,
    by: UUID | None,
) -> None:
    """The parcel is in: on a shelf, or behind a door. StayNotInState, DeliveryNotInState.

    The courier's own word may still be on its way.
    """
    require(stay, StayState.EXPECTED)
    if stay.kind is StayKind.INBOUND:
        progress.receive_at_point(session, delivery, now=now, by=by)

    stay.state, stay.checked_in_at, stay.shelf = StayState.CHECKED_IN, now, shelf
    stay.rent_id = rent_id or stay.rent_id
    if damage is not None:
        stay.damaged_at, stay.damage = now, damage
    occupying.take_in(session, stay, now=now)

    facts.record(
        session, ParcelCheckedIn(**_about(stay), shelf=shelf, damaged=stay.damaged_at is not None, at=now, by=by)
    )


def make_ready(session: Session, stay: Stay, *, expires_at: datetime, now: datetime, by: UUID | None) -> None:
    """The recipient can come for it until `expires_at`, and is told. StayNotInState."""
    require(stay, StayState.CHECKED_IN)

    stay.state, stay.ready_at, stay.expires_at = StayState.READY, now, expires_at
    occupying.keep_until(session, stay, until=expires_at, now=now)

    facts.record(session, ParcelReady(**_about(stay), expires_at=expires_at, at=now, by=by))


def remind(session: Session, stay: Stay, *, now: datetime, by: UUID | None) -> None:
    """Its time is nearly over, and the recipient is told. StayNotInState."""
    require(stay, StayState.READY)

    stay.state, stay.reminded_at = StayState.REMINDED, now

    facts.record(session, StayReminded(**_about(stay), expires_at=stay.expires_at or now, at=now, by=by))


def extend(session: Session, stay: Stay, *, expires_at: datetime, now: datetime, by: UUID | None) -> None:
    """It waits longer, also when its time was over and no courier has taken it yet. StayNotInState."""
    require(stay, *WAITING, StayState.EXPIRED)

    before = stay.expires_at or now
    stay.state, stay.expires_at, stay.reminded_at = StayState.READY, expires_at, None
    stay.extensions += 1
    issuing.issue(session, stay)
    occupying.keep_until(session, stay, until=expires_at, now=now)

    facts.record(session, StayExtended(**_about(stay), before=before, expires_at=expires_at, at=now, by=by))


def expire(session: Session, stay: Stay, *, now: datetime, by: UUID | None) -> None:
    """Its time is over: the next return run takes it. StayNotInState."""
    require(stay, *WAITING)

    stay.state = StayState.EXPIRED

    facts.record(session, StayExpired(**_about(stay), at=now, by=by))


def collect(
    session: Session,
    stay: Stay,
    *,
    delivery: Delivery,
    hand_over_id: UUID | None = None,
    now: datetime,
    by: UUID | None,
) -> None:
    """The recipient has it, late too if no courier has taken it. StayNotInState, DeliveryNotInState."""
    require(stay, *WAITING, StayState.EXPIRED)

    _end(session, stay, StayState.COLLECTED, now, hand_over_id)

    facts.record(session, ParcelCollected(**_about(stay), hand_over_id=hand_over_id, at=now, by=by))
    _settle(session, delivery, cause="", now=now, by=by)


def send_back(
    session: Session,
    stay: Stay,
    *,
    delivery: Delivery,
    cause: str,
    return_run_id: UUID | None = None,
    now: datetime,
    by: UUID | None,
) -> None:
    """The courier has taken it away. StayNotInState, DeliveryNotInState."""
    require(stay, *INSIDE)

    _end(session, stay, StayState.SENT_BACK, now, return_run_id)

    facts.record(session, ParcelSentBack(**_about(stay), cause=cause, return_run_id=return_run_id, at=now, by=by))
    if stay.kind is StayKind.INBOUND:
        _settle(session, delivery, cause=cause, now=now, by=by)


def refuse(session: Session, stay: Stay, *, delivery: Delivery, reason: str, now: datetime, by: UUID | None) -> None:
    """The point does not take it in. StayNotInState, DeliveryNotInState."""
    require(stay, StayState.EXPECTED)

    _end(session, stay, StayState.REFUSED, now, None)

    facts.record(session, ParcelRefused(**_about(stay), reason=reason, at=now, by=by))
    _settle(session, delivery, cause="", now=now, by=by)


def cancel(session: Session, stay: Stay, *, now: datetime, by: UUID | None) -> None:
    """It is not coming any more. StayNotInState."""
    require(stay, StayState.EXPECTED)

    _end(session, stay, StayState.CANCELLED, now, None)

    facts.record(session, StayCancelled(**_about(stay), at=now, by=by))


def _end(session: Session, stay: Stay, state: StayState, now: datetime, ended_by: UUID | None) -> None:
    stay.state, stay.ended_at, stay.ended_by = state, now, ended_by
    occupying.let_go(session, stay, now=now)


def _about(stay: Stay) -> dict[str, Any]:
    return {
        "delivery_id": stay.delivery_id,
        "stay_id": stay.id,
        "parcel_id": stay.parcel_id,
        "point_id": stay.point_id,
    }


def _settle(session: Session, delivery: Delivery, *, cause: str, now: datetime, by: UUID | None) -> None:
    """Move the delivery once no parcel of it is at the point or on its way there any more.

    What goes back decides: somebody must still see to it. What was collected comes next; all refused is a failed try.
    """
    session.flush()
    states = _newest_states(session, delivery)
    if any(state not in STAY_ENDED for state in states):
        return
    if StayState.SENT_BACK in states:
        progress.send_back(session, delivery, cause=cause or "not_collected", now=now, by=by)
    elif StayState.COLLECTED in states:
        progress.collect(session, delivery, now=now, by=by)
    elif StayState.REFUSED in states:
        progress.refuse_at_point(session, delivery, now=now, by=by)


def _newest_states(session: Session, delivery: Delivery) -> Sequence[StayState]:
    """Return the state of each parcel's newest stay on its way to the recipient."""
    return session.scalars(
        select(Stay.state)
        .ext(distinct_on(Stay.parcel_id))
        .where(Stay.delivery_id == delivery.id, Stay.kind == StayKind.INBOUND)
        .order_by(Stay.parcel_id, Stay.created_at.desc(), Stay.id.desc())
    ).all()
