"""Where on Earth a point is: the zone that its hours are in, and the country whose public holidays it keeps."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import tzfpy

from kernel.clock import is_time_zone
from kernel.errors import FieldError, Invalid
from kernel.geo import Point


class ZoneUnknown(Invalid):
    """There is no such time zone."""


def zone_at(place: Point) -> str:
    """Return the IANA zone of the place."""
    return tzfpy.get_tz(place.longitude, place.latitude) or "UTC"


def check_zone(zone: str) -> None:
    """Refuse what is no IANA zone. ZoneUnknown."""
    if not is_time_zone(zone):
        raise ZoneUnknown(errors=[FieldError("/zone", "is not an IANA zone such as Europe/Helsinki")])


def country_of(zone: str) -> str | None:
    """Return the ISO 3166-1 alpha-2 code of the country whose zone it is, None of a zone that is none's."""
    return _countries().get(zone)


@cache
def _countries() -> dict[str, str]:
    table = files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {row[2]: row[0] for row in rows}
