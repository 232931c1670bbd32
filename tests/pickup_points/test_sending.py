"""A delivery into a pickup point: where it goes, what is expected there, and what becomes of that."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.models import Organisation, Role
from api.unit import App
from deliveries.facts import DeliveryCancelled
from deliveries.models import Delivery
from kernel.facts import FactRow
from kernel.geo import Point
from pickup_points.models import PickupPoint, PointKind, PointService, Stay, StayState
from pickup_points.tasks import CANCEL_STAYS
from tests.factories import BORN, bearer, carrier, merchant, person, pickup_point
from tests.pickup_points.locker_rows import door

SSCC = "340123450000000000"
RECIPIENT = {"name": "Aino Virtanen", "phone": "+358401234567"}


@dataclass(frozen=True)
class Shop:
    """A merchant who calls, and a point of the carrier that serves it."""

    client: FlaskClient
    session: Session
    headers: dict[str, str]
    carrier: Organisation
    point: PickupPoint

    def draft(self, **changes: Any) -> dict[str, Any]:
        parcels = [{"weight_g": 1200}, {"weight_g": 300}]
        return {"recipient": RECIPIENT, "pickup_point_id": str(self.point.id), "parcels": parcels} | changes

    def send(self, **changes: Any) -> TestResponse:
        return self.client.post("/v1/deliveries", json=self.draft(**changes), headers=self.headers)

    def change(self, delivery_id: str, **changes: Any) -> TestResponse:
        headers = self.headers | {"If-Match": '"1"'}
        return self.client.patch(f"/v1/deliveries/{delivery_id}", json=changes, headers=headers)

    def stays(self) -> list[Stay]:
        return [*self.session.scalars(select(Stay).order_by(Stay.id).execution_options(populate_existing=True))]


@pytest.fixture
def shop(session: Session, app: App, client: FlaskClient) -> Shop:
    drives = carrier(session)
    who = person(session, role=Role.MERCHANT, organisation=merchant(session, served_by=drives))
    point = pickup_point(session, carrier=drives, place=Point(24.93, 60.168))
    session.commit()
    return Shop(client, session, bearer(app, who), drives, point)


def refused(answer: TestResponse) -> tuple[int, str, list[str]]:
    problem = answer.json or {}
    return answer.status_code, problem["type"], [error["pointer"] for error in problem.get("errors", [])]


class TestSend:
    def test_goes_to_the_address_of_the_point(self, shop: Shop) -> None:
        made = shop.send().json

        assert made is not None
        assert made["pickup_point_id"] == str(shop.point.id)
        assert made["address"]["text"] == "Urho Kekkosen katu 1"
        assert made["address"]["place"]["coordinates"] == [24.93, 60.168]

    def test_expects_a_stay_for_each_parcel(self, shop: Shop) -> None:
        made = shop.send().json

        assert made is not None
        assert {str(stay.parcel_id) for stay in shop.stays()} == {parcel["id"] for parcel in made["parcels"]}
        assert {(stay.point_id, stay.state) for stay in shop.stays()} == {(shop.point.id, StayState.EXPECTED)}

    @pytest.mark.parametrize("where", [{"address": {"place": {"type": "Point", "coordinates": [24.9, 60.1]}}}, {}])
    def test_goes_to_a_point_or_an_address(self, shop: Shop, where: dict[str, Any]) -> None:
        point = {} if where else {"pickup_point_id": None}

        assert refused(shop.send(**where, **point)) == (422, "/problems/invalid-request", ["/address"])

    def test_needs_somebody_to_tell(self, shop: Shop) -> None:
        answer = shop.send(recipient={"name": "Aino Virtanen"})

        assert refused(answer) == (422, "/problems/recipient-unreachable", ["/recipient"])

    def test_needs_a_point_of_the_carrier(self, shop: Shop) -> None:
        foreign = pickup_point(shop.session, carrier=carrier(shop.session))

        answer = shop.send(pickup_point_id=str(foreign.id))

        assert refused(answer) == (422, "/problems/point-unknown", ["/pickup_point_id"])

    @pytest.mark.parametrize(("field", "problem"), [("suspended_at", "suspended"), ("retired_at", "retired")])
    def test_needs_a_point_that_takes_parcels(self, shop: Shop, field: str, problem: str) -> None:
        shut = pickup_point(shop.session, carrier=shop.carrier, **{field: BORN})  # type: ignore[arg-type]

        answer = shop.send(pickup_point_id=str(shut.id))

        assert refused(answer)[:2] == (409, f"/problems/point-{problem}")
        assert shop.stays() == []

    def test_asks_no_locker_to_look_at_papers(self, shop: Shop) -> None:
        locker = pickup_point(shop.session, carrier=shop.carrier, kind=PointKind.LOCKER)

        answer = shop.send(pickup_point_id=str(locker.id), proof_requirements=["photo", "id_check"])

        assert refused(answer) == (422, "/problems/nobody-to-check", ["/proof_requirements"])
        assert shop.send(proof_requirements=["id_check"]).status_code == 201

    def test_goes_where_something_can_be_collected(self, shop: Shop) -> None:
        shop.point.services = [PointService.RETURN]
        shop.session.commit()

        assert refused(shop.send())[:2] == (409, "/problems/nothing-collected-here")

    def test_fits_behind_a_door_where_there_are_doors(self, shop: Shop) -> None:
        door(shop.session, shop.point, name="1", out_of_order_at=BORN, out_of_order_reason="the hinge")
        long = {"weight_g": 900, "length_mm": 3000, "width_mm": 10, "height_mm": 10}
        small = {"weight_g": 900, "length_mm": 30, "width_mm": 10, "height_mm": 10}

        made = shop.send(parcels=[small])
        answers = [shop.send(parcels=[small, long]), shop.change((made.json or {})["id"], parcels=[small, long])]

        assert made.status_code == 201
        assert [refused(each) for each in answers] == [(409, "/problems/nothing-fits", ["/parcels/1"])] * 2

    def test_has_no_other_place_to_go_to(self, shop: Shop) -> None:
        elsewhere = {"address": {"place": {"type": "Point", "coordinates": [24.94, 60.17]}}}

        assert refused(shop.send(alternatives=[elsewhere])) == (422, "/problems/terms-contradict", ["/alternatives"])

    def test_in_a_batch_costs_no_other_its_place(self, shop: Shop) -> None:
        home = shop.draft(address={"place": {"type": "Point", "coordinates": [24.94, 60.17]}}, pickup_point_id=None)
        batch = [shop.draft(), shop.draft(recipient={"name": "Nobody"}), home]

        answer = shop.client.post("/v1/deliveries/batch", json={"deliveries": batch}, headers=shop.headers)

        assert answer.json is not None
        assert [item["status"] for item in answer.json["items"]] == [201, 422, 201]
        assert answer.json["items"][1]["problem"]["errors"][0]["pointer"] == "/deliveries/1/recipient"
        assert Counter(str(stay.delivery_id) for stay in shop.stays()) == {answer.json["items"][0]["delivery"]["id"]: 2}


class TestChange:
    @pytest.mark.parametrize("field", ["address", "alternatives"])
    def test_does_not_take_it_elsewhere(self, shop: Shop, field: str) -> None:
        made = shop.send().json or {}
        place = {"place": {"type": "Point", "coordinates": [24.94, 60.17]}}
        asked = {"address": place} if field == "address" else {"alternatives": [{"address": place}]}

        assert refused(shop.change(made["id"], **asked)) == (409, "/problems/bound-to-point", [f"/{field}"])

    def test_leaves_somebody_to_tell(self, shop: Shop) -> None:
        made = shop.send().json or {}

        answer = shop.change(made["id"], recipient={"phone": None})

        assert refused(answer) == (422, "/problems/recipient-unreachable", ["/recipient"])
        assert shop.change(made["id"], recipient={"phone": None, "email": "aino@example.org"}).status_code == 200

    def test_of_the_parcels_changes_what_is_expected(self, shop: Shop) -> None:
        made = shop.send().json or {}

        changed = shop.change(made["id"], parcels=[{"weight_g": 500, "code": SSCC}])

        assert changed.status_code == 200
        assert [str(stay.parcel_id) for stay in shop.stays()] == [parcel["id"] for parcel in changed.json["parcels"]]

    def test_of_the_parcels_is_refused_once_one_was_there(self, shop: Shop) -> None:
        made = shop.send().json or {}
        shop.stays()[0].state = StayState.REFUSED
        shop.session.flush()

        assert refused(shop.change(made["id"], parcels=[{"weight_g": 500}]))[:2] == (409, "/problems/stay-begun")
        assert len(shop.stays()) == 2


class TestCancelling:
    def test_lets_nothing_be_expected(self, shop: Shop) -> None:
        made, other = shop.send().json or {}, shop.send().json or {}
        shop.client.delete(f"/v1/deliveries/{made['id']}", headers=shop.headers)

        told = shop.session.scalars(select(FactRow).where(FactRow.kind == DeliveryCancelled.kind)).one()
        CANCEL_STAYS.handlers[DeliveryCancelled](shop.session, told)
        shop.session.flush()

        assert shop.session.get_one(Delivery, told.aggregate_id).pickup_point_id == shop.point.id
        assert {(str(stay.delivery_id), stay.state, stay.ended_at) for stay in shop.stays()} == {
            (made["id"], StayState.CANCELLED, told.at),
            (other["id"], StayState.EXPECTED, None),
        }
