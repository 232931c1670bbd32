"""The city that is served: `flask --app wsgi city import FILE.osm.pbf`, `city show`."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from api.commands.group import Group
from kernel import clock
from kernel.database import Sessions
from kernel.errors import Refusal
from places.cities import current_city
from places.importing import import_city
from places.osm import Progress

city = Group("city", help="The city that is served: its streets, addresses and map.")


class Shown(Progress):
    """Shows each stage of an import as a bar."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._stage: TaskID | None = None

    def begin(self, stage: str, total: int | None = None) -> None:
        """Close the bar of the stage before, and open the next."""
        self.end()
        if not self._bars.console.is_terminal:  # bars would come out at the very end
            self._bars.console.print(f"{stage} ...")
        self._stage = self._bars.add_task(stage, total=total)

    def advance(self, count: int = 1) -> None:
        """Move the bar."""
        if self._stage is not None:
            self._bars.advance(self._stage, count)

    def end(self) -> None:
        """Close the bar: a stage of unknown length has come to its end."""
        for task in self._bars.tasks:
            if task.id == self._stage and task.total is None:
                self._bars.update(task.id, total=task.completed)


@city.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--folder", type=click.Path(path_type=Path), help="Where the street graphs go.  [DOORSTEP_FOLDER]")
def import_file(file: Path, folder: Path | None) -> None:
    """Import FILE.osm.pbf, any OpenStreetMap extract, in place of the city before."""
    columns = (TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True)) as bars:
        shown = Shown(bars)
        try:
            with Sessions.begin() as session:
                imported = import_city(session, file=file, folder=folder or _folder(), now=clock.now(), progress=shown)
        except Refusal as refusal:
            bars.stop()
            raise click.ClickException(refusal.detail) from None
        shown.end()
    click.echo(f"{imported.name} ({imported.zone}) is imported. Map data {imported.attribution} (ODbL).")


@city.command("show")
def show() -> None:
    """Show which city is imported."""
    try:
        with Sessions() as session:
            extent = current_city(session)
    except Refusal as refusal:
        raise click.ClickException(refusal.detail) from None
    west, south, east, north = extent.bbox
    click.echo(f"{extent.name}, {extent.zone}")
    click.echo(f"longitude {west:.4f} to {east:.4f}, latitude {south:.4f} to {north:.4f}")
    click.echo(f"Map data {extent.attribution} (ODbL)")


def _folder() -> Path:
    folder: str | None = current_app.config["SETTINGS"].doorstep_folder
    if folder is None:
        raise click.ClickException("say with --folder or DOORSTEP_FOLDER where the street graphs go")
    return Path(folder)
