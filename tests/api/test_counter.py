"""The counter over HTTP: receiving, finding, handing over."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Role
from api.unit import App
from deliveries.models import DeliveryState
from kernel import clock
from kernel.facts import FactRow
from pickup_points.models import Stay
from pickup_points.stays import collection_codes
from proofs.models import Check, ProofKind
from tests import factories
from tests.counters import Counter, counter, staff
from tests.factories import bearer


@pytest.fixture
def desk(session: Session, app: App, client: FlaskClient) -> Counter:
    return counter(session, app, client)


def facts_of(desk: Counter, kind: str) -> list[dict[str, Any]]:
    rows = desk.session.scalars(select(FactRow).where(FactRow.kind == kind).order_by(FactRow.seq))
    return [row.data for row in rows]


class TestStaff:
    def test_is_assigned_by_an_administrator_and_sees_only_that_point(self, desk: Counter) -> None:
        other = factories.pickup_point(desk.session, carrier=desk.carrier, name="Muualla")
        new = factories.person(desk.session, role=Role.COUNTER, organisation=desk.carrier)
        admin = factories.person(desk.session, role=Role.ADMIN, organisation=desk.carrier)
        assert desk.get("/points", who=new).json["items"] == []

        body = {"staff": [{"person_id": str(new.id), "supervisor": True}]}
        path = f"/v1/pickup-points/{other.id}/staff"
        answer = desk.client.put(path, json=body, headers=bearer(desk.app, admin))
        assert answer.status_code == 200

        (seen,) = desk.get("/points", who=new).json["items"]
        assert (seen["name"], seen["supervisor"]) == ("Muualla", True)
        shut = desk.get(f"/parcels?point_id={desk.point.id}", who=new)
        assert (shut.status_code, shut.json["type"]) == (404, "/problems/point-not-found")

    def test_is_counter_staff_of_the_points_carrier(self, desk: Counter) -> None:
        admin = factories.person(desk.session, role=Role.ADMIN, organisation=desk.carrier)
        wrong = [
            factories.person(desk.session, role=Role.DRIVER, organisation=desk.carrier),
            factories.person(desk.session, role=Role.COUNTER),
        ]
        body = {"staff": [{"person_id": str(each.id)} for each in [desk.clerk, *wrong]]}
        path = f"/v1/pickup-points/{desk.point.id}/staff"
        answer = desk.client.put(path, json=body, headers=bearer(desk.app, admin))
        assert answer.json["type"] == "/problems/not-counter-staff"
        assert [error["pointer"] for error in answer.json["errors"]] == ["/staff/1/person_id", "/staff/2/person_id"]

    def test_with_two_posts_says_at_which(self, desk: Counter) -> None:
        other = factories.pickup_point(desk.session, carrier=desk.carrier)
        staff(desk.session, other, desk.clerk)
        assert desk.get("/parcels").json["type"] == "/problems/point-not-named"
        assert desk.get(f"/parcels?point_id={other.id}").status_code == 200


class TestExpected:
    def test_lists_what_is_coming_here_and_nothing_else(self, desk: Counter) -> None:
        here = desk.coming()
        elsewhere = factories.pickup_point(desk.session, carrier=desk.carrier)
        desk.coming(point=elsewhere)
        desk.check_in(desk.coming())

        (item,) = desk.get("/expected").json["items"]
        assert (item["code"], item["courier_expected_at"]) == (here.parcels[0].code, None)


class TestCheckIn:
    def test_makes_parcels_ready_and_says_so_at_once(self, desk: Counter) -> None:
        delivery = desk.coming(parcels=2)
        scans = [{"code": parcel.code, "shelf": "B3"} for parcel in delivery.parcels]
        answer = desk.post("/check-ins", {"scans": scans, "told": 2})

        assert answer.json["matches"] is True
        assert {(item["status"], item["stay"]["state"], item["stay"]["shelf"]) for item in answer.json["items"]} == {
            (201, "ready", "B3")
        }
        assert desk.state_of(delivery) is DeliveryState.AT_POINT
        assert len(facts_of(desk, "stay.ready")) == 2

    def test_answers_each_parcel_for_itself(self, desk: Counter) -> None:
        good, there = desk.coming(), desk.coming()
        desk.check_in(there)
        far = factories.pickup_point(desk.session, carrier=desk.carrier, name="Kaukana")
        elsewhere = desk.coming(point=far)
        to_door = factories.delivery(desk.session, merchant=desk.shop)
        foreign = factories.delivery(desk.session, merchant=factories.merchant(desk.session))
        codes = [
            good.parcels[0].code,
            there.parcels[0].code,
            elsewhere.parcels[0].code,
            str(to_door.parcels[0].id),
            str(foreign.parcels[0].id),
            "no such thing",
            good.parcels[0].code,
        ]
        items = desk.post("/check-ins", {"scans": [{"code": code} for code in codes]}).json["items"]

        assert [item.get("problem", {}).get("type", "in").removeprefix("/problems/") for item in items] == [
            "in",
            "checked-in-already",
            "expected-elsewhere",
            "not-for-point",
            "code-unknown",
            "code-unknown",
            "scanned-twice",
        ]
        assert datetime.fromisoformat(items[1]["problem"]["checked_in_at"]) <= clock.now()
        assert items[2]["problem"]["point_name"] == "Kaukana"
        assert desk.state_of(elsewhere) is DeliveryState.OUT_FOR_DELIVERY

    def test_answers_and_keeps_a_count_that_does_not_match(self, desk: Counter) -> None:
        delivery = desk.coming(parcels=3)
        scans = [{"code": parcel.code} for parcel in delivery.parcels[:2]]
        answer = desk.post("/check-ins", {"scans": scans, "told": 3}).json

        assert (answer["matches"], answer["told"], answer["scanned"]) == (False, 3, 2)
        assert [stay["parcel_id"] for stay in answer["missing"]] == [str(delivery.parcels[2].id)]
        (kept,) = facts_of(desk, "point.check_in_mismatched")
        assert (kept["told"], kept["scanned"]) == (3, 2)

    def test_wants_a_shelf_where_the_point_does(self, session: Session, app: App, client: FlaskClient) -> None:
        desk = counter(session, app, client, shelf_required=True)
        code = desk.coming().parcels[0].code
        (item,) = desk.post("/check-ins", {"scans": [{"code": code}]}).json["items"]
        assert item["problem"]["type"] == "/problems/shelf-missing"
        (item,) = desk.post("/check-ins", {"scans": [{"code": code, "shelf": "A1"}]}).json["items"]
        assert item["status"] == 201

    def test_takes_damage_only_with_a_photo_of_it(self, desk: Counter) -> None:
        delivery = desk.coming()
        scan = {"code": delivery.parcels[0].code, "damage": "corner crushed"}
        (item,) = desk.post("/check-ins", {"scans": [scan]}).json["items"]
        assert item["problem"]["type"] == "/problems/photo-missing"

        photo = factories.proof(
            desk.session, delivery_id=delivery.id, by=desk.clerk, kind=ProofKind.PHOTO, at=clock.now()
        )
        (item,) = desk.post("/check-ins", {"scans": [scan | {"proof_ids": [str(photo.id)]}]}).json["items"]
        assert item["stay"]["damage"] == "corner crushed"
        assert facts_of(desk, "stay.checked_in")[0]["damaged"] is True

    def test_sent_twice_with_one_key_is_done_once(self, desk: Counter) -> None:
        body = {"scans": [{"code": desk.coming().parcels[0].code}]}
        first = desk.post("/check-ins", body, **{"Idempotency-Key": "van-7"})
        again = desk.post("/check-ins", body, **{"Idempotency-Key": "van-7"})
        assert again.json == first.json
        assert again.headers["Idempotency-Replayed"] == "true"


class TestRejection:
    def test_leaves_the_parcel_with_the_courier(self, desk: Counter) -> None:
        delivery = desk.coming()
        answer = desk.post("/rejections", {"code": delivery.parcels[0].code, "reason": "no_room"})
        assert (answer.status_code, answer.json["state"]) == (201, "refused")
        assert desk.state_of(delivery) is DeliveryState.FAILED_ATTEMPT

    def test_for_damage_shows_it(self, desk: Counter) -> None:
        answer = desk.post("/rejections", {"code": desk.coming().parcels[0].code, "reason": "damaged"})
        assert answer.json["type"] == "/problems/photo-missing"

    def test_does_not_keep_it_out_for_good(self, desk: Counter) -> None:
        delivery = desk.coming()
        desk.post("/rejections", {"code": delivery.parcels[0].code, "reason": "no_room"})
        (stay,) = desk.check_in(delivery)
        assert stay["state"] == "ready"
        assert desk.state_of(delivery) is DeliveryState.AT_POINT


class TestSearch:
    @pytest.mark.parametrize(
        "q", ["Äyräspää", "ayraspaa", "liisa äyräspä", "Ayraspaä Lisa", "4455", "050 9994455", "3401234500"]
    )
    def test_finds_by_name_with_a_slip_by_phone_and_by_code(self, desk: Counter, q: str) -> None:
        wanted = desk.coming(name="Liisa Äyräspää", phone="+358509994455")
        desk.check_in(wanted, desk.coming(name="Matti Meikäläinen", phone="+358401111111"), shelf="C1")
        asked = wanted.parcels[0].code if q == "3401234500" else q
        found = desk.get(f"/parcels?q={asked}").json["items"]
        assert found[0]["recipient_name"] == "Liisa Äyräspää"
        assert found[0]["phone_tail"] == "4455"

    @pytest.mark.parametrize("q", ["Matti", "0000", "000", "xyz"])
    def test_finds_nothing_that_is_not_there(self, desk: Counter, q: str) -> None:
        desk.check_in(desk.coming())
        assert desk.get(f"/parcels?q={q}").json["items"] == []

    def test_stays_inside_the_point(self, desk: Counter) -> None:
        other = counter(desk.session, desk.app, desk.client)
        other.check_in(other.coming(name="Liisa Virta"))
        assert desk.get("/parcels?q=Liisa").json["items"] == []
        assert desk.get("/parcels").json["items"] == []


class TestLookUp:
    def test_shows_what_the_code_opens_and_what_else_waits_for_the_same_person(self, desk: Counter) -> None:
        asked, also = desk.coming(parcels=2), desk.coming()
        desk.check_in(asked, also, desk.coming(phone="+358409999999"), shelf="A2")
        answer = desk.post("/look-ups", {"codes": [desk.code_of(asked)]}).json
        assert {item["stay"]["delivery_id"] for item in answer["items"]} == {str(asked.id)}
        assert [item["stay"]["delivery_id"] for item in answer["also_here"]] == [str(also.id)]
        assert answer["items"][0]["stay"]["shelf"] == "A2"

    def test_reads_the_qr_code(self, desk: Counter) -> None:
        delivery = desk.coming()
        desk.check_in(delivery)
        qr = collection_codes.qr_text(point_id=desk.point.id, delivery_id=delivery.id)
        assert len(desk.post("/look-ups", {"codes": [qr]}).json["items"]) == 1

    def test_names_the_point_that_a_code_is_for(self, desk: Counter) -> None:
        other = counter(desk.session, desk.app, desk.client)
        other.point.carrier_id = desk.carrier.id
        other.clerk.organisation_id = desk.carrier.id
        desk.session.flush()
        delivery = desk.coming(point=other.point)
        other.check_in(delivery)
        answer = desk.post("/look-ups", {"codes": [desk.code_of(delivery, point=other.point)]})
        assert answer.json["type"] == "/problems/code-of-another-point"
        assert answer.json["point_id"] == str(other.point.id)

    def test_listens_to_nothing_after_five_wrong_codes(self, desk: Counter) -> None:
        delivery = desk.coming()
        desk.check_in(delivery)
        for _ in range(5):
            assert desk.post("/look-ups", {"codes": ["00000001"]}).json["type"] == "/problems/wrong-code"
        locked = desk.post("/look-ups", {"codes": [desk.code_of(delivery)]})
        assert (locked.status_code, locked.json["type"]) == (403, "/problems/codes-locked")
        assert len(facts_of(desk, "point.hand_over_refused")) == 5

        colleague = factories.person(desk.session, role=Role.COUNTER, organisation=desk.carrier)
        staff(desk.session, desk.point, colleague)
        assert desk.post("/look-ups", {"codes": [desk.code_of(delivery)]}, who=colleague).status_code == 200


class TestHandOver:
    def test_by_code_gives_out_all_that_it_opens(self, desk: Counter) -> None:
        delivery = desk.coming(parcels=2)
        desk.check_in(delivery)
        answer = desk.post("/hand-overs", {"codes": [desk.code_of(delivery)]})
        assert answer.status_code == 201
        assert (answer.json["means"], len(answer.json["stays"])) == ("code", 2)
        assert desk.state_of(delivery) is DeliveryState.COLLECTED
        assert desk.post("/hand-overs", {"codes": [desk.code_of(delivery)]}).json["type"] == "/problems/wrong-code"

    def test_asks_to_choose_between_recipients_of_one_code(self, desk: Counter) -> None:
        one, other = desk.coming(name="Aino"), desk.coming(name="Eino")
        stays = desk.check_in(one, other)
        codes = [desk.code_of(one), desk.code_of(other)]
        answer = desk.post("/hand-overs", {"codes": codes})
        assert answer.json["type"] == "/problems/recipients-differ"
        assert {choice["recipient_name"] for choice in answer.json["choices"]} == {"Aino", "Eino"}
        chosen = desk.post("/hand-overs", {"codes": codes, "stay_ids": [stays[0]["id"]]})
        assert [stay["delivery_id"] for stay in chosen.json["stays"]] == [str(one.id)]

    def test_needs_a_code_a_paper_or_a_reason(self, desk: Counter) -> None:
        (stay,) = desk.check_in(desk.coming())
        assert desk.post("/hand-overs", {"stay_ids": [stay["id"]]}).json["type"] == "/problems/nothing-to-go-by"

    def test_does_not_give_out_what_the_code_does_not_open(self, desk: Counter) -> None:
        mine, other = desk.coming(), desk.coming(name="Aino", phone="+358405555555")
        _, stay = desk.check_in(mine, other)
        answer = desk.post("/hand-overs", {"codes": [desk.code_of(mine)], "stay_ids": [stay["id"]]})
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/not-opened")
        assert desk.state_of(other) is DeliveryState.AT_POINT
        assert [fact["why"] for fact in facts_of(desk, "point.hand_over_refused")] == ["NotOpened"]

    @pytest.mark.parametrize(
        ("name", "passed", "outcome"),
        [
            ("Eino Leino", True, "given"),
            ("EINO LEINO", True, "given"),
            ("Aino Leino", True, "/problems/wrong-person"),
            (None, True, "/problems/wrong-person"),
            ("Eino Leino", False, "/problems/identity-not-proven"),
        ],
    )
    def test_by_paper_is_to_the_recipient_only(
        self, desk: Counter, name: str | None, passed: bool, outcome: str
    ) -> None:
        delivery = desk.coming()
        (stay,) = desk.check_in(delivery)
        look = {"kind": "id_check", "paper": "passport", "passed": passed}
        body = {"stay_ids": [stay["id"]], "receiver_name": name, "looks": [look]}
        answer = desk.post("/hand-overs", body)
        assert answer.json.get("type", "given") == outcome
        assert (desk.state_of(delivery) is DeliveryState.COLLECTED) == (outcome == "given")
        refusals = facts_of(desk, "point.hand_over_refused")
        assert len(refusals) == (outcome != "given")

    @pytest.mark.parametrize(("name", "outcome"), [("EINO LEINO", "given"), ("Aino Leino", "/problems/wrong-person")])
    def test_by_code_is_not_to_the_recipient_under_another_name(self, desk: Counter, name: str, outcome: str) -> None:
        delivery = desk.coming()
        desk.check_in(delivery)
        answer = desk.post("/hand-overs", {"codes": [desk.code_of(delivery)], "receiver_name": name})
        assert answer.json.get("type", "given") == outcome
        assert (desk.state_of(delivery) is DeliveryState.COLLECTED) == (outcome == "given")

    def test_to_a_delegate_needs_the_recipients_word(self, desk: Counter) -> None:
        delivery = desk.coming()
        desk.check_in(delivery)
        body = {"codes": [desk.code_of(delivery)], "receiver": "delegate", "receiver_name": "Eeva Leino"}
        assert desk.post("/hand-overs", body).json["type"] == "/problems/delegate-not-authorised"

        dispatcher = factories.person(desk.session, role=Role.DISPATCHER, organisation=desk.carrier)
        path = f"/v1/deliveries/{delivery.id}/tracking-links"
        token = desk.client.post(path, json={}, headers=bearer(desk.app, dispatcher)).json["token"]
        named = desk.client.post(f"/v1/track/{token}/authorisations", json={"delegate_name": "Eeva Leino"})
        assert named.status_code == 201

        answer = desk.post("/hand-overs", body)
        assert (answer.status_code, answer.json["receiver"]) == (201, "delegate")

    def test_to_a_delegate_who_was_taken_back_is_refused(self, desk: Counter) -> None:
        delivery = desk.coming()
        desk.check_in(delivery)
        dispatcher = factories.person(desk.session, role=Role.DISPATCHER, organisation=desk.carrier)
        path = f"/v1/deliveries/{delivery.id}/tracking-links"
        token = desk.client.post(path, json={}, headers=bearer(desk.app, dispatcher)).json["token"]
        named = desk.client.post(f"/v1/track/{token}/authorisations", json={"delegate_name": "Eeva"}).json
        assert desk.client.delete(f"/v1/track/{token}/authorisations/{named['id']}").status_code == 204
        body = {"codes": [desk.code_of(delivery)], "receiver": "delegate", "receiver_name": "Eeva"}
        assert desk.post("/hand-overs", body).json["type"] == "/problems/delegate-not-authorised"

    @pytest.mark.parametrize(("with_code", "outcome"), [(True, 201), (False, 403)])
    def test_writes_down_a_delegate_who_has_the_code_and_a_paper(
        self, desk: Counter, with_code: bool, outcome: int
    ) -> None:
        delivery = desk.coming()
        (stay,) = desk.check_in(delivery)
        body = {
            "codes": [desk.code_of(delivery)] if with_code else [],
            "stay_ids": [stay["id"]],
            "receiver": "delegate",
            "receiver_name": "Eeva",
            "note_delegate": True,
            "looks": [{"kind": "id_check", "paper": "id_card", "passed": True}],
        }
        assert desk.post("/hand-overs", body).status_code == outcome

    def test_waits_for_the_evidence_that_the_delivery_asks_for(self, desk: Counter) -> None:
        delivery = desk.coming(proofs=("signature", "age_check"))
        desk.check_in(delivery)
        body: dict[str, Any] = {"codes": [desk.code_of(delivery)]}
        answer = desk.post("/hand-overs", body)
        assert answer.json["type"] == "/problems/proof-missing"
        assert sorted(answer.json["missing"][0]["proofs"]) == ["age_check", "signature"]

        factories.proof(desk.session, delivery_id=delivery.id, by=desk.clerk, kind=ProofKind.SIGNATURE, at=clock.now())
        body["looks"] = [{"kind": "age_check", "paper": "id_card", "passed": True}]
        assert desk.post("/hand-overs", body).status_code == 201
        (check,) = desk.session.scalars(select(Check))
        assert (check.kind, check.paper, check.passed) == ("age_check", "id_card", True)

    def test_over_a_reason_is_for_supervisors(self, desk: Counter) -> None:
        delivery = desk.coming(proofs=("signature",))
        (stay,) = desk.check_in(delivery)
        body = {"stay_ids": [stay["id"]], "override_reason": "known for twenty years, telephone broken"}
        assert desk.post("/hand-overs", body).json["type"] == "/problems/supervisor-needed"

        boss = factories.person(desk.session, role=Role.COUNTER, organisation=desk.carrier)
        staff(desk.session, desk.point, boss, supervisor=True)
        answer = desk.post("/hand-overs", body, who=boss)
        assert (answer.json["means"], answer.json["reason"]) == ("override", body["override_reason"])

    def test_over_a_reason_does_not_make_anybody_older(self, desk: Counter) -> None:
        (stay,) = desk.check_in(desk.coming(proofs=("age_check",)))
        boss = factories.person(desk.session, role=Role.COUNTER, organisation=desk.carrier)
        staff(desk.session, desk.point, boss, supervisor=True)
        body = {"stay_ids": [stay["id"]], "override_reason": "looks old enough"}
        assert desk.post("/hand-overs", body, who=boss).json["type"] == "/problems/proof-missing"

    def test_knows_no_stay_of_another_point(self, desk: Counter) -> None:
        other = counter(desk.session, desk.app, desk.client)
        (stay,) = other.check_in(other.coming())
        look = {"kind": "id_check", "paper": "passport", "passed": True}
        for stay_id in (stay["id"], str(uuid4())):
            body = {"stay_ids": [stay_id], "receiver_name": "Eino Leino", "looks": [look]}
            assert desk.post("/hand-overs", body).json["type"] == "/problems/stay-not-found"
        assert desk.session.get_one(Stay, stay["id"]).state == "ready"
