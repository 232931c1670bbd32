"""The clerk of the demonstration, against the real application."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import httpx
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.models import Role
from api.unit import App
from deliveries.models import Delivery, DeliveryState
from sim.calls import Caller, Tally
from sim.clerk import COMES_AFTER_MIN, LOOKS_EVERY, WALKS_FOR, Clerk
from sim.diary import Diary, Visit
from sim.signing_in import Credentials, Person
from tests import factories
from tests.counters import Counter, counter
from tests.factories import bearer
from tests.sim.near import Hand, through


@pytest.fixture
def desk(session: Session, app: App, client: FlaskClient) -> Iterator[Counter]:
    return counter(session, app, client)


def left(desk: Counter, diary: Diary, **more: object) -> Delivery:
    """A delivery that a courier has left at the point."""
    delivery = desk.coming(**more)  # type: ignore[arg-type]
    visit = Visit(str(delivery.id), "Katu 1", "Kalle", planned_at=datetime.now(UTC), promise=None)
    visit.outcome = "delivered_to_point"
    diary.visits[str(delivery.id)] = visit
    return delivery


def token_of(desk: Counter, delivery: Delivery) -> str:
    dispatcher = factories.person(desk.session, role=Role.DISPATCHER, organisation=desk.carrier)
    path = f"/v1/deliveries/{delivery.id}/tracking-links"
    return str(desk.client.post(path, json={}, headers=bearer(desk.app, dispatcher)).json["token"])


class TestClerk:
    def test_receives_what_was_left_and_hands_it_over_by_code(self, desk: Counter) -> None:
        diary = Diary()
        plain, signed = left(desk, diary, parcels=2), left(desk, diary, proofs=("signature", "id_check"))
        on_its_way = desk.coming()
        clock = Hand(at=datetime.now(UTC), speed=1.0)

        async def play() -> Clerk:
            async with httpx.AsyncClient(base_url="http://shop", transport=through(desk.client)) as client:
                clerk = Clerk(
                    Person(Caller(client, Tally(), Random(1)), Credentials(desk.clerk.email, factories.PASSWORD)),
                    str(desk.point.id),
                    clock,
                    Random(1),
                    diary,
                    {str(each.id): token_of(desk, each) for each in (plain, signed)},
                )
                await clerk.look()
                clock.turned.append(timedelta(minutes=COMES_AFTER_MIN[1]))
                await clerk.look()
                clock.turned[-1] = timedelta(minutes=1)  # the server would not believe a picture from the future
                for comer in clerk.comers.values():
                    comer.sets_out_at = clock.now() - WALKS_FOR
                for _ in range(2):
                    await clerk.look()
                return clerk

        clerk = asyncio.run(play())
        assert clerk.done == {"received": 3, "handed_over": 3}
        assert desk.state_of(plain) is desk.state_of(signed) is DeliveryState.COLLECTED
        assert desk.state_of(on_its_way) is DeliveryState.OUT_FOR_DELIVERY
        assert LOOKS_EVERY < WALKS_FOR
        assert desk.get("/figures").json["waited"] == 2
