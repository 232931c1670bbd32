"""Finding points: by place, by box, by what they are and when they are open; and by the index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import ClauseElement, Executable, Select, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from accounts.models import Organisation, Role
from accounts.principals import Principal
from api.unit import App
from kernel.geo import Point, distance_m
from kernel.ids import new_id
from pickup_points.models import PickupPoint, PointKind, PointService, StepFree
from pickup_points.points.opening import opening
from pickup_points.points.osm_tags import draft_of
from pickup_points.points.searching import asked, search
from pickup_points.points.wanted import Box, BoxInvalid, Wanted
from tests.factories import BORN, HELSINKI, bearer, carrier, merchant, person, pickup_point

MONDAY = datetime.fromisoformat("2026-11-23T12:00:00+02:00")


def north(metres: float) -> Point:
    return Point(HELSINKI.longitude, HELSINKI.latitude + metres / 111_195)


@dataclass(frozen=True)
class City:
    """A carrier with points, and a foreign one with points in the same places."""

    session: Session
    carrier: Organisation
    caller: Principal

    def has(self, name: str, metres: float = 0, **told: Any) -> PickupPoint:
        return pickup_point(self.session, carrier=self.carrier, name=name, **{"place": north(metres), **told})

    def names(self, **wanted: Any) -> list[str]:
        return [
            found.point.name for found in search(self.session, Wanted(**wanted), caller=self.caller, now=MONDAY).items
        ]


@pytest.fixture
def city(session: Session) -> City:
    drives = carrier(session)
    pickup_point(session, carrier=carrier(session), name="of another carrier")
    caller = Principal(new_id(), drives.id, drives.id, True, Role.DISPATCHER)
    return City(session, drives, caller)


class TestSearch:
    def test_has_the_nearest_first(self, city: City) -> None:
        for name, metres in (("far", 900), ("here", 0), ("near", 300)):
            city.has(name, metres)

        found = search(city.session, Wanted(near=north(10)), caller=city.caller, now=MONDAY).items

        assert [each.point.name for each in found] == ["here", "near", "far"]
        assert [each.distance_m for each in found] == pytest.approx(
            [distance_m(north(10), each.point.place) for each in found], rel=1e-3
        )

    def test_ends_at_the_radius(self, city: City) -> None:
        city.has("inside", 499)
        city.has("outside", 501)

        assert city.names(near=HELSINKI, radius_m=500) == ["inside"]

    def test_pages_without_gap_or_repeat(self, city: City) -> None:
        names = {city.has(f"{number}", number // 3 * 100).name for number in range(10)}  # threes as far as each other
        for wanted in (Wanted(near=HELSINKI), Wanted()):
            assert [len(page) for page in pages(city, wanted)] == [4, 4, 2]
            assert {name for page in pages(city, wanted) for name in page} == names
            assert len([name for page in pages(city, wanted) for name in page]) == len(names)

    def test_leaves_out_what_is_retired(self, city: City) -> None:
        city.has("gone", retired_at=BORN)
        city.has("suspended", suspended_at=BORN)

        assert city.names() == ["suspended"]
        assert city.names(takes_new=True) == []

    def test_asks_for_what_they_are(self, city: City) -> None:
        both = (PointService.COLLECT, PointService.RETURN)
        city.has("locker", kind=PointKind.LOCKER, step_free=StepFree.YES)
        city.has("shop", services=both, step_free=StepFree.LIMITED)
        city.has("post office", kind=PointKind.POST_OFFICE, external_id="node/1")

        assert city.names(kinds=[PointKind.LOCKER, PointKind.SHOP]) == ["shop", "locker"]
        assert city.names(services=both) == ["shop"]
        assert city.names(step_free=True) == ["locker"]
        assert city.names(external_id="node/1") == ["post office"]

    def test_asks_for_those_that_say_they_are_open(self, city: City) -> None:
        city.has("open", 100, opening_hours="Mo 10:00-13:00")
        city.has("shut", 0, opening_hours="Tu 10:00-13:00")
        city.has("unknown", 0, opening_hours=None)

        assert city.names(near=HELSINKI, open_at=MONDAY) == ["open"]

    def test_looks_behind_many_that_are_shut(self, city: City) -> None:
        for _ in range(150):
            city.has("shut", 0, opening_hours="off")
        city.has("open", 100, opening_hours="24/7")

        assert city.names(near=HELSINKI, open_at=MONDAY) == ["open"]

    def test_finds_what_is_in_a_box_of_the_map(self, city: City) -> None:
        # In the middle of a wide box's southern side a great circle runs north of the parallel.
        city.has("low in the middle", place=Point(20, 60.05))
        city.has("below", place=Point(20, 59.95))

        assert city.names(box=Box(0, 60, 40, 61)) == ["low in the middle"]

    def test_finds_what_is_in_a_box_across_the_antimeridian(self, city: City) -> None:
        for name, longitude in (("west of it", 179.5), ("east of it", -179.5), ("elsewhere", 0)):
            city.has(name, place=Point(longitude, -17))

        assert set(city.names(box=Box(179, -20, -179, -10))) == {"west of it", "east of it"}


class TestBox:
    @pytest.mark.parametrize(
        "sides", [(0, 10, 10, 0), (0, 0, 0, 10), (-181, 0, 10, 10), (0, -91, 10, 10), (float("nan"), 0, 1, 1)]
    )
    def test_lies_on_earth(self, sides: tuple[float, float, float, float]) -> None:
        with pytest.raises(BoxInvalid):
            Box(*sides)


class TestQuestion:
    def test_is_answered_by_the_index_in_order(self, city: City) -> None:
        _spread(city)

        plan = _plan(city, Wanted(near=HELSINKI))

        (by_distance,) = [node for node in _walk(plan) if "Order By" in node]
        assert by_distance["Index Name"] == "ix_pickup_points_carrier_id_place"
        assert "Seq Scan" not in _nodes(plan, "Node Type")

    def test_of_a_box_is_answered_by_the_map(self, city: City) -> None:
        _spread(city)

        plan = _plan(city, Wanted(box=Box(24.93, 60.16, 24.94, 60.17)))

        assert "ix_pickup_points_carrier_id_map" in _nodes(plan, "Index Name")


class TestOpening:
    def test_tells_the_week_from_today_on(self, city: City) -> None:
        point = city.has("kiosk", opening_hours="Mo-Fr 08:00-20:00; Sa 10:00-18:00; PH off")
        eve = datetime.fromisoformat("2026-12-24T12:00:00+02:00")

        told = opening(point, now=eve)

        assert [(day.date.day, day.public_holiday, len(day.spans)) for day in told.week] == [
            (24, True, 0),  # a Thursday
            (25, True, 0),
            (26, True, 0),
            (27, False, 0),
            (28, False, 1),
            (29, False, 1),
            (30, False, 1),
        ]
        assert (told.open_now, told.next_opening_at) == (False, datetime.fromisoformat("2026-12-28T08:00:00+02:00"))

    def test_cuts_days_at_midnight(self, city: City) -> None:
        point = city.has("bar", opening_hours="Mo 22:00-04:00")

        monday, tuesday, *_ = opening(point, now=MONDAY).week

        assert [span.closes_at.isoformat() for span in monday.spans] == ["2026-11-24T00:00:00+02:00"]
        assert [span.opens_at.isoformat() for span in tuesday.spans] == ["2026-11-24T00:00:00+02:00"]

    def test_says_nothing_where_nobody_knows(self, city: City) -> None:
        told = opening(city.has("kiosk", opening_hours=None), now=MONDAY)

        assert (told.known, told.open_now, told.week) == (False, None, ())


class TestOverHttp:
    @pytest.fixture
    def shopper(self, city: City, app: App, client: FlaskClient) -> Any:
        who = person(city.session, role=Role.MERCHANT, organisation=merchant(city.session, served_by=city.carrier))
        city.session.commit()
        headers = bearer(app, who)
        return lambda query: client.get(f"/v1/pickup-points?{query}", headers=headers)

    def test_a_merchant_finds_those_of_its_carrier(self, city: City, shopper: Any) -> None:
        city.has("near", 100, opening_hours="24/7")
        city.has("far", 5000)

        answer = shopper("near=24.9414,60.1719&radius_m=1000&open_now=true&kind=shop&service=collect&limit=5")

        (found,) = answer.json["items"]
        assert (found["name"], round(found["distance_m"])) == ("near", 100)
        assert found["opening"]["open_now"] is True
        assert len(found["opening"]["week"]) == 7

    def test_links_to_the_next_page(self, city: City, shopper: Any) -> None:
        for number in range(3):
            city.has(f"{number}")

        first = shopper("limit=2").json

        assert len(first["items"]) == 2
        assert len(shopper(f"limit=2&cursor={first['next_cursor']}").json["items"]) == 1

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("near=200,60", "near"),
            ("near=nan,60", "near"),
            ("radius_m=100", "radius_m"),
            ("near=24,60&radius_m=0", "radius_m"),
            ("near=24,60&radius_m=40000000", "radius_m"),
            ("box=1,2,3", "box"),
            ("box=0,10,10,0", "box"),
            ("open_now=true&open_at=2026-11-23T12:00:00Z", "open_at"),
            ("kind=pub", "kind.0"),
        ],
    )
    def test_refuses_what_makes_no_sense(self, shopper: Any, query: str, field: str) -> None:
        answer = shopper(query)

        assert answer.status_code == 422
        assert [error["parameter"] for error in answer.json["errors"]] == [field]


def pages(city: City, wanted: Wanted) -> Iterator[Sequence[str]]:
    cursor = None
    while True:
        page = search(city.session, wanted, caller=city.caller, now=MONDAY, cursor=cursor, limit=4)
        yield [found.point.name for found in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return


def _spread(city: City) -> None:
    """Thousands of points, so that the planner sees what the index is for."""
    city.has("pattern")
    columns = ", ".join(column.name for column in PickupPoint.__table__.columns if column.name not in ("id", "place"))
    city.session.execute(
        text(
            f"INSERT INTO pickup_points (id, place, {columns}) SELECT gen_random_uuid(),"
            f" ST_MakePoint(24.5 + random(), 60 + random() / 2)::geography, {columns}"
            " FROM pickup_points, generate_series(1, 3000) WHERE name = 'pattern'"
        )
    )
    city.session.execute(text("ANALYZE pickup_points"))


def _plan(city: City, wanted: Wanted) -> dict[str, Any]:
    question = asked(wanted, caller=city.caller, cursor=None, limit=20)
    plan: dict[str, Any] = city.session.execute(Explained(question)).scalar_one()[0]["Plan"]
    return plan


class Explained(Executable, ClauseElement):
    """A question whose answer is how the database would answer it."""

    inherit_cache = False

    def __init__(self, question: Select[Any, Any]) -> None:
        self.question = question


@compiles(Explained)
def _explained(element: Explained, compiler: SQLCompiler, **kwargs: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.question, **kwargs)}"


def _walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _walk(below)


def _nodes(plan: dict[str, Any], key: str) -> list[str]:
    return [node[key] for node in _walk(plan) if key in node]


class TestExport:
    def test_says_the_same_as_a_map(self, city: City, app: App, client: FlaskClient) -> None:
        point = city.has("R-kioski", kind=PointKind.LOCKER, external_id="node/1")
        city.has("far away", 9000)
        headers = bearer(app, person(city.session, role=Role.ADMIN, organisation=city.carrier))

        answer = client.get("/v1/pickup-points.geojson?near=24.9414,60.1719&radius_m=100", headers=headers)

        assert answer.mimetype == "application/geo+json"
        assert answer.json is not None
        (feature,) = answer.json["features"]
        assert feature["geometry"] == {"type": "Point", "coordinates": [24.9414, 60.1719]}
        longitude, latitude = feature["geometry"]["coordinates"]
        again = draft_of(feature["properties"]["osm"], external_id="node/1", place=Point(longitude, latitude))
        assert again is not None
        told = {name: getattr(point, name) for name in again}
        assert {**again, "services": {*again["services"]}} == told | {"services": {*point.services}}
