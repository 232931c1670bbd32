"""Bad input, by name: each gives a problem that names the field or the rule, and changes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.models import Role
from api.unit import App
from deliveries.models import Delivery
from kernel import clock
from tests.factories import bearer, city, merchant, person


@pytest.fixture
def headers(app: App, session: Session) -> dict[str, str]:
    city(session, addresses=(("Bulevardi", "5", 24.94, 60.164), ("Bulevardi", "5", 24.96, 60.19)))
    made = bearer(app, person(session, role=Role.MERCHANT, organisation=merchant(session)))
    session.commit()
    return made


def draft(**changes: Any) -> dict[str, Any]:
    return {
        "recipient": {"name": "Aino Virtanen"},
        "address": {"place": {"type": "Point", "coordinates": [24.9414, 60.1719]}},
        "parcels": [{"weight_g": 500}],
    } | changes


def at(hours: float, zone: str = "+00:00") -> str:
    return (clock.now() + timedelta(hours=hours)).replace(microsecond=0, tzinfo=None).isoformat() + zone


def window(starts: float, ends: float) -> dict[str, str]:
    return {"starts_at": at(starts), "ends_at": at(ends)}


def place(longitude: Any, latitude: Any) -> dict[str, Any]:
    return {"place": {"type": "Point", "coordinates": [longitude, latitude]}}


def parcel(**changes: Any) -> dict[str, Any]:
    return {"parcels": [{"weight_g": 500} | changes]}


BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "an unknown field": ({"colour": "red"}, "/colour", "invalid-request"),
    "an unknown field below": ({"recipient": {"name": "A", "age": 9}}, "/recipient/age", "invalid-request"),
    "a field name that is no text": ({"\ud800": 1}, "/\\ud800", "invalid-request"),
    "a number for a text": ({"external_id": 7}, "/external_id", "invalid-request"),
    "a text for a number": (parcel(weight_g="500"), "/parcels/0/weight_g", "invalid-request"),
    "a fraction for a whole": (parcel(weight_g=0.5), "/parcels/0/weight_g", "invalid-request"),
    "true for a number": (parcel(weight_g=True), "/parcels/0/weight_g", "invalid-request"),
    "weight 0": (parcel(weight_g=0), "/parcels/0/weight_g", "invalid-request"),
    "a negative weight": (parcel(weight_g=-1), "/parcels/0/weight_g", "invalid-request"),
    "a weight beyond the database": (parcel(weight_g=2**40), "/parcels/0/weight_g", "invalid-request"),
    "a side of 0": (parcel(width_mm=0), "/parcels/0/width_mm", "invalid-request"),
    "no parcel": ({"parcels": []}, "/parcels", "invalid-request"),
    "51 parcels": ({"parcels": [{"weight_g": 1}] * 51}, "/parcels", "invalid-request"),
    "a code of no kind": (parcel(code="12345"), "/parcels/0/code", "parcel-code-invalid"),
    "an SSCC with a wrong check digit": (parcel(code="340123450000000001"), "/parcels/0/code", "parcel-code-invalid"),
    "an S10 with a wrong check digit": (parcel(code="RR123456784FI"), "/parcels/0/code", "parcel-code-invalid"),
    "a NUL byte": ({"recipient": {"name": "A\x00B"}}, "/recipient/name", "invalid-request"),
    "a lone surrogate": ({"access_notes": "\ud800"}, "/access_notes", "invalid-request"),
    "a blank name": ({"recipient": {"name": " \t"}}, "/recipient/name", "invalid-request"),
    "a name too long": ({"recipient": {"name": "A" * 201}}, "/recipient/name", "invalid-request"),
    "no recipient": ({"recipient": None}, "/recipient", "invalid-request"),
    "a phone without a country": (
        {"recipient": {"name": "A", "phone": "0401234567"}},
        "/recipient/phone",
        "invalid-request",
    ),
    "an e-mail that is none": ({"recipient": {"name": "A", "email": "aino"}}, "/recipient/email", "invalid-request"),
    "coordinates swapped": ({"address": place(60.1719, 24.9414)}, "/address/place", "outside-city"),
    "coordinates outside the city": ({"address": place(30.0, 60.0)}, "/address/place", "outside-city"),
    "coordinates beyond Earth": ({"address": place(24.9, 95)}, "/address/place/coordinates", "invalid-request"),
    "coordinates as text": ({"address": place("24.9", "60.1")}, "/address/place/coordinates", "invalid-request"),
    "one coordinate": (
        {"address": {"place": {"type": "Point", "coordinates": [24.9]}}},
        "/address/place/coordinates",
        "invalid-request",
    ),
    "neither text nor place": ({"address": {}}, "/address", "address-missing"),
    "an address that is not there": ({"address": {"text": "Bulevardi 999"}}, "/address/text", "address-not-found"),
    "an address that is there twice": ({"address": {"text": "Bulevardi 5"}}, "/address/text", "address-ambiguous"),
    "a window that ends before it starts": ({"windows": [window(3, 2)]}, "/windows/0/ends_at", "windows-invalid"),
    "a window of no length": ({"windows": [window(3, 3)]}, "/windows/0/ends_at", "windows-invalid"),
    "a window in the past": ({"windows": [window(1, 2), window(-3, -2)]}, "/windows/1/ends_at", "windows-invalid"),
    "windows that overlap": ({"windows": [window(5, 8), window(2, 6)]}, "/windows/0", "windows-invalid"),
    "11 windows": ({"windows": [window(n + 1, n + 1.5) for n in range(11)]}, "/windows", "invalid-request"),
    "a time without a zone": (
        {"windows": [{"starts_at": at(1, ""), "ends_at": at(2)}]},
        "/windows/0/starts_at",
        "invalid-request",
    ),
    "a time beyond the calendar": (
        {"windows": [{"starts_at": at(1), "ends_at": "9999-12-31T23:59:59-14:00"}]},
        "/windows/0/ends_at",
        "invalid-request",
    ),
    "service time negative": ({"service_s": -1}, "/service_s", "invalid-request"),
    "service time of a day": ({"service_s": 86_400}, "/service_s", "invalid-request"),
    "an unknown proof": ({"proof_requirements": ["dna"]}, "/proof_requirements/0", "invalid-request"),
    "a list as a proof": ({"proof_requirements": [[]]}, "/proof_requirements/0", "invalid-request"),
    "a merchant that is no id": ({"merchant_id": "us"}, "/merchant_id", "invalid-request"),
    "a text for true": ({"draft": "yes"}, "/draft", "invalid-request"),
}


@pytest.mark.parametrize("name", BAD)
class TestBadInput:
    def test_is_refused_by_name_and_changes_nothing(
        self, client: FlaskClient, headers: dict[str, str], session: Session, name: str
    ) -> None:
        changes, pointer, kind = BAD[name]
        answer = client.post("/v1/deliveries", json=draft(**changes), headers=headers)

        document = answer.get_json()
        assert answer.status_code == 422, document
        assert answer.mimetype == "application/problem+json"
        assert document["type"] == f"/problems/{kind}"
        assert any(error["pointer"].startswith(pointer) for error in document["errors"]), document
        assert session.scalar(select(func.count()).select_from(Delivery)) == 0

    def test_is_one_bad_item_of_a_batch(
        self, client: FlaskClient, headers: dict[str, str], session: Session, name: str
    ) -> None:
        changes, pointer, kind = BAD[name]
        batch = {"deliveries": [draft(), draft(**changes), draft()]}
        answer = client.post("/v1/deliveries/batch", json=batch, headers=headers)

        told = answer.get_json()["items"]
        assert [each["status"] for each in told] == [201, 422, 201]
        assert told[1]["problem"]["type"] == f"/problems/{kind}"
        assert any(error["pointer"].startswith(f"/deliveries/1{pointer}") for error in told[1]["problem"]["errors"])
        assert session.scalar(select(func.count()).select_from(Delivery)) == 2


class TestRefusal:
    def test_says_that_coordinates_look_swapped(self, client: FlaskClient, headers: dict[str, str]) -> None:
        swapped = draft(address=place(60.1719, 24.9414))
        refused = client.post("/v1/deliveries", json=swapped, headers=headers).get_json()
        assert "swapped" in refused["detail"]

    def test_names_the_candidates_of_an_ambiguous_address(self, client: FlaskClient, headers: dict[str, str]) -> None:
        ambiguous = draft(address={"text": "Bulevardi 5"})
        refused = client.post("/v1/deliveries", json=ambiguous, headers=headers).get_json()
        assert [candidate["text"] for candidate in refused["candidates"]] == ["Bulevardi 5", "Bulevardi 5"]

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b'"x"', b"null", b"\xff\xfe", b'{"a":' * 500])
    def test_meets_a_body_that_is_no_delivery(self, client: FlaskClient, headers: dict[str, str], body: bytes) -> None:
        for path in ("/v1/deliveries", "/v1/deliveries/batch"):
            answer = client.post(path, data=body, headers=headers | {"Content-Type": "application/json"})
            assert answer.status_code in (400, 422), answer.get_data(as_text=True)
            assert answer.mimetype == "application/problem+json"
