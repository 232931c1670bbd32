"""One run: a solver on an instance of the public sets, and what the judge says."""

import json
import os
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from bench.routing.children import GRACE_S, ROOT, Ended, solve_apart
from bench.routing.instance import Instance, Objective, whole
from bench.routing.judge import Verdict, judge
from bench.routing.lines import Line
from bench.routing.solvers.answer import Answer

OURS = "doorstep"


@dataclass(frozen=True, kw_only=True)
class Contender:
    """How a solver is run on two cores. One without a seed is run once."""

    package: str
    processes: int = 1
    seeded: bool = True


CONTENDERS = {
    OURS: Contender(package=""),
    "pyvrp": Contender(package="pyvrp", processes=2),
    "ortools": Contender(package="ortools"),
    "vroom": Contender(package="pyvroom", seeded=False),
    "vrp-cli": Contender(package="", seeded=False),
}
PEERS = tuple(name for name in CONTENDERS if name != OURS)


def run(instance: Instance, solver: str, *, seed: int, seconds: float, python: Path | None = None) -> Line:
    """Run the solver for so many seconds and judge what it found; the better of two processes counts."""
    load_before = os.getloadavg()[0]
    if solver == "vrp-cli":
        assert python is not None
        ended = [_with_vrp_cli(instance, python, seconds)]
    else:
        processes = CONTENDERS[solver].processes
        seeds = [processes * (seed - 1) + number for number in range(1, processes + 1)]
        ended = solve_apart(solver, instance, [{"seconds": seconds, "seed": one} for one in seeds], seconds=seconds)
    return _line(instance, solver, ended, seed=seed, seconds=seconds, load_before=load_before)


def _line(
    instance: Instance, solver: str, ended: list[Ended], *, seed: int, seconds: float, load_before: float
) -> Line:
    judged = [_judged(instance, one) for one in ended]
    chosen, verdict = min(zip(ended, judged, strict=True), key=lambda pair: _rank(instance, pair[1]))
    answer: Answer | None = chosen.answer
    sound = not verdict.faults
    return Line(
        set=instance.set,
        instance=instance.name,
        stops=instance.stops,
        solver=solver,
        seed=seed,
        seconds=seconds,
        cost=verdict.distance if sound else None,
        vehicles=verdict.vehicles if sound else None,
        faults=verdict.faults[:3],
        wall_s=max(one.wall_s for one in ended),
        used_s=round(answer.used_s, 2) if answer else 0.0,
        cpu_s=round(sum(one.cpu_s for one in ended), 2),
        peak_mb=round(sum(one.peak_mb for one in ended), 1),
        load_before=round(load_before, 2),
        version=version_of(solver),
        note=answer.note if answer else "",
        best_cost=instance.best.distance if instance.best else None,
        best_vehicles=instance.best.vehicles if instance.best else None,
        vehicles_first=instance.objective is Objective.VEHICLES_FIRST,
    )


def _judged(instance: Instance, ended: Ended) -> Verdict:
    if ended.answer is None:
        return Verdict(0, 0.0, (ended.fault,))
    if not ended.answer.routes:
        return Verdict(0, 0.0, ("no answer in time",))
    verdict = judge(instance, ended.answer.routes)
    return Verdict(verdict.vehicles, verdict.distance, verdict.faults + ended.answer.faults)


def _rank(instance: Instance, verdict: Verdict) -> tuple[bool, int, float]:
    fewest = verdict.vehicles if instance.objective is Objective.VEHICLES_FIRST else 0
    return (bool(verdict.faults), fewest, verdict.distance)


def _with_vrp_cli(instance: Instance, python: Path, seconds: float) -> Ended:
    numbers = whole(instance)
    told = {
        "travel": numbers.travel.ravel().tolist(),
        "windows": numbers.windows,
        "service": numbers.service,
        "demands": instance.demands,
        "pairs": list(instance.pairs.items()),
        "capacity": instance.capacity,
        "vehicles": instance.vehicles,
        "fixed_cost": numbers.fixed_cost,
        "seconds": seconds,
    }
    done = subprocess.run(
        [python, Path(__file__).parent / "solvers" / "with_vrp_cli.py"],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds + GRACE_S,
    )
    if done.returncode:
        return Ended(answer=None, fault=done.stderr.strip()[-300:], wall_s=0.0, cpu_s=0.0, peak_mb=0.0)
    answer = Answer(**json.loads(done.stdout))
    return Ended(answer=answer, fault="", wall_s=round(answer.used_s, 2), cpu_s=0.0, peak_mb=0.0)


@cache
def version_of(solver: str) -> str:
    """The library's version, or the commit that ours is."""
    if solver == OURS:
        told = subprocess.run(
            ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        return told.stdout.strip()
    package = CONTENDERS[solver].package
    return version(package) if package else ""
