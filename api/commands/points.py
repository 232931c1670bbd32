"""Pickup points from a file: `flask --app wsgi points import FILE --carrier NAME_OR_ID`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import batched
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy.exc import OperationalError

from accounts.principals import Principal
from api.commands.deliveries import acting_for, in_a_line
from api.commands.group import Group
from api.problems import title_of
from api.unit import unit
from deliveries import merchants
from kernel import clock
from kernel.errors import Refusal
from pickup_points.models import PointKind
from pickup_points.points.importing import Outcome, Told, Verdict, import_points
from pickup_points.points.reading_csv import COLUMNS, read_columns, read_csv
from pickup_points.points.reading_osm import read_osm

points = Group("points", help="Where recipients collect: lockers, post offices, shops.")

_CHUNK = 250  # points in one transaction: what a crash can take back
_SHOWN = 20
_EPILOG = "\b\nColumns of a CSV file, in any order; known feeds are recognised:\n" + "\n".join(
    f"  {name:<14} {about}".rstrip() for name, about in COLUMNS.items()
)


@points.command("import", epilog=_EPILOG)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--carrier", required=True, metavar="NAME_OR_ID", help="Whose points they are.")
@click.option("--columns", metavar="OURS=THEIRS+THEIRS,...", help="What the columns of a CSV file are called.")
@click.option(
    "--kind", type=click.Choice([kind.value for kind in PointKind]), help="Of lines of a CSV file that do not say one."
)
def import_file(file: Path, carrier: str, columns: str | None, kind: str | None) -> None:
    """Import points from an OpenStreetMap extract (.osm.pbf, .osm) or a CSV file.

    The same file again changes nothing; a newer one changes what is new in it. Hours that cannot be read are shown,
    and the point comes in without. Ends with 1 when a point was refused.
    """
    verdicts: list[Verdict] = []
    try:
        with unit() as session:
            caller = acting_for(merchants.called(session, carrier))
        with _told(file, columns, kind) as told, _bar(Console(stderr=True)) as bar:
            for verdict in _imported(told, caller=caller):
                verdicts.append(verdict)
                bar.advance(bar.task_ids[0])
    except (Refusal, UnicodeDecodeError, OSError, OperationalError) as error:
        raise click.ClickException(in_a_line(error)) from None

    _summarise(verdicts)


def _imported(told: Iterable[Told], *, caller: Principal) -> Iterator[Verdict]:
    for chunk in batched(told, _CHUNK):
        with unit() as session:
            verdicts = import_points(session, chunk, caller=caller, now=clock.now())
        yield from verdicts


@contextmanager
def _told(file: Path, columns: str | None, kind: str | None) -> Iterator[Iterable[Told]]:
    if file.name.endswith((".pbf", ".osm")):
        yield read_osm(file)
        return
    with file.open(newline="", encoding="utf-8-sig") as lines:
        yield read_csv(
            lines,
            columns=None if columns is None else read_columns(columns),
            kind=None if kind is None else PointKind(kind),
        )


@contextmanager
def _bar(console: Console) -> Iterator[Progress]:
    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console) as bar:
        bar.add_task("Importing", total=None)
        yield bar


def _summarise(verdicts: list[Verdict]) -> None:
    counted = Counter(verdict.outcome for verdict in verdicts)
    click.echo(", ".join(f"{counted[outcome]} {outcome}" for outcome in Outcome) + ".")
    _list("without hours, for theirs are not understood", [each for each in verdicts if each.hours is not None])
    refused = [each for each in verdicts if each.refusal is not None]
    _list("refused", refused)
    if refused:
        raise SystemExit(1)


def _list(what: str, verdicts: list[Verdict]) -> None:
    if not verdicts:
        return
    click.echo(f"{len(verdicts)} {what}:")
    reasons = Counter(_reason(each) for each in verdicts)
    for reason, count in reasons.most_common(_SHOWN):
        first = next(each.where for each in verdicts if _reason(each) == reason)
        click.echo(f"  {first}: {reason}" + ("" if count == 1 else f" ({count} times)"))
    if len(reasons) > _SHOWN:
        click.echo(f"  ... and {len(reasons) - _SHOWN} more reasons")


def _reason(verdict: Verdict) -> str:
    refusal = verdict.hours or verdict.refusal
    if refusal is None:
        return ""
    return "; ".join(error.detail for error in refusal.errors) or refusal.detail or title_of(type(refusal))
