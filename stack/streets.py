"""The street server of one profile: osrm-routed on the graph that the last city import made.

`FOLDER/streets/current` names the folder of that graph. An import writes a new folder, then replaces this pointer.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from stack import child
from stack.folders import StackError, locate

LOOK_S = 0.5
PAUSE_S = 1.0
GRACE_S = 2.0
LIMITS = {
    "--max-table-size": "10000",
    "--max-viaroute-size": "10000",
    "--max-matching-size": "1000",
    "--max-nearest-size": "1000",
    "--keepalive-timeout": "60",
}


def serve(profile: str) -> int:
    """Serve the newest graph until SIGTERM. Return 0.

    It never gives up: without street times plans fall back to great-circle times and say so, but the day goes on.
    """
    signals = child.Signals()
    streets = locate().data / "streets"
    port = _port(profile)
    while not signals.stopping:
        name = _wait_for_graph(streets, profile, signals)
        if signals.stopping:
            break
        print(f"streets for {profile}: {name} on port {port}", flush=True)
        process = child.start(_command(streets / name / f"{profile}.osrm", port))
        _watch(process, streets, name, signals)
        code = process.poll()
        child.end(process, grace_s=GRACE_S)
        if code is not None:
            print(f"osrm-routed for {profile} ended with {code}; starting it again", flush=True)
            signals.wait(PAUSE_S)
    return 0


def current(streets: Path) -> str:
    """Return the name of the graph to serve, empty when no city was imported yet."""
    try:
        return (streets / "current").read_text().strip()
    except FileNotFoundError:
        return ""


def _wait_for_graph(streets: Path, profile: str, signals: child.Signals) -> str:
    """Return the name of the graph once there is one for this profile; say once what is missing."""
    said = ""
    while not signals.stopping:
        name = current(streets)
        if (streets / name / f"{profile}.osrm.properties").exists():
            return name
        missing = f"no {profile} streets in {name}" if name else "no city yet"
        if missing != said:
            print(f"{missing}: waiting for `flask --app wsgi city import FILE.osm.pbf`", flush=True)
        said = missing
        signals.wait(LOOK_S)
    return ""


def _watch(process: subprocess.Popen[bytes], streets: Path, name: str, signals: child.Signals) -> None:
    while process.poll() is None and not signals.stopping and current(streets) in ("", name):
        signals.wait(LOOK_S)


def _command(graph: Path, port: int) -> list[str]:
    limits = [part for limit in LIMITS.items() for part in limit]
    where = ["--ip", "127.0.0.1", "--port", str(port)]
    return [str(_binary()), str(graph), *where, "--threads", "2", "--mmap", "--verbosity", "WARNING", *limits]


def _binary() -> Path:
    found = importlib.util.find_spec("osrm")
    if found is None or found.origin is None:
        raise StackError("osrm-bindings is not installed: run `make setup`")
    return Path(found.origin).parent / "bin" / "osrm-routed"


def _port(profile: str) -> int:
    name = f"STREETS_{profile.upper()}_URL"
    port = urlsplit(os.environ.get(name, "")).port
    if port is None:
        raise StackError(f"{name} must name the port to serve on, as in http://127.0.0.1:5001")
    return port
