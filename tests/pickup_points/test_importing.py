"""Points from files: OpenStreetMap extracts and tables of carriers, again and again; and as tags there and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from api.unit import App
from kernel.geo import Point
from kernel.ids import new_id
from pickup_points.models import PickupPoint, PointKind, PointService, StepFree
from pickup_points.points.changing import PointDraft, made_point
from pickup_points.points.osm_tags import draft_of, tags_of
from tests.factories import BORN, carrier, pickup_point

EXTRACT = """<?xml version='1.0' encoding='UTF-8'?>
<osm version="0.6" generator="hand">
  <node id="1" lat="60.1690" lon="24.9321" version="1">
    <tag k="amenity" v="parcel_locker"/><tag k="brand" v="Posti"/><tag k="ref" v="4711"/>
    <tag k="opening_hours" v="24/7"/><tag k="wheelchair" v="yes"/><tag k="addr:street" v="Urho Kekkosen katu"/>
    <tag k="addr:housenumber" v="1"/><tag k="addr:city" v="Helsinki"/>
  </node>
  <node id="2" lat="60.1700" lon="24.9400" version="1">
    <tag k="amenity" v="post_office"/><tag k="name" v="Posti Kamppi"/><tag k="opening_hours" v="Ma-Pe 9-18"/>
  </node>
  <node id="3" lat="60.1710" lon="24.9410" version="1">
    <tag k="shop" v="kiosk"/><tag k="post_office" v="post_partner"/><tag k="name" v="R-kioski"/>
  </node>
  <node id="4" lat="60.1720" lon="24.9420" version="1"><tag k="shop" v="kiosk"/></node>
  <node id="5" lat="60.1720" lon="24.9420" version="1"><tag k="amenity" v="cafe"/></node>
  <node id="11" lat="60.10" lon="24.90" version="1"/><node id="12" lat="60.10" lon="24.92" version="1"/>
  <node id="13" lat="60.12" lon="24.92" version="1"/>
  <way id="9" version="1"><nd ref="11"/><nd ref="12"/><nd ref="13"/><nd ref="11"/>
    <tag k="amenity" v="post_office"/><tag k="building" v="yes"/><tag k="operator" v="Posti"/>
  </way>
</osm>
"""
HEADER = "external_id,name,kind,latitude,longitude,opening_hours,services,hold_days"
GOOD = "a-1,Kioski,shop,60.17,24.94,Mo-Fr 09:00-18:00,collect|return,5"


@pytest.fixture
def house(session: Session) -> Organisation:
    drives = carrier(session, name="Kuriiri")
    session.commit()
    return drives


def run(app: App, file: Path, *options: str) -> Result:
    return app.test_cli_runner().invoke(args=["points", "import", str(file), "--carrier", "Kuriiri", *options])


def table(folder: Path, *lines: str) -> Path:
    file = folder / "points.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def points(session: Session, house: Organisation) -> dict[str | None, PickupPoint]:
    session.expire_all()
    found = session.scalars(select(PickupPoint).where(PickupPoint.carrier_id == house.id)).all()
    return {point.external_id: point for point in found}


class TestExtract:
    def test_becomes_points(self, app: App, session: Session, house: Organisation, tmp_path: Path) -> None:
        (tmp_path / "city.osm").write_text(EXTRACT)

        result = run(app, tmp_path / "city.osm")

        assert result.exit_code == 0, result.output
        assert result.stdout.startswith("4 added, 0 changed, 0 unchanged, 0 refused.")
        assert "1 without hours" in result.output
        found = points(session, house)
        assert set(found) == {"node/1", "node/2", "node/3", "way/9"}
        locker = found["node/1"]
        assert (locker.kind, locker.name, locker.ref) == (PointKind.LOCKER, "Posti 4711", "4711")
        assert (locker.opening_hours, locker.step_free, locker.zone) == ("24/7", StepFree.YES, "Europe/Helsinki")
        assert locker.address_text == "Urho Kekkosen katu 1, Helsinki"
        assert found["node/2"].opening_hours is None  # in Finnish, and shown
        assert found["node/3"].kind is PointKind.SHOP
        assert (found["way/9"].place.longitude, found["way/9"].place.latitude) == pytest.approx((24.91, 60.11))

    def test_changes_nothing_the_second_time(
        self, app: App, session: Session, house: Organisation, tmp_path: Path
    ) -> None:
        file = tmp_path / "city.osm"
        file.write_text(EXTRACT)
        run(app, file)
        corrected = points(session, house)["node/2"]
        corrected.opening_hours = "Mo-Fr 09:00-18:00"
        session.commit()

        assert run(app, file).stdout.startswith("0 added, 0 changed, 4 unchanged, 0 refused.")
        assert points(session, house)["node/2"].opening_hours == "Mo-Fr 09:00-18:00"

        file.write_text(EXTRACT.replace("R-kioski", "R-kioski Kamppi"))
        assert run(app, file).stdout.startswith("0 added, 1 changed, 3 unchanged, 0 refused.")
        assert points(session, house)["node/3"].name == "R-kioski Kamppi"

    def test_is_refused_when_it_is_none(self, app: App, house: Organisation, tmp_path: Path) -> None:
        (tmp_path / "city.osm.pbf").write_bytes(b"\0\0\0\x0dnot a map at all")

        result = run(app, tmp_path / "city.osm.pbf")

        assert result.exit_code == 1
        assert result.output.splitlines()[-1].startswith("Error: city.osm.pbf")


class TestTable:
    def test_becomes_points(self, app: App, session: Session, house: Organisation, tmp_path: Path) -> None:
        result = run(app, table(tmp_path, "\ufeff" + HEADER, GOOD))

        assert (result.exit_code, result.stdout) == (0, "1 added, 0 changed, 0 unchanged, 0 refused.\n")
        (point,) = points(session, house).values()
        assert (point.name, point.opening_hours, point.hold_days) == ("Kioski", "Mo-Fr 09:00-18:00", 5)
        assert point.services == ["collect", "return"]

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            (",Kioski,shop,60.17,24.94,,,", "external_id is missing"),
            ("b,Kioski,shop,160.17,24.94,,,", "no latitude and longitude"),
            ("b,Kioski,shop,,24.94,,,", "latitude is missing"),
            ("b,Kioski,shop,0.0,0.0,,,", "no place was told"),
            ("b,Kioski,pub,60.17,24.94,,,", "say of which kind"),
            ("b,Kioski,shop,60.17,24.94,,,0", "no whole number"),
            ("a-1,Twin,shop,60.17,24.94,,,", "as line 2"),
        ],
    )
    def test_with_a_bad_line_costs_no_other_its_place(
        self, app: App, session: Session, house: Organisation, tmp_path: Path, line: str, reason: str
    ) -> None:
        result = run(app, table(tmp_path, HEADER, GOOD, line))

        assert result.exit_code == 1
        assert result.stdout.startswith("1 added, 0 changed, 0 unchanged, 1 refused.")
        assert "line 3: " in result.output
        assert reason in result.output
        assert set(points(session, house)) == {"a-1"}

    def test_shows_hours_that_mean_nothing(
        self, app: App, session: Session, house: Organisation, tmp_path: Path
    ) -> None:
        result = run(app, table(tmp_path, HEADER, GOOD.replace("Mo-Fr 09:00-18:00", "I-VII: 00-24 h")))

        assert result.exit_code == 0
        assert "1 without hours" in result.output
        assert "line 2: from character 1 on, 'I-VII: 00-24 h' is not" in result.output
        assert points(session, house)["a-1"].opening_hours is None

    def test_may_call_its_columns_anything(
        self, app: App, session: Session, house: Organisation, tmp_path: Path
    ) -> None:
        file = table(tmp_path, "nr,wer,y,x", "7,Kiosk,48.2,16.37")

        told = "external_id=wer+nr,name=wer,latitude=y,longitude=x"
        assert run(app, file, "--columns", told, "--kind", "shop").exit_code == 0
        assert points(session, house)["Kiosk:7"].zone == "Europe/Vienna"

    @pytest.mark.parametrize("columns", ["nonsense", "name=", "external_id=nr,name=wer,latitude=z,longitude=x"])
    def test_is_refused_when_its_columns_cannot_be_told(
        self, app: App, house: Organisation, tmp_path: Path, columns: str
    ) -> None:
        result = run(app, table(tmp_path, "nr,wer,y,x", "7,Kiosk,48.2,16.37"), "--columns", columns)

        assert result.exit_code == 1
        assert "Error: " in result.output

    def test_of_a_known_feed_is_recognised(
        self, app: App, session: Session, house: Organisation, tmp_path: Path
    ) -> None:
        file = table(
            tmp_path,
            "country,name,status,type,lat,lon,line1,line2,city,post_code,location_247,opening_hours,functions",
            "AT,AT1,Operating,parcel_locker,48.2,16.39,Rochusplatz 1,1030 Wien,Wien,1030,True,,parcel_collect",
            "AT,AT2,Disabled,pok|pop,48.2,16.39,Rochusplatz 1,1030 Wien,Wien,1030,False,,parcel_reverse_return_send",
        )

        assert run(app, file).exit_code == 0
        found = points(session, house)
        assert (found["AT1"].kind, found["AT1"].opening_hours) == (PointKind.LOCKER, "24/7")
        assert found["AT1"].address_text == "Rochusplatz 1, 1030 Wien"
        assert (found["AT2"].kind, found["AT2"].services) == (PointKind.SHOP, ["return"])
        assert (found["AT1"].suspended_at, found["AT2"].suspended_at is None) == (None, False)

    def test_leaves_retired_points_alone(self, app: App, session: Session, house: Organisation, tmp_path: Path) -> None:
        pickup_point(session, carrier=house, external_id="a-1", retired_at=BORN)
        session.commit()

        result = run(app, table(tmp_path, HEADER, GOOD))

        assert (result.exit_code, "has been retired" in result.output) == (1, True)


class TestTags:
    @pytest.mark.parametrize("kind", [PointKind.LOCKER, PointKind.POST_OFFICE, PointKind.SHOP])
    @pytest.mark.parametrize("services", [("collect",), ("collect", "send"), ("collect", "return"), ("return", "send")])
    def test_make_the_same_point_again(self, kind: PointKind, services: tuple[str, ...]) -> None:
        told: dict[str, Any] = {
            "external_id": "node/1",
            "kind": kind,
            "name": "Posti 4711",
            "place": Point(24.9, 60.1),
            "brand": "Posti",
            "operator": "Posti Oy",
            "ref": "4711",
            "opening_hours": "24/7",
            "step_free": StepFree.LIMITED,
            "directions": "In the hall",
            "address_text": "Katu 1, 00100 Helsinki",
            "services": [PointService(each) for each in services],
        }
        point = made_point(PointDraft(**told), carrier_id=new_id(), now=BORN)

        again = draft_of(tags_of(point), external_id="node/1", place=point.place)

        assert again is not None
        assert {**again, "services": {*again["services"]}} == told | {"services": {*told["services"]}}
