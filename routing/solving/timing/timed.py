"""Routes timed once: a search prices plan after plan of which most routes are the same."""

from collections.abc import Sequence
from weakref import WeakKeyDictionary

from routing.solving.problem import Problem, Step, Vehicle
from routing.solving.solution import Route
from routing.solving.timing.retime import retime

_MOST = 20_000
"""Routes remembered for one problem; then it begins to forget all."""

type _Known = dict[tuple[int, ...], tuple[Vehicle, tuple[Step, ...], Route]]

_known: WeakKeyDictionary[Problem, _Known] = WeakKeyDictionary()


def timed(problem: Problem, vehicle: Vehicle, steps: Sequence[Step]) -> Route:
    """As `retime`, at once where the same vehicle of the same problem was timed through the same steps before."""
    known = _known.setdefault(problem, {})
    key = (id(vehicle), *map(id, steps))
    if key in known:
        return known[key][2]
    route = retime(problem, vehicle, steps)
    if len(known) >= _MOST:
        known.clear()
    known[key] = (vehicle, tuple(steps), route)  # holding them keeps their ids theirs
    return route
