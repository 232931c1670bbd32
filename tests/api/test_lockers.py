"""A locker's device over HTTP: what it may know, which codes open, and what it tells, late and in any order."""

from __future__ import annotations

from datetime import timedelta
from itertools import count, permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.models import ApiKey, Organisation, Role
from api.unit import App
from deliveries.models import Delivery, DeliveryState
from kernel import clock
from kernel.facts import FactRow
from pickup_points.lockers.models import LockerEvent
from pickup_points.models import Compartment, LockerDevice, Rent, RentState, Stay, StayState
from pickup_points.room.reserving import reserve
from pickup_points.stays import issuing
from tests import factories
from tests.factories import bearer, person
from tests.pickup_points.locker_rows import locker, parcel

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Locker:
    """A locker with an installed device, and what it says of itself."""

    def __init__(self, app: App, client: FlaskClient, session: Session, doors: dict[str, int]) -> None:
        self.client, self.session = client, session
        self.shop = factories.merchant(session)
        self.carrier = session.get_one(Organisation, self.shop.served_by)
        self.point = locker(session, doors, carrier=self.carrier)
        self.admin = bearer(app, person(session, role=Role.ADMIN, organisation=self.carrier))
        self.app = app
        self.installed = self.install()
        self.headers = self.signed_in()
        self.sequence = count(1)
        self.now = clock.now()

    def install(self) -> Any:
        return self.client.post(f"/v1/pickup-points/{self.point.id}/device", headers=self.admin).json

    def signed_in(self) -> dict[str, str]:
        key = self.session.get_one(ApiKey, self.session.get_one(LockerDevice, self.point.id).api_key_id)
        return bearer(self.app, key)

    def replace(self) -> None:
        self.installed = self.install()
        self.headers = self.signed_in()

    def door(self, name: str) -> Compartment:
        return self.session.scalars(
            select(Compartment).where(Compartment.point_id == self.point.id, Compartment.name == name)
        ).one()

    def expect(self, *, days: int = 1) -> tuple[Delivery, Stay, Rent]:
        """A delivery on its way here, its stay and the door that is kept for it."""
        delivery = factories.delivery(self.session, merchant=self.shop, state=DeliveryState.OUT_FOR_DELIVERY)
        stay = factories.stay(self.session, point=self.point, of=delivery)
        span = {"starts_at": self.now - HOUR, "ends_at": self.now + days * DAY}
        (rent,) = reserve(
            self.session, self.point, [parcel()], **span, hold_id=None, delivery_id=delivery.id, now=self.now
        )
        return delivery, stay, rent

    def event(self, kind: str, stay: Stay | None = None, door: str | None = None, **given: Any) -> dict[str, Any]:
        return {
            "id": str(uuid4()),
            "sequence": next(self.sequence),
            "kind": kind,
            "device_time": self.now.isoformat(),
            "compartment_id": str(self.door(door).id) if door else None,
            "parcel_ids": [str(stay.parcel_id)] if stay else [],
        } | given

    def tell(self, *events: dict[str, Any]) -> list[str]:
        answer = self.client.post(f"/v1/lockers/{self.point.id}/events", json={"events": events}, headers=self.headers)
        assert answer.json is not None
        return [item["verdict"] for item in answer.json["items"]]

    def check(self, code: str) -> TestResponse:
        return self.client.post(f"/v1/lockers/{self.point.id}/code-checks", json={"code": code}, headers=self.headers)

    def manifest(self) -> Any:
        return self.client.get(f"/v1/lockers/{self.point.id}/manifest", headers=self.headers).json

    def name_of(self, rent_id: UUID | None) -> str:
        return self.session.scalars(
            select(Compartment.name).join(Rent, Rent.compartment_id == Compartment.id).where(Rent.id == rent_id)
        ).one()


@pytest.fixture
def at(app: App, client: FlaskClient, session: Session) -> Locker:
    return Locker(app, client, session, {"S": 3})


def kind(answer: TestResponse) -> Any:
    return answer.json["type"]  # type: ignore[index]


class TestDevice:
    def test_is_online_while_it_is_heard_of(self, at: Locker, session: Session) -> None:
        status = f"/v1/pickup-points/{at.point.id}/device"
        assert at.client.get(status, headers=at.admin).json["online"] is False  # type: ignore[index]
        beaten = at.client.post(f"/v1/lockers/{at.point.id}/heartbeats", json={"firmware": "4.2"}, headers=at.headers)
        assert beaten.status_code == 200
        told = at.client.get(status, headers=at.admin).json
        assert told is not None
        assert (told["online"], told["firmware"]) == (True, "4.2")
        session.get_one(LockerDevice, at.point.id).last_seen_at = at.now - HOUR
        session.flush()
        assert at.client.get(status, headers=at.admin).json["online"] is False  # type: ignore[index]

    def test_speaks_for_its_own_point_only(self, at: Locker, app: App, client: FlaskClient, session: Session) -> None:
        other = Locker(app, client, session, {"S": 1})
        answer = client.get(f"/v1/lockers/{other.point.id}/manifest", headers=at.headers)
        assert kind(answer) == "/problems/locker-not-found"

    def test_is_shut_out_by_the_next_one(self, at: Locker) -> None:
        before = at.installed
        after = at.install()
        assert after["rotation"] == before["rotation"] + 1
        assert after["code_key"] != before["code_key"]
        answer = at.client.get(f"/v1/lockers/{at.point.id}/manifest", headers=at.headers)
        assert answer.status_code == 401

    def test_is_not_for_a_counter(self, at: Locker, session: Session) -> None:
        counter = factories.pickup_point(session, carrier=at.carrier)
        answer = at.client.post(f"/v1/pickup-points/{counter.id}/device", headers=at.admin)
        assert kind(answer) == "/problems/not-a-locker"

    def test_tells_which_doors_stand_open(self, at: Locker) -> None:
        at.tell(at.event("opened", door="1"), at.event("opened", door="2"), at.event("closed", door="1"))
        status = at.client.get(f"/v1/pickup-points/{at.point.id}/device", headers=at.admin).json
        assert status is not None
        assert status["open_doors"] == ["2"]


class TestManifest:
    def test_names_doors_and_parcels_and_no_person(self, at: Locker) -> None:
        delivery, stay, rent = at.expect()
        told = at.manifest()
        (kept,) = told["kept"]
        assert kept["compartment_id"] == str(rent.compartment_id)
        assert [each["id"] for each in kept["parcels"]] == [str(stay.parcel_id)]
        assert kept["collect_until"] is None
        assert told["code_key"] == at.installed["code_key"]
        assert delivery.recipient_name not in str(told)


class TestDropped:
    def test_checks_in_and_makes_ready_at_once(self, at: Locker, session: Session) -> None:
        delivery, stay, rent = at.expect()
        assert at.tell(at.event("dropped", stay, at.name_of(rent.id))) == ["done"]
        for row in (delivery, stay, rent):
            session.refresh(row)
        assert (stay.state, rent.state) == (StayState.READY, RentState.OCCUPIED)
        assert delivery.state is DeliveryState.AT_POINT

    def test_counts_once_however_often_it_is_told(self, at: Locker, session: Session) -> None:
        _, stay, rent = at.expect()
        event = at.event("dropped", stay, at.name_of(rent.id))
        assert at.tell(event, event) == ["done", "done"]
        assert at.tell(event) == ["known"]
        assert len(session.scalars(select(LockerEvent)).all()) == 1

    def test_behind_the_wrong_door_is_known_to_be_there(self, at: Locker, session: Session) -> None:
        _, stay, rent = at.expect()
        wrong = next(name for name in "123" if name != at.name_of(rent.id))
        at.tell(at.event("dropped", stay, wrong))
        session.refresh(stay)
        session.refresh(rent)
        assert at.name_of(stay.rent_id) == wrong
        assert rent.state is RentState.RELEASED
        kinds = session.scalars(select(FactRow.kind).where(FactRow.aggregate_id == stay.delivery_id)).all()
        assert "parcel.misplaced" in kinds

    def test_behind_a_door_that_another_reserved_moves_that(self, at: Locker, session: Session) -> None:
        _, stay, _ = at.expect()
        _, other, others = at.expect()
        wrong = at.name_of(others.id)
        at.tell(at.event("dropped", stay, wrong))
        session.refresh(other)
        assert other.rent_id != others.id
        assert at.name_of(other.rent_id) != wrong

    def test_behind_a_door_with_anothers_parcel_is_a_problem(self, at: Locker, session: Session) -> None:
        _, first, rent = at.expect()
        _, second, _ = at.expect()
        name = at.name_of(rent.id)
        assert at.tell(at.event("dropped", first, name), at.event("dropped", second, name)) == ["done", "refused"]
        assert [event.verdict for event in session.scalars(select(LockerEvent).order_by(LockerEvent.sequence))] == [
            "done",
            "DoorHasAnothers",
        ]

    def test_is_put_right_by_moving_it(self, at: Locker, session: Session) -> None:
        _, stay, rent = at.expect()
        right = at.name_of(rent.id)
        wrong = next(name for name in "123" if name != right)
        at.tell(at.event("dropped", stay, wrong), at.event("moved", stay, right))
        session.refresh(stay)
        assert at.name_of(stay.rent_id) == right
        live = session.scalars(select(Rent).where(Rent.state != RentState.RELEASED)).all()
        assert [rent.id for rent in live] == [stay.rent_id]

    def test_of_a_parcel_that_is_not_for_here_is_a_problem(self, at: Locker) -> None:
        stranger = at.event("dropped", door="1", parcel_ids=[str(uuid4())])
        assert at.tell(stranger, at.event("closed", door="1")) == ["refused", "done"]


class TestOrder:
    @pytest.mark.parametrize("order", list(permutations(range(3))))
    def test_of_arrival_does_not_matter(self, at: Locker, session: Session, order: tuple[int, ...]) -> None:
        _, stay, rent = at.expect()
        wrong = next(name for name in "123" if name != at.name_of(rent.id))
        events = [
            at.event("dropped", stay, at.name_of(rent.id)),
            at.event("moved", stay, wrong),
            at.event("collected", stay, wrong),
        ]
        for index in order:
            at.tell(events[index])
        session.refresh(stay)
        assert stay.state is StayState.COLLECTED
        assert session.scalars(select(Rent.state).distinct()).all() == [RentState.RELEASED]

    @pytest.mark.parametrize("order", list(permutations(range(3))))
    def test_of_moves_leaves_it_where_it_was_put_last(
        self, at: Locker, session: Session, order: tuple[int, ...]
    ) -> None:
        _, stay, _ = at.expect()
        events = [at.event("dropped", stay, "1"), at.event("moved", stay, "2"), at.event("moved", stay, "3")]
        for index in order:
            at.tell(events[index])
        session.refresh(stay)
        assert at.name_of(stay.rent_id) == "3"
        assert len(session.scalars(select(Rent).where(Rent.state != RentState.RELEASED)).all()) == 1

    def test_begins_anew_with_the_next_device(self, at: Locker, session: Session) -> None:
        _, stay, rent = at.expect()
        at.tell(at.event("dropped", stay, at.name_of(rent.id), sequence=900))
        at.replace()

        assert at.tell(at.event("collected", stay, at.name_of(rent.id), sequence=1)) == ["done"]
        session.refresh(stay)
        assert stay.state is StayState.COLLECTED


class Ready:
    """A parcel behind a door, ready to be collected."""

    def __init__(self, at: Locker) -> None:
        self.delivery, self.stay, rent = at.expect()
        self.door = at.name_of(rent.id)
        at.tell(at.event("dropped", self.stay, self.door))
        at.session.refresh(self.stay)
        self.code = issuing.code_of(at.session, self.stay)


class TestCode:
    def test_opens_the_recipients_door_and_no_other(self, at: Locker) -> None:
        mine, _ = Ready(at), Ready(at)
        answer = at.check(mine.code)
        assert answer.json is not None
        assert [door["name"] for door in answer.json["doors"]] == [mine.door]
        assert answer.json["parcel_ids"] == [str(mine.stay.parcel_id)]

    def test_is_nine_digits_and_kept_nowhere(self, at: Locker, session: Session) -> None:
        ready = Ready(at)
        assert ready.code.isdigit()
        assert len(ready.code) == 9
        assert ready.stay.code_digest != ready.code
        kept = [row.data for row in session.scalars(select(FactRow))]
        assert ready.code not in str(kept)

    def test_is_refused_when_its_day_is_over(self, at: Locker, session: Session) -> None:
        ready = Ready(at)
        ready.stay.expires_at = at.now - 2 * DAY
        session.flush()
        assert kind(at.check(issuing.code_of(session, ready.stay))) == "/problems/wrong-code"

    def test_is_another_when_the_stay_is_extended(self, at: Locker, session: Session) -> None:
        ready = Ready(at)
        assert ready.stay.expires_at is not None
        ready.stay.expires_at += 3 * DAY
        session.flush()
        assert issuing.code_of(session, ready.stay) != ready.code

    def test_of_another_point_is_named(self, at: Locker, app: App, client: FlaskClient, session: Session) -> None:
        ready = Ready(at)
        other = locker(session, {"S": 1}, carrier=at.carrier, name="Elsewhere")
        path = f"/v1/pickup-points/{other.id}/device"
        client.post(path, headers=at.admin)
        key = session.get_one(ApiKey, session.get_one(LockerDevice, other.id).api_key_id)
        for text in (ready.code, f"doorstep:{at.point.id}:{ready.code}"):
            answer = client.post(f"/v1/lockers/{other.id}/code-checks", json={"code": text}, headers=bearer(app, key))
            assert kind(answer) == "/problems/code-of-another-point"
            assert answer.json is not None
            assert answer.json["point_name"] == at.point.name

    def test_locks_after_five_wrong_ones(self, at: Locker) -> None:
        ready = Ready(at)
        wrong = [f"{(int(ready.code) + step) % 10**9:09}" for step in range(1, 6)]
        assert {kind(at.check(code)) for code in wrong} == {"/problems/wrong-code"}
        assert kind(at.check(ready.code)) == "/problems/codes-locked"

    def test_is_forgotten_with_the_key_before(self, at: Locker, session: Session) -> None:
        ready = Ready(at)
        at.install()
        session.refresh(ready.stay)
        assert issuing.code_of(session, ready.stay) != ready.code


class TestRecipient:
    def link(self, at: Locker, delivery: Delivery) -> str:
        made = at.client.post(f"/v1/deliveries/{delivery.id}/tracking-links", json={}, headers=at.admin)
        assert made.json is not None
        return f"/v1/track/{made.json['token']}"

    def test_sees_the_code_when_it_is_ready_and_not_before(self, at: Locker) -> None:
        delivery, _, _ = at.expect()
        path = self.link(at, delivery)
        before = at.client.get(path)
        assert before.json is not None
        assert before.json["collection"] is None
        assert kind(at.client.get(f"{path}/collection-code")) == "/problems/nothing-ready"

    def test_sees_what_opens_the_door(self, at: Locker) -> None:
        ready = Ready(at)
        path = self.link(at, ready.delivery)
        told = at.client.get(path).json
        assert told is not None
        assert (told["collection"]["code"], told["collection"]["doors"]) == (ready.code, [ready.door])
        assert at.check(told["collection"]["qr_text"]).status_code == 200

    @pytest.mark.parametrize(("form", "begins"), [("svg", b"<?xml"), ("png", b"\x89PNG")])
    def test_gets_it_as_a_picture(self, at: Locker, form: str, begins: bytes) -> None:
        path = self.link(at, Ready(at).delivery)
        picture = at.client.get(f"{path}/collection-code?format={form}")
        assert picture.data.startswith(begins)
        assert picture.headers["Cache-Control"] == "no-store"
