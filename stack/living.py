"""Which processes of a server are alive, by the folder they work in: a pid file may name anyone, `/proc` does not."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

PROC = Path("/proc")


def in_folder(folder: Path, *, program: str) -> list[int]:
    """Return the pids of living processes named `program...` that work in `folder`; zombies have no folder."""
    if not PROC.is_dir():
        return _by_pid_file(folder)
    wanted = folder.resolve()
    return [pid for pid in _pids() if _works_in(pid, wanted) and _name(pid).startswith(program)]


def parent(pid: int) -> int:
    """Return the parent's pid, 0 when the process is gone."""
    try:
        return int((PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return 0


def send(pids: list[int], *, number: signal.Signals) -> None:
    """Signal each; one that is gone meanwhile is what we wanted."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def wait_until(true: Callable[[], bool], *, timeout_s: float, every_s: float = 0.02) -> bool:
    """Ask again and again; return whether it became true in time."""
    ends = time.monotonic() + timeout_s
    while not true():
        if time.monotonic() > ends:
            return False
        time.sleep(every_s)
    return True


def _pids() -> list[int]:
    return [int(entry) for entry in os.listdir(PROC) if entry.isdigit()]


def _works_in(pid: int, folder: Path) -> bool:
    try:
        return (PROC / str(pid) / "cwd").readlink() == folder
    except OSError:
        return False


def _name(pid: int) -> str:
    try:
        return (PROC / str(pid) / "comm").read_text()
    except OSError:
        return ""


def _by_pid_file(folder: Path) -> list[int]:
    # Without /proc (macOS) the pid file is all there is; both servers write theirs into their folder.
    for name in ("postmaster.pid", "redis.pid"):
        try:
            pid = int((folder / name).read_text().splitlines()[0])
            os.kill(pid, 0)
        except (OSError, ValueError, IndexError):
            continue
        return [pid]
    return []
