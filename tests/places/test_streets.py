"""Street times from a real street server, and what stands in where it has none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from kernel.geo import Point, distance_m
from places.adapters.great_circle import PACES, GreatCircleStreets
from places.adapters.kept_tables import WORTH_KEEPING, KeptTables
from places.adapters.osrm import BLOCK, WAYPOINTS, OsrmStreets
from places.adapters.table_files import TableFiles
from places.streets import PROFILES, Profile
from tests.places.conftest import CATHEDRAL, KAISANIEMI, RAILWAY_STATION, StartStreets, ended, free_port

PLACES = [RAILWAY_STATION, CATHEDRAL, KAISANIEMI]
NOWHERE = Point(24.0, 60.5)


def grid(count: int) -> list[Point]:
    """Return as many places over the city centre, row by row."""
    return [Point(24.937 + 0.0004 * (index % 36), 60.1655 + 0.0003 * (index // 36)) for index in range(count)]


@pytest.fixture
def streets(streets_url: str) -> Iterator[OsrmStreets]:
    """Streets with a server for cars, none for bicycles, and one for walkers that is down."""
    urls: dict[Profile, str | None] = {
        "car": streets_url,
        "bicycle": None,
        "foot": f"http://127.0.0.1:{free_port()}",
    }
    with closing(OsrmStreets(urls)) as plugged:
        yield plugged


class TestMatrix:
    def test_follows_the_streets(self, streets: OsrmStreets) -> None:
        matrix = streets.matrix("car", PLACES)
        assert matrix.by_streets.all()
        assert matrix.duration_s.dtype == matrix.distance_m.dtype == np.int32
        assert (np.diag(matrix.duration_s) == 0).all()
        assert matrix.distance_m[0, 1] > distance_m(RAILWAY_STATION, CATHEDRAL)
        # One-way streets: there is not back again.
        assert matrix.duration_s[0, 1] != matrix.duration_s[1, 0]

    def test_estimates_what_lies_far_from_every_street(self, streets: OsrmStreets) -> None:
        matrix = streets.matrix("car", [*PLACES, NOWHERE])
        assert not matrix.by_streets[3, :3].any()
        assert not matrix.by_streets[:3, 3].any()
        assert matrix.by_streets[:3, :3].all()
        estimate = GreatCircleStreets().matrix("car", [*PLACES, NOWHERE])
        assert (matrix.duration_s[3] == estimate.duration_s[3]).all()
        assert matrix.estimated_share == pytest.approx(7 / 16)

    def test_is_put_together_from_blocks(self, streets: OsrmStreets) -> None:
        origins, destinations = grid(BLOCK + 7), grid(BLOCK + 3)
        whole = streets.table("car", origins, destinations)
        for row in (0, BLOCK - 1, BLOCK, BLOCK + 6):
            for part in (slice(0, 5), slice(BLOCK - 2, BLOCK + 3)):
                alone = streets.durations_from("car", origins[row], destinations[part])
                assert (whole.duration_s[row, part] == alone.duration_s[0]).all()
                assert (whole.by_streets[row, part] == alone.by_streets[0]).all()
        assert whole.by_streets.all()
        assert min(whole.duration_s.min(), whole.distance_m.min()) == 0

    def test_of_one_place_is_no_estimate(self, streets: OsrmStreets) -> None:
        # A thousand stops and their depot leave such a block in the corner.
        assert streets.matrix("car", [CATHEDRAL]).by_streets.all()

    def test_answers_one_row(self, streets: OsrmStreets) -> None:
        row = streets.durations_from("car", RAILWAY_STATION, [CATHEDRAL, KAISANIEMI])
        assert (row.duration_s[0] == streets.matrix("car", PLACES).duration_s[0, 1:]).all()

    @pytest.mark.parametrize("profile", ["bicycle", "foot"])
    def test_is_estimated_without_a_server(self, streets: OsrmStreets, profile: Profile) -> None:
        matrix = streets.matrix(profile, PLACES)
        assert matrix.estimated_share == 1
        assert (matrix.duration_s[0, 1:] > 0).all()

    def test_goes_round_to_reach_the_kerb(self, streets: OsrmStreets) -> None:
        doors = grid(24)
        free, kerb = streets.matrix("car", doors), streets.matrix("car", doors, kerb_side=True)
        assert kerb.by_streets.all()
        # Whoever may stop on either side can do all that the other can.
        assert (kerb.duration_s >= free.duration_s).all()
        assert (kerb.duration_s > free.duration_s + 30).any()
        drive = streets.drive("car", doors[:5], kerb_side=True)
        assert [leg.duration_s for leg in drive.legs] == pytest.approx(
            [int(kerb.duration_s[number, number + 1]) for number in range(4)], abs=1
        )

    def test_keeps_the_kerb_apart_from_the_rest(self, streets_url: str, tmp_path: Path) -> None:
        doors = grid(WORTH_KEEPING)
        kept = KeptTables(TableFiles(tmp_path, most_bytes=10**7))
        with closing(OsrmStreets({"car": streets_url, "bicycle": None, "foot": None}, kept=kept)) as streets:
            free = streets.matrix("car", doors)
            kerb = streets.matrix("car", doors, kerb_side=True)
            assert (streets.matrix("car", doors).duration_s == free.duration_s).all()
            assert (streets.matrix("car", doors, kerb_side=True).duration_s == kerb.duration_s).all()
        assert (kerb.duration_s > free.duration_s).any()
        assert {folder.name.split("-")[0] for folder in tmp_path.iterdir()} == {"car", "car_kerb"}

    def test_asks_for_the_kerb_in_the_largest_blocks(self, streets: OsrmStreets) -> None:
        origins, destinations = grid(BLOCK), grid(2 * BLOCK)[BLOCK:]
        assert streets.table("car", origins, destinations, kerb_side=True).by_streets.any()

    def test_may_be_empty(self, streets: OsrmStreets) -> None:
        assert streets.matrix("car", []).duration_s.shape == (0, 0)


class TestDrive:
    def test_takes_as_long_as_the_matrix_says(self, streets: OsrmStreets) -> None:
        drive = streets.drive("car", PLACES)
        matrix = streets.matrix("car", PLACES)
        assert drive.by_streets
        assert [leg.duration_s for leg in drive.legs] == [matrix.duration_s[0, 1], matrix.duration_s[1, 2]]
        assert drive.distance_m == matrix.distance_m[0, 1] + matrix.distance_m[1, 2]

    def test_draws_one_line_from_end_to_end(self, streets: OsrmStreets) -> None:
        drive = streets.drive("car", PLACES)
        line = drive.geometry
        assert len(line) > 10
        assert distance_m(line[0], RAILWAY_STATION) < 60
        assert distance_m(line[-1], KAISANIEMI) < 200
        longest = max(distance_m(a, b) for a, b in pairwise(line))
        assert longest < 400

    def test_goes_straight_only_where_there_is_no_way(self, streets: OsrmStreets) -> None:
        drive = streets.drive("car", [RAILWAY_STATION, CATHEDRAL, NOWHERE, KAISANIEMI])
        assert [leg.by_streets for leg in drive.legs] == [True, False, False]
        assert not drive.by_streets

    def test_joins_more_points_than_one_question_holds(self, streets: OsrmStreets) -> None:
        points = grid(2 * WAYPOINTS + 10)
        drive = streets.drive("car", points)
        matrix = streets.matrix("car", points)
        assert len(drive.legs) == len(points) - 1
        assert drive.by_streets
        assert drive.duration_s == sum(matrix.duration_s[index, index + 1] for index in range(len(points) - 1))

    def test_from_a_place_to_itself_takes_no_time(self, streets: OsrmStreets) -> None:
        (leg,) = streets.drive("car", [CATHEDRAL, CATHEDRAL]).legs
        assert (leg.duration_s, leg.distance_m, len(leg.line)) == (0, 0, 2)

    def test_needs_two_points(self, streets: OsrmStreets) -> None:
        with pytest.raises(ValueError, match="two points"):
            streets.drive("car", [CATHEDRAL])


class TestServer:
    def test_may_be_restarted_between_questions(self, start_streets: StartStreets) -> None:
        port = free_port()
        with closing(OsrmStreets({"car": f"http://127.0.0.1:{port}"})) as streets:
            with ended(start_streets(port)):
                assert streets.matrix("car", PLACES).by_streets.all()
            assert streets.matrix("car", PLACES).estimated_share == 1
            with ended(start_streets(port)):
                assert streets.matrix("car", PLACES).by_streets.all()

    def test_says_which_profiles_do_not_answer(self, streets: OsrmStreets) -> None:
        assert list(streets.unready()) == ["foot"]


class TestGreatCircle:
    @pytest.mark.parametrize("profile", PROFILES)
    def test_goes_at_the_pace_of_the_profile(self, profile: Profile) -> None:
        matrix = GreatCircleStreets().matrix(profile, PLACES)
        straight = distance_m(RAILWAY_STATION, CATHEDRAL)
        assert matrix.distance_m[0, 1] == round(straight * PACES[profile].detour)
        assert matrix.duration_s[0, 1] == round(straight * PACES[profile].detour / PACES[profile].speed_mps)
        assert not matrix.by_streets.any()

    def test_draws_straight_lines(self) -> None:
        assert GreatCircleStreets().drive("foot", PLACES).geometry == PLACES
