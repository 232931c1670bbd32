"""Real streets for the bench: graphs of an OpenStreetMap extract, made once in a scratch folder, and `osrm-routed`."""

import hashlib
import random
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

import shapely

from kernel.geo import Point
from places.adapters.osrm import OsrmStreets
from places.adapters.osrm_graphs import build_graphs, graphs_name
from places.models import Layer
from places.osm import CityData, read_city
from places.streets import Profile
from stack.streets import LIMITS

_ROADS = frozenset(
    ("primary", "secondary", "tertiary", "residential", "unclassified", "living_street", "trunk_link", "road")
)
_STARTS_WITHIN_S = 30.0


class Silent:
    """Listens to an import and says nothing."""

    def begin(self, stage: str, total: int | None = None) -> None:
        """Start a stage."""

    def advance(self, count: int = 1) -> None:
        """Count steps."""


def addresses(city: CityData, *, count: int, seed: int) -> list[Point]:
    """So many addresses of the city, each at another spot."""
    spots = dict.fromkeys(_middle(address.wkb) for address in city.addresses)
    return random.Random(seed).sample(list(spots), count)


def roadsides(city: CityData, *, count: int, seed: int) -> list[Point]:
    """So many spots beside roads, evenly over their length."""
    lines = [
        shapely.from_wkb(bytes.fromhex(feature.wkb))
        for feature in city.features
        if feature.layer is Layer.STREETS and feature.kind in _ROADS
    ]
    chance = random.Random(seed)
    chosen = chance.choices(lines, weights=[line.length for line in lines], k=count)
    return [_spot(line.interpolate(chance.random(), normalized=True)) for line in chosen]


def _middle(wkb: str) -> Point:
    return _spot(shapely.from_wkb(bytes.fromhex(wkb)).centroid)


def _spot(point: shapely.Point) -> Point:
    return Point(round(point.x, 6), round(point.y, 6))


def read_extract(file: Path) -> CityData:
    """What the extract holds."""
    return read_city(file, progress=Silent())


@contextmanager
def streets(
    file: Path, *, scratch: Path, sample: Sequence[Point], profiles: Sequence[Profile]
) -> Iterator[tuple[OsrmStreets, dict[Profile, str]]]:
    """The streets of the extract by the project's own adapter, and the servers' addresses, until the block ends."""
    folder = scratch / graphs_name(hashlib.sha256(file.read_bytes()).hexdigest())
    build_graphs(file, folder, sample=sample, progress=Silent())
    with ExitStack() as running:
        urls = {profile: running.enter_context(_server(folder / f"{profile}.osrm")) for profile in profiles}
        adapter = OsrmStreets(dict(urls))
        running.callback(adapter.close)
        yield adapter, urls


@contextmanager
def _server(graph: Path) -> Iterator[str]:
    """The server as `stack` starts it, on a free port."""
    found = find_spec("osrm")
    assert found is not None
    assert found.origin is not None
    port = _free_port()
    limits = [part for limit in LIMITS.items() for part in limit]
    where = ["--ip", "127.0.0.1", "--port", str(port), "--threads", "2", "--mmap", "--verbosity", "ERROR"]
    process = subprocess.Popen([Path(found.origin).parent / "bin" / "osrm-routed", graph, *where, *limits])
    try:
        _wait(process, f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    until_s = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < until_s and process.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/nearest/v1/p/0,0", timeout=2).close()
        except urllib.error.HTTPError as answer:
            answer.close()  # an answer all the same
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"osrm-routed does not answer at {url}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
