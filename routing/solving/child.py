"""The solver's own process: reads the problem from standard input, writes frames to standard output.

Started by `process`, as `python -m routing.solving.child PARENT`, and dies with that parent.
"""

import ctypes
import os
import pickle
import signal
import sys
from typing import BinaryIO

from routing.solving.frames import Done, Failed, Frame, packed
from routing.solving.limit import Progress
from routing.solving.solve import solve

_PR_SET_PDEATHSIG = 1


def main(parent: int) -> None:
    """Solve what stands on standard input and say how it went."""
    _die_with(parent)
    out = _own_output()
    problem, limit, seed = pickle.load(sys.stdin.buffer)

    def say(progress: Progress) -> None:
        _write(out, progress)

    try:
        solution = solve(problem, limit=limit, seed=seed, progress=say)
    except Exception as fault:
        _write(out, Failed(f"{type(fault).__name__}: {fault}"))
    else:
        _write(out, Done(solution))


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
    main(int(sys.argv[1]))
