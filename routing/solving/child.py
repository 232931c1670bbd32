"""A process for one errand: reads the order from standard input, writes frames to standard output.

Started by `errand`, as `python -m routing.solving.child KIND PARENT REPLIES`, and dies with that parent.
"""

import ctypes
import os
import signal
import sys
import threading
from typing import Any, BinaryIO

from routing.solving.errands import ERRANDS
from routing.solving.processes.errand import FINISH
from routing.solving.processes.frames import Done, Failed, Frame, Started, packed, reply_from
from routing.solving.processes.orders import read_order

_PR_SET_PDEATHSIG = 1


def main(kind: str, parent: int, replies: int) -> None:
    """Do what the order on standard input says and say how it went."""
    _die_with(parent)
    finishing: list[int] = []
    signal.signal(FINISH, lambda number, frame: finishing.append(number))
    say = _Saying(_own_output(), os.fdopen(replies, "rb"))

    say(Started())
    try:
        say(Done(ERRANDS[kind](read_order(0), say, lambda: bool(finishing))))
    except Exception as fault:
        say(Failed(f"{type(fault).__name__}: {fault}"))


def _die_with(parent: int) -> None:
    """Have the kernel end this process when its parent ends. Linux only; elsewhere the next write to the pipe does."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the parent is gone")


def _own_output() -> BinaryIO:
    """The pipe to the parent; what a native library prints goes to standard error instead."""
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return out


class _Saying:
    """The pipes to and from the parent; several threads may speak."""

    def __init__(self, out: BinaryIO, replies: BinaryIO) -> None:
        self._out = out
        self._replies = replies
        self._one_at_a_time = threading.Lock()

    def __call__(self, frame: Frame) -> None:
        view = memoryview(packed(frame))
        with self._one_at_a_time:
            while view:
                view = view[self._out.write(view) :]

    def ask(self, frame: Frame) -> Any:
        self(frame)
        return reply_from(self._replies)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
