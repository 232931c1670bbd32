"""From what a merchant writes to where a courier goes: point, text and zone. Many in as few queries as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import tzfpy
from sqlalchemy.orm import Session

from deliveries.drafts import DraftAddress
from kernel.errors import FieldError, Invalid, Refusal
from kernel.geo import Point
from places.cities import Bounds, NoCity, OutsideCity, bounds
from places.resolving import resolve_addresses


class AddressMissing(Invalid):
    """An address has a text, a place, or both."""


@dataclass(frozen=True)
class Located:
    """Where it goes, and the IANA zone in which times are told there."""

    text: str
    place: Point
    zone: str


def locate(session: Session, address: DraftAddress) -> Located:
    """Return where `address` is. AddressMissing, OutsideCity, AddressNotFound, AddressAmbiguous, NoCity."""
    (found,) = locate_all(session, [address])
    if isinstance(found, Refusal):
        raise found
    return found


def locate_all(session: Session, addresses: Sequence[DraftAddress]) -> list[Located | Refusal]:
    """Return for each address where it is, or the refusal that `locate` would raise."""
    inside = bounds(session)
    resolved = _resolve(session, [each.text for each in addresses if each.place is None and each.text])
    return [_locate(address, resolved, inside=inside) for address in addresses]


def _resolve(session: Session, texts: Sequence[str]) -> dict[str, Point | Refusal]:
    """Return the place of each text. The text itself stays as it was typed: it names the staircase and the flat."""
    asked = list(dict.fromkeys(texts))
    if not asked:
        return {}
    try:
        found = resolve_addresses(session, texts=asked)
    except NoCity as refusal:
        return dict.fromkeys(asked, refusal)
    return {
        text: answer if isinstance(answer, Refusal) else answer.place for text, answer in zip(asked, found, strict=True)
    }


def _locate(address: DraftAddress, resolved: dict[str, Point | Refusal], *, inside: Bounds) -> Located | Refusal:
    if address.place is None and address.text is None:
        return AddressMissing(errors=[FieldError("/address", "needs a text, a place, or both")])
    found = address.place or resolved[address.text or ""]
    if isinstance(found, Refusal):
        found.errors = (FieldError("/address/text", found.detail),)
        return found
    try:
        inside.check_inside(found)
    except OutsideCity as refusal:
        refusal.errors = (FieldError("/address/place", refusal.detail),)
        return refusal
    return Located(address.text or _in_words(found), found, inside.zone or _zone_of(found))


def _in_words(place: Point) -> str:
    north, east = "N" if place.latitude >= 0 else "S", "E" if place.longitude >= 0 else "W"
    return f"{abs(place.latitude):.5f}° {north} {abs(place.longitude):.5f}° {east}"


def _zone_of(place: Point) -> str:
    return tzfpy.get_tz(place.longitude, place.latitude) or "UTC"
