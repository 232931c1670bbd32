"""One solver on one instance in a process of its own: reads the order from standard input, writes the answer.

The bench starts it as `python -m bench.routing.child`, so that no library disturbs another, memory is counted for each
and a crash costs one run only.
"""

import importlib
import os
import pickle
import sys


def main() -> None:
    """Solve what stands on standard input; what the libraries print goes to standard error."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    solver, work, options = pickle.load(sys.stdin.buffer)
    answer = importlib.import_module(f"bench.routing.solvers.with_{solver}").solve(work, **options)
    with out:
        pickle.dump(answer, out)


if __name__ == "__main__":
    main()
