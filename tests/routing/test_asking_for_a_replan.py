"""Asking for a replan: what is refused and where it says so, over HTTP from the request to the driver's round."""

from __future__ import annotations

import pytest

from accounts.models import Person
from api.unit import App
from deliveries.models import Delivery
from kernel import relay
from kernel.database import Sessions
from kernel.ids import new_id
from routing.models import PlanState
from routing.replanning import (
    NobodyDrives,
    NothingToReplan,
    NotInThisPlan,
    PlanNotPublished,
    StopUnderWay,
    TooLate,
    WishesContradict,
)
from routing.requesting import ShiftOver, UnknownShifts
from routing.seconds import written
from routing.tasks import solve
from tests import factories
from tests.routing.conftest import minutes
from tests.routing.under_way import ENROUTE, Day, day

__all__ = ["day"]


class TestAskingForAReplan:
    def test_refuses_a_plan_that_is_not_published(self, day: Day) -> None:
        day.plan_ids = [day.proposed().id]
        with pytest.raises(PlanNotPublished):
            day.request()

    def test_names_shifts_and_stops_that_are_not_of_the_plan(self, day: Day) -> None:
        other = new_id()
        with pytest.raises(NotInThisPlan) as refused:
            day.request(broken=[day.shifts[0].id, other], available_at=[(other, day.house.now)])
        assert [error.pointer for error in refused.value.errors] == ["/broken_shift_ids/1", "/late/0/shift_id"]
        with pytest.raises(NotInThisPlan) as refused:
            day.request(refused=[other])
        assert [error.pointer for error in refused.value.errors] == ["/refused_stop_ids/0"]

    def test_refuses_a_day_without_anybody_to_drive(self, day: Day) -> None:
        with pytest.raises(NobodyDrives) as refused:
            day.request(broken=[shift.id for shift in day.shifts])
        assert [error.pointer for error in refused.value.errors] == ["/broken_shift_ids"]

    def test_refuses_a_shift_of_which_two_things_are_said(self, day: Day) -> None:
        one, other = (shift.id for shift in day.shifts)
        at = [day.house.now + minutes(each) for each in (30, 60, 90)]

        with pytest.raises(WishesContradict) as refused:
            day.request(available_at=[(one, at[0]), (other, at[1]), (one, at[2])], broken=[other], helping=[one, other])

        pointers = [error.pointer for error in refused.value.errors]
        assert pointers == ["/late/1/shift_id", "/late/2/shift_id", "/helping_shift_ids/1"]
        assert day.house.plan(day.plan_ids[0]).state is PlanState.PUBLISHED

    def test_refuses_to_take_a_stop_from_who_is_driving_there(self, day: Day) -> None:
        day.drive(0, 0, ENROUTE, minute=10)
        stops = [stop.id for stop in day.route(0).stops]

        with pytest.raises(StopUnderWay) as refused:
            day.request(refused=[stops[1], stops[0]])

        assert [error.pointer for error in refused.value.errors] == ["/refused_stop_ids/1"]
        with Sessions() as session:
            assert session.get_one(Delivery, day.deliveries[0][1].id).refused_driver_ids == []
        day.request(refused=[stops[0]], broken=[day.shifts[0].id])  # nobody is driving there any more

    def test_names_a_helping_shift_as_the_request_has_it(self, day: Day) -> None:
        nobody, over = new_id(), day.house.shift(lasts=minutes(30))
        mine = day.shifts[0].id

        with pytest.raises(UnknownShifts) as refused:
            day.request(helping=[mine, mine, nobody])
        assert [error.pointer for error in refused.value.errors] == ["/helping_shift_ids/2"]
        day.at(120)
        with pytest.raises(ShiftOver) as late:
            day.request(helping=[mine, over.id])
        assert [error.pointer for error in late.value.errors] == ["/helping_shift_ids/1"]

    def test_refuses_a_courier_who_comes_after_the_shift(self, day: Day) -> None:
        with pytest.raises(TooLate):
            day.request(available_at=[(day.shifts[0].id, day.shifts[0].ends_at)])

    def test_refuses_a_day_that_is_over(self, day: Day) -> None:
        day.at(24 * 60)
        with pytest.raises(NothingToReplan):
            day.request()


class TestOverHttp:
    def test_is_asked_for_read_published_and_seen_by_its_driver(self, day: Day, app: App) -> None:
        client, new = app.test_client(), day.house.delivery(2500)
        with Sessions.begin() as session:
            desk = factories.bearer(app, session.get_one(Person, day.house.caller.id))
            driver = factories.bearer(app, session.get_one(Person, day.shifts[0].driver_id))

        asked = client.post(f"/v1/plans/{day.plan_ids[0]}/replan", json={"delivery_ids": [str(new.id)]}, headers=desk)
        assert (asked.status_code, asked.json["replans"]) == (202, str(day.plan_ids[0])), asked.json
        with Sessions.begin() as session:
            relay.place(session)
        solve(aggregate_id=asked.json["id"])

        before = client.get("/v1/driver/route", headers=driver)
        plan = client.get(asked.headers["Location"], headers=desk).json
        (brought,) = [each for each in plan["changes"]["deliveries"] if not each["unchanged"]]
        assert (brought["delivery_id"], brought["driver_before"]) == (str(new.id), None)
        assert brought["driver_after"] == str(day.shifts[0].driver_id)
        published = client.post(f"{asked.headers['Location']}/publish", headers=desk)
        assert (published.status_code, published.json["state"]) == (200, "published"), published.json
        assert {route["id"] for route in published.json["routes"]} == {str(day.route(number).id) for number in (0, 1)}

        after = client.get("/v1/driver/route", headers=driver | {"If-None-Match": before.headers["ETag"]})
        assert (after.status_code, after.json["id"], after.json["revision"]) == (200, before.json["id"], 1)
        assert len(after.json["latest_change"]["stops_added"]) == 1
        assert [stop["id"] for stop in after.json["stops"]][2] == after.json["latest_change"]["stops_added"][0]
        other = client.post(f"{asked.headers['Location']}/publish", headers=desk)
        assert (other.status_code, other.json["type"]) == (409, "/problems/plan-already-published")

    def test_says_afterwards_what_was_asked(self, day: Day, app: App) -> None:
        client, helper, until = app.test_client(), day.house.shift(), day.house.now + minutes(20)
        with Sessions.begin() as session:
            desk = factories.bearer(app, session.get_one(Person, day.house.caller.id))
        asked = {
            "delivery_ids": [str(day.house.delivery(2500).id)],
            "helping_shift_ids": [str(helper.id)],
            "broken_shift_ids": [str(day.shifts[1].id)],
            "late": [{"shift_id": str(day.shifts[0].id), "available_at": written(until)}],
            "refused_stop_ids": [str(day.route(0).stops[1].id)],
            "fixed_stops": 1,
            "fixed_until": written(until),
            "promise_move_cost_per_h": 7200,
            "driver_change_cost": 60,
        }

        answer = client.post(f"/v1/plans/{day.plan_ids[0]}/replan", json=asked, headers=desk)

        assert answer.json["replan_terms"] == asked
        assert client.get(answer.headers["Location"], headers=desk).json["replan_terms"] == asked
        assert client.get(f"/v1/plans/{day.plan_ids[0]}", headers=desk).json["replan_terms"] is None

    def test_names_what_is_wrong(self, day: Day, app: App) -> None:
        client = app.test_client()
        with Sessions.begin() as session:
            desk = factories.bearer(app, session.get_one(Person, day.house.caller.id))
            stranger = factories.bearer(app, factories.person(session))
        path = f"/v1/plans/{day.plan_ids[0]}/replan"

        unknown = client.post(path, json={"delivery_ids": [str(new_id())]}, headers=desk)
        assert (unknown.status_code, unknown.json["type"]) == (422, "/problems/unknown-deliveries")
        planned = client.post(path, json={"delivery_ids": [str(day.deliveries[0][0].id)]}, headers=desk)
        assert (planned.status_code, planned.json["type"]) == (409, "/problems/deliveries-not-plannable")
        assert client.post(path, json={"fixed_stops": -1}, headers=desk).status_code == 422
        assert client.post(path, json={}, headers=stranger).status_code == 404
