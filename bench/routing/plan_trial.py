"""One run on a problem of ours: the price of the plan by exact times, and what the checker says."""

import os
from dataclasses import dataclass

from bench.routing.children import Ended, solve_apart
from bench.routing.lines import Line
from bench.routing.region import Region
from bench.routing.solvers.plan_answer import PlanAnswer
from bench.routing.trial import OURS, version_of
from routing.solving.problem import Problem

SOLVERS = {OURS: "doorstep_plan", "ortools-alone": "ortools_plan"}


@dataclass(frozen=True, kw_only=True)
class Day:
    """What is to be planned: a problem, or where its matrix lies if that is too large to be handed over."""

    set: str
    name: str
    stops: int
    work: Problem | Region


def run(day: Day, solver: str, *, seed: int, seconds: float) -> Line:
    """Run the solver for so many seconds."""
    load_before = os.getloadavg()[0]
    (ended,) = solve_apart(SOLVERS[solver], day.work, [{"seconds": seconds, "seed": seed}], seconds=seconds)
    return _line(day, solver, ended, seed=seed, seconds=seconds, load_before=load_before)


def _line(day: Day, solver: str, ended: Ended, *, seed: int, seconds: float, load_before: float) -> Line:
    answer: PlanAnswer | None = ended.answer
    faults = _faults(ended)
    sound = answer is not None and not faults
    return Line(
        set=day.set,
        instance=day.name,
        stops=day.stops,
        solver=solver,
        seed=seed,
        seconds=seconds,
        cost=answer.cost if answer is not None and sound else None,
        vehicles=answer.vehicles if answer is not None and sound else None,
        faults=faults,
        wall_s=ended.wall_s,
        used_s=round(answer.used_s, 2) if answer is not None else 0.0,
        cpu_s=ended.cpu_s,
        peak_mb=ended.peak_mb,
        load_before=round(load_before, 2),
        version=version_of(OURS if solver == OURS else "ortools"),
        note=answer.note if answer is not None else "",
        curve=answer.curve if answer is not None else (),
    )


def _faults(ended: Ended) -> tuple[str, ...]:
    answer: PlanAnswer | None = ended.answer
    if answer is None:
        return (ended.fault,)
    left_out = (f"{answer.left_out} stops that must be served are left out",) if answer.left_out else ()
    return (*left_out, *answer.faults)
