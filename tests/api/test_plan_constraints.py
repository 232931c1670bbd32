"""Everything that a plan can be asked for goes in, comes back as it went, and is refused by field where it is wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.models import Person, Role
from api.unit import App
from kernel.ids import new_id
from routing import claiming, requesting
from routing.models import Objective
from routing.solving.problem import Balance, Measure
from routing.traffic import Spell
from tests import factories
from tests import routing_rows as rows
from tests.api.test_plans import DEPOT, Desk, desk, pointers, problem

__all__ = ["desk"]
LOCKER = {"type": "Point", "coordinates": [24.95, 60.17]}


@pytest.fixture
def driver(desk: Desk) -> Person:
    return factories.person(desk.session, role=Role.DRIVER, organisation=desk.carrier)


def body(desk: Desk, **given: Any) -> dict[str, Any]:
    sent = {
        "merchant_id": str(desk.merchant.id),
        "recipient": {"name": "Aino Virtanen"},
        "address": {"text": "Aleksanterinkatu 9", "place": DEPOT},
        "parcels": [{"weight_g": 1200}],
    }
    return sent | given


def window(desk: Desk, starts: float, ends: float) -> dict[str, str]:
    return {"starts_at": zulu(desk, starts), "ends_at": zulu(desk, ends)}


def zulu(desk: Desk, hours: float) -> str:
    return (desk.now + timedelta(hours=hours)).isoformat().replace("+00:00", "Z")


class TestADelivery:
    def test_keeps_all_that_it_asks_of_the_plan(self, desk: Desk, driver: Person) -> None:
        asked = {
            "windows": [window(desk, 1, 3), window(desk, 5, 7)],
            "preferred_window": window(desk, 1, 2),
            "required_skills": ["cooled", "two_people"],
            "excluded_skills": ["noisy"],
            "setup_s": 180,
            "priority": 60,
            "preferred_driver_id": str(desk.driver.id),
            "refused_driver_ids": [str(driver.id)],
            "collects": {"parcels": 1, "weight_g": 500},
        }
        elsewhere = {
            "address": {"text": "Locker 7", "place": LOCKER},
            "windows": [window(desk, 8, 12)],
            "service_s": 30,
            "access_notes": "Code 99",
        }

        made = desk.post("/v1/deliveries", body(desk, **asked, alternatives=[elsewhere]))

        assert made.status_code == 201, made.json
        assert {name: made.json[name] for name in asked} == asked
        (alternative,) = made.json["alternatives"]
        assert {name: alternative[name] for name in elsewhere} == elsewhere
        assert desk.get(made.headers["Location"]).json == made.json

    def test_asks_for_nothing_by_default(self, desk: Desk) -> None:
        made = desk.post("/v1/deliveries", body(desk)).json

        assert (made["priority"], made["setup_s"], made["preferred_window"], made["alternatives"]) == (None,) * 3 + (
            [],
        )
        assert (made["required_skills"], made["refused_driver_ids"], made["collects"]) == ([], [], {})

    def test_changes_what_is_named_and_replaces_lists(self, desk: Desk) -> None:
        places = [{"address": {"place": LOCKER}}, {"address": {"place": DEPOT}}]
        made = desk.post("/v1/deliveries", body(desk, penalty_s=60, alternatives=places, required_skills=["cooled"]))
        change = {
            "priority": 10,
            "alternatives": [{"address": {"text": "Office", "place": DEPOT}}],
            "preferred_driver_id": str(desk.driver.id),
            "preferred_window": window(desk, 1, 2),
            "required_skills": [],
        }

        changed = desk.patch(made.headers["Location"], change, made.headers["ETag"])

        assert changed.status_code == 200, changed.json
        assert (changed.json["priority"], changed.json["penalty_s"]) == (10, None)
        assert [each["address"]["text"] for each in changed.json["alternatives"]] == ["Office"]
        assert changed.json["preferred_driver_id"] == str(desk.driver.id)
        assert (changed.json["required_skills"], changed.json["preferred_window"]) == ([], window(desk, 1, 2))
        again = desk.patch(made.headers["Location"], {"penalty_s": 90}, changed.headers["ETag"])
        assert (again.json["priority"], again.json["penalty_s"]) == (None, 90)
        assert desk.get(made.headers["Location"]).json == again.json

    @pytest.mark.parametrize(
        ("wrong", "name", "pointer"),
        [
            ({"priority": 101}, "invalid-request", "/priority"),
            ({"setup_s": -1}, "invalid-request", "/setup_s"),
            ({"required_skills": ["Cooled"]}, "invalid-request", "/required_skills/0"),
            ({"collects": {"doors": 1}}, "invalid-request", "/collects/doors"),
            ({"refused_driver_ids": ["x"]}, "invalid-request", "/refused_driver_ids/0"),
            ({"alternatives": [{"windows": []}]}, "invalid-request", "/alternatives/0/address"),
            ({"alternatives": [{"address": {}}]}, "address-missing", "/alternatives/0/address"),
            ({"penalty_s": 1, "priority": 1}, "terms-contradict", "/priority"),
            ({"required_skills": ["a"], "excluded_skills": ["b", "a"]}, "terms-contradict", "/excluded_skills/0"),
            ({"refused_driver_ids": [str(new_id())]}, "unknown-drivers", "/refused_driver_ids/0"),
            ({"preferred_driver_id": str(new_id())}, "unknown-drivers", "/preferred_driver_id"),
        ],
    )
    def test_that_makes_no_sense_is_refused_by_field(
        self, desk: Desk, wrong: dict[str, Any], name: str, pointer: str
    ) -> None:
        made = desk.post("/v1/deliveries", body(desk))

        for answer in (
            desk.post("/v1/deliveries", body(desk, **wrong)),
            desk.patch(made.headers["Location"], wrong, made.headers["ETag"]),
        ):
            assert (problem(answer), pointers(answer)) == ((422, name), [pointer]), answer.json
        assert desk.get(made.headers["Location"]).json == made.json

    def test_names_times_and_people_that_contradict_each_other(self, desk: Desk) -> None:
        backwards, driver = window(desk, 3, 2), str(desk.driver.id)
        cases = {
            ("terms-contradict", "/preferred_window/ends_at"): {"preferred_window": backwards},
            ("terms-contradict", "/preferred_driver_id"): {
                "preferred_driver_id": driver,
                "refused_driver_ids": [driver],
            },
            ("windows-invalid", "/alternatives/0/windows/0/ends_at"): {
                "alternatives": [{"address": {"place": DEPOT}, "windows": [backwards]}]
            },
        }
        for (name, pointer), wrong in cases.items():
            answer = desk.post("/v1/deliveries", body(desk, **wrong))
            assert (problem(answer), pointers(answer)) == ((422, name), [pointer]), answer.json

    def test_does_not_know_the_drivers_of_others(self, desk: Desk) -> None:
        stranger = factories.person(desk.session, role=Role.DRIVER)

        answer = desk.post("/v1/deliveries", body(desk, refused_driver_ids=[str(stranger.id)]))

        assert problem(answer) == (422, "unknown-drivers")

    def test_in_a_batch_costs_the_others_nothing(self, desk: Desk) -> None:
        bad = body(desk, alternatives=[{"address": {"place": DEPOT}}, {"address": {}}])
        good = body(desk, alternatives=[{"address": {"place": LOCKER}}])

        answer = desk.post("/v1/deliveries/batch", {"deliveries": [bad, good]})

        refused, made = answer.json["items"]
        assert refused["problem"]["errors"][0]["pointer"] == "/deliveries/0/alternatives/1/address"
        assert made["delivery"]["alternatives"][0]["address"]["place"] == LOCKER


class TestAVehicle:
    def test_keeps_what_it_can_and_costs(self, desk: Desk) -> None:
        asked = {"skills": ["cooled"], "kerb_side": True, "fixed_cost": 900, "cost_per_h": 4000, "cost_per_km": 60}

        made = desk.post("/v1/vehicles", {"name": "Van", "profile": "car"} | asked)

        assert {name: made.json[name] for name in asked} == asked
        change = {"skills": [], "kerb_side": False, "cost_per_km": 0}
        changed = desk.patch(made.headers["Location"], change, made.headers["ETag"])
        assert {name: changed.json[name] for name in asked} == asked | change
        assert desk.get(made.headers["Location"]).json == changed.json

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"skills": ["no spaces"]}, "/skills/0"),
            ({"skills": [7]}, "/skills/0"),
            ({"kerb_side": 1}, "/kerb_side"),
            ({"fixed_cost": -1}, "/fixed_cost"),
            ({"cost_per_km": 0.5}, "/cost_per_km"),
        ],
    )
    def test_that_makes_no_sense_is_refused_by_field(self, desk: Desk, wrong: dict[str, Any], pointer: str) -> None:
        answer = desk.post("/v1/vehicles", {"name": "Van", "profile": "car"} | wrong)

        assert (answer.status_code, pointers(answer)) == (422, [pointer])


class TestAShift:
    def pause(self, desk: Desk, earliest: float, latest: float, duration_s: int = 900) -> dict[str, Any]:
        return {"earliest_at": zulu(desk, earliest), "latest_at": zulu(desk, latest), "duration_s": duration_s}

    def test_keeps_its_breaks_skills_and_limits(self, desk: Desk) -> None:
        asked = {
            "breaks": [self.pause(desk, 2, 3), self.pause(desk, 4, 5, 1800)],
            "skills": ["two_people"],
            "max_duration_s": 20_000,
            "max_distance_m": 60_000,
            "max_stops": 40,
        }

        made = desk.post("/v1/shifts", desk.shift_body(**asked))

        assert made.status_code == 201, made.json
        assert {name: made.json[name] for name in asked} == asked
        change = {"breaks": asked["breaks"][1:], "max_stops": None}
        changed = desk.patch(made.headers["Location"], change, made.headers["ETag"])
        assert {name: changed.json[name] for name in asked} == asked | change
        assert desk.get(made.headers["Location"]).json == changed.json

    def test_that_makes_no_sense_is_refused_by_field(self, desk: Desk) -> None:
        cases = {
            "/breaks/1": {"breaks": [self.pause(desk, 4, 5), self.pause(desk, 2, 3)]},
            "/breaks/1/latest_at": {"breaks": [self.pause(desk, 4, 4, 3600), self.pause(desk, 4, 4.5)]},
            "/breaks/0/duration_s": {"breaks": [self.pause(desk, 2, 3, 0)]},
            "/max_stops": {"max_stops": 0},
            "/max_duration_s": {"max_duration_s": 100_000},
            "/skills/0": {"skills": ["?"]},
        }
        for pointer, wrong in cases.items():
            answer = desk.post("/v1/shifts", desk.shift_body(**wrong))
            assert (answer.status_code, pointers(answer)) == (422, [pointer]), answer.json


class TestAPlan:
    def ask(self, desk: Desk, **given: Any) -> Any:
        shift_id = str(desk.shift().id)
        return desk.post("/v1/plans", {"shift_ids": [shift_id]} | given)

    def test_keeps_what_was_asked_of_it_and_solves_by_it(self, desk: Desk) -> None:
        shift = desk.shift()
        each = rows.delivery(desk.session, merchant=desk.merchant, now=desk.now)
        asked = {
            "objective": "fewest_vehicles",
            "balance": {"measure": "stops", "cost": 60},
            "traffic": [{"from": "07:00", "until": "09:30", "factor": 1.4, "profiles": ["car", "bicycle"]}],
            "zone": "Europe/Stockholm",
            "setup_s": 120,
            "early_cost_per_h": 600,
            "late_cost_per_h": 1200,
            "preference_cost": 300,
            "familiarity_cost": 150,
            "allowed_shifts": [{"delivery_id": str(each.id), "shift_ids": [str(shift.id)]}],
        }

        made = desk.post("/v1/plans", {"shift_ids": [str(shift.id)], **asked})

        assert made.status_code == 202, made.json
        assert {name: made.json[name] for name in asked} == asked
        watched = desk.get(made.headers["Location"]).json
        assert {name: watched[name] for name in asked} == asked
        wishes = claiming.claim(desk.session, made.json["id"], now=desk.now).wishes
        assert wishes.objective is Objective.FEWEST_VEHICLES
        assert wishes.balance == Balance(measure=Measure.STOPS, cost=60)
        assert [(spell.from_min, spell.until_min, spell.percent) for spell in wishes.traffic] == [(420, 570, 140)]
        assert all(isinstance(spell, Spell) for spell in wishes.traffic)
        assert wishes.allowed_shifts == {each.id: (shift.id,)}
        assert (wishes.zone, wishes.setup_s, wishes.familiarity_cost) == ("Europe/Stockholm", 120, 150)

    def test_saves_time_in_the_zone_of_its_deliveries_by_default(self, desk: Desk) -> None:
        rows.delivery(desk.session, merchant=desk.merchant, now=desk.now)

        made = self.ask(desk).json

        assert (made["objective"], made["zone"], made["traffic"], made["balance"]) == (
            "least_time",
            "Europe/Helsinki",
            [],
            None,
        )

    def test_that_makes_no_sense_is_refused_by_field(self, desk: Desk) -> None:
        each = rows.delivery(desk.session, merchant=desk.merchant, now=desk.now)
        morning = {"from": "07:00", "until": "09:00", "factor": 1.5}
        only = {"delivery_id": str(each.id), "shift_ids": [str(new_id())]}
        cases: dict[str, dict[str, Any]] = {
            "/objective": {"objective": "cheapest"},
            "/balance/measure": {"balance": {"measure": "money", "cost": 1}},
            "/balance/cost": {"balance": {"measure": "time", "cost": -1}},
            "/traffic/0/from": {"traffic": [morning | {"from": "7:00"}]},
            "/traffic/0/until": {"traffic": [morning | {"until": "06:00"}]},
            "/traffic/0/factor": {"traffic": [morning | {"factor": 0}]},
            "/traffic/0/profiles/0": {"traffic": [morning | {"profiles": ["rocket"]}]},
            "/traffic/1": {"traffic": [morning, morning | {"from": "08:59", "until": "24:00"}]},
            "/zone": {"zone": "Europe/Nowhere"},
            "/setup_s": {"setup_s": -1},
            "/familiarity_cost": {"familiarity_cost": "5"},
            "/allowed_shifts/0/shift_ids/0": {"allowed_shifts": [only]},
            "/allowed_shifts/0/delivery_id": {
                "allowed_shifts": [only | {"delivery_id": str(new_id()), "shift_ids": [str(desk.shift().id)]}]
            },
            "/allowed_shifts/1/delivery_id": {"allowed_shifts": [only, only]},
        }
        for pointer, wrong in cases.items():
            answer = self.ask(desk, **wrong)
            assert answer.status_code == 422, pointer
            assert pointer in pointers(answer), answer.json
        assert desk.get("/v1/plans").json["items"] == []

    def test_takes_ten_thousand_deliveries_and_not_one_more(self, desk: Desk) -> None:
        rows.delivery(desk.session, merchant=desk.merchant, now=desk.now)
        many = [str(new_id()) for _ in range(10_001)]

        answer = self.ask(desk, delivery_ids=many)

        assert requesting.MOST_DELIVERIES == 10_000
        assert (problem(answer), pointers(answer)) == ((422, "too-many-deliveries"), ["/delivery_ids"])
        assert problem(self.ask(desk, delivery_ids=many[:-1])) == (422, "unknown-deliveries")

    def test_needs_a_shift(self, desk: Desk) -> None:
        answer = desk.post("/v1/plans", {"shift_ids": []})

        assert (problem(answer), pointers(answer)) == ((422, "invalid-request"), ["/shift_ids"])


class TestARoute:
    def test_shows_the_place_that_was_chosen(self, desk: Desk, client: FlaskClient, app: App, session: Session) -> None:
        made = desk.post("/v1/deliveries", body(desk, alternatives=[{"address": {"text": "Locker", "place": LOCKER}}]))
        from deliveries.models import Delivery

        each = session.get_one(Delivery, made.json["id"])
        route = rows.published_route(session, on=desk.shift(), stops=[[each]], now=desk.now)
        route.stops[0].drops[0].alternative_id = made.json["alternatives"][0]["id"]
        session.flush()
        session.expunge_all()

        (drop,) = desk.get(f"/v1/routes/{route.id}").json["stops"][0]["drops"]

        assert drop["address"] == {"text": "Locker", "place": LOCKER}
        assert drop["alternative_id"] == made.json["alternatives"][0]["id"]
