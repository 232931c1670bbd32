"""The simulator on the command line: `flask --app wsgi demo`, `flask --app wsgi sim drive`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from sim import locker_stand
from sim.calls import Refused, Unreachable
from sim.day import DayFailed, Wishes
from sim.demo import Asked, drive_plan, play
from sim.engaging import CannotPrepare, CommandLine
from sim.summary import Summary, table

FILE = click.Path(path_type=Path, dir_okay=False)
_URL = click.option(
    "--url", envvar="PUBLIC_URL", default="http://127.0.0.1:8000", show_default=True, help="Where the server is."
)
_FAILING = click.option(
    "--failing",
    "failing_share",
    type=click.FloatRange(0, 1),
    default=0.08,
    show_default=True,
    help="Share of attempts that fail.",
)
_SEED = click.option("--seed", type=int, default=1, show_default=True, help="The same seed, the same day.")
_LISTENERS = click.option(
    "--listeners", type=click.IntRange(0), default=120, show_default=True, help="How many tracking links to follow."
)
_COVERED = click.option("--gaps/--no-gaps", default=True, show_default=True, help="Gaps in the phones' coverage.")
_JSON = click.option("--json", "json_file", type=FILE, help="Write the summary to this file, too.")
_SVG = click.option("--svg", "picture", type=FILE, help="Draw the board in the middle of the day into this file.")


@click.group("sim")
def sim() -> None:
    """Phones and recipients, simulated: clients of the public API."""


@sim.command("drive")
@_URL
@click.option("--plan", "plan_id", required=True, help="The id of a published plan.")
@click.option("--people", type=FILE, required=True, help="Who signs in with what, as FOLDER/demo.json of `demo` tells.")
@_LISTENERS
@_SEED
@_FAILING
@_COVERED
@_JSON
@_SVG
def drive(
    url: str,
    plan_id: str,
    people: Path,
    listeners: int,
    json_file: Path | None,
    **wishes: Any,
) -> None:
    """Drive a published plan, as fast as the server's clock runs.

    A server is told its clock by DOORSTEP_CLOCK (see `python -m sim.clock --help`); without it a day takes a day.
    """
    console = _console()
    _finish(
        drive_plan(url, plan_id, people=people, listeners=listeners, wishes=Wishes(**wishes), console=console),
        console=console,
        json_file=json_file,
    )


@sim.command("locker")
@_URL
@click.option("--api-key", envvar="LOCKER_API_KEY", required=True, help="The device's, as it was told when installed.")
@click.option("--point", "point_id", required=True, help="The id of the locker.")
@click.option("--pass", "courier_code", help="A courier's code: lets `--parcel` in.")
@click.option("--parcel", "parcel_ids", multiple=True, help="The id of a parcel to put in.")
@click.option("--door", help="Behind which door, when not behind the one that is kept for it.")
@click.option("--code", "codes", multiple=True, help="A recipient's code.")
def locker(url: str, api_key: str, point_id: str, **asked: Any) -> None:
    """Be a locker: learn what is expected, take parcels in and give them out without network, then tell."""
    console = _console()
    for line in locker_stand.stand(url, api_key, point_id, **asked):
        console.print(line)


@click.command("demo")
@_URL
@click.option("--city", type=FILE, required=True, help="An OpenStreetMap extract, .osm.pbf.")
@click.option("--deliveries", type=click.IntRange(1, 1000), default=120, show_default=True)
@click.option("--couriers", type=click.IntRange(1, 50), default=5, show_default=True)
@click.option("--hours", type=click.FloatRange(0.5, 12), default=4.0, show_default=True, help="Length of the shifts.")
@click.option(
    "--limit", "limit_s", type=click.IntRange(1, 300), default=8, show_default=True, help="Planning, seconds."
)
@click.option(
    "--lead", "lead_s", type=click.FloatRange(0), default=8.0, show_default=True, help="Seconds to prepare beside it."
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="DOORSTEP_FOLDER",
    required=True,
    help="Where to remember the people.  [DOORSTEP_FOLDER]",
)
@_LISTENERS
@_SEED
@_FAILING
@_COVERED
@_JSON
@_SVG
def demo(
    url: str,
    city: Path,
    deliveries: int,
    couriers: int,
    hours: float,
    limit_s: int,
    lead_s: float,
    folder: Path,
    listeners: int,
    json_file: Path | None,
    **wishes: Any,
) -> None:
    """Play a day: orders to real addresses, a plan, couriers on their rounds, recipients who watch.

    `make demo` starts the servers for it, with a clock that runs 60 times as fast. Ends with 0 only when every stop is
    done and no recipient missed a fact.
    """
    asked = Asked(url, city, folder, deliveries, couriers, hours, limit_s, lead_s, listeners, Wishes(**wishes))
    console = _console()
    _finish(play(asked, console=console, command_line=CommandLine()), console=console, json_file=json_file)


def _console() -> Console:
    """Return the terminal; a log has no width, so lines are as long as a wide one's."""
    console = Console()
    return console if console.is_terminal else Console(width=140)


def _finish(day: Coroutine[None, None, Summary], *, console: Console, json_file: Path | None) -> None:
    try:
        summary = asyncio.run(day)
    except (CannotPrepare, DayFailed, Refused, Unreachable, ValueError) as failed:
        raise click.ClickException(str(failed)) from None
    except KeyboardInterrupt:
        raise click.Abort from None
    console.print(table(summary))
    if json_file is not None:
        json_file.write_text(json.dumps(summary.as_json(), indent=2) + "\n")
    if not summary.finished:
        raise click.exceptions.Exit(1)
