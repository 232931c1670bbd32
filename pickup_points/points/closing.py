"""A point closes for a while, whatever its hours say, and opens again."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from kernel import facts
from kernel.errors import FieldError, Invalid, NotFound
from pickup_points.models import Closure, PickupPoint
from pickup_points.points.facts import ClosureLifted, PickupPointClosed

LONGEST = timedelta(days=732)


class ClosureInvalid(Invalid):
    """A closure ends after it starts, in the future, and within two years: else the point is retired."""


class ClosureNotFound(NotFound):
    """There is no such closure."""


def close_point(
    session: Session,
    point: PickupPoint,
    *,
    starts_at: datetime,
    ends_at: datetime,
    reason: str | None,
    now: datetime,
    by: UUID | None,
) -> Closure:
    """Close the point over `[starts_at, ends_at)`. Closures may overlap. ClosureInvalid."""
    if ends_at <= starts_at:
        raise ClosureInvalid(errors=[FieldError("/ends_at", "must be later than starts_at")])
    if ends_at <= now:
        raise ClosureInvalid(errors=[FieldError("/ends_at", "lies in the past")])
    if ends_at - starts_at > LONGEST:
        raise ClosureInvalid(errors=[FieldError("/ends_at", "lies more than two years after starts_at")])

    closure = Closure(point_id=point.id, starts_at=starts_at, ends_at=ends_at, reason=reason)
    session.add(closure)
    session.flush()

    facts.record(
        session,
        PickupPointClosed(
            point_id=point.id, closure_id=closure.id, starts_at=starts_at, ends_at=ends_at, at=now, by=by
        ),
    )
    return closure


def lift_closure(session: Session, point: PickupPoint, closure_id: UUID, *, now: datetime, by: UUID | None) -> None:
    """Open the point again as its hours say. ClosureNotFound."""
    closure = next((each for each in point.closures if each.id == closure_id), None)
    if closure is None:
        raise ClosureNotFound()
    point.closures.remove(closure)
    session.flush()

    facts.record(session, ClosureLifted(point_id=point.id, closure_id=closure_id, at=now, by=by))
