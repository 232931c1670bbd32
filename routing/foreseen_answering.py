"""Making a foreseen day: street times, a short search in a child process, the checker. No database anywhere here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from kernel.errors import Unavailable
from kernel.ids import new_id
from places.streets import Matrix, Streets
from routing.answering import CannotPlan, check
from routing.foreseeing import Foreseen, Foresight
from routing.foreseen import ForeseenRoute
from routing.given import GivenShift, Job
from routing.solving import process
from routing.solving import solution as solved
from routing.solving.limit import Limit
from routing.solving.problem import Problem, ProblemError
from routing.solving.process import SolverDied
from routing.solving.solution import Solution
from routing.translation import Matrices, Question

_SEED = 1


def foresee(foresight: Foresight, *, streets: Streets, now: datetime, limit: Limit | None = None) -> Foreseen:
    """Plan the day; seconds, so let no transaction be open. What cannot be planned is kept as a day without routes."""
    due = foresight.due
    if not foresight.shifts or not foresight.deliveries:
        return Foreseen(due, (), ())
    question = Question(
        Job(
            plan_id=new_id(),
            seed=_SEED,
            limit_s=None,
            now=now,
            shifts=foresight.shifts,
            deliveries=foresight.deliveries,
            taken=(),
        )
    )
    try:
        matrices = question.matrices(streets)
        problem = question.problem(matrices)
        solution = process.run(problem, limit=limit or short_limit(problem), seed=_SEED)
        check(problem, solution)
    except (SolverDied, ProblemError, CannotPlan, Unavailable) as fault:
        return Foreseen(due, (), due.delivery_ids, str(fault))
    return Foreseen(due, [*_routes(foresight, question, solution, matrices)], _left_out(foresight, solution, question))


def short_limit(problem: Problem) -> Limit:
    """A tenth of what a plan may take: it is made again and again, and only has to show where there is room."""
    return Limit(seconds=min(12.0, 0.3 + len(problem.stops) / 100))


def _left_out(foresight: Foresight, solution: Solution, question: Question) -> list[UUID]:
    brought = {
        each.id
        for route in solution.routes
        for visit in route.visits
        for each in question.open[visit.stop_id].deliveries
    }
    return [each.id for each in foresight.deliveries if each.id not in brought]


def _routes(
    foresight: Foresight, question: Question, solution: Solution, matrices: Matrices
) -> Iterator[ForeseenRoute]:
    shifts = {str(shift.id): shift for shift in foresight.shifts}
    for route in solution.routes:
        shift = shifts[route.vehicle_id]
        yield _route(foresight, shift, question, route, matrices[shift.travel])


def _route(
    foresight: Foresight, shift: GivenShift, question: Question, route: solved.Route, matrix: Matrix
) -> ForeseenRoute:
    halts = [question.open[visit.stop_id] for visit in route.visits]
    index = {place: number for number, place in enumerate(question.places)}
    ends = [] if shift.end_place is None else [shift.end_place]
    places = [index[place] for place in (shift.start_place, *(halt.place for halt in halts), *ends)]
    legs = [(int(matrix.duration_s[pair]), int(matrix.distance_m[pair])) for pair in pairwise(places)]
    last_s, last_m = legs[-1] if ends else (0, 0)
    return ForeseenRoute(
        shift_id=shift.id,
        id=new_id(),
        carrier_id=foresight.due.carrier_id,
        day=foresight.due.day,
        stops=[
            {"delivery_ids": [str(each.id) for each in halt.deliveries], "leg_s": leg_s, "leg_m": leg_m}
            for halt, (leg_s, leg_m) in zip(halts, legs, strict=False)
        ],
        last_leg_s=last_s,
        last_leg_m=last_m,
    )
