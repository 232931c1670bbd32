"""The checker's part for what a number is: whole and Python's own, or rounding could hide a second."""

from collections.abc import Iterator
from dataclasses import fields

from routing.solving.checking.violation import Violation
from routing.solving.solution import BreakTaken, Cost, Reloaded, Route, Solution, Visit

type Told = Route | Visit | BreakTaken | Reloaded | Cost


def number_violations(solution: Solution) -> Iterator[Violation]:
    """Times, distances and costs that are no integers."""
    yield from _of("cost", solution.cost)
    for route in solution.routes:
        yield from _of(route.vehicle_id, route)
        parts: tuple[Told, ...] = (*route.visits, *route.breaks, *route.reloads)
        for part in parts:
            yield from _of(route.vehicle_id, part)


def _of(who: str, told: Told) -> Iterator[Violation]:
    for field in fields(told):
        value = getattr(told, field.name)
        if not isinstance(value, str | tuple) and type(value) is not int:
            yield Violation("number", who, f"{field.name} is {value!r}, not an integer")
