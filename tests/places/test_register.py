"""From address tags to houses."""

from __future__ import annotations

from shapely.geometry import Point, box

from places.osm import FoundAddress
from places.register import StreetEntry, make_register

CITY = box(24.9, 60.1, 25.0, 60.2)


def found(street: str = "Kaivokatu", number: str = "1", *, east: float = 24.94, **given: object) -> FoundAddress:
    values = {"postcode": None, "town": "Helsinki", "wkb": Point(east, 60.17).wkb_hex, "rank": 0} | given
    return FoundAddress(street, number, **values)  # type: ignore[arg-type]


def register(*addresses: FoundAddress) -> list[StreetEntry]:
    return make_register(addresses, coverage=CITY)


class TestMakeRegister:
    def test_knows_a_house_with_two_shops_once(self) -> None:
        (street,) = register(found(rank=2, postcode="00100"), found(rank=0), found(rank=2))
        (house,) = street.houses
        assert (house.rank, house.postcode) == (0, "00100")

    def test_keeps_houses_of_one_number_far_apart(self) -> None:
        (street,) = register(found(), found(east=24.95))
        assert len(street.houses) == 2

    def test_gives_a_house_without_town_the_only_town_of_its_street(self) -> None:
        (street,) = register(found(number="1", town=None), found(number="3"))
        assert (street.town, len(street.houses)) == ("Helsinki", 2)

    def test_keeps_towns_with_streets_of_one_name_apart(self) -> None:
        streets = register(found(), found(town="Espoo"), found(number="5", town=None))
        assert {street.town for street in streets} == {"Helsinki", "Espoo", None}

    def test_leaves_out_what_lies_outside_the_city(self) -> None:
        assert register(found(east=26.0)) == []

    def test_reads_the_street_behind_a_houses_own_name(self) -> None:
        (street,) = register(found(street="Railway station, Kaivokatu"))
        assert street.key == "kaivokatu"

    def test_is_content_with_no_address_at_all(self) -> None:
        assert register() == []
