from __future__ import annotations

import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from stack import living, postgres, redis_server
from stack.folders import Folders
from stack.redis_server import free_port

from .conftest import Start, processes_with


@pytest.fixture
def procfile(tmp_path: Path) -> Path:
    path = tmp_path / "Procfile"
    nap = "import time; print('awake', flush=True); time.sleep(100)"
    path.write_text(f'one: python -c "{nap}"\ntwo: python -c "{nap}"\n')
    return path


@pytest.fixture
def up(start: Start, procfile: Path) -> Start:
    def run(*words: str, **more: str) -> subprocess.Popen[str]:
        given = {"PORT": str(free_port()), **more}
        return start("-m", "stack", "up", "--no-migrations", "--procfile", str(procfile), *words, **given)

    return run


def _read_until(process: subprocess.Popen[str], words: str, *, times: int = 1) -> None:
    assert process.stdout is not None
    heard = []
    for line in process.stdout:
        heard.append(line)
        if sum(words in each for each in heard) == times:
            return
    raise AssertionError("".join(heard))


class TestUp:
    def test_leaves_nothing_after_ctrl_c(self, up: Start, folders: Folders) -> None:
        runner = up()
        _read_until(runner, "| awake", times=2)
        assert (postgres.answers(folders), redis_server.answers(folders)) == (True, True)

        os.killpg(runner.pid, signal.SIGINT)

        runner.communicate(timeout=30)
        assert runner.returncode == 0
        assert living.wait_until(lambda: not _others(folders), timeout_s=5), _others(folders)

    def test_starts_killed_servers_again(self, up: Start, folders: Folders) -> None:
        runner = up()
        _read_until(runner, "| awake", times=2)

        living.send(living.in_folder(folders.postgres, program="postgres"), number=signal.SIGKILL)
        _read_until(runner, "postgres was gone; started it again")
        living.send(living.in_folder(folders.redis, program="redis-server"), number=signal.SIGKILL)
        _read_until(runner, "redis_server was gone; started it again")

        assert (postgres.answers(folders), redis_server.answers(folders)) == (True, True)

    def test_takes_the_processes_along_when_it_is_killed(self, up: Start, folders: Folders) -> None:
        runner = up()
        _read_until(runner, "| awake", times=2)
        napping = [pid for pid in processes_with("awake") if pid in _others(folders)]
        assert len(napping) >= 2

        runner.kill()

        assert living.wait_until(lambda: not set(napping) & set(_others(folders)), timeout_s=10)

    def test_returns_the_exit_code_of_its_command(self, up: Start, folders: Folders) -> None:
        runner = up("--", "python", "-c", "import os, sys; sys.exit(7 if os.environ['DATABASE_URL'] else 1)")

        runner.communicate(timeout=60)

        assert runner.returncode == 7
        assert living.wait_until(lambda: not _others(folders), timeout_s=5), _others(folders)

    def test_refuses_a_taken_port(self, up: Start) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            runner = up(PORT=str(port))
            said, _ = runner.communicate(timeout=30)

        assert runner.returncode == 1
        assert said == f"port {port} is taken: choose another, as in PORT={port + 1} make run\n"

    def test_refuses_a_second_runner(self, up: Start) -> None:
        first = up()
        _read_until(first, "| awake", times=2)

        said, _ = up().communicate(timeout=30)

        assert said == "this clone is already running (another `make run` or `make demo`)\n"


def _others(folders: Folders) -> list[int]:
    """Return what still runs for this folder, this test's own process apart."""
    return processes_with(f"DOORSTEP_FOLDER={folders.data}")
