"""Who is run on what, for how long and in which turns."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.routing import catalogue, growing, plan_trial, rich_set, trial
from bench.routing.instance import Instance
from bench.routing.lines import Line
from bench.routing.made_up import made_up
from bench.routing.plan_trial import Day
from bench.routing.trial import CONTENDERS, OURS

MADE_UP = "made-up"
SETS = (*catalogue.PUBLIC_SETS, "rich", "growth")
_SECONDS = {"solomon": (10.0,), "lilim": (60.0,), "sartori": (60.0,), MADE_UP: (5.0,), "growth": growing.SECONDS}
_OTHERWISE_S = (30.0,)
_ALONE = "ortools-alone"

type Item = Instance | Day


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the flags ask for. Without `seconds` each set has the limits that its promises are about."""

    data: Path
    scratch: Path
    only: str
    seconds: float | None
    seeds: Sequence[int]
    peers: Sequence[str]
    ourselves: bool
    vrp_cli: Path | None


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One run that is due."""

    item: Item
    solver: str
    seed: int
    seconds: float
    run: Callable[[], Line]

    @property
    def key(self) -> tuple[str, str, str, int, float]:
        """What it is, as `Line.key` says it."""
        return (self.item.set, self.item.name, self.solver, self.seed, self.seconds)


def turns(name: str, wish: Wish) -> Iterator[Turn]:
    """Each seed over all instances before the next one; the solvers of an instance one after the other, turned."""
    items, solvers = _items(name, wish), _solvers(name, wish)
    for seconds in (wish.seconds,) if wish.seconds else _SECONDS.get(name, _OTHERWISE_S):
        for seed in wish.seeds:
            for number, item in enumerate(items):
                turned = number % max(1, len(solvers))
                for solver in [*solvers[turned:], *solvers[:turned]]:
                    if seed == wish.seeds[0] or solver not in CONTENDERS or CONTENDERS[solver].seeded:
                        yield _turn(item, solver, seed, seconds, wish)


def _items(name: str, wish: Wish) -> Sequence[Item]:
    if name == MADE_UP:
        return [made_up(stops=stops, seed=stops) for stops in (40, 100)]
    if name == "rich":
        return list(rich_set.days(data=wish.data, scratch=wish.scratch, only=wish.only))
    if name == "growth":
        return list(growing.days(data=wish.data, scratch=wish.scratch, only=wish.only))
    return list(catalogue.public(name, data=wish.data, only=wish.only))


def _solvers(name: str, wish: Wish) -> Sequence[str]:
    peers = [peer for peer in wish.peers if peer != "vrp-cli" or wish.vrp_cli]
    if name == "rich":
        peers = [_ALONE] if "ortools" in peers else []
    elif name == "growth":
        peers = []
    return [OURS, *peers] if wish.ourselves else peers


def _turn(item: Item, solver: str, seed: int, seconds: float, wish: Wish) -> Turn:
    def run() -> Line:
        if isinstance(item, Day):
            return plan_trial.run(item, solver, seed=seed, seconds=seconds)
        return trial.run(item, solver, seed=seed, seconds=seconds, python=wish.vrp_cli)

    return Turn(item=item, solver=solver, seed=seed, seconds=seconds, run=run)
