"""The live board: who is where in the round. On a terminal a table that stays; elsewhere a line every few seconds."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from sim.calls import Tally
from sim.diary import Diary, Progress
from sim.listening import Listener

REFRESH_S = 0.5
LINE_EVERY_S = 5.0
LATE = timedelta(minutes=10)
# What the board shows, and how wide it must be at least; one takes what is left.
COLUMNS = {"courier": 6, "with": 15, "round": 5, "": 8, "next stop": None, "there": 5, "plan": 11}
BAR = 8


@dataclass(frozen=True)
class Board:
    """What is shown, and in which zone its times are told."""

    diary: Diary
    listeners: list[Listener]
    tally: Tally
    now: Callable[[], datetime]
    zone: ZoneInfo
    speed: float

    async def show(self, console: Console) -> None:
        """Show the board until cancelled."""
        if not console.is_terminal:
            while True:
                console.print(self.line(), soft_wrap=True)
                await asyncio.sleep(LINE_EVERY_S)
        with Live(self.picture(), console=console, auto_refresh=False) as live:
            try:
                while True:
                    live.update(self.picture(), refresh=True)
                    await asyncio.sleep(REFRESH_S)
            finally:
                live.update(self.picture(), refresh=True)

    def picture(self) -> RenderableType:
        """Return the board as a table with a line of figures under it."""
        title = f"{self._time(self.now())}  ({self.speed:g} times as fast)"
        table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, expand=True, padding=(0, 1, 0, 0))
        for name, width in COLUMNS.items():
            ratio = 1 if width is None else None
            table.add_column(name, no_wrap=True, overflow="ellipsis", min_width=width, ratio=ratio)
        for one in self.diary.couriers:
            table.add_row(*self._row(one))
        return Group(table, Text(self._figures()))

    def line(self) -> str:
        """Return the board as one line."""
        rounds = "  ".join(
            f"{one.courier.split()[0]} {one.stops_over}/{one.stops}{'' if one.covered else ' (no coverage)'}"
            for one in self.diary.couriers
        )
        return f"{self._time(self.now())}  {rounds}  |  {self._figures()}"

    def save(self, path: Path) -> None:
        """Write the board as an SVG picture."""
        console = Console(record=True, width=120, file=StringIO(), force_terminal=True)
        console.print(self.picture())
        drawn = console.export_svg(title="make demo")
        # The fonts that it names are on another host; the reader's own will do.
        path.write_text(re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL))

    def _row(self, one: Progress) -> tuple[RenderableType, ...]:
        share = one.stops_over / one.stops if one.stops else 1.0
        signal = "" if one.covered else f" [yellow]no coverage, {one.waiting_to_send} waiting[/]"
        return (
            one.courier.partition(" ")[0],
            one.vehicle,
            f"{one.stops_over}/{one.stops}",
            f"[green]{'━' * round(share * BAR)}[/][dim]{'━' * (BAR - round(share * BAR))}[/]",
            f"{one.doing}{signal}" + (f"  [dim]{one.next_address}[/]" if one.next_address else ""),
            self._time(one.next_at) if one.next_at else "",
            _punctuality(one),
        )

    def _figures(self) -> str:
        visits = self.diary.visits.values()
        delivered = sum(visit.delivered for visit in visits)
        failed = sum(bool(visit.outcome) and not visit.delivered for visit in visits)
        heard = sum(len(listener.heard) for listener in self.listeners)
        return (
            f"{delivered} delivered, {failed} failed, {len(visits) - delivered - failed} to go"
            f"; {heard} facts heard by {len(self.listeners)} listeners"
            f"; {self.tally.requests} requests, {self.tally.retries} sent again"
        )

    def _time(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%H:%M}"


def _punctuality(one: Progress) -> str:
    if one.home:
        return "[dim]home[/]"
    minutes = one.behind // timedelta(minutes=1)
    if one.behind > LATE:
        return f"[red]{minutes} min late[/]"
    return f"{minutes} min late" if minutes > 0 else "[green]on time[/]"
