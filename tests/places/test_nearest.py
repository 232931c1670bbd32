"""Addresses around a place, without words."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from api.unit import App
from places.addresses import nearest_addresses
from places.models import City
from tests import factories
from tests.places.conftest import CATHEDRAL, KAISANIEMI


class TestNearestAddresses:
    def test_come_nearest_first(self, session: Session, helsinki: City) -> None:
        found = nearest_addresses(session, near=CATHEDRAL, limit=20)
        away = [
            (one.place.longitude - CATHEDRAL.longitude) ** 2 / 4 + (one.place.latitude - CATHEDRAL.latitude) ** 2
            for one in found
        ]
        assert len(found) == 20
        assert away == sorted(away)

    def test_are_asked_for_without_words(self, app: App, client: FlaskClient, session: Session, helsinki: City) -> None:
        headers = factories.bearer(app, factories.person(session))
        near = f"{KAISANIEMI.longitude},{KAISANIEMI.latitude}"
        answer = client.get(f"/v1/addresses?near={near}&limit=3", headers=headers)
        assert [one["text"] for one in answer.json["items"]] == [
            one.text for one in nearest_addresses(session, near=KAISANIEMI, limit=3)
        ]

    def test_need_a_place_or_words(self, app: App, client: FlaskClient, session: Session) -> None:
        answer = client.get("/v1/addresses", headers=factories.bearer(app, factories.person(session)))
        assert (answer.status_code, answer.json["errors"][0]["parameter"]) == (422, "q")

    @pytest.mark.parametrize("near", ["24.9", "nan,60.1", "1000,60.1", "24.9,60.1,3", "here", "%00,%00"])
    def test_refuse_what_is_no_place(self, app: App, client: FlaskClient, session: Session, near: str) -> None:
        answer = client.get(f"/v1/addresses?near={near}", headers=factories.bearer(app, factories.person(session)))
        assert (answer.status_code, answer.json["errors"][0]["parameter"]) == (422, "near")

    def test_say_when_the_place_looks_swapped(
        self, app: App, client: FlaskClient, session: Session, helsinki: City
    ) -> None:
        near = f"{KAISANIEMI.latitude},{KAISANIEMI.longitude}"
        answer = client.get(f"/v1/addresses?near={near}", headers=factories.bearer(app, factories.person(session)))
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/outside-city")
        assert answer.json["errors"][0]["parameter"] == "near"
        assert "swapped" in answer.json["errors"][0]["detail"]
