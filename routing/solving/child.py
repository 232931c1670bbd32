"""A process for one errand: reads the order from standard input, writes frames to standard output.

Started by `errand`, as `python -m routing.solving.child KIND PARENT`, and dies with that parent.
"""

import ctypes
import os
import signal
import sys
from typing import BinaryIO

from routing.solving.errand import FINISH
from routing.solving.errands import ERRANDS
from routing.solving.frames import Done, Failed, Frame, Started, packed
from routing.solving.orders import read_order

_PR_SET_PDEATHSIG = 1


def main(kind: str, parent: int) -> None:
    """Do what the order on standard input says and say how it went."""
    _die_with(parent)
    finishing: list[int] = []
    signal.signal(FINISH, lambda number, frame: finishing.append(number))
    out = _own_output()

    def say(frame: Frame) -> None:
        _write(out, frame)

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


def _write(out: BinaryIO, frame: Frame) -> None:
    view = memoryview(packed(frame))
    while view:
        view = view[out.write(view) :]


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
