"""One child process that cannot outlive us, and signals to wait for: what the keeper and the streets are made of."""

from __future__ import annotations

import ctypes
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import IO

PR_SET_PDEATHSIG = 1


def start(
    command: list[str],
    *,
    environment: dict[str, str] | None = None,
    output: IO[bytes] | None = None,
    foreground: bool = False,
) -> subprocess.Popen[bytes]:
    """Start the command in a session of its own (a `foreground` one keeps the terminal); it ends when we are killed."""
    return subprocess.Popen(
        command,
        env=environment,
        stdin=None if foreground else subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        start_new_session=not foreground,
        preexec_fn=_die_with_parent(),  # noqa: PLW1509  we have no threads
    )


def end(process: subprocess.Popen[bytes], *, grace_s: float) -> None:
    """Ask the child to stop, insist after `grace_s`, and sweep away what it left in its session."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(grace_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    sweep(process)


def sweep(process: subprocess.Popen[bytes]) -> None:
    """Kill what an ended child left behind in its process group: it would hold its port or its tasks."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


class Signals:
    """Collects stop signals and ended children; `wait` sleeps until one comes."""

    STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self) -> None:
        self.stopping = False
        self._reader, writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        for number in self.STOPS:
            signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)

    def wait(self, seconds: float) -> None:
        """Return after `seconds`, or as soon as a signal arrived."""
        if select.select([self._reader], [], [], 0 if self.stopping else seconds)[0]:
            os.read(self._reader, 4096)

    def forget(self) -> None:
        """Forget the children that have ended so far; a stop is not forgotten."""
        with suppress(BlockingIOError):
            os.read(self._reader, 4096)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True


def _die_with_parent() -> Callable[[], None] | None:
    """Return what makes the kernel stop the child when its parent dies. Linux only; elsewhere Ctrl-C has to do."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)  # loaded before the fork: the child must not
    parent = os.getpid()

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)

    return ask
