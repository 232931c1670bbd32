"""How long travel times take against a bare call to the same street server, in which memory, and the second time."""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from kernel.geo import Point
from places.adapters.kept_tables import KeptTables
from places.adapters.osrm import OsrmStreets
from places.adapters.table_files import TableFiles

LIMIT = 1.3


def main() -> None:
    """Print a table, and a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True, help="an osrm-routed for cars, with --max-table-size 1000 or more")
    parser.add_argument("--box", default="24.92,60.16,24.97,60.185", help="west,south,east,north within its streets")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--large", type=int, default=3000, help="points of the large table")
    given = parser.parse_args()
    places = points(given.box, max(given.large, 1000))

    with tempfile.TemporaryDirectory() as folder:
        found = compare(given.url, places[:1000], given.rounds) | large(given.url, places[: given.large], Path(folder))
    for name, figure in found.items():
        print(f"  {name:44} {figure:10.3f}")
    print(f"  limit {LIMIT} times the bare call: {'yes' if found['1000: ratio to the bare call'] <= LIMIT else 'NO'}")
    print(json.dumps(found))


def points(box: str, count: int) -> list[Point]:
    """Return random places in the box, the same every time."""
    west, south, east, north = map(float, box.split(","))
    chance = np.random.default_rng(1)
    return [
        Point(x, y)
        for x, y in zip(
            chance.uniform(west, east, count).tolist(), chance.uniform(south, north, count).tolist(), strict=True
        )
    ]


def compare(url: str, places: list[Point], rounds: int) -> dict[str, float]:
    """Ask both in turns: the bare call takes the JSON as bytes and does not even read it."""
    streets, http = OsrmStreets({"car": url}), httpx.Client(timeout=60, headers={"Accept-Encoding": "identity"})
    asked = ";".join(f"{place.longitude:.6f},{place.latitude:.6f}" for place in places)
    address = f"{url}/table/v1/p/{asked}?annotations=duration,distance&generate_hints=false"
    bare, ours = [], []
    for _ in range(rounds):
        bare.append(took_s(lambda: http.get(address).raise_for_status()))
        ours.append(took_s(lambda: streets.matrix("car", places)))
    return {
        "1000: bare call, s": statistics.median(bare),
        "1000: ours, s": statistics.median(ours),
        "1000: ratio to the bare call": statistics.median(o / b for o, b in zip(ours, bare, strict=True)),
    }


def large(url: str, places: list[Point], folder: Path) -> dict[str, float]:
    """One large table: its time and memory; then the same again, and with one place in twenty another."""
    streets = OsrmStreets({"car": url}, kept=KeptTables(TableFiles(folder, most_bytes=10**10)))
    n = len(places)
    before_mb = peak_mb()
    first = took_s(lambda: streets.matrix("car", places))
    grown_mb = peak_mb() - before_mb
    again = took_s(lambda: streets.matrix("car", places))
    moved = [Point(p.longitude + 0.0001, p.latitude) if i % 20 == 0 else p for i, p in enumerate(places)]
    partly = took_s(lambda: streets.matrix("car", moved))
    return {
        f"{n}: first, s": first,
        f"{n}: peak memory, MB": grown_mb,
        f"{n}: the answer itself, MB": n * n * 9 / 1e6,
        f"{n}: again, s": again,
        f"{n}: with 5 % other places, s": partly,
    }


def took_s(deed: Callable[[], object]) -> float:
    """Do it and return the seconds it took."""
    began_s = time.perf_counter()
    deed()
    return time.perf_counter() - began_s


def peak_mb() -> float:
    """Return this process's largest resident memory so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
