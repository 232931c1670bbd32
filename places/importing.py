"""Importing a city: its streets become graphs, its addresses and map become rows, in place of the city before."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import shapely
from sqlalchemy.orm import Session

from kernel.database import after_commit
from kernel.errors import Conflict
from kernel.geo import Point
from places.adapters.osrm_graphs import build_graphs, graphs_name
from places.loading import replace_city
from places.models import City, Layer
from places.osm import CityData, Progress, read_city
from places.register import StreetEntry, make_register


class ImportRunning(Conflict):
    """Another import is running."""


class Silence(Progress):
    """Tells nobody."""

    def begin(self, stage: str, total: int | None = None) -> None:
        """Tell nobody."""

    def advance(self, count: int = 1) -> None:
        """Tell nobody."""


def import_city(session: Session, *, file: Path, folder: Path, now: datetime, progress: Progress) -> City:
    """Import the OpenStreetMap extract `file` in place of the city before, and return the new one.

    Street graphs go to `<folder>/streets/<name>/<profile>.osrm*`; `<folder>/streets/current` names the graphs in force
    and changes once the transaction is committed. CityFileUnusable when the file is no city, ImportRunning while
    another import holds the folder: then nothing has changed.
    """
    streets_folder = folder / "streets"
    streets_folder.mkdir(parents=True, exist_ok=True)
    with _alone(streets_folder):
        data = read_city(file, progress=progress)
        register = make_register(data.addresses, coverage=data.coverage)
        sha256 = _sha256(file)
        graphs = streets_folder / graphs_name(sha256)
        build_graphs(file, graphs, sample=_sample(register, data), progress=progress)

        city = replace_city(
            session,
            data=data,
            streets=register,
            source_name=file.name,
            source_sha256=sha256,
            now=now,
            progress=progress,
        )
        after_commit(session, lambda: _put_in_force(graphs))
        return city


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder against a second import; the kernel lets go of it if this process dies."""
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ImportRunning("another import is running; wait for it to end") from None
        yield


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sample(register: Sequence[StreetEntry], data: CityData) -> list[Point]:
    """Return where people want to go: addresses, or points on streets where the map has none."""
    homes = [house.place for street in register for house in street.houses]
    if homes:
        return homes
    streets = [feature.wkb for feature in data.features if feature.layer == Layer.STREETS]
    return [Point(start.x, start.y) for start in shapely.get_point(shapely.from_wkb(streets), 0)]


def _put_in_force(graphs: Path) -> None:
    """Name the graphs in `current`, whole or not at all, and remove the ones before."""
    draft = graphs.parent / ".current"
    with draft.open("w") as stream:
        stream.write(graphs.name)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(graphs.parent / "current")
    for other in graphs.parent.iterdir():
        if other.is_dir() and other != graphs:
            shutil.rmtree(other, ignore_errors=True)
