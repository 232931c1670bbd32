"""Slots and holds over HTTP: templates, what is open, and a place from holding it to giving it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.models import Organisation, Role
from api.unit import App
from kernel import clock
from places.models import Zone
from slots.models import Hold, HoldState, Slot
from tests import factories
from tests.factories import bearer

HOURS = ",".join(map(str, range(24)))
PLACE = {"type": "Point", "coordinates": [24.9414, 60.1719]}
RECIPIENT = {"name": "Aino Virtanen", "phone": "+358 40 123 4567"}


@dataclass(frozen=True)
class House:
    """A carrier with a zone, its dispatcher and a merchant's person."""

    client: FlaskClient
    carrier: Organisation
    merchant: Organisation
    zone: Zone
    dispatcher: dict[str, str]
    shop: dict[str, str]

    def post(self, path: str, body: Any = None, *, by: dict[str, str] | None = None, **headers: str) -> TestResponse:
        return self.client.post(f"/v1{path}", json=body or {}, headers=(by or self.shop) | headers)

    def get(self, path: str, *, by: dict[str, str] | None = None) -> TestResponse:
        return self.client.get(f"/v1{path}", headers=by or self.shop)

    def delete(self, path: str) -> TestResponse:
        return self.client.delete(f"/v1{path}", headers=self.shop)

    def template(self, **changes: Any) -> TestResponse:
        """Offer slots on each afternoon."""
        said = {
            "zone_id": str(self.zone.id),
            "name": "Afternoon",
            "rule": "FREQ=DAILY",
            "start_time": "16:00",
            "duration_s": 7200,
            "valid_from": (clock.now() - timedelta(days=1)).date().isoformat(),
            "most_count": 2,
            "price_minor": 490,
            "currency": "EUR",
        }
        return self.post("/slot-templates", said | changes, by=self.dispatcher)

    def hold(self, slot: Slot, **changes: Any) -> TestResponse:
        """Hold a place at home."""
        wish = {"slot_id": str(slot.id), "parcels": [{"weight_g": 1000}], "address": {"place": PLACE}} | changes
        return self.post("/holds", wish)


@pytest.fixture
def house(app: App, client: FlaskClient, session: Session) -> House:
    carrier = factories.carrier(session)
    merchant = factories.merchant(session, served_by=carrier)
    made = House(
        client,
        carrier,
        merchant,
        factories.zone(session, carrier=carrier),
        bearer(app, factories.person(session, role=Role.DISPATCHER, organisation=carrier)),
        bearer(app, factories.person(session, role=Role.MERCHANT, organisation=merchant)),
    )
    session.commit()
    return made


@pytest.fixture
def slot(session: Session, house: House) -> Slot:
    made = factories.slot(session, starts_at=clock.now() + timedelta(days=1), zone=house.zone, most_count=1)
    session.commit()
    return made


class TestTemplate:
    def test_makes_slots_that_merchants_see(self, house: House) -> None:
        made = house.template(cutoff={"days": 1, "time": "18:00"}, tags=["eco"])
        assert made.status_code == 201, made.json
        assert made.json["cutoff"] == {"days": 1, "time": "18:00"}
        assert made.json["time_zone"] == "Europe/Helsinki"

        items = house.get(f"/zones/{house.zone.id}/slots").json["items"]
        assert len(items) in (5, 6, 7)
        assert items[0]["left"] == {"count": 2, "parcels": None, "weight_g": None, "volume_cm3": None}
        assert items[0]["tags"] == ["eco"]
        assert items[0]["closes_at"] < items[0]["starts_at"]

    @pytest.mark.parametrize(
        ("changes", "problem"),
        [
            (
                {"rule": "FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))) + ";BYMINUTE=0,10,20,30,40,50"},
                "too-many-occurrences",
            ),
            ({"rule": "FREQ=HOURLY"}, "rule-not-understood"),
            ({"valid_until": "2020-01-01", "valid_from": "2019-01-01"}, "template-contradicts"),
            ({"zone_id": None}, "place-of-slots-unknown"),
            ({"cutoff": {"days": 1}}, "invalid-request"),
            ({"start_time": "25:00"}, "invalid-request"),
            ({"valid_from": "1899-01-01"}, "invalid-request"),
            ({"currency": "euro"}, "invalid-request"),
        ],
    )
    def test_is_refused_by_name(self, house: House, changes: dict[str, Any], problem: str) -> None:
        answer = house.template(**changes)
        assert (answer.status_code, answer.json["type"]) == (422, f"/problems/{problem}")
        assert answer.json["errors"]

    def test_is_changed_disabled_and_enabled_by_version(self, house: House) -> None:
        path = house.template().headers["Location"].removeprefix("/v1")
        shown = f"/zones/{house.zone.id}/slots"

        assert house.post(f"{path}/disable", by=house.dispatcher).status_code == 428
        done = house.post(f"{path}/disable", by=house.dispatcher, **{"If-Match": '"1"'})
        assert (done.status_code, done.json["disabled_at"] is None) == (200, False)
        assert house.get(shown).json["items"] == []

        assert house.post(f"{path}/enable", by=house.dispatcher, **{"If-Match": '"2"'}).status_code == 200
        headers = house.dispatcher | {"If-Match": '"3"'}
        changed = house.client.patch(f"/v1{path}", json={"price_minor": 990}, headers=headers)
        assert (changed.status_code, changed.json["price_minor"], changed.json["name"]) == (200, 990, "Afternoon")
        assert {each["price_minor"] for each in house.get(shown).json["items"]} == {990}

    def test_is_changed_by_the_version_that_a_compressed_answer_names(self, house: House) -> None:
        path = house.template(tags=[f"tag-{number}" for number in range(20)]).headers["Location"]
        headers = house.dispatcher | {"Accept-Encoding": "gzip"}
        read = house.client.get(path, headers=headers)
        assert (read.headers["Content-Encoding"], read.headers["ETag"]) == ("gzip", '"1:gzip"')

        known = headers | {"If-None-Match": read.headers["ETag"]}
        assert house.client.get(path, headers=known).status_code == 304
        known = headers | {"If-Match": read.headers["ETag"]}
        assert house.client.patch(path, json={"price_minor": 990}, headers=known).status_code == 200
        assert house.client.patch(path, json={"price_minor": 790}, headers=known).status_code == 412


class TestOpenSlots:
    def test_leave_out_full_ones_and_show_them_again_when_a_hold_lapses(
        self, house: House, session: Session, slot: Slot
    ) -> None:
        shown = f"/zones/{house.zone.id}/slots"
        factories.hold(session, slot=slot, merchant=house.merchant, expires_at=clock.now() + timedelta(hours=1))
        session.commit()
        assert house.get(shown).json["items"] == []

        (held,) = session.query(Hold).all()
        held.created_at, held.expires_at = (clock.now() - timedelta(minutes=minutes) for minutes in (16, 1))
        session.commit()
        assert [each["id"] for each in house.get(shown).json["items"]] == [str(slot.id)]

    def test_of_a_point_are_its_collection_windows(self, house: House, session: Session) -> None:
        point = factories.pickup_point(session, carrier=house.carrier)
        made = factories.slot(session, starts_at=clock.now() + timedelta(days=1), point=point)
        session.commit()
        assert [each["id"] for each in house.get(f"/pickup-points/{point.id}/slots").json["items"]] == [str(made.id)]

    @pytest.mark.parametrize("query", ["until=2020-01-01T00:00:00Z", "until=2099-01-01T00:00:00Z"])
    def test_are_asked_for_in_a_sensible_time(self, house: House, query: str) -> None:
        answer = house.get(f"/zones/{house.zone.id}/slots?{query}")
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/slots-out-of-range")
        assert answer.json["errors"][0]["parameter"] == "until"


class TestHold:
    def test_becomes_a_booking_with_a_promise(self, house: House, slot: Slot) -> None:
        held = house.hold(slot)
        assert (held.status_code, held.json["state"], held.json["slot"]["id"]) == (201, "held", str(slot.id))
        full = house.hold(slot)
        assert (full.status_code, full.json["type"], full.json["left"]) == (409, "/problems/slot-full", 0)

        path = held.headers["Location"].removeprefix("/v1")
        booked = house.post(f"{path}/confirm", {"delivery": {"recipient": RECIPIENT, "external_id": "order-7"}})
        assert (booked.status_code, booked.json["state"]) == (200, "confirmed")
        delivery = house.get(f"/deliveries/{booked.json['delivery_id']}").json
        assert delivery["promise"] == {"from": held.json["slot"]["starts_at"], "until": held.json["slot"]["ends_at"]}
        assert house.get(path).json == booked.json

        gone = house.delete(path)
        assert (gone.status_code, gone.json["state"]) == (200, "cancelled")
        assert house.get(f"/deliveries/{booked.json['delivery_id']}").json["state"] == "draft"
        again = house.hold(slot)
        other = house.post(f"/holds/{again.json['id']}/confirm", {"delivery_id": booked.json["delivery_id"]})
        assert (other.status_code, other.json["state"]) == (200, "confirmed")

    def test_is_one_whoever_often_its_request_is_sent(self, house: House, slot: Slot) -> None:
        key = {"Idempotency-Key": "hold-1"}
        wish = {"slot_id": str(slot.id), "parcels": [{"weight_g": 1000}], "address": {"place": PLACE}}
        assert house.post("/holds", wish, **key).json == house.post("/holds", wish, **key).json

    def test_that_lapsed_is_a_named_error_and_its_place_is_free(
        self, house: House, session: Session, slot: Slot
    ) -> None:
        held = factories.hold(
            session, slot=slot, merchant=house.merchant, expires_at=clock.now() - timedelta(seconds=1)
        )
        session.commit()
        late = house.post(f"/holds/{held.id}/confirm", {"delivery": {"recipient": RECIPIENT}})

        assert (late.status_code, late.json["type"]) == (409, "/problems/hold-lapsed")
        session.expire_all()
        assert session.get_one(Hold, held.id).state is HoldState.LAPSED
        assert house.hold(slot).status_code == 201

    def test_is_extended_once(self, house: House, slot: Slot) -> None:
        path = house.hold(slot).headers["Location"].removeprefix("/v1")
        first = house.get(path).json["expires_at"]
        longer = house.post(f"{path}/extend", {"keep_s": 60})
        assert longer.status_code == 200
        assert longer.json["expires_at"] > first
        assert house.post(f"{path}/extend").json["type"] == "/problems/extended-already"

    @pytest.mark.parametrize(
        ("changes", "problem"),
        [
            ({"parcels": []}, "invalid-request"),
            ({"parcels": [{"weight_g": 0}]}, "invalid-request"),
            ({"address": None}, "address-missing"),
            ({"address": {"place": {"type": "Point", "coordinates": [25.5, 60.1719]}}}, "outside-zone"),
            ({"keep_s": 0}, "invalid-request"),
            ({"slot_id": "x"}, "invalid-request"),
        ],
    )
    def test_is_refused_by_name(self, house: House, slot: Slot, changes: dict[str, Any], problem: str) -> None:
        answer = house.hold(slot, **changes)
        assert (answer.status_code, answer.json["type"]) == (422, f"/problems/{problem}")

    def test_in_a_slot_of_the_past_is_refused(self, house: House, session: Session) -> None:
        past = factories.slot(session, starts_at=clock.now() - timedelta(hours=1), zone=house.zone)
        session.commit()
        assert house.hold(past).json["type"] == "/problems/slot-closed"

    def test_is_listed_to_its_merchant_and_the_carrier_and_nobody_else(
        self, house: House, app: App, session: Session, slot: Slot
    ) -> None:
        held = house.hold(slot).json["id"]
        stranger = bearer(app, factories.person(session, role=Role.MERCHANT))
        session.commit()

        assert [each["id"] for each in house.get("/holds?state=held").json["items"]] == [held]
        assert [each["id"] for each in house.get("/holds", by=house.dispatcher).json["items"]] == [held]
        assert house.get("/holds?state=confirmed").json["items"] == []
        assert house.get("/holds", by=stranger).json["items"] == []
        assert house.get(f"/holds/{held}", by=stranger).status_code == 404

    def test_needs_one_delivery_to_be_confirmed(self, house: House, slot: Slot) -> None:
        path = house.hold(slot).headers["Location"].removeprefix("/v1")
        assert house.post(f"{path}/confirm").status_code == 422
        both = {"delivery": {"recipient": RECIPIENT}, "delivery_id": str(slot.id)}
        assert house.post(f"{path}/confirm", both).status_code == 422
