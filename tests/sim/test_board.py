"""What the board shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console

from sim.board import Board
from sim.calls import Tally
from sim.diary import Diary, Progress

NOON = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)


def board() -> Board:
    aino = Progress("Aino Aalto", "van 4", stops=20, stops_over=5, doing="drives", next_at=NOON + timedelta(minutes=5))
    aino.behind = timedelta(minutes=18)
    eero = Progress("Eero Laine", "cargo bicycle 1", stops=10, covered=False, waiting_to_send=7)
    return Board(Diary(couriers=[aino, eero]), [], Tally(requests=3), lambda: NOON, ZoneInfo("Europe/Helsinki"), 60)


def shown(width: int) -> str:
    console = Console(width=width)
    with console.capture() as captured:
        console.print(board().picture())
    return captured.get()


class TestBoard:
    def test_tells_where_each_courier_is_in_the_citys_time(self) -> None:
        picture = shown(120)
        for words in ("12:00", "60 times", "Aino", "5/20", "12:05", "18 min late", "no coverage, 7 waiting"):
            assert words in picture

    def test_keeps_its_figures_whole_in_eighty_columns(self) -> None:
        assert all(words in shown(80) for words in ("5/20", "12:05", "18 min late", "cargo bicycle 1"))

    def test_is_one_line_without_a_terminal(self) -> None:
        assert board().line().startswith("12:00  Aino 5/20  Eero 0/10 (no coverage)")

    def test_is_drawn_without_asking_another_host(self, tmp_path: Path) -> None:
        board().save(tmp_path / "board.svg")
        drawn = (tmp_path / "board.svg").read_text()
        assert "Aino" in drawn
        assert "url(https" not in drawn.replace('"', "")
