"""Points come, change and retire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.principals import Principal
from kernel import facts
from kernel.database import violated
from kernel.errors import Conflict, FieldError
from kernel.geo import Point
from kernel.ids import new_id
from pickup_points.models import STAY_ENDED, PickupPoint, PointKind, PointService, Stay, StepFree
from pickup_points.points.facts import PickupPointAdded, PickupPointChanged, PickupPointRetired
from pickup_points.points.hours import check_hours
from pickup_points.points.sending import PointRetired
from pickup_points.points.whereabouts import check_zone, country_of, zone_at

HOLD_DAYS = 7


class PointIdTaken(Conflict):
    """The carrier has a point with this external id already."""


class PointInUse(Conflict):
    """Parcels are at the point, or on their way to it."""


class PlacesKept(Conflict):
    """More places of the counter are kept or taken than it would count."""


class PointDraft(TypedDict, total=False):
    """What is told of a point; `name`, `kind` and `place` of a new one at least."""

    external_id: str | None
    kind: PointKind
    name: str
    brand: str | None
    operator: str | None
    ref: str | None
    address_text: str | None
    place: Point
    zone: str | None
    country: str | None
    directions: str | None
    opening_hours: str | None
    step_free: StepFree | None
    services: Sequence[PointService]
    most_parcels: int | None
    shelf_required: bool
    hold_days: int
    preparation_s: int
    suspended: bool


# The places that are kept bear the counter's number, so that the database judges both together.
_KEPT = frozenset({"ck_compartment_rents_place_within_count", "fk_compartment_rents_point_id_places"})

_UNTOLD: Mapping[str, Any] = {
    "external_id": None,
    "brand": None,
    "operator": None,
    "ref": None,
    "address_text": None,
    "directions": None,
    "opening_hours": None,
    "step_free": None,
    "services": (PointService.COLLECT,),
    "most_parcels": None,
    "shelf_required": False,
    "hold_days": HOLD_DAYS,
    "preparation_s": 0,
}


def add_point(session: Session, draft: PointDraft, *, caller: Principal, now: datetime) -> PickupPoint:
    """Add a point to the caller's carrier. ZoneUnknown, HoursNotUnderstood, PointIdTaken.

    Without a zone it has that of its place, without a country that of the zone.
    """
    point = made_point(draft, carrier_id=caller.carrier_id, now=now)
    check_told(point)

    with told_apart(session, point.external_id):
        session.add(point)

    announce_added(session, point, now=now, by=caller.person_id)
    return point


def announce_added(session: Session, point: PickupPoint, *, now: datetime, by: UUID | None) -> None:
    """Say that the point, which is written, is there."""
    facts.record(
        session,
        PickupPointAdded(point_id=point.id, carrier_id=point.carrier_id, external_id=point.external_id, at=now, by=by),
    )


def made_point(draft: PointDraft, *, carrier_id: UUID, now: datetime) -> PickupPoint:
    """Return the point that the draft tells of, unchecked and in no session."""
    unborn: dict[str, Any] = {"suspended_at": None, "closures": [], "compartments": []}
    point = PickupPoint(id=new_id(), carrier_id=carrier_id, created_at=now, **unborn)
    tell(point, {**_UNTOLD, **draft}, now=now)  # type: ignore[typeddict-item]  # the draft's own keys
    settle_whereabouts(point)
    return point


def change_point(session: Session, point: PickupPoint, change: PointDraft, *, now: datetime, by: UUID | None) -> None:
    """Change the locked point. PointRetired, PointInUse, PlacesKept, ZoneUnknown, HoursNotUnderstood, PointIdTaken.

    It moves only while nothing is there or on its way: where deliveries go does not change under a courier.
    """
    _check_in_service(point)
    if change.get("place", point.place) != point.place:
        _check_unused(session, point)
    before = point.version
    with told_apart(session, change.get("external_id")):
        tell(point, change, now=now)
        settle_whereabouts(point)
        check_told(point)

    if point.version != before:
        facts.record(session, PickupPointChanged(point_id=point.id, changed=tuple(sorted(change)), at=now, by=by))


def retire_point(session: Session, point: PickupPoint, *, now: datetime, by: UUID | None) -> None:
    """Take the locked point out of service for good. PointRetired, PointInUse."""
    _check_in_service(point)
    _check_unused(session, point)

    point.retired_at = now
    session.flush()

    facts.record(session, PickupPointRetired(point_id=point.id, at=now, by=by))


def tell(point: PickupPoint, told: PointDraft, *, now: datetime) -> None:
    """Write what is told onto the point; the rest stays."""
    given: dict[str, Any] = {**told}
    if "suspended" in given:
        suspended = given.pop("suspended")
        point.suspended_at = (point.suspended_at or now) if suspended else None
    if "services" in given:
        given["services"] = list(dict.fromkeys(given["services"]))
    for name, value in given.items():
        if getattr(point, name) != value:  # what stays the same does not raise the version
            setattr(point, name, value)


def settle_whereabouts(point: PickupPoint) -> None:
    """Find zone and country where nobody told them."""
    point.zone = point.zone or zone_at(point.place)
    point.country = point.country or country_of(point.zone)


def check_told(point: PickupPoint) -> None:
    """Refuse what cannot be meant. ZoneUnknown, HoursNotUnderstood."""
    check_zone(point.zone)
    if point.opening_hours is not None:
        check_hours(point.opening_hours, zone=point.zone, country=point.country, place=point.place)


@contextmanager
def told_apart(session: Session, external_id: str | None) -> Iterator[None]:
    """Write what the block does in a savepoint of its own. PointIdTaken, PlacesKept; then nothing is written."""
    try:
        with session.begin_nested():
            yield
    except IntegrityError as error:
        if violated(error) in _KEPT:
            raise PlacesKept(errors=[FieldError("/most_parcels", "is less than what is kept there")]) from error
        if violated(error) == "uq_pickup_points_carrier_id_external_id":
            raise PointIdTaken(errors=[FieldError("/external_id", "is taken")], external_id=external_id) from error
        raise


def _check_unused(session: Session, point: PickupPoint) -> None:
    parcels = session.scalar(select(func.count()).where(Stay.point_id == point.id, Stay.state.not_in(STAY_ENDED)))
    if parcels:
        raise PointInUse(f"{parcels} parcels are there or expected: suspend it and wait", parcels=parcels)


def _check_in_service(point: PickupPoint) -> None:
    if point.retired_at is not None:
        raise PointRetired(pickup_point_id=point.id, retired_at=point.retired_at)
