"""Making slots ahead from their templates, as often as one likes: what is there already is brought up to date.

A slot in which somebody has a place is never changed and never goes: it is withdrawn, so that nobody new gets in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import batched
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, exists, tuple_, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Session

from kernel.ids import new_id
from pickup_points.points.hours import Hours
from slots import wall_clock
from slots.drafts import recurrence_of
from slots.models import Hold, Slot, SlotTemplate
from slots.queries import own_point
from slots.recurring import Occurrence, occurrences

KEPT = timedelta(days=90)
_ROWS_AT_ONCE = 1000  # PostgreSQL takes 65 535 values in a statement, a slot has more than 20
# What a slot has of its template, and follows it in.
_TERMS = (
    "most_count",
    "most_parcels",
    "most_weight_g",
    "most_volume_cm3",
    "price_minor",
    "currency",
    "least_order_minor",
    "tags",
)
_FOLLOWING = ("ends_at", "closes_at", "local_date", "withdrawn_at", *_TERMS)


def generate(session: Session, template: SlotTemplate, *, now: datetime) -> int:
    """Make and renew the template's slots that are to come, and return how many it has ahead."""
    rows = [*_rows(session, template, now=now)]
    _write(session, rows)
    _withdraw_others(session, template, [row["starts_at"] for row in rows], now=now)
    return len(rows)


def prune(session: Session, *, now: datetime) -> int:
    """Delete slots of long ago in which nobody ever held a place. Return how many."""
    held = exists().where(Hold.slot_id == Slot.id)
    gone = delete(Slot).where(Slot.ends_at < now - KEPT, ~held).returning(Slot.id)
    return len(session.scalars(gone).all())


def closes_at(template: SlotTemplate, occurrence: Occurrence, *, preparation: timedelta) -> datetime:
    """Return from when on nobody gets into the slot: by its lead time or its cut-off, whichever is earlier."""
    lead = max(timedelta(seconds=template.lead_s), preparation)
    by_lead = occurrence.starts_at - lead
    if template.cutoff_days is None or template.cutoff_time is None:
        return by_lead
    day = occurrence.local_date - timedelta(days=template.cutoff_days)
    wall = datetime.combine(day, template.cutoff_time)
    return min(by_lead, wall_clock.at(wall, ZoneInfo(template.time_zone)))


def _rows(session: Session, template: SlotTemplate, *, now: datetime) -> Iterator[dict[str, Any]]:
    preparation, open_ = timedelta(0), None
    today = now.astimezone(ZoneInfo(template.time_zone)).date()
    last = today + timedelta(days=template.days_ahead)
    if template.point_id is not None:
        point = own_point(session, template.point_id, carrier_id=template.carrier_id, with_closures=True)
        assert point is not None  # a point is never deleted
        preparation = timedelta(seconds=point.preparation_s)
        open_ = _open_spans(Hours.of(point, point.closures), template, today, last)
    for occurrence in occurrences(recurrence_of(template), first=today, last=last):
        if occurrence.starts_at > now and (open_ is None or _within(occurrence, open_)):
            yield _row(template, occurrence, preparation=preparation, now=now)


def _open_spans(hours: Hours, template: SlotTemplate, first: date, last: date) -> Sequence[tuple[datetime, datetime]]:
    zone = ZoneInfo(template.time_zone)
    from_, until = (wall_clock.at(datetime.combine(day, time()), zone) for day in (first, last + timedelta(days=3)))
    return hours.open_spans(from_, until)


def _within(occurrence: Occurrence, spans: Sequence[tuple[datetime, datetime]]) -> bool:
    return any(start <= occurrence.starts_at and occurrence.ends_at <= end for start, end in spans)


def _row(template: SlotTemplate, occurrence: Occurrence, *, preparation: timedelta, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "template_id": template.id,
        "carrier_id": template.carrier_id,
        "zone_id": template.zone_id,
        "point_id": template.point_id,
        "time_zone": template.time_zone,
        "local_date": occurrence.local_date,
        "starts_at": occurrence.starts_at,
        "ends_at": occurrence.ends_at,
        "closes_at": closes_at(template, occurrence, preparation=preparation),
        "withdrawn_at": None,
        "created_at": now,
        **{name: getattr(template, name) for name in _TERMS},
    }


def _write(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    for some in batched(rows, _ROWS_AT_ONCE):
        session.execute(_upsert(some))
    # A slot that comes again as it was sold takes people again, whoever is in it.
    again = [(row["starts_at"], row["ends_at"]) for row in rows]
    session.execute(
        update(Slot)
        .where(
            Slot.template_id == rows[0]["template_id"],
            Slot.withdrawn_at.is_not(None),
            tuple_(Slot.starts_at, Slot.ends_at).in_(again),
        )
        .values(withdrawn_at=None)
        .execution_options(synchronize_session=False)
    )


def _upsert(rows: Sequence[dict[str, Any]]) -> Insert:
    new = insert(Slot).values(rows)
    following = {name: new.excluded[name] for name in _FOLLOWING}
    differs = tuple_(*(getattr(Slot, name) for name in _FOLLOWING)).is_distinct_from(tuple_(*following.values()))
    return new.on_conflict_do_update(
        index_elements=[Slot.template_id, Slot.starts_at],
        set_=following,
        where=differs & (Slot.taken_count == 0),
    )


def _withdraw_others(session: Session, template: SlotTemplate, starts: Sequence[datetime], *, now: datetime) -> None:
    session.execute(
        update(Slot)
        .where(
            Slot.template_id == template.id,
            Slot.starts_at > now,
            Slot.starts_at.not_in(starts),
            Slot.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
        .execution_options(synchronize_session=False)
    )
