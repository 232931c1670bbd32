"""Plans driven in an order that a test writes down, timed and priced without any search."""

from routing.solving.assemble import assemble, left_out
from routing.solving.checking.checker import violations
from routing.solving.problem import Problem, Sequences, Step, Vehicle
from routing.solving.solution import Reason, Solution, Unassigned

AGAIN = "AGAIN"
"""Stands for the vehicle's reload in an order."""


def drive(asked: Problem, *orders: str) -> Solution:
    """The plan that visits the stops of these orders, one for each vehicle, and leaves the others out."""
    sequences: Sequences = [
        _steps(asked, one, order.split()) for one, order in zip(asked.vehicles, orders, strict=True)
    ]
    unassigned = [Unassigned(stop_id=one.id, reason=Reason.NO_ROOM, detail="") for one in left_out(asked, sequences)]
    return assemble(asked, sequences, unassigned=unassigned, found_by="hand")


def _steps(asked: Problem, driver: Vehicle, order: list[str]) -> list[Step]:
    by_id: dict[str, Step] = {one.id: one for one in asked.stops}
    if driver.reload is not None:
        by_id[AGAIN] = driver.reload
    return [by_id[id] for id in order]


def rules(asked: Problem, solution: Solution) -> set[str]:
    return {violation.rule for violation in violations(asked, solution)}
