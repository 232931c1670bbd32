"""Finding the one address that a text means."""

from __future__ import annotations

from datetime import datetime

import pytest
from shapely.geometry import Point as ShapelyPoint
from shapely.geometry import box
from sqlalchemy.orm import Session

from kernel.errors import Invalid
from kernel.geo import Point
from places.addresses import sample_addresses
from places.cities import NoCity
from places.importing import Silence
from places.loading import replace_city
from places.osm import CityData, FoundAddress
from places.register import make_register
from places.resolving import AddressAmbiguous, AddressNotFound, resolve_address, resolve_addresses


@pytest.mark.usefixtures("helsinki")
class TestResolve:
    @pytest.mark.parametrize(
        ("text", "meant"),
        [
            ("Mannerheimintie 12, 00100 Helsinki", "Mannerheimintie 12, 00100 Helsinki"),
            ("manerheimintie 12", "Mannerheimintie 12, 00100 Helsinki"),
            ("12 Fabianinkatu, helsinki", "Fabianinkatu 12, 00100 Helsinki"),
            ("Kaisaniemenkatu 3 C 12", "Kaisaniemenkatu 3, 00100 Helsinki"),
            ("Aleksanterinkatu 32", "Aleksanterinkatu 30-34, 00100 Helsinki"),
        ],
    )
    def test_finds_what_is_meant(self, session: Session, text: str, meant: str) -> None:
        assert resolve_address(session, text=text).text == meant

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("Vuorikatu 100", "is not in the map"),
            ("Mannerheimintie 12, 33100 Helsinki", "is not in the map"),
            ("Mannerheimintie 12, Tampere", "is not in the map"),
            ("Mannerheimintie", "has no house number"),
            ("", "has no house number"),
        ],
    )
    def test_refuses_what_is_not_there(self, session: Session, text: str, why: str) -> None:
        with pytest.raises(AddressNotFound, match=why):
            resolve_address(session, text=text)

    def test_offers_candidates_with_their_places(self, session: Session) -> None:
        with pytest.raises(AddressNotFound) as refusal:
            resolve_address(session, text="Vuorikatu 100")
        first = refusal.value.facts["candidates"][0]
        assert first["text"] == "Vuorikatu 22, 00100 Helsinki"
        assert first["place"] == pytest.approx([24.947, 60.174], abs=0.002)

    def test_finds_every_address_by_its_own_text(self, session: Session) -> None:
        addresses = sample_addresses(session, count=10_000, seed=1)
        found = resolve_addresses(session, texts=[address.text for address in addresses])
        lost = [str(refusal) for refusal in found if isinstance(refusal, Invalid)]
        assert len(addresses) > 500
        # Somebody wrote two addresses into the street of one.
        assert lost == ["'Pohjoisesplanadi 33 Keskuskatu 5, 00130 Helsinki' is not in the map"]

    def test_answers_a_batch_in_its_order(self, session: Session) -> None:
        texts = ["Fabianinkatu 12", "nowhere 1", "manerheimintie 12", "Fabianinkatu 12"]
        first, second, third, fourth = resolve_addresses(session, texts=texts)
        assert isinstance(second, AddressNotFound)
        assert [getattr(found, "street", None) for found in (first, third, fourth)] == [
            "Fabianinkatu",
            "Mannerheimintie",
            "Fabianinkatu",
        ]

    def test_is_content_with_an_empty_batch(self, session: Session) -> None:
        assert resolve_addresses(session, texts=[]) == []


class TestAmbiguity:
    @pytest.fixture(autouse=True)
    def two_towns(self, session: Session, now: datetime) -> None:
        """Two towns with a Hauptstraße 5 each, 7 km apart."""
        data = CityData(name="Two towns", coverage=box(8.0, 49.0, 9.0, 50.0))
        found = [
            FoundAddress("Hauptstraße", "5", None, town, ShapelyPoint(east, 49.5).wkb_hex, 0)
            for town, east in (("Altdorf", 8.2), ("Neudorf", 8.3))
        ]
        streets = make_register(found, coverage=data.coverage)
        replace_city(
            session, data=data, streets=streets, source_name="x", source_sha256="0", now=now, progress=Silence()
        )

    def test_is_refused_with_both(self, session: Session) -> None:
        with pytest.raises(AddressAmbiguous) as refusal:
            resolve_address(session, text="Hauptstrasse 5")
        assert {candidate["text"] for candidate in refusal.value.facts["candidates"]} == {
            "Hauptstraße 5, Altdorf",
            "Hauptstraße 5, Neudorf",
        }

    def test_is_settled_by_the_town(self, session: Session) -> None:
        assert resolve_address(session, text="Hauptstrase 5, Neudorf").city_name == "Neudorf"

    def test_is_settled_by_a_point_nearby(self, session: Session) -> None:
        assert resolve_address(session, text="Hauptstraße 5", near=Point(8.21, 49.5)).city_name == "Altdorf"


class TestNoCity:
    def test_is_said_plainly(self, session: Session) -> None:
        with pytest.raises(NoCity):
            resolve_address(session, text="Mannerheimintie 12")
