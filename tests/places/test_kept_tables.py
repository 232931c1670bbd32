"""Kept matrices: what is asked for again, what is believed, what goes first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from kernel.geo import Point
from places.adapters.kept_tables import Answer, KeptTables
from places.adapters.osrm_tables import HOLE, Block
from places.adapters.table_files import TableFiles

HOMES = [Point(24.9 + 0.001 * number, 60.1 + 0.0001 * number) for number in range(60)]
NEW = [Point(25.5 + 0.001 * number, 60.3) for number in range(3)]
ROOM = 10**6


class Town:
    """Streets that remember how much they were asked. From every third home there is no way to the next."""

    def __init__(self) -> None:
        self.pairs = 0
        self.pace = 1000
        self.silent = False

    def __call__(self, origins: Sequence[Point], destinations: Sequence[Point]) -> Answer:
        self.pairs += len(origins) * len(destinations)
        rows, columns = (np.array([point.longitude for point in side]) for side in (origins, destinations))
        duration_s = np.rint((rows[:, None] * 3 + columns[None, :]) * self.pace).astype(np.int32)
        duration_s[duration_s % 3 == 0] = HOLE
        if self.silent:
            duration_s[:] = HOLE
        return Answer(Block(duration_s, duration_s * 2), complete=not self.silent)

    def truth(self, points: Sequence[Point]) -> Block:
        return self(points, points).block


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def tables(tmp_path: Path) -> KeptTables:
    return KeptTables(TableFiles(tmp_path, most_bytes=ROOM))


def asked(town: Town, tables: KeptTables, points: Sequence[Point]) -> int:
    """Return how many pairs the town is asked for; the answer must be the town's."""
    before = town.pairs
    found = tables.matrix("car", points, town)
    pairs = town.pairs - before
    silent, town.silent = town.silent, False
    assert all(map(np.array_equal, found, town.truth(points)))
    town.silent = silent
    return pairs


class TestMatrix:
    def test_asks_for_the_same_places_once(self, town: Town, tables: KeptTables) -> None:
        assert asked(town, tables, HOMES) == 60 * 60
        assert asked(town, tables, HOMES[::-1]) == 12 * 12

    def test_asks_only_for_the_rows_and_columns_of_new_places(self, town: Town, tables: KeptTables) -> None:
        asked(town, tables, HOMES)
        assert asked(town, tables, [*NEW, *HOMES[5:]]) == 12 * 12 + 3 * 58 + 55 * 3
        assert asked(town, tables, [*HOMES[5:], *NEW]) == 12 * 12

    def test_asks_for_all_where_little_is_known(self, town: Town, tables: KeptTables) -> None:
        asked(town, tables, HOMES[:20])
        assert asked(town, tables, HOMES) == 60 * 60

    def test_keeps_profiles_apart(self, town: Town, tables: KeptTables) -> None:
        asked(town, tables, HOMES)
        before = town.pairs
        tables.matrix("bicycle", HOMES, town)
        assert town.pairs - before == 60 * 60

    def test_notices_that_the_streets_changed(self, town: Town, tables: KeptTables, tmp_path: Path) -> None:
        asked(town, tables, HOMES)
        town.pace = 900
        assert asked(town, tables, HOMES) == 12 * 12 + 60 * 60
        assert len(list(tmp_path.iterdir())) == 1

    def test_believes_what_it_has_while_the_streets_are_silent(self, town: Town, tables: KeptTables) -> None:
        asked(town, tables, HOMES)
        town.silent = True
        assert asked(town, tables, HOMES) == 12 * 12

    def test_never_keeps_what_was_not_answered(self, town: Town, tables: KeptTables, tmp_path: Path) -> None:
        town.silent = True
        tables.matrix("car", HOMES, town)
        assert not list(tmp_path.iterdir())


class TestFiles:
    @pytest.mark.parametrize("name", ["names.npy", "duration_s.npy", "distance_m.npy"])
    def test_that_were_cut_short_are_thrown_away(
        self, town: Town, tables: KeptTables, tmp_path: Path, name: str
    ) -> None:
        asked(town, tables, HOMES)
        [folder] = tmp_path.iterdir()
        whole = (folder / name).read_bytes()
        (folder / name).write_bytes(whole[: len(whole) // 2])
        assert asked(town, tables, HOMES) == 60 * 60
        assert not folder.exists()

    def test_that_contradict_each_other_are_thrown_away(self, town: Town, tables: KeptTables, tmp_path: Path) -> None:
        asked(town, tables, HOMES)
        [folder] = tmp_path.iterdir()
        np.save(folder / "names.npy", np.array(["24.9,60.1"]))
        assert asked(town, tables, HOMES) == 60 * 60

    def test_that_are_still_being_written_do_not_count(self, town: Town, tables: KeptTables, tmp_path: Path) -> None:
        asked(town, tables, HOMES)
        [folder] = tmp_path.iterdir()
        folder.rename(tmp_path / ".unfinished")
        assert asked(town, tables, HOMES) == 60 * 60

    def test_make_room_for_what_is_used(self, town: Town, tmp_path: Path) -> None:
        one = 2 * 4 * 60 * 60 + 10_000
        tables = KeptTables(TableFiles(tmp_path, most_bytes=2 * one))
        crowds = [[Point(x + home.longitude, home.latitude) for home in HOMES] for x in (0.0, 1.0, 2.0)]
        asked(town, tables, crowds[0])
        asked(town, tables, crowds[1])
        assert asked(town, tables, crowds[0]) == 12 * 12
        asked(town, tables, crowds[2])
        assert asked(town, tables, crowds[0]) == 12 * 12
        assert asked(town, tables, crowds[1]) == 60 * 60

    def test_that_are_too_large_are_not_kept(self, town: Town, tmp_path: Path) -> None:
        tables = KeptTables(TableFiles(tmp_path, most_bytes=20_000))
        asked(town, tables, HOMES)
        assert asked(town, tables, HOMES) == 60 * 60

    def test_need_no_disk(self, town: Town, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        tables = KeptTables(TableFiles(tmp_path / "file" / "tables", most_bytes=ROOM))
        assert asked(town, tables, HOMES) == 60 * 60
