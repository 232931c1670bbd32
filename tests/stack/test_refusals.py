"""What cannot work is refused with one line, before anything is started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
AWAY = "postgresql://nobody@127.0.0.1:1/nothing"


def run(*command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class TestUp:
    @pytest.mark.parametrize("port", ["abc", "0", "99999"])
    def test_refuses_a_port_that_is_none(self, port: str, tmp_path: Path) -> None:
        done = run("stack", "up", PORT=port, DOORSTEP_FOLDER=str(tmp_path / "data"))

        assert done.returncode != 0
        assert f"PORT={port} is not a port" in done.stderr
        assert "Traceback" not in done.stderr

    def test_starts_nothing_with_settings_that_cannot_be_used(self, tmp_path: Path) -> None:
        done = run("stack", "up", SECRET_KEY="short", DOORSTEP_FOLDER=str(tmp_path / "data"))

        assert (done.returncode != 0, "SECRET_KEY: must have" in done.stderr) == (True, True)
        assert not (tmp_path / "data" / "postgres").exists()


class TestDatabaseAway:
    def test_is_one_line_for_an_operator(self) -> None:
        done = run("flask", "--app", "wsgi", "city", "show", DATABASE_URL=AWAY)

        assert (done.returncode, "Error: the database does not answer" in done.stderr) == (1, True)
        assert "Traceback" not in done.stderr
