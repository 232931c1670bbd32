"""Who works at which counter: assigned by those who look after people, and asked by everything that a clerk does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from accounts.models import Person, Role
from accounts.principals import Principal
from kernel import facts
from kernel.errors import FieldError, Invalid, NotAllowed
from pickup_points.counter.facts import PointStaffed
from pickup_points.counter.models import Post
from pickup_points.models import PickupPoint
from pickup_points.points import queries
from pickup_points.points.queries import PointNotFound


class NotCounterStaff(Invalid):
    """A post is for active counter staff of the carrier that runs the point."""


class PointNotNamed(Invalid):
    """You work at several points, or at none: say at which with `point_id`."""


class SupervisorNeeded(NotAllowed):
    """This takes a supervisor of the point."""


@dataclass(frozen=True)
class Seat:
    """A caller behind the counter of a point. `person_id` is None for a program with a key."""

    point: PickupPoint
    caller_id: UUID
    person_id: UUID | None
    supervisor: bool

    def require_supervisor(self) -> None:
        """Refuse whoever may not override. SupervisorNeeded."""
        if not self.supervisor:
            raise SupervisorNeeded(point_id=self.point.id)


@dataclass(frozen=True)
class Named:
    """Somebody to work at a point."""

    person_id: UUID
    supervisor: bool = False


def assign(
    session: Session, point_id: UUID, named: Sequence[Named], *, caller: Principal, now: datetime
) -> Sequence[Post]:
    """Let exactly these work at the point. PointNotFound, NotCounterStaff."""
    point = queries.point(session, point_id, caller=caller, for_update=True)
    _check_staff(session, point, named)

    session.execute(delete(Post).where(Post.point_id == point.id))
    session.add_all(
        Post(point_id=point.id, person_id=each.person_id, supervisor=each.supervisor, since=now)
        for each in {each.person_id: each for each in named}.values()
    )
    session.flush()

    facts.record(
        session,
        PointStaffed(
            point_id=point.id,
            person_ids=[each.person_id for each in named],
            supervisor_ids=[each.person_id for each in named if each.supervisor],
            at=now,
            by=caller.person_id,
        ),
    )
    return staff_of(session, point)


def staff_of(session: Session, point: PickupPoint) -> Sequence[Post]:
    """Return who works there, longest first."""
    return session.scalars(select(Post).where(Post.point_id == point.id).order_by(Post.since, Post.person_id)).all()


def seats(session: Session, *, caller: Principal) -> Sequence[tuple[PickupPoint, bool]]:
    """Return the points where the caller works, by name, and whether as a supervisor; a key at all of its carrier's."""
    asked = select(PickupPoint, Post.supervisor).outerjoin(
        Post, (Post.point_id == PickupPoint.id) & (Post.person_id == caller.id)
    )
    asked = asked.where(PickupPoint.carrier_id == caller.organisation_id, PickupPoint.retired_at.is_(None))
    if caller.bearer == "person":
        asked = asked.where(Post.person_id.is_not(None))
    rows = session.execute(asked.order_by(PickupPoint.name, PickupPoint.id).limit(1000)).all()
    return [(point, bool(supervisor)) for point, supervisor in rows]


def seat(session: Session, point_id: UUID | None, *, caller: Principal) -> Seat:
    """Return the caller's seat at the point, or at the only one there is. PointNotFound, PointNotNamed."""
    point_id = point_id or _only_post(session, caller)
    asked = select(PickupPoint, Post.supervisor).where(
        PickupPoint.id == point_id, PickupPoint.carrier_id == caller.organisation_id
    )
    at_post = (Post.point_id == PickupPoint.id) & (Post.person_id == caller.id)
    asked = asked.join(Post, at_post) if caller.bearer == "person" else asked.outerjoin(Post, at_post)
    row = session.execute(asked.options(selectinload(PickupPoint.closures))).first()
    if row is None:
        raise PointNotFound()
    return Seat(row[0], caller.id, caller.person_id, bool(row[1]))


def _only_post(session: Session, caller: Principal) -> UUID:
    here = [point.id for point, _ in seats(session, caller=caller)]
    if len(here) != 1:
        raise PointNotNamed(errors=[FieldError("/point_id", "is needed")], point_ids=here[:20])
    return here[0]


def _check_staff(session: Session, point: PickupPoint, named: Sequence[Named]) -> None:
    fit = set(
        session.scalars(
            select(Person.id).where(
                Person.id.in_([each.person_id for each in named]),
                Person.organisation_id == point.carrier_id,
                Person.role == Role.COUNTER,
                Person.active.is_(True),
            )
        )
    )
    errors = [
        FieldError(f"/staff/{index}/person_id", "is nobody who can work there")
        for index, each in enumerate(named)
        if each.person_id not in fit
    ]
    if errors:
        raise NotCounterStaff(errors=errors)
