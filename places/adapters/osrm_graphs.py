"""Building street graphs with OSRM's own tools, which come in the `osrm` package."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import osrm

from kernel.geo import Point
from places.osm import CityFileUnusable, Progress
from places.streets import PROFILES, Profile

_HOME = Path(osrm.__file__).parent
# OSRM snaps to a strongly connected part of at least so many nodes where it can. Too small a number and addresses hang
# on car parks that nobody can leave; too large and no part of a small extract counts. What fits differs by extract and
# profile, so the holes are measured and the best is kept: most extracts are content with the first.
COMPONENT_SIZES = (100, 1000, 10)
_HOLES_FINE = 0.01
_SAMPLE = 200


class Graph(NamedTuple):
    """A finished graph. `holes` is the share, 0 to 1, of sampled pairs of addresses without a way."""

    component_size: int
    holes: float


class _NoGraph(Exception):
    """OSRM made no graph for this profile."""


def graphs_name(sha256: str) -> str:
    """Return the folder's name for the graphs of a file: they are read only by the OSRM that made them."""
    return f"{sha256[:16]}-{version('osrm-bindings')}"


def build_graphs(file: Path, folder: Path, *, sample: Sequence[Point], progress: Progress) -> dict[Profile, Graph]:
    """Build `<folder>/<profile>.osrm*` for every profile that has streets in the file, and `graphs.json`.

    `folder` appears whole or not at all; one that stands is taken as it is. The ways between the points of `sample`
    decide the component size. CityFileUnusable when no profile has any street.
    """
    if not (folder / "graphs.json").is_file():
        _build_aside(file, folder, sample, progress)
    told = json.loads((folder / "graphs.json").read_text())
    return {profile: Graph(**told[profile]) for profile in PROFILES if profile in told}


def _build_aside(file: Path, folder: Path, sample: Sequence[Point], progress: Progress) -> None:
    aside = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    # The tools name their files after their input.
    os.symlink(file.resolve(), aside / "map.osm.pbf")
    graphs = {}
    progress.begin("Building street graphs", len(PROFILES))
    for profile in PROFILES:
        try:
            graphs[profile] = _best_graph(aside, profile, sample)._asdict()
        except _NoGraph as failure:
            reason = str(failure)
        progress.advance()
    if not graphs:
        shutil.rmtree(aside)
        raise CityFileUnusable(f"no street graph could be built from {file.name}: {reason}")

    (aside / "map.osm.pbf").unlink()
    (aside / "graphs.json").write_text(json.dumps(graphs, indent=2))
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)


def _best_graph(folder: Path, profile: Profile, sample: Sequence[Point]) -> Graph:
    """Build the graph with the component size that leaves the fewest holes."""
    tried: list[Graph] = []
    for size in COMPONENT_SIZES:
        _build(folder, profile, size)
        tried.append(Graph(size, _holes(folder / f"{profile}.osrm", sample)))
        if tried[-1].holes <= _HOLES_FINE:
            return tried[-1]
    best = min(tried, key=lambda graph: graph.holes)
    if best is not tried[-1]:
        _build(folder, profile, best.component_size)
    return best


def _build(folder: Path, profile: Profile, size: int) -> None:
    source, base = folder / "map.osm.pbf", folder / f"{profile}.osrm"
    script = _HOME / "share" / "profiles" / f"{profile}.lua"
    _run("osrm-extract", "-p", script, source, "-o", base, "--small-component-size", str(size))
    _run("osrm-contract", base)


def _run(tool: str, *arguments: str | Path) -> None:
    done = subprocess.run(
        [_HOME / "bin" / tool, *arguments], capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        raise _NoGraph(_complaint(done.stdout + done.stderr) or f"{tool} ended with {done.returncode}")


def _complaint(output: str) -> str:
    """Return what the tool said was wrong: its last line with an error, without the time and the colours."""
    wrong = [line for line in output.splitlines() if "[error]" in line or "what():" in line]
    return wrong[-1].split("]")[-1].split("what():")[-1].strip("\x1b[0m ").strip() if wrong else ""


def _holes(base: Path, sample: Sequence[Point]) -> float:
    """Return the share of pairs of sampled points that the graph has no way between."""
    chosen = random.Random(1).sample(sample, min(_SAMPLE, len(sample)))
    if len(chosen) < 2:
        return 0.0
    places = [(point.longitude, point.latitude) for point in chosen]
    table = osrm.OSRM(str(base)).Table(osrm.TableParameters(coordinates=places))
    times = [time for row in table["durations"] for time in row]
    return sum(time is None for time in times) / len(times)
