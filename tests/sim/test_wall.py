"""The locker of the demonstration, with those who come to it, against the real application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx
import pytest
from flask.testing import FlaskClient
from rich.console import Console
from sqlalchemy.orm import Session

from accounts.models import Organisation, Role
from api.unit import App
from deliveries.models import Delivery, DeliveryState
from kernel import clock
from pickup_points.models import PickupPoint
from sim import lockers
from sim.calls import Refused
from sim.clock import ServerClock
from sim.courier import Courier
from sim.day import Day, Wishes
from sim.diary import Diary
from sim.locker import CodeRefused
from sim.locker_errands import LockerErrands
from sim.ordering import Order, _draft
from sim.outbox import Outbox
from sim.phone import Phone
from sim.rounds import Round
from sim.signing_in import Credentials, Person
from sim.wall import COMES_AFTER_MIN, WALKS_FOR, Wall
from tests import factories, routing_rows
from tests.pickup_points.locker_rows import locker, point
from tests.sim.near import Hand, through
from tests.sim.test_courier import STEADY, ToldClock

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Passing(ToldClock):
    """Time passes when somebody sleeps, and the others have their turn meanwhile."""

    async def sleep_until(self, when: datetime) -> None:
        await super().sleep_until(when)
        await asyncio.sleep(0.05)


class Town:
    """A carrier with a locker of two doors, a kiosk beside it, and a courier who brings something there."""

    def __init__(self, app: App, client: FlaskClient, session: Session) -> None:
        self.app, self.client, self.session = app, client, session
        self.shop = factories.merchant(session)
        self.carrier = session.get_one(Organisation, self.shop.served_by)
        self.locker = locker(session, {"S": 2}, carrier=self.carrier, place=routing_rows.near(0))
        self.kiosk = point(session, carrier=self.carrier, place=routing_rows.near(300))
        self.now = clock.now()
        self.turned: list[timedelta] = []
        self.clock: ServerClock = Hand(at=datetime.now(UTC), speed=1.0, turned=self.turned)
        self.shift = routing_rows.shift(session, carrier=self.carrier, now=self.now)
        self.online = True

    def to(self, at: PickupPoint) -> Delivery:
        made = factories.delivery(self.session, merchant=self.shop, place=at.place)
        made.pickup_point_id = at.id
        factories.stay(self.session, point=at, of=made)
        return made

    def drive(self, *stops: list[Delivery]) -> None:
        route = routing_rows.published_route(self.session, on=self.shift, stops=stops, now=self.now)
        route.ends_at = route.departs_at + timedelta(hours=2)
        self.session.commit()

    def state_of(self, delivery: Delivery) -> DeliveryState:
        self.session.expire_all()
        return self.session.get_one(Delivery, delivery.id).state

    @asynccontextmanager
    async def day(self) -> AsyncIterator[Day]:
        async with httpx.AsyncClient(base_url="http://town", transport=through(self.client)) as client:
            yield Day(client, self.clock, Console(quiet=True), Wishes(gaps=False))

    def person(self, day: Day, role: Role) -> Person:
        known = factories.person(self.session, role=role, organisation=self.carrier)
        self.session.commit()
        return day.person(Credentials(known.email or "", factories.PASSWORD))

    def driver(self, day: Day) -> Person:
        return day.person(Credentials(self.shift.driver.email or "", factories.PASSWORD))

    async def open_up(self, day: Day, links: dict[str, str]) -> Wall:
        admin, dispatcher = self.person(day, Role.ADMIN), self.person(day, Role.DISPATCHER)
        await lockers.open_up(day, str(self.locker.id), admin=admin, dispatcher=dispatcher, links=links)
        wall = day.walls[str(self.locker.id)]
        wall.covered = lambda: self.online
        return wall


@pytest.fixture
def town(app: App, client: FlaskClient, session: Session) -> Town:
    return Town(app, client, session)


async def links_of(dispatcher: Person, *deliveries: Delivery) -> dict[str, str]:
    return {
        str(each.id): (await dispatcher.post(f"/v1/deliveries/{each.id}/tracking-links"))["token"]
        for each in deliveries
    }


class TestWall:
    def test_takes_parcels_in_and_gives_them_out_without_network(self, town: Town) -> None:
        one, two, three = (town.to(town.locker) for _ in range(3))
        town.drive([one, two, three])

        async def play() -> tuple[Wall, LockerErrands, Round]:
            async with town.day() as day:
                links = await links_of(town.person(day, Role.DISPATCHER), one, two, three)
                wall = await town.open_up(day, links)
                driver = town.driver(day)
                courier = LockerErrands(driver, day.walls)
                round_ = await courier.load(Round.read(await driver.get("/v1/driver/route")))
                await wall.look()  # it hears of what is kept for whom

                town.online = False
                for drop in (drop for stop in round_.stops for drop in stop.live_drops):
                    assert await courier.put_in(drop)
                await wall.look()
                assert not wall.comers  # nobody has been told yet

                town.online = True
                await wall.look()
                assert len(wall.comers) == 2
                town.turned.append(timedelta(minutes=COMES_AFTER_MIN[1]))
                await wall.look()  # the recipients look at their links

                town.online = False
                town.turned.append(WALKS_FOR)
                await wall.look()
                assert not wall.comers
                assert town.state_of(one) is not DeliveryState.COLLECTED
                town.online = True
                await wall.look()
                return wall, courier, round_

        wall, courier, round_ = asyncio.run(play())
        assert courier.loaded == {"reserved": 2, "redirected": 1}
        assert {key: wall.done[key] for key in wall.done if "code" not in key} == {
            "put in": 2,
            "collected": 2,
            "of them while it was offline": 2,
        }
        states = sorted(town.state_of(each) for each in (one, two, three))
        assert states == [DeliveryState.COLLECTED, DeliveryState.COLLECTED, DeliveryState.SCHEDULED]
        (elsewhere,) = (drop for stop in round_.stops for drop in stop.live_drops if drop.locker_id is None)
        assert elsewhere.at_point
        assert town.session.get_one(Delivery, elsewhere.delivery_id).pickup_point_id == town.kiosk.id

    def test_is_emptied_of_what_the_day_before_left(self, town: Town) -> None:
        one = town.to(town.locker)
        town.drive([one])

        async def play() -> Wall:
            async with town.day() as day:
                wall = await town.open_up(day, {})
                driver = town.driver(day)
                courier = LockerErrands(driver, day.walls)
                round_ = await courier.load(Round.read(await driver.get("/v1/driver/route")))
                await wall.look()
                assert await courier.put_in(round_.stops[0].drops[0])
                await wall.look()
                town.turned.append(MINUTE)  # the next device begins its count later
                return await town.open_up(day, {})

        wall = asyncio.run(play())
        assert town.state_of(one) is DeliveryState.COLLECTED
        assert (wall.locker.kept, wall.done) == ([], {})

    def test_takes_nothing_that_it_has_not_heard_of(self, town: Town) -> None:
        one = town.to(town.locker)
        town.drive([one])

        async def play() -> None:
            async with town.day() as day:
                wall = await town.open_up(day, {})
                driver = town.driver(day)
                round_ = await LockerErrands(driver, day.walls).load(Round.read(await driver.get("/v1/driver/route")))
                (drop,) = round_.stops[0].drops
                with pytest.raises(LookupError):
                    wall.put_in("0712345678", drop.parcels)
                await wall.sync()
                with pytest.raises(CodeRefused):
                    wall.put_in("0712345678", drop.parcels)
                assert not wall.done

        asyncio.run(play())


class TestCourier:
    def test_drives_what_the_load_check_leaves_of_the_round(self, town: Town) -> None:
        town.shift = routing_rows.shift(town.session, carrier=town.carrier, now=town.now, starts_in=-3 * HOUR)
        three = [town.to(town.locker) for _ in range(3)]
        town.drive(three)
        town.clock = Passing(at=town.shift.starts_at, speed=600.0)

        async def play() -> tuple[Courier, Wall]:
            async with town.day() as day:
                wall = await town.open_up(day, {})
                driver, random = town.driver(day), Random(1)
                phone = Phone(town.clock, random, Outbox(driver, lambda: True, town.clock.now), timedelta())
                round_ = Round.read(await driver.get("/v1/driver/route"))
                courier = Courier(
                    "Kalle", driver, phone, town.clock, random, STEADY, day.diary, round_, walls=day.walls
                )
                over = asyncio.Event()
                tending = asyncio.create_task(wall.work(over))
                await courier.work()
                over.set()
                await tending
                return courier, wall

        courier, wall = asyncio.run(play())
        assert courier.lockers.loaded == {"reserved": 2, "redirected": 1}
        assert (courier.progress.stops_over, courier.phone.outbox.refused, wall.done) == (2, [], {"put in": 2})
        assert [visit.outcome for visit in courier.diary.visits.values()] == ["delivered_to_point"] * 3
        assert {town.state_of(each) for each in three} == {DeliveryState.AT_POINT}


class TestErrands:
    def test_are_none_without_a_locker_on_the_round(self, town: Town) -> None:
        town.drive([town.to(town.kiosk)], [factories.delivery(town.session, merchant=town.shop)])

        async def play() -> None:
            async with town.day() as day:
                driver = town.driver(day)
                round_ = Round.read(await driver.get("/v1/driver/route"))
                before = day.tally.requests
                courier = LockerErrands(driver, {})
                assert await courier.load(round_) is round_
                assert all([await courier.put_in(drop) for stop in round_.stops for drop in stop.drops])
                assert (day.tally.requests, courier.loaded) == (before, {})

        asyncio.run(play())

    def test_leave_in_the_diary_where_it_goes_instead(self, town: Town) -> None:
        full = [town.to(town.locker) for _ in range(3)]
        town.drive(full)
        diary = Diary()

        async def play() -> None:
            async with town.day() as day:
                driver = town.driver(day)
                round_ = Round.read(await driver.get("/v1/driver/route"))
                progress = diary.open_round(round_, courier="Kalle")
                diary.rewrite(await LockerErrands(driver).load(round_), progress)
                assert (progress.stops, len(diary.couriers)) == (2, 1)

        asyncio.run(play())
        assert len(diary.visits) == 3
        assert len({visit.planned_at for visit in diary.visits.values()}) == 2


class TestPutUp:
    def test_finds_the_locker_that_is_there(self, town: Town) -> None:
        factories.city(town.session, addresses=tuple((f"Katu {n}", "1", 24.948, 60.169) for n in range(2)))

        async def play() -> tuple[Any, Any, Wall]:
            async with town.day() as day:
                admin, dispatcher = town.person(day, Role.ADMIN), town.person(day, Role.DISPATCHER)
                first, second = await lockers.put_up(admin), await lockers.put_up(admin)
                await lockers.open_up(day, first["id"], admin=admin, dispatcher=dispatcher, links={})
                with pytest.raises(Refused):
                    await dispatcher.post(f"/v1/pickup-points/{first['id']}/device")
                return first, second, day.walls[first["id"]]

        first, second, wall = asyncio.run(play())
        assert first["id"] == second["id"]
        assert len(wall.locker.doors) == sum(size["count"] for size in lockers.BANK)


class TestOrder:
    def test_asks_of_a_locker_nothing_that_only_people_can_ask(self) -> None:
        starts_at = datetime(2026, 6, 15, 8, tzinfo=UTC)
        asked = Order(1, starts_at, starts_at + timedelta(hours=4), 1, "m", "demo", locker_id="the locker")
        address = {"text": "Katu 1", "place": {"coordinates": [24.9, 60.1]}}
        drafts = [_draft(address, n, asked=asked, random=Random(n)) for n in range(300)]
        into = [draft for draft in drafts if draft.get("pickup_point_id")]
        assert 5 < len(into) < 60
        assert all("signature" not in draft["proof_requirements"] for draft in into)
        assert all("length_mm" in parcel for draft in into for parcel in draft["parcels"])
