"""The bounds of all numbers in a problem: within them whatever a plan costs can be reckoned in 64 bits."""

from collections.abc import Iterable, Sequence

from routing.solving.problem import Problem, ProblemError

MOST_STOPS = 10_000
MOST_VEHICLES = 10_000
MOST_TIME_S = 2**31 - 2
MOST_SHIFT_S = 30 * 24 * 3600
MOST_LOAD = 2**31 - 1
MOST_COST = 10**12
"""For serving or leaving out one stop, for using one vehicle, for one unit of unfairness."""
MOST_RATE = 10**5
"""For one second, or one metre."""
MOST_RATE_PER_H = 10**7


def check_amount(who: str, field: str, value: int | None, *, most: int) -> None:
    """Raise `ProblemError` for what is below zero or above `most`."""
    if value is None:
        return
    if value < 0:
        raise ProblemError(f"{who}: {field} is negative ({value})")
    if value > most:
        raise ProblemError(f"{who}: {field} is {value}, above {most}")


def check_place(who: str, field: str, place: int, problem: Problem) -> None:
    """Raise `ProblemError` for a place that no matrix knows."""
    if not 0 <= place < problem.places:
        raise ProblemError(f"{who}: {field} is {place}, but there are {problem.places} places")


def check_loads(who: str, field: str, loads: Sequence[int], problem: Problem) -> None:
    """Raise `ProblemError` unless there is one load for each capacity name."""
    if len(loads) != len(problem.capacity_names):
        raise ProblemError(f"{who}: {len(loads)} {field} for {len(problem.capacity_names)} capacity names")
    for name, load in zip(problem.capacity_names, loads, strict=True):
        check_amount(who, f"{field} of {name!r}", load, most=MOST_LOAD)


def refuse_twice(what: str, names: Iterable[str]) -> None:
    """Raise `ProblemError` for a name that stands twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ProblemError(f"{what} {name!r} stands twice")
        seen.add(name)
