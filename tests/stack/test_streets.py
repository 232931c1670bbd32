from __future__ import annotations

import importlib.util
import json
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from stack import living
from stack.folders import Folders
from stack.redis_server import free_port

from .conftest import Start, processes_with

FOUND = importlib.util.find_spec("osrm")
assert FOUND
assert FOUND.origin
OSRM = Path(FOUND.origin).parent


def _make_graph(folder: Path, *, street: str) -> None:
    """Make a street of three nodes in the middle of the sea, as the city import does."""
    folder.mkdir(parents=True)
    nodes = "".join(f'<node id="{n}" version="1" lat="0.{n}" lon="0.{n}"/>' for n in (1, 2, 3))
    way = '<nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/>' + f'<tag k="name" v="{street}"/>'
    source = folder / "foot.osm"
    source.write_text(f'<osm version="0.6">{nodes}<way id="1" version="1">{way}</way></osm>')
    graph = folder / "foot.osrm"
    for deed in (
        ["osrm-extract", "-p", OSRM / "share/profiles/foot.lua", "-o", graph, source],
        ["osrm-contract", graph],
    ):
        subprocess.run([OSRM / "bin" / deed[0], *deed[1:]], check=True, capture_output=True)


@pytest.fixture
def streets(folders: Folders) -> Iterator[Path]:
    path = folders.data / "streets"
    yield path
    shutil.rmtree(path, ignore_errors=True)


def _point_at(streets: Path, name: str) -> None:
    draft = streets / "current.draft"
    draft.write_text(name)
    draft.replace(streets / "current")


class TestStreets:
    def test_waits_for_a_city_then_follows_the_pointer(self, start: Start, streets: Path) -> None:
        port = free_port()
        server = start("-m", "stack", "streets", "foot", STREETS_FOOT_URL=f"http://127.0.0.1:{port}")
        assert server.stdout is not None
        assert server.stdout.readline().startswith("no city yet")

        for name in ("old", "new"):
            _make_graph(streets / name, street=name)
            _point_at(streets, name)
            assert living.wait_until(partial(_serves, port, name), timeout_s=10, every_s=0.1)

        living.send(_servers(port), number=signal.SIGKILL)
        assert living.wait_until(lambda: not _serves(port, "new"), timeout_s=5)
        assert living.wait_until(partial(_serves, port, "new"), timeout_s=10, every_s=0.1)

        server.terminate()
        assert server.wait(10) == 0
        assert _nearest(port) is None

    def test_waits_while_the_city_has_no_such_streets(self, start: Start, streets: Path) -> None:
        (streets / "city").mkdir(parents=True)
        _point_at(streets, "city")

        server = start("-m", "stack", "streets", "car", STREETS_CAR_URL=f"http://127.0.0.1:{free_port()}")

        assert server.stdout is not None
        assert server.stdout.readline().startswith("no car streets in city")
        server.terminate()
        assert server.wait(10) == 0


def _servers(port: int) -> list[int]:
    return [
        pid
        for pid in processes_with(f"\0{port}\0")
        if (Path("/proc") / str(pid) / "exe").readlink().name == "osrm-routed"
    ]


def _serves(port: int, street: str) -> bool:
    return _nearest(port) == street


def _nearest(port: int) -> str | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/nearest/v1/foot/0.2,0.2", timeout=5) as answer:
            name: str = json.load(answer)["waypoints"][0]["name"]
            return name
    except OSError:
        return None
