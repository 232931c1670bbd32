"""OR-Tools as second reader of plans that others made: does it accept them, and can it still better them."""

from routing.solving.assemble import rank
from routing.solving.fits import DoesNotFit
from routing.solving.limit import Limit
from routing.solving.problem import Problem, Reload, Sequences
from routing.solving.with_ortools.build import build
from routing.solving.with_ortools.search import improve, read
from routing.solving.with_ortools.watch import OnBetter


def reread(problem: Problem, sequences: Sequences) -> bool:
    """Whether the library, which has rules and times of its own, can drive the plan too.

    At the hours that the exact times give it, where travel takes its time by the hour.
    """
    if not problem.vehicles:
        return True
    for vehicle, sequence in zip(problem.vehicles, sequences, strict=True):
        most = 0 if vehicle.reload is None else vehicle.reload.most
        if sum(isinstance(step, Reload) for step in sequence) > most:
            return False
    try:
        model = build(problem, problem.stops, plan=sequences)
    except DoesNotFit:  # nobody knows at which hours it drives
        return False
    return read(model, sequences) is not None


def polish(problem: Problem, sequences: Sequences, *, limit: Limit, seed: int, on_better: OnBetter) -> Sequences:
    """The plan bettered until the limit, or as it came in: never worse by `rank`."""
    if not problem.vehicles:
        return sequences
    before = rank(problem, sequences)
    found = improve(problem, problem.stops, sequences, limit=limit, seed=seed, on_better=on_better)
    return sequences if found is None or rank(problem, found) >= before else found
