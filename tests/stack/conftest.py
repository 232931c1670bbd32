"""A folder of its own for every worker: servers are started, killed and started again without touching the clone's."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stack import living, postgres, redis_server
from stack.folders import REPOSITORY, Folders, locate

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    # Not tmp_path: PostgreSQL's own user must be able to go there.
    path = Path(tempfile.mkdtemp(prefix="doorstep-test-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def folders(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folders]:
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "EVIDENCE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOORSTEP_FOLDER", str(folder))
    found = locate()
    yield found
    postgres.stop(found)
    redis_server.stop(found)
    shutil.rmtree(found.sockets, ignore_errors=True)


@pytest.fixture
def start(folders: Folders) -> Iterator[Start]:
    """Start Python with the words given, in a session of its own, its output to be read line by line."""
    started: list[subprocess.Popen[str]] = []

    def run(*words: str, **more: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *words],
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **more},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        living.send([process.pid], number=signal.SIGKILL)
        process.communicate()


def processes_with(words: str) -> list[int]:
    """Return the living processes whose environment or command line has these words."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            text = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
        except (OSError, ValueError):
            continue
        if entry.name.isdigit() and words.encode() in text and int(entry.name) != os.getpid():
            found.append(int(entry.name))
    return found
