"""The keeper: runs one command and runs it again whenever it ends, so that a killed process costs a moment."""

from __future__ import annotations

import os
import shlex
import subprocess
import time

from stack import child

COMMAND = "KEEP_COMMAND"
WHILE = "KEEP_WHILE"
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0
SETTLED_S = 5.0
TRIES = 5
GRACE_S = 4.0  # honcho kills after five


def keep(name: str, command: list[str]) -> int:
    """Keep the command running until SIGTERM. Returns 0, or its exit code when it never came up in `TRIES` tries.

    Without a command it is read from the environment: there `pkill -f` does not see it and take the keeper too.
    """
    command = command or shlex.split(os.environ.pop(COMMAND, ""))
    runner = int(os.environ.pop(WHILE, "0"))
    signals = child.Signals()
    settled = False
    failures = 0
    while True:
        began = time.monotonic()
        process = child.start(command)
        _watch(process, signals, runner)
        lived_s = time.monotonic() - began
        if signals.stopping:
            child.end(process, grace_s=GRACE_S)
            return 0

        child.sweep(process)
        settled = settled or lived_s > SETTLED_S
        failures = 0 if lived_s > SETTLED_S else failures + 1
        if failures >= TRIES and not settled:
            print(f"{name} does not start: exit code {process.returncode}, {TRIES} times", flush=True)
            return process.returncode or 1
        pause_s = min(FIRST_PAUSE_S * 2 ** max(failures - 1, 0), LONGEST_PAUSE_S)
        print(f"{name} ended with {process.returncode}; starting it again", flush=True)
        _pause(pause_s, signals)
        if signals.stopping:
            return 0


def _watch(process: subprocess.Popen[bytes], signals: child.Signals, runner: int) -> None:
    while process.poll() is None and not signals.stopping:
        signals.wait(1.0)
        if runner and not _exists(runner):
            signals.stopping = True


def _pause(seconds: float, signals: child.Signals) -> None:
    ends = time.monotonic() + seconds
    while not signals.stopping and time.monotonic() < ends:
        signals.wait(ends - time.monotonic())


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
