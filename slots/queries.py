"""What is asked about slots and their templates. Whoever the carrier drives for may see them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, false, func, select
from sqlalchemy.orm import Session, load_only, selectinload, undefer

from accounts.principals import Principal
from accounts.scoping import scoped
from kernel.errors import NotFound
from kernel.geo import Point
from kernel.paging import Page, page
from pickup_points.models import PickupPoint
from places import coverage
from places.models import Zone
from slots.models import Hold, HoldState, Slot, SlotTemplate


class SlotTemplateNotFound(NotFound):
    """There is no such slot template."""


class SlotNotFound(NotFound):
    """There is no such slot."""


def template(session: Session, template_id: UUID, *, caller: Principal, for_update: bool = False) -> SlotTemplate:
    """Return a template of the caller's carrier, locked when asked. SlotTemplateNotFound."""
    asked = scoped(select(SlotTemplate), caller=caller, carrier=SlotTemplate.carrier_id)
    asked = asked.where(SlotTemplate.id == template_id)
    if for_update:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(asked)
    if found is None:
        raise SlotTemplateNotFound()
    return found


def templates(
    session: Session,
    *,
    caller: Principal,
    zone_id: UUID | None = None,
    point_id: UUID | None = None,
    cursor: UUID | None = None,
    limit: int = 50,
) -> Page[SlotTemplate]:
    """Return the carrier's templates, newest first, disabled or not: all, or those of a zone or a point."""
    asked = scoped(select(SlotTemplate), caller=caller, carrier=SlotTemplate.carrier_id)
    if zone_id is not None:
        asked = asked.where(SlotTemplate.zone_id == zone_id)
    if point_id is not None:
        asked = asked.where(SlotTemplate.point_id == point_id)
    return page(session, asked, by=SlotTemplate.id, cursor=cursor, limit=limit)


def templates_in_service(session: Session) -> Sequence[UUID]:
    """Return the templates, of all carriers, whose slots are to be made ahead."""
    asked = select(SlotTemplate.id).outerjoin(Zone).outerjoin(PickupPoint)
    in_service = (SlotTemplate.disabled_at, Zone.retired_at, PickupPoint.retired_at)
    return session.scalars(asked.where(*(each.is_(None) for each in in_service)).order_by(SlotTemplate.id)).all()


def template_locked(session: Session, template_id: UUID) -> SlotTemplate:
    """Return a template that there is, locked, as it is by now."""
    asked = select(SlotTemplate).where(SlotTemplate.id == template_id)
    return session.scalars(asked.with_for_update().execution_options(populate_existing=True)).one()


def slot(session: Session, slot_id: UUID, *, carrier_id: UUID, for_update: bool = False) -> Slot:
    """Return a slot; when asked with its row locked against other holds. SlotNotFound."""
    asked = _slots().where(Slot.id == slot_id, Slot.carrier_id == carrier_id)
    if for_update:
        # Not the key: rows that refer to the slot may be written meanwhile.
        asked = asked.with_for_update(of=Slot, key_share=True).execution_options(populate_existing=True)
    found = session.scalar(asked)
    if found is None:
        raise SlotNotFound()
    return found


@dataclass(frozen=True)
class Admission:
    """A locked slot, and its point or what its zone says: is it in service, does it cover the place.

    `overstayed`: some of its holds may be over. Nothing is lost when one that is was not seen.
    """

    slot: Slot
    point: PickupPoint | None
    served: bool
    covered: bool
    overstayed: bool


_POINT_OF_HOLDS = load_only(
    PickupPoint.kind,
    PickupPoint.place,
    PickupPoint.zone,
    PickupPoint.opening_hours,
    PickupPoint.country,
    PickupPoint.services,
    PickupPoint.preparation_s,
    PickupPoint.hold_days,
    PickupPoint.most_parcels,
    PickupPoint.suspended_at,
    PickupPoint.retired_at,
)


def admission(session: Session, slot_id: UUID, place: Point | None, *, carrier_id: UUID, now: datetime) -> Admission:
    """Return a slot, its row locked against other holds, and what decides about it, in one question. SlotNotFound."""
    covered = false() if place is None else func.coalesce(coverage.covers(place), false())
    over = exists().where(Hold.slot_id == Slot.id, Hold.state == HoldState.HELD, Hold.expires_at <= now)
    asked = _slots().outerjoin(Zone, Zone.id == Slot.zone_id).outerjoin(PickupPoint, PickupPoint.id == Slot.point_id)
    asked = asked.add_columns(PickupPoint, Zone.retired_at.is_(None), covered, over)
    asked = asked.options(_POINT_OF_HOLDS, selectinload(PickupPoint.closures))
    asked = asked.where(Slot.id == slot_id, Slot.carrier_id == carrier_id)
    locked = asked.with_for_update(of=Slot, key_share=True).execution_options(populate_existing=True)
    found: Any = session.execute(locked).one_or_none()
    if found is None:
        raise SlotNotFound()
    return Admission(*found)


def slots_between(
    session: Session,
    *,
    from_: datetime,
    until: datetime,
    zone_ids: Collection[UUID] = (),
    point_ids: Collection[UUID] = (),
) -> Sequence[Slot]:
    """Return the slots of these zones and points that start in `[from_, until)`, earliest first.

    Withdrawn ones and those of disabled templates are not among them.
    """
    asked = _slots().where(
        Slot.zone_id.in_(zone_ids) | Slot.point_id.in_(point_ids),
        Slot.starts_at >= from_,
        Slot.starts_at < until,
        Slot.withdrawn_at.is_(None),
        Slot.disabled_at.is_(None),
    )
    return session.scalars(asked.order_by(Slot.starts_at, Slot.id)).all()


@dataclass(frozen=True)
class Left:
    """What is free in a slot. None: it has no limit."""

    count: int
    parcels: int | None
    weight_g: int | None
    volume_cm3: int | None


_NOTHING = (0, 0, 0, 0)


def left(session: Session, slots: Collection[Slot], *, now: datetime) -> Mapping[UUID, Left]:
    """Return what is free in each slot. What a hold that lapsed still takes in the counts is free at once."""
    sums = (func.count(), func.sum(Hold.parcels), func.sum(Hold.weight_g), func.sum(Hold.volume_cm3))
    asked = select(Hold.slot_id, *sums).where(
        Hold.slot_id.in_([each.id for each in slots]), Hold.state == HoldState.HELD, Hold.expires_at <= now
    )
    lapsed = {row[0]: tuple(map(int, row[1:])) for row in session.execute(asked.group_by(Hold.slot_id))}
    return {each.id: counted(each, back=lapsed.get(each.id, _NOTHING)) for each in slots}


def counted(slot: Slot, *, back: tuple[int, ...] = _NOTHING) -> Left:
    """Return what is free in the slot by its counts, and by what comes `back` of them."""
    return Left(
        slot.most_count - slot.taken_count + back[0],
        _free(slot.most_parcels, slot.taken_parcels, back[1]),
        _free(slot.most_weight_g, slot.taken_weight_g, back[2]),
        _free(slot.most_volume_cm3, slot.taken_volume_cm3, back[3]),
    )


def own_point(
    session: Session, point_id: UUID | None, *, carrier_id: UUID, with_closures: bool = False
) -> PickupPoint | None:
    """Return the carrier's point, retired or not, None when there is none."""
    asked = select(PickupPoint).where(PickupPoint.id == point_id, PickupPoint.carrier_id == carrier_id)
    if with_closures:
        asked = asked.options(selectinload(PickupPoint.closures)).execution_options(populate_existing=True)
    return session.scalar(asked)


def _slots() -> Select[Slot]:
    return select(Slot).options(undefer(Slot.disabled_at))


def _free(most: int | None, taken: int, back: int) -> int | None:
    return None if most is None else most - taken + back
