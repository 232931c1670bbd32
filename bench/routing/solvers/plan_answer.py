"""What a solver gives back for a whole problem of ours: the plan's price, exactly retimed and checked."""

from dataclasses import dataclass

from routing.solving.checking.checker import violations
from routing.solving.problem import Problem
from routing.solving.solution import Solution


@dataclass(frozen=True, kw_only=True)
class PlanAnswer:
    """`curve` has a row for each better plan that was told of: seconds since the start, cost, stops left out."""

    cost: int
    left_out: int
    vehicles: int
    faults: tuple[str, ...]
    used_s: float
    note: str = ""
    curve: tuple[tuple[float, int, int], ...] = ()


def plan_answer(
    problem: Problem, plan: Solution, *, used_s: float, curve: tuple[tuple[float, int, int], ...] = ()
) -> PlanAnswer:
    """The plan in figures."""
    return PlanAnswer(
        cost=plan.cost.total,
        left_out=plan.cost.must_left_out,
        vehicles=len(plan.routes),
        faults=tuple(f"{one.rule} {one.who}: {one.detail}" for one in violations(problem, plan)[:5]),
        used_s=used_s,
        note=plan.found_by,
        curve=curve,
    )
