"""Zones over HTTP: drawn, asked for a place, changed by version, retired; and areas that are none."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.models import Role
from api.unit import App
from kernel.geo import Point
from places import coverage
from tests import factories
from tests.factories import bearer

SQUARE = [[24.94, 60.17], [24.96, 60.17], [24.96, 60.18], [24.94, 60.18], [24.94, 60.17]]
HOLE = [[24.945, 60.172], [24.955, 60.172], [24.955, 60.178], [24.945, 60.178], [24.945, 60.172]]
BOW_TIE = [[24.94, 60.17], [24.96, 60.18], [24.96, 60.17], [24.94, 60.18], [24.94, 60.17]]


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [*rings]}


@pytest.fixture
def dispatcher(app: App, session: Session) -> dict[str, str]:
    return bearer(app, factories.person(session, role=Role.DISPATCHER))


def draw(client: FlaskClient, headers: dict[str, str], **changes: Any) -> Any:
    body = {"name": "Kallio", "time_zone": "Europe/Helsinki", "area": polygon(SQUARE)} | changes
    return client.post("/v1/zones", json=body, headers=headers)


class TestDraw:
    def test_keeps_the_area_as_the_right_hand_rule_has_it(
        self, client: FlaskClient, dispatcher: dict[str, str]
    ) -> None:
        clockwise = draw(client, dispatcher, area=polygon(SQUARE[::-1], HOLE))

        assert clockwise.status_code == 201, clockwise.json
        drawn = clockwise.json["area"]["coordinates"]
        assert [_turn(ring) for ring in drawn] == [1, -1]
        assert [sorted(ring[:-1]) for ring in drawn] == [sorted(SQUARE[:-1]), sorted(HOLE[:-1])]
        assert clockwise.headers["ETag"] == '"1"'
        assert client.get(clockwise.headers["Location"], headers=dispatcher).json == clockwise.json

    def test_refuses_an_area_that_crosses_itself_and_says_where(
        self, client: FlaskClient, dispatcher: dict[str, str]
    ) -> None:
        answer = draw(client, dispatcher, area=polygon(BOW_TIE))

        assert (answer.status_code, answer.json["type"]) == (422, "/problems/area-invalid")
        assert answer.json["at"]["coordinates"] == pytest.approx([24.95, 60.175])
        assert answer.json["errors"] == [{"pointer": "/area", "detail": answer.json["detail"]}]

    @pytest.mark.parametrize(
        ("area", "pointer"),
        [
            ({}, "/area"),
            ({"type": "Point", "coordinates": [24.94, 60.17]}, "/area"),
            (polygon(), "/area/coordinates"),
            (polygon(SQUARE[:-1]), "/area/coordinates/0"),
            (polygon(SQUARE, [[1, 1]]), "/area/coordinates/1"),
            (polygon([["24.9", 60.1]]), "/area/coordinates/0/0"),
            (polygon([[24.9, 60.1], [24.9, True]]), "/area/coordinates/0/1"),
            (polygon([[24.9, 60.1], [24.9, 91]]), "/area/coordinates/0/1"),
            (polygon([[24.9, 60.1], [10**400, 60.1]]), "/area/coordinates/0/1"),
            (polygon([[24.9, 60.1], [24.9, float("nan")]]), "/area/coordinates/0/1"),
            (polygon([SQUARE[0]] * 4), "/area"),
            (polygon(SQUARE, [[25.94, 60.17], [25.96, 60.17], [25.96, 60.18], [25.94, 60.17]]), "/area"),
            (polygon([SQUARE[0]] * 10_001), "/area/coordinates/0"),
            ({"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE]]}, "/area"),
            ({"type": "MultiPolygon", "coordinates": 5}, "/area/coordinates"),
        ],
    )
    def test_refuses_what_is_no_area_by_name(
        self, client: FlaskClient, dispatcher: dict[str, str], area: Any, pointer: str
    ) -> None:
        answer = draw(client, dispatcher, area=area)

        assert (answer.status_code, answer.json["type"]) == (422, "/problems/area-invalid")
        assert answer.json["errors"][0]["pointer"] == pointer

    def test_refuses_a_time_zone_that_is_none(self, client: FlaskClient, dispatcher: dict[str, str]) -> None:
        assert draw(client, dispatcher, time_zone="Europe/Atlantis").json["type"] == "/problems/time-zone-unknown"

    def test_refuses_a_name_that_another_has_until_that_is_retired(
        self, client: FlaskClient, dispatcher: dict[str, str]
    ) -> None:
        first = draw(client, dispatcher)
        assert draw(client, dispatcher).json["type"] == "/problems/zone-name-taken"

        gone = client.delete(first.headers["Location"], headers=dispatcher | {"If-Match": '"1"'})
        assert gone.status_code == 204
        assert draw(client, dispatcher).status_code == 201

    def test_answers_a_repeated_request_with_the_same_zone(
        self, client: FlaskClient, dispatcher: dict[str, str]
    ) -> None:
        again = dispatcher | {"Idempotency-Key": "zone-1"}
        assert draw(client, again).json == draw(client, again).json


class TestAsk:
    def test_finds_the_zones_around_a_place_by_edge_and_not_in_a_hole(
        self, client: FlaskClient, session: Session, dispatcher: dict[str, str]
    ) -> None:
        draw(client, dispatcher, area=polygon(SQUARE, HOLE))

        def around(longitude: float, latitude: float) -> int:
            found = client.get(f"/v1/zones?longitude={longitude}&latitude={latitude}", headers=dispatcher)
            return len(found.json["items"])

        assert (around(24.941, 60.171), around(24.94, 60.17)) == (1, 1)
        assert (around(24.95, 60.175), around(24.97, 60.175)) == (0, 0)

    def test_is_for_the_merchants_of_the_carrier_and_no_other(
        self, app: App, client: FlaskClient, session: Session
    ) -> None:
        home = factories.carrier(session)
        zone = factories.zone(session, carrier=home)
        shop = factories.person(session, role=Role.MERCHANT, organisation=factories.merchant(session, served_by=home))
        stranger = factories.person(session, role=Role.MERCHANT)
        path = f"/v1/zones/{zone.id}"

        assert client.get(path, headers=bearer(app, shop)).status_code == 200
        assert client.get(path, headers=bearer(app, stranger)).status_code == 404
        assert client.get("/v1/zones", headers=bearer(app, stranger)).json["items"] == []

    def test_gives_a_room_above_the_zones_around_a_place(self, session: Session) -> None:
        home, other = factories.carrier(session), factories.carrier(session)
        zone = factories.zone(session, carrier=home)
        factories.zone(session, carrier=other)

        assert list(coverage.zones_around(session, factories.HELSINKI, carrier_id=home.id)) == [zone]
        assert coverage.is_around(session, zone.id, factories.HELSINKI)
        assert not coverage.is_around(session, zone.id, Point(24.0, 60.0))


class TestChange:
    def test_needs_the_version_that_was_read(self, client: FlaskClient, dispatcher: dict[str, str]) -> None:
        path = draw(client, dispatcher).headers["Location"]
        change = {"name": "Kallio and Sörnäinen"}

        assert client.patch(path, json=change, headers=dispatcher).status_code == 428
        done = client.patch(path, json=change, headers=dispatcher | {"If-Match": '"1"'})
        assert (done.status_code, done.json["name"], done.json["version"]) == (200, change["name"], 2)
        assert client.patch(path, json=change, headers=dispatcher | {"If-Match": '"1"'}).status_code == 412

    def test_is_over_when_it_is_retired(self, client: FlaskClient, dispatcher: dict[str, str]) -> None:
        path = draw(client, dispatcher).headers["Location"]
        client.delete(path, headers=dispatcher | {"If-Match": '"1"'})

        answer = client.patch(path, json={"name": "X"}, headers=dispatcher | {"If-Match": '"2"'})
        assert answer.json["type"] == "/problems/zone-retired-already"
        assert client.get("/v1/zones", headers=dispatcher).json["items"] == []


def _turn(ring: list[list[float]]) -> int:
    """1 where a ring runs anticlockwise, -1 where it does not (shoelace formula)."""
    doubled = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))
    return 1 if doubled > 0 else -1
