"""From what the map says to a register: each house once, under a street that knows its town."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import shapely
from shapely.geometry import Polygon

from kernel.geo import Point, distance_m
from kernel.ids import new_id
from places.osm import FoundAddress
from places.wording import HouseNumber, fold, read_house_number

# Two address tags with the same words this close are one house: its building, its entrance, the shops in it.
SAME_HOUSE_M = 300.0


@dataclass(frozen=True)
class House:
    """One address of the register."""

    street_name: str
    street_key: str
    town: str | None
    postcode: str | None
    number: str
    read: HouseNumber
    place: Point
    rank: int


@dataclass(frozen=True)
class StreetEntry:
    """One street of the register with its houses. `town` is None where the map names none."""

    id: UUID
    name: str
    key: str
    town: str | None
    town_key: str
    houses: tuple[House, ...]


def make_register(found: Sequence[FoundAddress], *, coverage: Polygon) -> list[StreetEntry]:
    """Return the streets with their houses, each once, inside `coverage`."""
    houses = _with_towns(list(_houses(found, coverage)))
    streets: dict[tuple[str, str], list[House]] = defaultdict(list)
    for house in houses:
        streets[house.street_key, fold(house.town or "")].append(house)
    return [
        StreetEntry(new_id(), homes[0].street_name, key, homes[0].town, town_key, tuple(_each_once(homes)))
        for (key, town_key), homes in streets.items()
    ]


def _houses(found: Sequence[FoundAddress], coverage: Polygon) -> Iterator[House]:
    middles = shapely.centroid(shapely.from_wkb([address.wkb for address in found]))
    inside = shapely.covers(coverage, middles)
    for address, middle, is_inside in zip(found, middles, inside, strict=True):
        read = read_house_number(address.house_number)
        # Some put the house's own name before the street's: `Railway station, Kaivokatu`.
        street = address.street.split(",")[-1].strip()
        key = fold(street)
        if is_inside and key and read.key:
            yield House(
                street_name=street,
                street_key=key,
                town=address.town,
                postcode=address.postcode,
                number=address.house_number,
                read=read,
                place=Point(middle.x, middle.y),
                rank=address.rank,
            )


def _with_towns(houses: Sequence[House]) -> Iterator[House]:
    """Give a house without a town the one town of its street, where there is just one."""
    towns: dict[str, dict[str, str]] = defaultdict(dict)
    for house in houses:
        if house.town:
            towns[house.street_key].setdefault(fold(house.town), house.town)
    for house in houses:
        known = list(towns[house.street_key].values())
        yield house if house.town or len(known) != 1 else replace(house, town=known[0])


def _each_once(houses: Iterable[House]) -> Iterator[House]:
    """Drop the second tag for one house, and keep what only it knew: the postcode."""
    kept: dict[str, list[House]] = defaultdict(list)
    for house in sorted(houses, key=lambda house: (house.rank, house.postcode is None)):
        same = kept[house.read.key]
        for index, other in enumerate(same):
            if distance_m(house.place, other.place) < SAME_HOUSE_M:
                same[index] = replace(other, postcode=other.postcode or house.postcode)
                break
        else:
            same.append(house)
    for homes in kept.values():
        yield from homes
