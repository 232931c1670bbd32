"""From lines to figures: medians over seeds, ratios to a peer, gaps to the best known answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import mean

from bench.routing.lines import Line

type Score = tuple[float, float]
"""Vehicles where they come first, else 0; then the cost. Infinite where there is no sound answer."""

NONE: Score = (float("inf"), float("inf"))


@dataclass(frozen=True, kw_only=True)
class Row:
    """One instance at one time limit: the median score of each solver over its seeds."""

    set: str
    instance: str
    stops: int
    seconds: float
    scores: dict[str, Score]
    best: Score | None

    def ratio(self, ours: str, peer: str) -> float | None:
        """Our cost over the peer's; `None` where either has no sound answer, or where their fleets differ."""
        here, there = self.scores.get(ours, NONE), self.scores.get(peer, NONE)
        if NONE in (here, there) or here[0] != there[0]:
            return None
        return here[1] / there[1]

    def more_vehicles(self, ours: str, peer: str) -> int:
        """How many vehicles we drive more than the peer, where they come first and both have an answer."""
        here, there = self.scores.get(ours, NONE), self.scores.get(peer, NONE)
        return 0 if NONE in (here, there) else int(here[0] - there[0])

    def gap(self, solver: str) -> float | None:
        """How far the cost lies above the best known, as a share; below 0 where it is better or drives more vans."""
        score = self.scores.get(solver, NONE)
        return None if self.best is None or score == NONE else score[1] / self.best[1] - 1


def rows(lines: Iterable[Line]) -> list[Row]:
    """The lines, an instance and time limit a row, in the order in which they came."""
    grouped: dict[tuple[str, str, float], list[Line]] = {}
    for line in lines:
        grouped.setdefault((line.set, line.instance, line.seconds), []).append(line)
    return [_row(group) for group in grouped.values()]


def _row(lines: Sequence[Line]) -> Row:
    first = lines[0]
    by_solver: dict[str, list[Score]] = {}
    for line in lines:
        by_solver.setdefault(line.solver, []).append(_score(line))
    best = None if first.best_cost is None else (float(first.best_vehicles or 0), first.best_cost)
    return Row(
        set=first.set,
        instance=first.instance,
        stops=first.stops,
        seconds=first.seconds,
        scores={solver: median(scores) for solver, scores in by_solver.items()},
        best=best,
    )


def _score(line: Line) -> Score:
    if line.cost is None or line.vehicles is None:
        return NONE
    return (float(line.vehicles if line.vehicles_first else 0), line.cost)


def median(scores: Sequence[Score]) -> Score:
    """The middle one; of an even number the worse of the two in the middle, so that no run is made up."""
    ordered = sorted(scores)
    return ordered[len(ordered) // 2]


def in_all(rows: Iterable[Row], solver: str) -> Score:
    """The sums over all rows, as the literature compares sets whose fleets come first."""
    scores = [row.scores.get(solver, NONE) for row in rows]
    return (sum(score[0] for score in scores), sum(score[1] for score in scores))


def mean_of(numbers: Iterable[float | None]) -> float | None:
    """The mean; `None` where there is nothing, or where one is missing."""
    found = list(numbers)
    if not found or any(number is None for number in found):
        return None
    return mean(number for number in found if number is not None)


def worst_of(numbers: Iterable[float | None]) -> float | None:
    """The largest; `None` where there is nothing, or where one is missing."""
    found = list(numbers)
    if not found or any(number is None for number in found):
        return None
    return max(number for number in found if number is not None)
