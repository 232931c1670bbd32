"""Deliveries over HTTP: create, read, list, change, confirm, cancel, history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.models import Organisation, Role
from api.unit import App
from deliveries import progress, queries
from deliveries.models import Delivery, DeliveryState
from kernel import clock, relay
from kernel.ids import new_id
from tests.factories import bearer, carrier, city, delivery, merchant, person

SSCC, S10 = "340123450000000000", "RR123456785FI"


@dataclass(frozen=True)
class Caller:
    """A merchant's person who calls."""

    client: FlaskClient
    headers: dict[str, str]
    organisation: Organisation

    def post(self, path: str, document: Any = None, **headers: str) -> TestResponse:
        sent = {} if document is None else {"json": document}
        return self.client.post(f"/v1/deliveries{path}", headers=self.headers | headers, **sent)

    def get(self, path: str = "") -> TestResponse:
        return self.client.get(f"/v1/deliveries{path}", headers=self.headers)

    def patch(self, delivery_id: str | UUID, document: Any, etag: str | None = '"1"') -> TestResponse:
        headers = self.headers if etag is None else self.headers | {"If-Match": etag}
        return self.client.patch(f"/v1/deliveries/{delivery_id}", json=document, headers=headers)

    def delete(self, delivery_id: str | UUID) -> TestResponse:
        return self.client.delete(f"/v1/deliveries/{delivery_id}", headers=self.headers)


def called_by(session: Session, app: App, client: FlaskClient, organisation: Organisation, role: Role) -> Caller:
    headers = bearer(app, person(session, role=role, organisation=organisation))
    session.commit()
    return Caller(client, headers, organisation)


@pytest.fixture
def shop(session: Session, app: App, client: FlaskClient) -> Caller:
    city(session, addresses=(("Aleksanterinkatu", "9", 24.9480, 60.1690),))
    return called_by(session, app, client, merchant(session), Role.MERCHANT)


def draft(**changes: Any) -> dict[str, Any]:
    return {
        "recipient": RECIPIENT,
        "address": {"place": {"type": "Point", "coordinates": [24.9414, 60.1719]}},
        "parcels": [{"weight_g": 1200}],
    } | changes


RECIPIENT = {"name": "Aino Virtanen", "phone": "+358 40 123 4567", "email": "aino@example.org"}


def hours(starts: float, ends: float) -> dict[str, str]:
    """A window so many hours from now."""
    now = clock.now().replace(microsecond=0)
    return {
        "starts_at": (now + timedelta(hours=starts)).isoformat(),
        "ends_at": (now + timedelta(hours=ends)).isoformat(),
    }


def problem(answer: TestResponse, status: int, name: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.get_data(as_text=True)
    document: dict[str, Any] = answer.get_json()
    assert document["type"] == f"/problems/{name}"
    return document


class TestCreate:
    def test_answers_the_delivery_with_all_that_was_asked(self, shop: Caller) -> None:
        asked = draft(
            external_id="order-1042",
            access_notes="Door code 1234",
            windows=[hours(5, 7), hours(1, 3)],
            parcels=[{"weight_g": 1200, "code": f"(00){SSCC}"}, {"weight_g": 300, "length_mm": 200, "code": S10}],
            service_s=90,
            penalty_s=600,
            proof_requirements=["photo", "signature"],
        )
        answer = shop.post("", asked)

        made = answer.get_json()
        assert answer.status_code == 201
        assert answer.headers["ETag"] == '"1"'
        assert answer.headers["Location"] == f"/v1/deliveries/{made['id']}"
        assert made["state"] == "confirmed"
        assert made["recipient"] == RECIPIENT | {"phone": "+358401234567"}
        assert made["zone"] == "Europe/Helsinki"
        assert [parcel["code"] for parcel in made["parcels"]] == [SSCC, S10]
        assert [parcel["code_kind"] for parcel in made["parcels"]] == ["sscc", "s10"]
        assert made["windows"] == sorted(made["windows"], key=lambda window: window["starts_at"])
        assert made["merchant_id"] == str(shop.organisation.id)
        assert made["carrier_id"] == str(shop.organisation.carrier_id)
        assert (made["promise"], made["attempts"], made["version"]) == (None, 0, 1)
        assert shop.get(f"/{made['id']}").get_json() == made

    def test_has_defaults_for_all_but_recipient_address_and_parcels(self, shop: Caller) -> None:
        made = shop.post("", draft()).get_json()
        assert (made["service_s"], made["penalty_s"], made["windows"]) == (120, None, [])

    def test_finds_the_place_of_a_text_and_keeps_the_text(self, shop: Caller) -> None:
        made = shop.post("", draft(address={"text": "Aleksanterinkatu 9"})).get_json()
        assert made["address"]["text"] == "Aleksanterinkatu 9"
        assert made["address"]["place"]["coordinates"] == [24.9480, 60.1690]

    def test_lets_coordinates_win_over_the_text(self, shop: Caller) -> None:
        both = {"text": "Behind the kiosk", "place": {"type": "Point", "coordinates": [24.95, 60.17]}}
        assert shop.post("", draft(address=both)).get_json()["address"] == both

    def test_tells_the_zone_by_the_place_where_no_city_is_imported(
        self, session: Session, app: App, client: FlaskClient
    ) -> None:
        shop = called_by(session, app, client, merchant(session), Role.MERCHANT)
        there = {"type": "Point", "coordinates": [-74.0, 40.7]}
        assert shop.post("", draft(address={"place": there})).get_json()["zone"] == "America/New_York"
        problem(shop.post("", draft(address={"text": "Broadway 1"})), 409, "no-city")

    def test_refuses_an_external_id_twice_and_names_the_delivery(self, shop: Caller) -> None:
        first = shop.post("", draft(external_id="order-1")).get_json()
        refused = problem(shop.post("", draft(external_id="order-1")), 409, "external-id-taken")
        assert refused["delivery_id"] == first["id"]
        assert refused["errors"][0]["pointer"] == "/external_id"

    def test_lets_two_merchants_use_one_external_id(
        self, session: Session, app: App, client: FlaskClient, shop: Caller
    ) -> None:
        other = called_by(session, app, client, merchant(session), Role.MERCHANT)
        assert shop.post("", draft(external_id="order-1")).status_code == 201
        assert other.post("", draft(external_id="order-1")).status_code == 201

    def test_refuses_a_code_that_another_live_parcel_carries(self, shop: Caller) -> None:
        first = shop.post("", draft(parcels=[{"weight_g": 1, "code": SSCC}])).get_json()
        twice = draft(parcels=[{"weight_g": 1}, {"weight_g": 1, "code": f"00{SSCC}"}])
        refused = problem(shop.post("", twice), 409, "parcel-code-taken")
        assert refused["errors"] == [{"pointer": "/parcels/1/code", "detail": "is taken"}]

        shop.delete(first["id"])
        assert shop.post("", twice).status_code == 201

    def test_refuses_one_code_on_two_parcels(self, shop: Caller) -> None:
        twins = draft(parcels=[{"weight_g": 1, "code": S10}, {"weight_g": 1, "code": S10.lower()}])
        refused = problem(shop.post("", twins), 409, "parcel-code-taken")
        assert refused["errors"][0]["pointer"] == "/parcels/1/code"

    def test_replays_the_answer_under_one_idempotency_key(self, shop: Caller) -> None:
        first, again = (shop.post("", draft(), **{"Idempotency-Key": "k"}) for _ in range(2))
        assert again.get_json() == first.get_json()
        assert len(shop.get().get_json()["items"]) == 1


class TestMerchant:
    def test_is_the_callers_own_organisation_for_a_merchant(self, session: Session, shop: Caller) -> None:
        stranger = merchant(session)
        session.commit()
        refused = problem(shop.post("", draft(merchant_id=str(stranger.id))), 422, "merchant-unknown")
        assert refused["errors"][0]["pointer"] == "/merchant_id"
        assert shop.post("", draft(merchant_id=str(shop.organisation.id))).status_code == 201

    def test_is_one_of_the_carriers_for_a_dispatcher(self, session: Session, app: App, client: FlaskClient) -> None:
        office = called_by(session, app, client, carrier(session), Role.DISPATCHER)
        ours, theirs = merchant(session, served_by=office.organisation), merchant(session)
        session.commit()
        made = office.post("", draft(merchant_id=str(ours.id))).get_json()
        assert (made["merchant_id"], made["carrier_id"]) == (str(ours.id), str(office.organisation.id))
        assert office.post("", draft()).get_json()["merchant_id"] == str(office.organisation.id)
        for unknown in (theirs.id, new_id()):
            problem(office.post("", draft(merchant_id=str(unknown))), 422, "merchant-unknown")


class TestRead:
    def test_hides_what_belongs_to_others(self, session: Session, app: App, client: FlaskClient, shop: Caller) -> None:
        theirs = delivery(session, merchant=merchant(session))
        session.commit()
        problem(shop.get(f"/{theirs.id}"), 404, "delivery-not-found")
        problem(shop.patch(theirs.id, {"service_s": 1}), 404, "delivery-not-found")
        problem(shop.delete(theirs.id), 404, "delivery-not-found")
        problem(shop.post(f"/{theirs.id}/confirm"), 404, "delivery-not-found")
        problem(shop.get(f"/{theirs.id}/events"), 404, "delivery-not-found")
        assert shop.get().get_json()["items"] == []

    def test_shows_a_carrier_its_merchants_deliveries(self, session: Session, app: App, client: FlaskClient) -> None:
        office = called_by(session, app, client, carrier(session), Role.DISPATCHER)
        ours = delivery(session, merchant=merchant(session, served_by=office.organisation))
        session.commit()
        assert office.get(f"/{ours.id}").status_code == 200

    def test_is_not_for_drivers(self, session: Session, app: App, client: FlaskClient) -> None:
        driver = called_by(session, app, client, carrier(session), Role.DRIVER)
        problem(driver.get(), 403, "role-not-allowed")


class TestList:
    def test_pages_newest_first_without_a_gap(self, shop: Caller) -> None:
        made = [shop.post("", draft()).get_json()["id"] for _ in range(5)]
        seen: list[str] = []
        answer = shop.get("?limit=2")
        while True:
            seen += [item["id"] for item in answer.get_json()["items"]]
            if answer.get_json()["next_cursor"] is None:
                break
            following = answer.headers["Link"].split(">")[0].removeprefix("</v1/deliveries")
            answer = shop.get(following)
        assert seen == made[::-1]

    def test_is_narrowed_by_states_external_id_and_window(self, shop: Caller) -> None:
        soon = shop.post("", draft(external_id="soon", windows=[hours(1, 2)])).get_json()["id"]
        late = shop.post("", draft(external_id="late", windows=[hours(50, 51)], draft=True)).get_json()["id"]
        gone = shop.post("", draft(external_id="gone")).get_json()["id"]
        shop.delete(gone)

        def listed(query: str) -> set[str]:
            answer = shop.get(query)
            assert answer.status_code == 200, answer.get_data(as_text=True)
            return {item["id"] for item in answer.get_json()["items"]}

        border = hours(3, 49)  # not the very borders: the clock goes on between the requests
        starts, ends = (border[name].replace("+00:00", "Z") for name in ("starts_at", "ends_at"))
        assert listed("?state=draft&state=cancelled") == {late, gone}
        assert listed("?external_id=soon") == {soon}
        assert listed(f"?from={starts}") == {late}
        assert listed(f"?until={ends}") == {soon}
        assert listed(f"?from={starts}&until={ends}") == set()
        assert listed(f"?merchant_id={shop.organisation.id}") == {soon, late, gone}
        assert listed(f"?merchant_id={new_id()}") == set()

    @pytest.mark.parametrize(
        ("query", "parameter"),
        [
            ("state=lost", "state"),
            ("limit=201", "limit"),
            ("cursor=x", "cursor"),
            ("from=2026-06-15T12:00:00", "from"),
            ("from=2026-06-15T12:00:00Z&until=2026-06-15T12:00:00Z", "until"),
            ("colour=red", "colour"),
        ],
    )
    def test_refuses_a_filter_that_means_nothing(self, shop: Caller, query: str, parameter: str) -> None:
        refused = problem(shop.get(f"?{query}"), 422, "invalid-request")
        assert refused["errors"][0]["parameter"].split(".")[0] == parameter


class TestChange:
    def test_replaces_what_is_named_and_raises_the_version(self, shop: Caller) -> None:
        made = shop.post("", draft(windows=[hours(1, 2)], access_notes="Ring twice")).get_json()
        answer = shop.patch(
            made["id"],
            {"recipient": {"phone": "+358401111111"}, "windows": [hours(4, 5)], "access_notes": None, "penalty_s": 60},
        )
        changed = answer.get_json()
        assert answer.headers["ETag"] == '"2"'
        assert changed["recipient"] == made["recipient"] | {"phone": "+358401111111"}
        assert changed["windows"] != made["windows"]
        assert (changed["access_notes"], changed["penalty_s"], changed["version"]) == (None, 60, 2)
        assert shop.get(f"/{made['id']}").get_json() == changed

    def test_raises_the_version_for_windows_and_parcels_alone(self, shop: Caller) -> None:
        made = shop.post("", draft()).get_json()
        assert shop.patch(made["id"], {"windows": [hours(1, 2)]}).get_json()["version"] == 2
        assert shop.patch(made["id"], {"parcels": [{"weight_g": 5}]}, '"2"').get_json()["version"] == 3

    def test_keeps_the_parcel_whose_label_stays(self, shop: Caller) -> None:
        made = shop.post("", draft(parcels=[{"weight_g": 1, "code": SSCC}, {"weight_g": 2}])).get_json()
        asked = {"parcels": [{"weight_g": 9, "code": SSCC}, {"weight_g": 3, "code": S10}]}
        changed = shop.patch(made["id"], asked).get_json()
        assert [parcel["weight_g"] for parcel in changed["parcels"]] == [9, 3]
        assert changed["parcels"][0]["id"] == made["parcels"][0]["id"]
        assert changed["parcels"][1]["id"] not in {parcel["id"] for parcel in made["parcels"]}
        assert shop.get(f"/{made['id']}").get_json() == changed

    def test_keeps_the_text_of_an_address_that_only_moves(self, shop: Caller) -> None:
        made = shop.post("", draft(address={"text": "Aleksanterinkatu 9"})).get_json()
        there = {"type": "Point", "coordinates": [24.95, 60.17]}
        changed = shop.patch(made["id"], {"address": {"place": there}}).get_json()
        assert changed["address"] == {"text": "Aleksanterinkatu 9", "place": there}

    def test_wants_to_know_which_version(self, shop: Caller) -> None:
        made = shop.post("", draft()).get_json()
        problem(shop.patch(made["id"], {"service_s": 1}, etag=None), 428, "precondition-missing")
        problem(shop.patch(made["id"], {"service_s": 1}, etag='"7"'), 412, "precondition-failed")
        assert shop.get(f"/{made['id']}").get_json() == made

    def test_lets_only_one_of_two_who_read_the_same_version_win(self, shop: Caller) -> None:
        made = shop.post("", draft()).get_json()
        assert shop.patch(made["id"], {"service_s": 1}).status_code == 200
        problem(shop.patch(made["id"], {"service_s": 2}), 412, "precondition-failed")
        assert shop.get(f"/{made['id']}").get_json()["service_s"] == 1

    def test_does_not_touch_a_plan(self, session: Session, shop: Caller) -> None:
        planned = delivery(session, merchant=shop.organisation, state=DeliveryState.SCHEDULED)
        session.commit()
        refused = problem(shop.patch(planned.id, {"service_s": 1, "penalty_s": 3}), 409, "planned-already")
        assert [error["pointer"] for error in refused["errors"]] == ["/penalty_s", "/service_s"]
        beside = {"recipient": {"email": None}, "access_notes": "Ring twice", "proof_requirements": ["photo"]}
        assert shop.patch(planned.id, beside).status_code == 200

    @pytest.mark.parametrize("state", ["out_for_delivery", "delivered", "cancelled", "returned"])
    def test_is_refused_once_it_is_on_its_way(self, session: Session, shop: Caller, state: str) -> None:
        gone = delivery(session, merchant=shop.organisation, state=DeliveryState(state))
        session.commit()
        refused = problem(shop.patch(gone.id, {"access_notes": "x"}), 409, "delivery-not-in-state")
        assert refused["state"] == state

    def test_refuses_what_another_delivery_has(self, shop: Caller) -> None:
        shop.post("", draft(external_id="order-1", parcels=[{"weight_g": 1, "code": S10}]))
        made = shop.post("", draft()).get_json()
        problem(shop.patch(made["id"], {"external_id": "order-1"}), 409, "external-id-taken")
        taken = {"parcels": [{"weight_g": 1, "code": S10}]}
        problem(shop.patch(made["id"], taken), 409, "parcel-code-taken")
        assert shop.get(f"/{made['id']}").get_json() == made

    def test_of_nothing_changes_nothing(self, shop: Caller) -> None:
        made = shop.post("", draft()).get_json()
        assert shop.patch(made["id"], {}).get_json() == made


class TestConfirm:
    def test_makes_a_draft_binding_once(self, shop: Caller) -> None:
        made = shop.post("", draft(draft=True)).get_json()
        answer = shop.post(f"/{made['id']}/confirm")
        assert (made["state"], answer.get_json()["state"]) == ("draft", "confirmed")
        assert answer.headers["ETag"] == '"2"'
        problem(shop.post(f"/{made['id']}/confirm"), 409, "delivery-not-in-state")

    def test_is_refused_when_its_windows_are_over(self, session: Session, shop: Caller) -> None:
        past = (clock.now() - timedelta(hours=2), clock.now() - timedelta(hours=1))
        stale = delivery(session, merchant=shop.organisation, state=DeliveryState.DRAFT, windows=(past,))
        session.commit()
        problem(shop.post(f"/{stale.id}/confirm"), 409, "windows-passed")


class TestCancel:
    @pytest.mark.parametrize("state", ["draft", "confirmed", "scheduled", "failed_attempt", "rescheduled"])
    def test_ends_it_and_conflicts_the_second_time(self, session: Session, shop: Caller, state: str) -> None:
        wanted = delivery(session, merchant=shop.organisation, state=DeliveryState(state))
        session.commit()
        assert shop.delete(wanted.id).get_json()["state"] == "cancelled"
        assert problem(shop.delete(wanted.id), 409, "delivery-not-in-state")["state"] == "cancelled"

    @pytest.mark.parametrize("state", ["out_for_delivery", "delivered", "returned"])
    def test_is_too_late_once_it_is_on_its_way(self, session: Session, shop: Caller, state: str) -> None:
        gone = delivery(session, merchant=shop.organisation, state=DeliveryState(state))
        session.commit()
        problem(shop.delete(gone.id), 409, "delivery-not-in-state")


class TestHistory:
    def test_tells_what_happened_in_words_and_order(self, session: Session, shop: Caller) -> None:
        made = shop.post("", draft(draft=True, external_id="order-1")).get_json()
        shop.post(f"/{made['id']}/confirm")
        shop.patch(made["id"], {"service_s": 60}, '"2"')
        shop.delete(made["id"])
        assert shop.get(f"/{made['id']}/events").get_json() == {"items": [], "next_since": 0}
        relay.place(session)
        session.commit()

        told = shop.get(f"/{made['id']}/events").get_json()
        kinds = [item["kind"].removeprefix("delivery.") for item in told["items"]]
        assert kinds == ["created", "confirmed", "changed", "cancelled"]
        assert told["items"][0]["title"] == "The delivery was announced."
        assert told["items"][2]["data"]["changed"] == ["service_s"]
        assert all(item["by"] for item in told["items"])
        assert told["next_since"] == told["items"][-1]["position"]

    def test_goes_on_where_the_reader_stopped(self, session: Session, shop: Caller) -> None:
        made = shop.post("", draft()).get_json()
        shop.delete(made["id"])
        relay.place(session)
        session.commit()
        first = shop.get(f"/{made['id']}/events?limit=1").get_json()
        rest = shop.get(f"/{made['id']}/events?since={first['next_since']}").get_json()
        assert [item["kind"] for item in first["items"] + rest["items"]] == ["delivery.created", "delivery.cancelled"]
        later = shop.get(f"/{made['id']}/events?since={rest['next_since']}").get_json()
        assert later == {"items": [], "next_since": rest["next_since"]}


class TestPromise:
    def test_shows_in_the_answer(self, session: Session, shop: Caller) -> None:
        planned = delivery(session, merchant=shop.organisation)
        starts, ends = clock.now() + timedelta(hours=1), clock.now() + timedelta(hours=2)
        found: Delivery = queries.by_ids(session, [planned.id], for_update=True)[0]
        progress.schedule(session, found, promised_from=starts, promised_until=ends, now=clock.now(), by=None)
        session.commit()
        shown = shop.get(f"/{planned.id}").get_json()
        assert (
            shown["promise"]
            == shown["first_promise"]
            == {
                "from": starts.isoformat().replace("+00:00", "Z"),
                "until": ends.isoformat().replace("+00:00", "Z"),
            }
        )
