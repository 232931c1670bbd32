"""Parcels that are fetched on the way, and ways back to load: from the request over the plan to the driver's round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from accounts.models import Person
from api.unit import App
from deliveries.models import Delivery, Pickup
from deliveries.queries import by_ids
from kernel import clock, facts, relay
from kernel.database import Sessions
from kernel.facts import FactRow
from kernel.ids import new_id
from places.streets import STREETS
from routing import claiming, settling
from routing.answering import check
from routing.assembling import assemble
from routing.fleet import shifts_by_ids
from routing.given import fingerprint, given_delivery, given_shift
from routing.grouping import halts
from routing.models import Reloads, Shift
from routing.rounds import NothingDriven, Round, rounds
from routing.solving.limit import Limit
from routing.solving.solve import solve
from routing.tasks import WITHDRAW
from routing.translation import Question
from tests import factories
from tests import routing_rows as rows
from tests.factories import bearer
from tests.routing.conftest import House, minutes

type Answer = Any


def at(metres: float) -> dict[str, Any]:
    place = rows.near(metres)
    return {"type": "Point", "coordinates": [place.longitude, place.latitude]}


def text(when: datetime) -> str:
    return when.isoformat().replace("+00:00", "Z")


def bakery(metres: float = 500, **given: Any) -> dict[str, Any]:
    return {"address": {"text": "Leipomo Aino", "place": at(metres)}} | given


def pickup(metres: float, **given: Any) -> Pickup:
    return Pickup(**{"address_text": "Leipomo Aino", "place": rows.near(metres), "written_windows": []} | given)


@dataclass
class Trade:
    """A merchant, a dispatcher and a driver, each over HTTP."""

    house: House
    app: App

    def call(self, method: str, path: str, body: Any = None, by: UUID | None = None, **headers: str) -> Answer:
        with Sessions() as session:
            who = session.get_one(Person, by or self.house.caller.id)
            headers |= bearer(self.app, who)
        return self.app.test_client().open(path, method=method, json=body, headers=headers)

    def post(self, path: str, body: Any = None) -> Answer:
        return self.call("POST", path, body)

    def body(self, metres: float, **given: Any) -> dict[str, Any]:
        return {
            "merchant_id": str(self.house.merchant.id),
            "recipient": {"name": f"Aino {metres}"},
            "address": {"text": "Aleksanterinkatu 9", "place": at(metres)},
            "parcels": [{"weight_g": 1000}],
        } | given

    def delivery(self, metres: float, **given: Any) -> str:
        answer = self.post("/v1/deliveries", self.body(metres, **given))
        assert answer.status_code == 201, answer.json
        return str(answer.json["id"])

    def planned(self, *shifts: Shift) -> Answer:
        answer = self.post("/v1/plans", {"shift_ids": [str(each.id) for each in shifts], "limit_s": 1})
        assert answer.status_code == 202, answer.json
        solve_few(UUID(answer.json["id"]))
        plan = self.call("GET", f"/v1/plans/{answer.json['id']}").json
        assert plan["state"] == "solved", plan
        return plan

    def published(self, *shifts: Shift) -> Drive:
        plan = self.planned(*shifts)
        assert plan["unassigned"] == []
        answer = self.post(f"/v1/plans/{plan['id']}/publish")
        assert answer.status_code == 200, answer.json
        (route,) = plan["routes"]
        return Drive(self, UUID(route["id"]), shifts[0].driver_id)

    def state(self, delivery_id: str) -> str:
        return str(self.call("GET", f"/v1/deliveries/{delivery_id}").json["state"])


@dataclass
class Drive:
    """A published round and its driver."""

    trade: Trade
    route_id: UUID
    driver_id: UUID

    @property
    def stops(self) -> Sequence[dict[str, Any]]:
        stops: Sequence[dict[str, Any]] = self.trade.call("GET", f"/v1/routes/{self.route_id}").json["stops"]
        return stops

    @property
    def kinds(self) -> list[str]:
        return [stop["kind"] for stop in self.stops]

    def report(self, number: int, kind: str, **outcomes: str) -> Answer:
        event: dict[str, Any] = {"id": str(new_id()), "kind": kind, "device_time": text(clock.now())}
        if kind == "done":
            event["outcomes"] = [{"delivery_id": each, "outcome": outcome} for each, outcome in outcomes.items()]
        path = f"/v1/driver/stops/{self.stops[number]['id']}/events"
        return self.trade.call("POST", path, event, by=self.driver_id)

    def halt(self, number: int, **outcomes: str) -> Answer:
        """Set out for a stop, arrive, and be done there."""
        for kind in ("enroute", "arrived"):
            answer = self.report(number, kind)
            assert answer.status_code == 201, answer.json
        return self.report(number, "done", **outcomes)


@pytest.fixture
def trade(house: House, app: App) -> Trade:
    return Trade(house, app)


def solve_few(plan_id: UUID) -> None:
    """What the worker does, in this process and by iterations: the same plan every time, on a slow machine too."""
    with Sessions.begin() as session:
        job = claiming.claim(session, plan_id, now=clock.now())
    question, streets = Question(job), STREETS.get()
    matrices = question.matrices(streets)
    problem_ = question.problem(matrices)
    solution = solve(problem_, limit=Limit(iterations=300), seed=job.seed)
    check(problem_, solution)
    with Sessions.begin() as session:
        found = assemble(question, solution, matrices=matrices, streets=streets)
        settling.store(session, found, now=clock.now())


def placed() -> None:
    """Put what happened in its order, as the relay does."""
    with Sessions.begin() as session:
        relay.place(session)


def told(delivery_id: str) -> list[FactRow]:
    with Sessions() as session:
        asked = select(FactRow).where(FactRow.aggregate_id == UUID(delivery_id)).order_by(FactRow.seq)
        return list(session.scalars(asked))


def problem(answer: Answer) -> tuple[int, str]:
    return answer.status_code, answer.json["type"].removeprefix("/problems/")


def pointers(answer: Answer) -> list[str]:
    return [error["pointer"] for error in answer.json["errors"]]


class TestAPickup:
    def test_is_halted_at_first_and_takes_its_parcels_along(self, trade: Trade) -> None:
        shift = trade.house.shift()
        opens = (shift.starts_at + minutes(60), shift.starts_at + minutes(90))
        window = {"starts_at": text(opens[0]), "ends_at": text(opens[1])}
        asked = bakery(windows=[window], service_s=300, access_notes="Back door", contact_name="Aino")
        fetched = trade.delivery(900, pickup=asked, proof_requirements=["photo"])
        drive = trade.published(shift)

        first, second = drive.stops
        assert drive.kinds == ["pickup", "delivery"]
        assert (first["service_s"], first["drops"], second["fetches"]) == (300, [], [])
        assert text(opens[0]) <= first["planned_start_at"] < text(opens[1])
        (fetch,) = first["fetches"]
        shown = ("delivery_id", "outcome", "access_notes", "contact_name", "contact_phone")
        assert [fetch[name] for name in shown] == [fetched, None, "Back door", "Aino", None]
        assert (fetch["address"]["text"], len(fetch["parcels"])) == ("Leipomo Aino", 1)

        early = [drive.report(1, "enroute"), drive.report(1, "arrived")]
        assert (early[0].status_code, problem(early[1])) == (201, (409, "not-picked-up-yet"))
        assert early[1].json["delivery_id"] == fetched
        assert trade.state(fetched) == "scheduled"
        # A pickup asks for no recipient's proof.
        done = drive.halt(0, **{fetched: "picked_up"})
        assert (done.status_code, trade.state(fetched)) == (201, "out_for_delivery"), done.json
        assert drive.stops[0]["fetches"][0]["outcome"] == "picked_up"
        assert drive.report(1, "arrived").status_code == 201
        assert problem(drive.report(1, "done", **{fetched: "delivered_to_recipient"})) == (409, "proof-missing")
        assert drive.report(1, "done", **{fetched: "failed_not_home"}).status_code == 201
        assert [fact.kind for fact in told(fetched)][-4:] == [
            "delivery.parcels_picked_up",
            "delivery.out_for_delivery",
            "delivery.courier_arrived",
            "delivery.attempt_failed",
        ]
        placed()
        events = trade.call("GET", f"/v1/deliveries/{fetched}/events").json["items"]
        assert "delivery.parcels_picked_up" in [event["kind"] for event in events]

    def test_that_fails_spares_the_way_to_the_recipient(self, trade: Trade) -> None:
        lost, kept = trade.delivery(1500, pickup=bakery()), trade.delivery(300)
        drive = trade.published(trade.house.shift())
        number, brought = (
            drive.kinds.index("pickup"),
            [
                index
                for index, stop in enumerate(drive.stops)
                if [drop["delivery_id"] for drop in stop["drops"]] == [kept]
            ],
        )

        wrong = drive.halt(number, **{lost: "delivered_to_recipient"})
        failed = drive.report(number, "done", **{lost: "failed_not_ready"})

        assert (problem(wrong), pointers(wrong)) == ((422, "outcomes-do-not-fit"), ["/outcomes/0/outcome"])
        assert failed.status_code == 201
        assert trade.state(lost) == "failed_attempt"
        dropped = next(stop for stop in drive.stops if [drop["delivery_id"] for drop in stop["drops"]] == [lost])
        assert dropped["withdrawn_at"] is not None
        assert dropped["drops"][0]["withdrawn_at"] is not None
        (fact,) = [fact for fact in told(lost) if fact.kind == "delivery.pickup_failed"]
        assert (fact.data["outcome"], fact.data["cause"]) == ("failed_not_ready", "merchant")
        assert trade.call("GET", f"/v1/deliveries/{lost}").json["attempts"] == 0
        assert drive.halt(brought[0], **{kept: "delivered_to_recipient"}).status_code == 201
        assert trade.state(kept) == "delivered"

    def test_of_a_cancelled_delivery_is_passed_by_as_its_stop(self, trade: Trade) -> None:
        gone, kept = trade.delivery(900, pickup=bakery()), trade.delivery(300)
        drive = trade.published(trade.house.shift())

        etag = trade.call("GET", f"/v1/deliveries/{gone}").headers["ETag"]
        assert trade.call("DELETE", f"/v1/deliveries/{gone}", **{"If-Match": etag}).status_code in (200, 204)
        placed()
        facts.drain(Sessions, consumer=WITHDRAW, aggregate_id=UUID(gone))

        withdrawn = {stop["id"] for stop in drive.stops if stop["withdrawn_at"] is not None}
        ours = {
            stop["id"]
            for stop in drive.stops
            for each in [*stop["drops"], *stop["fetches"]]
            if each["delivery_id"] == gone
        }
        assert (withdrawn, len(withdrawn)) == (ours, 2)
        (left,) = [number for number, stop in enumerate(drive.stops) if stop["withdrawn_at"] is None]
        assert drive.halt(left, **{kept: "delivered_to_recipient"}).status_code == 201

    def test_is_no_part_of_what_the_recipient_sees(self, trade: Trade) -> None:
        fetched = trade.delivery(900, pickup=bakery())
        drive = trade.published(trade.house.shift())
        link = trade.post(f"/v1/deliveries/{fetched}/tracking-links", {}).json["token"]
        drive.report(0, "enroute")

        arrivals = trade.call("GET", f"/v1/routes/{drive.route_id}").json
        seen = trade.call("GET", f"/v1/track/{link}")

        assert seen.status_code == 200
        assert "Leipomo" not in seen.get_data(as_text=True)
        assert (seen.json["arrival"]["stops_before"], seen.json["state"]) == (1, "scheduled"), seen.json
        assert arrivals["stops"][0]["state"] == "enroute"

    def test_is_shared_by_deliveries_to_one_recipient(self, trade: Trade) -> None:
        both = [trade.delivery(900, pickup=bakery()) for _ in range(2)]
        drive = trade.published(trade.house.shift())

        pickup_, delivery = drive.stops
        assert [fetch["delivery_id"] for fetch in pickup_["fetches"]] == sorted(both)
        assert [drop["delivery_id"] for drop in delivery["drops"]] == sorted(both)
        answer = drive.halt(0, **dict(zip(sorted(both), ("picked_up", "failed_closed"), strict=True)))
        assert answer.status_code == 201, answer.json
        last = drive.stops[1]
        assert [drop["withdrawn_at"] is None for drop in last["drops"]] == [True, False]
        assert last["withdrawn_at"] is None
        assert drive.halt(1, **{sorted(both)[0]: "delivered_to_recipient"}).status_code == 201
        assert [trade.state(each) for each in sorted(both)] == ["delivered", "failed_attempt"]

    def test_that_nobody_can_reach_leaves_its_delivery_out_once(self, trade: Trade) -> None:
        shift = trade.house.shift()
        early = {"starts_at": text(shift.starts_at - minutes(50)), "ends_at": text(shift.starts_at - minutes(40))}
        late = {"starts_at": text(shift.starts_at + minutes(90)), "ends_at": text(shift.starts_at + minutes(120))}
        soon = {"starts_at": text(shift.starts_at), "ends_at": text(shift.starts_at + minutes(60))}
        closed = trade.delivery(900, pickup=bakery(windows=[early]))
        exclude = trade.delivery(700, pickup=bakery(windows=[late]), windows=[soon])
        large = trade.delivery(600, pickup=bakery(), parcels=[{"weight_g": 1000}] * 50)
        optional = trade.delivery(15000, pickup=bakery(14000), penalty_s=1)
        good = trade.delivery(300, pickup=bakery())

        plan = trade.planned(shift)

        (route,) = plan["routes"]
        assert [stop["kind"] for stop in route["stops"]] == ["pickup", "delivery"]
        assert [drop["delivery_id"] for drop in route["stops"][1]["drops"]] == [good]
        assert {left["delivery_id"]: left["reason"] for left in plan["unassigned"]} == {
            closed: "TIME_WINDOW",
            exclude: "PAIR",
            large: "CAPACITY",
            optional: "COSTS_MORE",
        }
        assert len(plan["unassigned"]) == 4


class TestAReload:
    def test_brings_in_two_trips_what_one_cannot_hold(self, trade: Trade) -> None:
        with Sessions.begin() as session:
            carrier = session.merge(trade.house.carrier)
            small = rows.vehicle(session, carrier=carrier, now=trade.house.now, capacities={"parcels": 2})
        shift = trade.house.shift(by=small, reloads=Reloads(most=1, duration_s=600, place=rows.near(50)))
        each = [trade.delivery(metres) for metres in (300, 600, 900, 1200)]
        drive = trade.published(shift)

        number = drive.kinds.index("reload")
        assert drive.kinds == ["delivery", "delivery", "reload", "delivery", "delivery"]
        again = drive.stops[number]
        assert (again["service_s"], again["drops"], again["fetches"]) == (600, [], [])
        assert again["place"]["coordinates"] == at(50)["coordinates"]
        assert sorted(drop["delivery_id"] for stop in drive.stops for drop in stop["drops"]) == sorted(each)

        for stop in range(number):
            (drop,) = drive.stops[stop]["drops"]
            assert drive.halt(stop, **{drop["delivery_id"]: "delivered_to_recipient"}).status_code == 201
        last = drive.stops[-1]["drops"][0]["delivery_id"]
        link = trade.post(f"/v1/deliveries/{last}/tracking-links", {}).json["token"]
        assert trade.call("GET", f"/v1/track/{link}").json["arrival"]["stops_before"] == 2
        wrong = drive.halt(number, **{last: "picked_up"})
        assert (problem(wrong), pointers(wrong)) == ((422, "outcomes-do-not-fit"), ["/outcomes/0/outcome"])
        done = drive.report(number, "done")
        assert (done.status_code, done.json["stop"]["state"]) == (201, "done")
        assert trade.call("GET", f"/v1/track/{link}").json["arrival"]["stops_before"] == 1
        for stop in range(number + 1, 5):
            (drop,) = drive.stops[stop]["drops"]
            assert drive.halt(stop, **{drop["delivery_id"]: "delivered_to_recipient"}).status_code == 201
        assert {trade.state(name) for name in each} == {"delivered"}


class TestRoundsWithTrips:
    def test_take_no_further_stop_in_between(self, trade: Trade) -> None:
        house = trade.house
        fetching, free = house.shift(), house.shift(start_place=rows.near(40_000), end_place=None)
        trade.delivery(900, pickup=bakery())
        trade.planned(fetching)

        def day(*, until: datetime) -> list[Round]:
            with Sessions() as session:
                return rounds(session, carrier_id=house.carrier.id, starts_at=house.now, ends_at=until)

        assert [round_.shift.id for round_ in day(until=house.now + minutes(600))] == [free.id]
        house.change(Shift, free.id, cancelled_at=house.now)
        with pytest.raises(NothingDriven, match="pickups"):
            day(until=house.now + minutes(600))

    def test_are_not_made_anew_before_they_are_done(self, trade: Trade) -> None:
        fetched = trade.delivery(900, pickup=bakery())
        plain = trade.delivery(300)
        drive = trade.published(trade.house.shift())
        plan_id = trade.call("GET", f"/v1/routes/{drive.route_id}").json["plan_id"]
        anew = f"/v1/plans/{plan_id}/replan"

        refused = trade.post(anew, {})
        order = trade.call("POST", "/v1/driver/route/order", {}, by=drive.driver_id)

        assert problem(refused) == (409, "round-has-trips"), refused.json
        assert refused.json["route_ids"] == [str(drive.route_id)]
        assert problem(order) == (409, "round-has-trips"), order.json
        assert drive.halt(drive.kinds.index("pickup"), **{fetched: "picked_up"}).status_code == 201
        new = trade.delivery(400, pickup=bakery())
        late = trade.post(anew, {"delivery_ids": [new]})
        assert (problem(late), late.json["delivery_ids"]) == ((409, "round-has-trips"), [new])
        assert trade.post(anew, {}).status_code == 202
        assert trade.state(plain) == "out_for_delivery"


class TestWhatIsAsked:
    def test_is_kept_changed_and_taken_away(self, trade: Trade) -> None:
        asked = bakery(service_s=60, access_notes="Back door", contact_name="Aino", contact_phone="+358401234567")
        made = trade.post("/v1/deliveries", trade.body(900, pickup=asked))
        path = made.headers["Location"]

        def patch(body: Any) -> Answer:
            return trade.call("PATCH", path, body, **{"If-Match": trade.call("GET", path).headers["ETag"]})

        assert {name: made.json["pickup"][name] for name in asked} == asked
        assert made.json["pickup"]["windows"] == []
        moved = patch({"pickup": bakery(700)})
        assert (moved.status_code, moved.json["pickup"]["contact_name"]) == (200, None), moved.json
        assert moved.json["pickup"]["address"]["place"]["coordinates"] == at(700)["coordinates"]
        other = patch({"pickup": bakery(900)})
        assert (problem(other), pointers(other)) == ((422, "terms-contradict"), ["/pickup/address"])
        beside = patch({"alternatives": [{"address": {"place": at(50)}}]})
        assert (problem(beside), pointers(beside)) == ((422, "terms-contradict"), ["/alternatives"])
        onto = patch({"address": {"place": at(700)}})
        assert (problem(onto), pointers(onto)) == ((422, "terms-contradict"), ["/pickup/address"])
        assert trade.call("GET", path).json["pickup"] == moved.json["pickup"]
        gone = patch({"pickup": None})
        assert (gone.status_code, gone.json["pickup"]) == (200, None)
        assert trade.call("GET", path).json["pickup"] is None

    def test_cannot_be_changed_once_it_is_promised(self, trade: Trade) -> None:
        fetched = trade.delivery(900, pickup=bakery())
        trade.published(trade.house.shift())
        path = f"/v1/deliveries/{fetched}"

        answer = trade.call("PATCH", path, {"pickup": None}, **{"If-Match": trade.call("GET", path).headers["ETag"]})

        assert (problem(answer), pointers(answer)) == ((409, "planned-already"), ["/pickup"])
        assert trade.call("GET", path).json["pickup"] is not None

    @pytest.mark.parametrize(
        ("wrong", "name", "pointer"),
        [
            ({"pickup": {}}, "invalid-request", "/pickup/address"),
            ({"pickup": bakery(service_s=-1)}, "invalid-request", "/pickup/service_s"),
            ({"pickup": bakery(contact_phone="x")}, "invalid-request", "/pickup/contact_phone"),
            ({"pickup": bakery(wings=2)}, "invalid-request", "/pickup/wings"),
            ({"pickup": {"address": {}}}, "address-missing", "/pickup/address"),
            ({"pickup": bakery(900)}, "terms-contradict", "/pickup/address"),
            (
                {"pickup": bakery(windows=[{"starts_at": "2026-06-16T10:00:00Z", "ends_at": "2026-06-16T09:00:00Z"}])},
                "windows-invalid",
                "/pickup/windows/0/ends_at",
            ),
        ],
    )
    def test_of_a_pickup_is_refused_by_field(
        self, trade: Trade, wrong: dict[str, Any], name: str, pointer: str
    ) -> None:
        answer = trade.post("/v1/deliveries", trade.body(900, **wrong))

        assert (problem(answer), pointers(answer)) == ((422, name), [pointer]), answer.json
        with Sessions() as session:
            assert session.scalars(select(Delivery.id)).all() == []

    def test_lies_in_the_city(self, trade: Trade) -> None:
        with Sessions.begin() as session:
            factories.city(session)
        shift = trade.house.shift()
        far = {"type": "Point", "coordinates": [25.5, 60.17]}

        fetched = trade.post("/v1/deliveries", trade.body(900, pickup={"address": {"text": "Far", "place": far}}))
        path = f"/v1/shifts/{shift.id}"
        etag = trade.call("GET", path).headers["ETag"]
        load = {"reloads": {"duration_s": 60, "place": far}}
        loading = trade.call("PATCH", path, load, **{"If-Match": etag})

        assert (problem(fetched), pointers(fetched)[0][:15]) == ((422, "outside-city"), "/pickup/address")
        assert (problem(loading), pointers(loading)) == ((422, "outside-city"), ["/reloads/place"])

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({}, "/reloads/duration_s"),
            ({"duration_s": 60, "most": 0}, "/reloads/most"),
            ({"duration_s": 60, "most": 11}, "/reloads/most"),
            ({"duration_s": -1}, "/reloads/duration_s"),
        ],
    )
    def test_of_reloads_is_refused_by_field(self, trade: Trade, wrong: dict[str, Any], pointer: str) -> None:
        path = f"/v1/shifts/{trade.house.shift().id}"
        etag = trade.call("GET", path).headers["ETag"]

        answer = trade.call("PATCH", path, {"reloads": wrong}, **{"If-Match": etag})

        assert (problem(answer), pointers(answer)) == ((422, "invalid-request"), [pointer]), answer.json
        assert trade.call("GET", path).json["reloads"] is None

    def test_of_reloads_is_kept_and_taken_away(self, trade: Trade) -> None:
        path = f"/v1/shifts/{trade.house.shift().id}"

        def patch(reloads: Any) -> Answer:
            etag = trade.call("GET", path).headers["ETag"]
            return trade.call("PATCH", path, {"reloads": reloads}, **{"If-Match": etag}).json["reloads"]

        assert patch({"duration_s": 900}) == {"most": 1, "duration_s": 900, "place": None}
        whole = {"most": 3, "duration_s": 60, "place": at(100)}
        assert patch(whole) == trade.call("GET", path).json["reloads"] == whole
        assert patch(None) is None


class TestWhatPlanningReads:
    def test_counts_pickups_and_reloads(self, house: House) -> None:
        plain = house.delivery(300)
        fetched = [
            house.delivery(300, pickup=each)
            for each in (
                pickup(500),
                pickup(600),
                pickup(500, service_s=9),
                pickup(500, written_windows=[{"starts_at": text(house.now), "ends_at": text(house.now + minutes(5))}]),
            )
        ]
        shift = house.shift()
        with Sessions() as session:
            found = by_ids(session, [plain.id, *(each.id for each in fetched)])
            ours = [given_delivery(each) for each in found]
            (laid_out,) = shifts_by_ids(session, [shift.id], carrier_id=shift.carrier_id)
            seen = {fingerprint(given_shift(laid_out))}
            for reloads in (Reloads(1, 60), Reloads(2, 60), Reloads(1, 90), Reloads(1, 60, rows.near(5))):
                laid_out.reloads = reloads
                seen.add(fingerprint(given_shift(laid_out)))
            session.rollback()
        assert len(seen) == 5
        assert len({fingerprint(_as_one(each)) for each in ours}) == len(ours)

    def test_keeps_apart_what_is_fetched_elsewhere(self, house: House) -> None:
        one, two, other = (
            house.delivery(300, recipient_name="Aino", pickup=pickup(metres)) for metres in (500, 500, 600)
        )
        with Sessions() as session:
            given = [given_delivery(each) for each in by_ids(session, [one.id, two.id, other.id])]
            (laid_out,) = shifts_by_ids(session, [house.shift().id], carrier_id=house.carrier.id)
            found = halts(given, shifts=[given_shift(laid_out)])

        fetching = {frozenset(each.id for each in halt.deliveries) for halt in found if halt.fetching}
        assert fetching == {frozenset({one.id, two.id}), frozenset({other.id})}
        assert len(found) == 4


def _as_one(given: Any) -> Any:
    return replace(given, id=UUID(int=0), contact=("", None, None))
