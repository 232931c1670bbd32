"""Deliveries from a file: `flask --app wsgi deliveries import FILE.csv --merchant NAME_OR_ID`."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import batched
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress
from sqlalchemy.exc import OperationalError

from accounts.models import Organisation
from accounts.principals import Principal, Role
from api.commands.group import Group
from api.deliveries.rows import COLUMNS, REJECTED, Row, problem_of, read_rows
from api.problems import title_of
from api.unit import unit
from deliveries import creation, merchants
from kernel import clock
from kernel.errors import Refusal

deliveries = Group("deliveries", help="What must be brought, to whom, by when.")

_CHUNK = 250  # rows in one transaction: what a crash can take back
_SHOWN = 20
_EPILOG = "\b\nColumns, in any order, , or ; between them:\n" + "\n".join(
    f"  {name:<19} {about}".rstrip() for name, about in COLUMNS.items()
)


@deliveries.command("import", epilog=_EPILOG)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--merchant", required=True, metavar="NAME_OR_ID", help="Whose deliveries they are.")
@click.option("--rejects", type=click.Path(path_type=Path), help="Where bad lines go.  [FILE.rejects.csv]")
def import_file(file: Path, merchant: str, rejects: Path | None) -> None:
    """Import deliveries from a CSV file: good lines go in, bad ones into a file of rejects, with the reason.

    Correct the file of rejects and import it in turn. Ends with 1 when a line was rejected.
    """
    into = rejects or file.with_suffix(".rejects.csv")
    if into.resolve() == file.resolve():
        raise click.ClickException("the rejects need a file of their own")
    try:
        created, rejected = _import(file, merchant=merchant, rejects=into)
    except (Refusal, UnicodeDecodeError, OSError, OperationalError) as error:
        raise click.ClickException(in_a_line(error)) from None

    click.echo(f"{created} {'delivery' if created == 1 else 'deliveries'} created, {rejected} lines rejected.")
    if rejected:
        click.echo(f"The rejected lines are in {into}.")
        raise SystemExit(1)


def _import(file: Path, *, merchant: str, rejects: Path) -> tuple[int, int]:
    """Return how many lines went in and how many did not."""
    with unit() as session:
        caller = acting_for(merchants.called(session, merchant))
    created = rejected = 0
    with ExitStack() as opened:
        bars = opened.enter_context(Progress(console=Console(stderr=True)))
        bad: Rejects | None = None
        for rows in batched(read_rows(_lines(file, bars)), _CHUNK):
            created += _create(rows, caller=caller)
            for row in rows:
                if row.problem:
                    bad = bad or opened.enter_context(Rejects(rejects, show=bars.console))
                    bad.add(row)
                    rejected += 1
    return created, rejected


def _create(rows: Sequence[Row], *, caller: Principal) -> int:
    """Create what the rows ask for, in a transaction; say in each what is wrong with it. Return how many are in."""
    good = [(row, row.draft) for row in rows if row.draft is not None]
    with unit() as session:
        made = creation.create_batch(session, [draft for _, draft in good], caller=caller, now=clock.now())
    refused = [(row, outcome) for (row, _), outcome in zip(good, made, strict=True) if isinstance(outcome, Refusal)]
    for row, refusal in refused:
        row.problem = problem_of(refusal)
    return len(good) - len(refused)


class Rejects:
    """The file of rejects: opened for the first bad line, so that there is none without. Shows the first lines."""

    def __init__(self, path: Path, *, show: Console) -> None:
        self._file = path.open("w", newline="", encoding="utf-8")
        self._writer = csv.DictWriter(self._file, fieldnames=[*REJECTED, *COLUMNS])
        self._writer.writeheader()
        self._show = show
        self._left = _SHOWN

    def __enter__(self) -> Rejects:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, row: Row) -> None:
        """Keep a bad line with its number and what is wrong with it."""
        self._writer.writerow({**row.cells, "line": str(row.line), "problem": row.problem})
        if self._left > 0:
            self._show.print(f"line {row.line}: {row.problem}", markup=False, highlight=False, soft_wrap=True)
        elif self._left == 0:
            self._show.print("... and more")
        self._left -= 1


def _lines(file: Path, bars: Progress) -> Iterator[str]:
    bar = bars.add_task("Importing", total=file.stat().st_size)
    with file.open(newline="", encoding="utf-8") as opened:
        for line in opened:
            bars.advance(bar, len(line.encode()))
            yield line


def acting_for(organisation: Organisation) -> Principal:
    """Return the organisation itself as the one who acts: at the command line there is no person."""
    return Principal(
        id=organisation.id,
        organisation_id=organisation.id,
        carrier_id=organisation.served_by,
        is_carrier=organisation.carrier_id is None,
        role=Role.ADMIN,
        bearer="key",
    )


def in_a_line(error: Any) -> str:
    """Return what went wrong with an import, for somebody at a terminal."""
    if isinstance(error, Refusal):
        return error.detail or title_of(type(error))
    if isinstance(error, UnicodeDecodeError):
        return f"the file is not UTF-8: {error.reason} at byte {error.start}"
    if isinstance(error, OperationalError):
        return f"the database does not answer: {str(error.orig).splitlines()[0]}"
    return str(error)
