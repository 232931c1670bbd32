"""Work in a process of its own: it can be ended at any moment, and a crash of native code stays outside.

A plain child of `subprocess`, because a Celery worker is a daemonic process and may have no children of
`multiprocessing`. The order goes in as a file on standard input, frames come back on standard output. A child dies
with its parent, and what it started dies with it.
"""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from routing.solving.processes.frames import Frame, Frames, Started, packed
from routing.solving.processes.orders import write_order

_ROOT = Path(__file__).resolve().parents[3]
_MOST = 1 << 16
FINISH = signal.SIGUSR1
"""Tells a child to answer with the best it has."""


class Errand:
    """One child at work; leaving the `with` block ends it, and everything that it started."""

    def __init__(self, kind: str, order: Any, *, leads: bool = False) -> None:
        """Start what `child` knows as `kind`. One that `leads` has a process group of its own, for its children."""
        paths = [str(_ROOT), os.environ.get("PYTHONPATH", "")]
        self._leads = leads
        self._frames = Frames()
        replies, reply = os.pipe()
        with write_order(order) as file:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "routing.solving.child", kind, str(os.getpid()), str(replies)],
                stdin=file,
                stdout=subprocess.PIPE,
                pass_fds=[replies],
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
                start_new_session=leads,
            )
        os.close(replies)
        self._reply = os.fdopen(reply, "wb", buffering=0)
        assert self._child.stdout is not None
        self._out = self._child.stdout
        self._heard = select.poll()
        self._heard.register(self._out, select.POLLIN)
        self._hears = self._is_to_finish = False
        self.silent = False
        """Whether it has ended, and all that it said was heard."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.end()

    def heard(self, wait_s: float) -> Iterator[Frame]:
        """What it says now, or as soon as it says something within `wait_s`."""
        if self.silent or not self._heard.poll(1000 * wait_s):
            return
        read = os.read(self._out.fileno(), _MOST)
        if not read:
            self._child.wait()
            self.silent = True
        for frame in self._frames.feed(read):
            if isinstance(frame, Started):
                self._hears = True
                self._pass_on()
            else:
                yield frame

    def reply(self, answer: Any) -> None:
        """Answer the frame that waits for one; nothing happens where nobody waits any more."""
        view = memoryview(packed(answer))
        with suppress(BrokenPipeError, ValueError):
            while view:
                view = view[self._reply.write(view) :]

    def finish(self) -> None:
        """Ask it to answer with the best it has."""
        self._is_to_finish = True
        self._pass_on()

    def _pass_on(self) -> None:
        """A signal before it listens would end it."""
        if self._hears and self._is_to_finish and not self.silent:
            self._child.send_signal(FINISH)

    def end(self) -> None:
        """End it, whatever it is doing."""
        if self._leads:
            _end_group(self._child.pid)
        self._child.kill()
        self._child.wait()
        self._out.close()
        self._reply.close()
        self.silent = True

    @property
    def fate(self) -> str:
        """How it ended, for one who waits for its answer."""
        return f"ended with {self._child.returncode} and no answer"


def _end_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return
