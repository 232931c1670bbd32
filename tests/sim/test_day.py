"""A whole small day: the real servers, the real processes, the public API, 300 times as fast as life."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.places.conftest import ROOT, free_port

SPEED = 300
PATIENCE_S = 240


@pytest.fixture
def folder(graphs: Path) -> Iterator[Path]:
    """A fresh installation's folder; only the street graphs, which take a minute to build, are there already."""
    # Not tmp_path: PostgreSQL's own user must be able to go there.
    path = Path(tempfile.mkdtemp(prefix="doorstep-day-"))
    path.chmod(0o755)
    shutil.copytree(graphs, path / "streets" / graphs.name)
    yield path
    shutil.rmtree(path)


def run(words: list[str], *, folder: Path) -> tuple[int, str]:
    """Run Python with the words on an installation of its own, and return exit code and output."""
    named = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "EVIDENCE_URL", "PUBLIC_URL", "DOORSTEP_CLOCK")
    environment = {name: value for name, value in os.environ.items() if name not in named}
    asked = [sys.executable, "-m", "sim.clock", "--speed", str(SPEED), "--memory", str(folder / "clock.json")]
    clock = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    environment |= {"DOORSTEP_FOLDER": str(folder), "PORT": str(free_port()), "DOORSTEP_CLOCK": clock}
    process = subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=30)
    return process.returncode, output


class TestDay:
    def test_is_played_to_its_end_and_no_recipient_misses_a_fact(self, folder: Path, helsinki_file: Path) -> None:
        summary = folder / "summary.json"
        numbers = shlex.split("--deliveries 6 --couriers 2 --hours 2 --limit 1 --lead 12 --failing 0.3 --seed 4")
        flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
        demo = [*flask, "demo", "--city", str(helsinki_file), "--json", str(summary), *numbers]

        code, output = run(["-m", "stack", "up", "--", *demo], folder=folder)

        assert code == 0, output
        assert "curl -N http://127.0.0.1:" in output
        told = json.loads(summary.read_text())
        assert told["finished"]
        assert (told["deliveries"], told["delivered"] + told["failed"]) == (6, 6)
        assert (told["listeners"], told["gaps"], told["refusals"]) == (6, [], {})
        assert told["facts_heard"] >= 6 * 3
        assert told["driven_km"] > 0
        assert (folder / "demo.json").stat().st_mode & 0o077 == 0
