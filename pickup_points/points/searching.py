"""Finding points: the nearest first by the index itself, or those of a box of the map, newest first.

What the database cannot judge, hours and room, is judged on blocks of what it finds, until a page is full.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Float, Select, cast, func, literal, null, or_, select, tuple_, type_coerce
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session, aliased, selectinload

from accounts.principals import Principal
from kernel.geo import Point
from pickup_points.models import PickupPoint, StepFree
from pickup_points.points.queries import seen
from pickup_points.points.suiting import suitable
from pickup_points.points.wanted import Wanted

MOST_EXAMINED = 2_000
_BLOCK = 100


@dataclass(frozen=True)
class Found:
    """A point with its closures. `distance_m` None: nobody asked how far."""

    point: PickupPoint
    distance_m: float | None


@dataclass(frozen=True)
class FoundPage:
    """Some of what was found. `next_cursor` is the point to go on behind, None when there is nothing behind it.

    A page may be short with more to come: so many points were looked at that were shut or full.
    """

    items: Sequence[Found]
    next_cursor: UUID | None


def search(
    session: Session,
    wanted: Wanted,
    *,
    caller: Principal,
    now: datetime,
    cursor: UUID | None = None,
    limit: int = 50,
) -> FoundPage:
    """Return the carrier's points in service that are wanted."""
    items: list[Found] = []
    examined = 0
    size = _BLOCK if wanted.is_judged else limit + 1
    while True:
        rows = session.execute(asked(wanted, caller=caller, cursor=cursor, limit=size)).all()
        block = [Found(point, distance_m) for point, distance_m in rows]
        fit = suitable(session, [each.point for each in block], wanted, now=now)
        for each in block:
            if len(items) == limit:
                return FoundPage(items, cursor)
            cursor = each.point.id
            items += [each] if cursor in fit else []
        examined += len(block)
        if len(block) < size:
            return FoundPage(items, None)
        if examined >= MOST_EXAMINED:
            return FoundPage(items, cursor)


def asked(wanted: Wanted, *, caller: Principal, cursor: UUID | None, limit: int) -> Select[PickupPoint, float | None]:
    """Return the question for `limit` points behind `cursor`, in order."""
    if wanted.near is not None:
        return _nearest(wanted, wanted.near, caller=caller, cursor=cursor, limit=limit)
    points = seen(select(PickupPoint, cast(null(), Float)), caller=caller).where(*_filters(wanted))
    if cursor is not None:
        points = points.where(PickupPoint.id < cursor)
    return points.order_by(PickupPoint.id.desc()).limit(limit).options(selectinload(PickupPoint.closures))


def _nearest(
    wanted: Wanted, near: Point, *, caller: Principal, cursor: UUID | None, limit: int
) -> Select[PickupPoint, float | None]:
    """Return the nearest, those as far as each other by id.

    The index sorts by distance and by nothing else, so it is asked for the nearest with all that are as far as the
    last of them, and only these few are sorted.
    """
    distance_m = PickupPoint.place.op("<->", return_type=Float())(_geography(near))
    points = seen(select(PickupPoint, distance_m.label("distance_m")), caller=caller).where(*_filters(wanted))
    if cursor is not None:
        before = select(distance_m).where(PickupPoint.id == cursor).correlate(None).scalar_subquery()
        points = points.where(tuple_(distance_m, PickupPoint.id) > tuple_(before, literal(cursor)))
    nearest = points.order_by(distance_m).fetch(limit, with_ties=True).subquery()
    point = aliased(PickupPoint, nearest)
    in_order = select(point, nearest.c.distance_m).order_by(nearest.c.distance_m, nearest.c.id)
    return in_order.limit(limit).options(selectinload(point.closures))


def _filters(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    yield PickupPoint.retired_at.is_(None)
    if wanted.near is not None and wanted.radius_m is not None:
        yield func.ST_DWithin(PickupPoint.place, _geography(wanted.near), wanted.radius_m, False)
    if wanted.box is not None:
        on_map = func.geometry(PickupPoint.place)
        yield or_(*(on_map.op("&&")(func.ST_MakeEnvelope(*part, 4326)) for part in wanted.box.parts))
    if wanted.kinds:
        yield PickupPoint.kind.in_(wanted.kinds)
    if wanted.services:
        yield type_coerce(PickupPoint.services, JSONB).contains([*wanted.services])
    if wanted.step_free:
        yield PickupPoint.step_free == StepFree.YES
    if wanted.external_id is not None:
        yield PickupPoint.external_id == wanted.external_id
    if wanted.takes_new:
        yield PickupPoint.suspended_at.is_(None)


def _geography(point: Point) -> ColumnElement[Point]:
    return type_coerce(point, PickupPoint.place.type)
