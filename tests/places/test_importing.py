"""Importing a city from real and from broken files."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import osmium
import osmium.osm.mutable as osm
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from places.importing import ImportRunning, Silence, import_city
from places.models import Address, City, MapFeature, Street
from places.osm import CityFileUnusable

type Import = Callable[[Path], City]


@pytest.fixture
def import_file(session: Session, tmp_path: Path, now: datetime) -> Import:
    """Import a file and commit, as the command does."""

    def import_and_commit(file: Path) -> City:
        city = import_city(session, file=file, folder=tmp_path / "data", now=now, progress=Silence())
        session.commit()
        return city

    return import_and_commit


@pytest.fixture
def streets(tmp_path: Path) -> Path:
    return tmp_path / "data" / "streets"


def write_village(file: Path, *, highway: str = "residential") -> Path:
    """Write an extract as bare as can be: a crossroads of two streets, one house, no town, no building."""
    with osmium.SimpleWriter(str(file)) as writer:
        for number, place in enumerate([(25.0, 62.0), (25.01, 62.0), (25.02, 62.0), (25.01, 62.01)], start=1):
            writer.add_node(osm.Node(id=number, version=1, location=place))
        house = {"addr:street": "Kylätie", "addr:housenumber": "3"}
        writer.add_node(osm.Node(id=9, version=1, location=(25.011, 62.0005), tags=house))
        writer.add_way(osm.Way(id=1, version=1, nodes=[1, 2, 3], tags={"highway": highway, "name": "Kylätie"}))
        writer.add_way(osm.Way(id=2, version=1, nodes=[2, 4], tags={"highway": highway}))
    return file


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


class TestImport:
    def test_brings_streets_addresses_and_map(
        self, session: Session, import_file: Import, helsinki_file: Path, graphs: Path, streets: Path
    ) -> None:
        shutil.copytree(graphs, streets / graphs.name)
        city = import_file(helsinki_file)
        assert (city.name, city.zone, city.version) == ("Helsinki", "Europe/Helsinki", 1)
        assert city.attribution == "© OpenStreetMap contributors"
        assert count(session, Address) > 500
        counts = session.execute(select(MapFeature.layer, func.count()).group_by(MapFeature.layer))
        layers: dict[str, int] = dict(counts.all())
        assert layers["streets"] > 2000
        assert layers["buildings"] > 400
        # The harbour and the bay of Kaisaniemi are drawn only as coastlines.
        assert session.scalar(select(func.count()).where(MapFeature.kind == "sea")) == 3

    def test_takes_an_extract_with_next_to_nothing_in_it(
        self, session: Session, import_file: Import, tmp_path: Path
    ) -> None:
        city = import_file(write_village(tmp_path / "village.osm.pbf"))
        assert (city.name, city.zone) == ("village", "Europe/Helsinki")
        address = session.scalars(select(Address)).one()
        assert (address.text, address.city_name, address.postcode) == ("Kylätie 3", None, None)

    def test_puts_the_new_graphs_in_force_and_removes_the_old(
        self, import_file: Import, tmp_path: Path, streets: Path
    ) -> None:
        import_file(write_village(tmp_path / "before.osm.pbf", highway="tertiary"))
        before = (streets / "current").read_text()
        import_file(write_village(tmp_path / "village.osm.pbf"))

        after = (streets / "current").read_text()
        assert after != before
        assert [path.name for path in streets.iterdir() if path.is_dir()] == [after]
        assert {path.name for path in (streets / after).glob("*.hsgr")} == {
            "car.osrm.hsgr",
            "bicycle.osrm.hsgr",
            "foot.osrm.hsgr",
        }

    def test_replaces_the_city_before(self, session: Session, import_file: Import, tmp_path: Path) -> None:
        import_file(write_village(tmp_path / "first.osm.pbf"))
        again = import_file(write_village(tmp_path / "second.osm.pbf"))
        assert (again.name, again.version) == ("second", 2)
        assert [count(session, table) for table in (City, Street, Address)] == [1, 1, 1]

    def test_waits_for_the_commit_with_the_graphs(
        self, session: Session, import_file: Import, streets: Path, tmp_path: Path, now: datetime
    ) -> None:
        import_file(write_village(tmp_path / "first.osm.pbf"))
        before = (streets / "current").read_text()
        other = write_village(tmp_path / "second.osm.pbf", highway="tertiary")
        import_city(session, file=other, folder=tmp_path / "data", now=now, progress=Silence())
        session.rollback()
        assert (streets / "current").read_text() == before
        assert session.scalars(select(City.name)).all() == ["first"]

    def test_leaves_out_a_profile_without_streets(self, import_file: Import, tmp_path: Path, streets: Path) -> None:
        import_file(write_village(tmp_path / "paths.osm.pbf", highway="steps"))
        current = streets / (streets / "current").read_text()
        assert (current / "foot.osrm.hsgr").is_file()
        assert not (current / "car.osrm.hsgr").is_file()

    def test_is_refused_while_another_one_runs(
        self, session: Session, import_file: Import, tmp_path: Path, streets: Path
    ) -> None:
        streets.mkdir(parents=True)
        with (streets / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with pytest.raises(ImportRunning):
                import_file(write_village(tmp_path / "village.osm.pbf"))


class TestUnusableFile:
    @pytest.mark.parametrize(
        ("content", "complaint"),
        [
            (None, "there is no file"),
            (b"", "is empty"),
            (b"hello, this is not a map", "cannot be read as OpenStreetMap data"),
        ],
    )
    def test_is_refused_in_one_line_and_changes_nothing(
        self,
        session: Session,
        import_file: Import,
        tmp_path: Path,
        streets: Path,
        content: bytes | None,
        complaint: str,
    ) -> None:
        import_file(write_village(tmp_path / "village.osm.pbf"))
        before = (streets / "current").read_text()
        broken = tmp_path / "broken.osm.pbf"
        if content is not None:
            broken.write_bytes(content)

        with pytest.raises(CityFileUnusable, match=complaint) as refusal:
            import_file(broken)
        assert "\n" not in refusal.value.detail
        session.rollback()
        assert session.scalars(select(City.name)).all() == ["village"]
        assert (streets / "current").read_text() == before

    def test_may_be_cut_short(self, import_file: Import, tmp_path: Path, helsinki_file: Path) -> None:
        half = tmp_path / "half.osm.pbf"
        half.write_bytes(helsinki_file.read_bytes()[:300_000])
        with pytest.raises(CityFileUnusable, match="cannot be read"):
            import_file(half)

    def test_may_hold_no_street(self, import_file: Import, tmp_path: Path) -> None:
        with pytest.raises(CityFileUnusable, match="holds no streets"):
            import_file(write_village(tmp_path / "field.osm.pbf", highway="proposed"))
