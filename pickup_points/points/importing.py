"""Importing points that somebody else keeps: the same file again changes nothing, a newer one only what is new."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.principals import Principal
from kernel.errors import FieldError, Invalid, Refusal
from kernel.geo import Point
from pickup_points.models import PickupPoint
from pickup_points.points.changing import PointDraft, announce_added, change_point, check_told, made_point, told_apart
from pickup_points.points.hours import HoursNotUnderstood, check_hours
from pickup_points.points.sending import PointRetired
from pickup_points.points.whereabouts import country_of, zone_at

_NOWHERE = Point(0.0, 0.0)


class PlaceMissing(Invalid):
    """A point stands somewhere; 0, 0 is what files say of one that does not."""


class Outcome(StrEnum):
    """What became of a point of the file."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True)
class Told:
    """What a file says of a point, and where it says so. A refusal: why that is no point."""

    where: str
    said: PointDraft | Refusal


@dataclass(frozen=True)
class Verdict:
    """What became of it. `hours` has why its hours were not taken: it comes in all the same."""

    where: str
    outcome: Outcome
    refusal: Refusal | None = None
    hours: HoursNotUnderstood | None = None


def import_points(session: Session, told: Sequence[Told], *, caller: Principal, now: datetime) -> list[Verdict]:
    """Take in what the file tells: points are the same by their external id, and keep what the file does not say."""
    drafts = [each.said for each in told if not isinstance(each.said, Refusal)]
    known = _known(session, {str(draft["external_id"]) for draft in drafts if draft.get("external_id")}, caller)
    with told_apart(session, None):
        return [_taken(session, each, known, caller=caller, now=now) for each in told]


def _known(session: Session, external_ids: Collection[str], caller: Principal) -> dict[str, PickupPoint]:
    asked = select(PickupPoint).where(
        PickupPoint.carrier_id == caller.carrier_id, PickupPoint.external_id.in_(external_ids)
    )
    return {
        str(found.external_id): found for found in session.scalars(asked.order_by(PickupPoint.id).with_for_update())
    }


def _taken(
    session: Session, told: Told, known: Mapping[str, PickupPoint], *, caller: Principal, now: datetime
) -> Verdict:
    if isinstance(told.said, Refusal):
        return Verdict(told.where, Outcome.REFUSED, told.said)
    try:
        draft, hours = _readable(told.said)
        point = known.get(str(draft["external_id"]))
        outcome = (
            _add(session, draft, caller=caller, now=now)
            if point is None
            else _update(session, point, draft, caller=caller, now=now)
        )
    except Refusal as refusal:
        return Verdict(told.where, Outcome.REFUSED, refusal)
    return Verdict(told.where, outcome, hours=hours)


def _readable(draft: PointDraft) -> tuple[PointDraft, HoursNotUnderstood | None]:
    """Return the draft without hours that mean nothing, and what is wrong with them. PlaceMissing."""
    place = draft["place"]
    if place == _NOWHERE:
        raise PlaceMissing(errors=[FieldError("/place", "is 0, 0: no place was told")])
    text = draft.get("opening_hours")
    if text is None:
        return draft, None
    zone = draft.get("zone") or zone_at(place)
    try:
        check_hours(text, zone=zone, country=draft.get("country") or country_of(zone), place=place)
    except HoursNotUnderstood as refusal:
        # Left out and not emptied: somebody may have corrected them here.
        return {name: told for name, told in draft.items() if name != "opening_hours"}, refusal  # type: ignore[return-value]
    return draft, None


def _add(session: Session, draft: PointDraft, *, caller: Principal, now: datetime) -> Outcome:
    point = made_point(draft, carrier_id=caller.carrier_id, now=now)
    check_told(point)
    session.add(point)
    announce_added(session, point, now=now, by=caller.person_id)
    return Outcome.ADDED


def _update(session: Session, point: PickupPoint, draft: PointDraft, *, caller: Principal, now: datetime) -> Outcome:
    if point.retired_at is not None:
        raise PointRetired(pickup_point_id=point.id, retired_at=point.retired_at)
    before = point.version
    change_point(session, point, draft, now=now, by=caller.person_id)
    return Outcome.UNCHANGED if point.version == before else Outcome.CHANGED
