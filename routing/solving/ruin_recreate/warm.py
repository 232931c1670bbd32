"""Compiles the search, or loads what is compiled: `python -m routing.solving.ruin_recreate.warm`."""

import shutil

import numpy as np

from routing.solving.problem import Problem, Profile, Stop, Vehicle
from routing.solving.ruin_recreate.compiled import CACHE
from routing.solving.ruin_recreate.search import RuinRecreate


def warm() -> None:
    """Have everything at hand that a search calls; the first time it takes half a minute, then half a second."""
    _forget_older()
    matrix = np.ones((3, 3), np.int32)
    vehicle = Vehicle(id="", profile="", start_place=0, end_place=0, shift_start_s=0, shift_end_s=100)
    problem = Problem(
        places=3,
        profiles={"": Profile(duration_s=matrix, distance_m=matrix)},
        vehicles=(vehicle,),
        stops=(Stop(id="1", place=1), Stop(id="2", place=2)),
    )
    search = RuinRecreate(problem, problem.stops, seed=0)
    search.run(1, hot=1, cold=1)
    search.shrink(1)


def _forget_older() -> None:
    """Machine code of sources that are no more."""
    for folder in CACHE.parent.glob("compiled-*"):
        if folder != CACHE:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    warm()
