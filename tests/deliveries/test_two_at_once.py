"""Two people at once: the database decides, and exactly one wins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm.exc import StaleDataError

from accounts.models import Role
from api import problems
from api.unit import App
from deliveries.models import Delivery, DeliveryState
from kernel.database import Sessions
from tests.factories import bearer, delivery, merchant, person


def shop(app: App) -> tuple[dict[str, str], str]:
    """A merchant's headers, and the id of a delivery of theirs."""
    with Sessions.begin() as session:
        who = merchant(session)
        headers = bearer(app, person(session, role=Role.MERCHANT, organisation=who))
        return headers, str(delivery(session, merchant=who).id)


def at_once(count: int, deed: Callable[[int], int]) -> Counter[int]:
    """Return how often each status came, when all begin together."""
    barrier = Barrier(count)

    def one(number: int) -> int:
        barrier.wait()
        return deed(number)

    with ThreadPoolExecutor(count) as pool:
        return Counter(pool.map(one, range(count)))


class TestTwoAtOnce:
    def test_one_change_of_a_version_wins(self, app: App, committing: Engine) -> None:
        headers, delivery_id = shop(app)

        def change(number: int) -> int:
            return (
                app.test_client()
                .patch(
                    f"/v1/deliveries/{delivery_id}",
                    json={"service_s": 100 + number},
                    headers=headers | {"If-Match": '"1"'},
                )
                .status_code
            )

        assert at_once(4, change) == {200: 1, 412: 3}
        with Sessions.begin() as session:
            assert session.scalar(select(Delivery.version)) == 2

    def test_one_cancels(self, app: App, committing: Engine) -> None:
        headers, delivery_id = shop(app)

        def cancel(_: int) -> int:
            return app.test_client().delete(f"/v1/deliveries/{delivery_id}", headers=headers).status_code

        assert at_once(4, cancel) == {200: 1, 409: 3}

    def test_one_gets_the_external_id(self, app: App, committing: Engine) -> None:
        headers, _ = shop(app)

        def create(_: int) -> int:
            document: dict[str, Any] = {
                "external_id": "order-1",
                "recipient": {"name": "Aino Virtanen"},
                "address": {"place": {"type": "Point", "coordinates": [24.94, 60.17]}},
                "parcels": [{"weight_g": 1, "code": "RR123456785FI"}],
            }
            return app.test_client().post("/v1/deliveries", json=document, headers=headers).status_code

        assert at_once(4, create) == {201: 1, 409: 3}
        with Sessions.begin() as session:
            assert session.scalar(select(func.count()).where(Delivery.external_id == "order-1")) == 1


class TestStaleVersion:
    def test_is_answered_with_412(self, app: App, committing: Engine) -> None:
        shop(app)
        with Sessions() as mine, Sessions() as theirs:
            (read,) = mine.scalars(select(Delivery))
            (theirs.scalars(select(Delivery)).one()).state = DeliveryState.CANCELLED
            theirs.commit()
            read.service_s = 7
            try:
                mine.flush()
            except StaleDataError as stale:
                error = stale

        with app.test_request_context("/v1/deliveries"):
            answer = app.ensure_sync(app.handle_user_exception)(error)
        assert answer.status_code == 412
        assert answer.get_json()["type"] == problems.type_of(problems.PreconditionFailed)
