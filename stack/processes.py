"""The processes of the day: every line of the Procfile under honcho, each in the hands of a keeper."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.printer import Printer

from stack.keep import COMMAND, WHILE


def run(procfile: Path, *, leave_out: list[str]) -> int:
    """Run the lines of the Procfile until SIGTERM or until one can no longer be kept alive; return the exit code."""
    manager = Manager(Printer(sys.stdout))
    for name, command in read(procfile).items():
        if name not in leave_out:
            environment = {**os.environ, COMMAND: command, WHILE: str(os.getpid())}
            manager.add_process(name, f"exec {shlex.join(keeper(name))}", env=environment)
    manager.loop()
    return int(manager.returncode or 0)


def read(procfile: Path) -> dict[str, str]:
    """Return name and command of each line."""
    return dict(parse_procfile(procfile.read_text()).processes)


def keeper(name: str) -> list[str]:
    """Return the command of a keeper."""
    return [sys.executable, "-m", "stack", "keep", name]
