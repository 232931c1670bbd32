"""Zones: areas that a carrier serves in its own way. They come, change and retire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypedDict

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.principals import Principal
from kernel import facts
from kernel.clock import is_time_zone
from kernel.database import violated
from kernel.errors import Conflict, FieldError, Invalid
from kernel.ids import new_id
from places.areas import read_area
from places.facts import ZoneAdded, ZoneChanged, ZoneRetired
from places.models import Zone


class ZoneRetiredAlready(Conflict):
    """The zone has been retired."""


class ZoneNameTaken(Conflict):
    """Another zone of the carrier has this name."""


class TimeZoneUnknown(Invalid):
    """There is no such IANA time zone."""


class ZoneChange(TypedDict, total=False):
    """What is not named stays. The time zone does: the slots of a zone were made in it."""

    name: str
    area: Mapping[str, Any]


def add_zone(
    session: Session, *, name: str, time_zone: str, area: Mapping[str, Any], caller: Principal, now: datetime
) -> Zone:
    """Draw a zone for the caller's carrier; `area` is GeoJSON. AreaInvalid, TimeZoneUnknown, ZoneNameTaken."""
    if not is_time_zone(time_zone):
        detail = f"'{time_zone}' is none, as Europe/Helsinki is"
        raise TimeZoneUnknown(detail, errors=[FieldError("/time_zone", detail)])

    zone = Zone(
        id=new_id(),
        carrier_id=caller.organisation_id,
        name=name,
        time_zone=time_zone,
        area=read_area(area),
        created_at=now,
    )
    with _named_apart(session, name):
        session.add(zone)

    by = caller.person_id
    facts.record(session, ZoneAdded(zone_id=zone.id, carrier_id=zone.carrier_id, at=now, by=by))
    return zone


def change_zone(session: Session, zone: Zone, change: ZoneChange, *, caller: Principal, now: datetime) -> None:
    """Change the locked zone. Bookings at places that it covers no more stay.

    ZoneRetiredAlready, AreaInvalid, ZoneNameTaken.
    """
    _check_in_service(zone)
    area = read_area(change["area"]) if "area" in change else zone.area

    with _named_apart(session, change.get("name", zone.name)):
        zone.name = change.get("name", zone.name)
        zone.area = area

    by = caller.person_id
    facts.record(session, ZoneChanged(zone_id=zone.id, changed=tuple(sorted(change)), at=now, by=by))


def retire_zone(session: Session, zone: Zone, *, caller: Principal, now: datetime) -> None:
    """Take the locked zone out of service: no new holds. Its bookings stay. ZoneRetiredAlready."""
    _check_in_service(zone)

    zone.retired_at = now
    session.flush()

    facts.record(session, ZoneRetired(zone_id=zone.id, at=now, by=caller.person_id))


def _check_in_service(zone: Zone) -> None:
    if zone.retired_at is not None:
        raise ZoneRetiredAlready(retired_at=zone.retired_at)


@contextmanager
def _named_apart(session: Session, name: str) -> Iterator[None]:
    try:
        with session.begin_nested():
            yield
    except IntegrityError as error:
        if violated(error) != "uq_zones_carrier_id_name":
            raise
        raise ZoneNameTaken(errors=[FieldError("/name", f"another zone is called '{name}'")]) from error
