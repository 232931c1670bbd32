"""What the plans of the public sets are held against, and whether they keep it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.routing.comparing import NONE, Row, mean_of, worst_of
from bench.routing.trial import OURS

type Measure = Callable[[Sequence[Row]], float | None]


@dataclass(frozen=True, kw_only=True)
class Bound:
    """One promise: at `seconds` the measure over the rows of the sets is at most `most`."""

    sets: tuple[str, ...]
    seconds: float
    words: str
    most: float
    measure: Measure


@dataclass(frozen=True)
class Judged:
    """A promise and what came of it; `found` is `None` where something that it needs was not run."""

    bound: Bound
    found: float | None

    @property
    def kept(self) -> bool:
        """Whether it was found, and within the bound."""
        return self.found is not None and self.found <= self.bound.most


def _mean_ratio(peer: str, *, at_least: int = 0) -> Measure:
    def measure(rows: Sequence[Row]) -> float | None:
        return mean_of(row.ratio(OURS, peer) for row in rows if row.stops >= at_least)

    return measure


def _worst_ratio(peer: str) -> Measure:
    def measure(rows: Sequence[Row]) -> float | None:
        return worst_of(row.ratio(OURS, peer) for row in rows)

    return measure


def _mean_gap(*, at_least: int = 0) -> Measure:
    def measure(rows: Sequence[Row]) -> float | None:
        return mean_of(row.gap(OURS) for row in rows if row.stops >= at_least)

    return measure


def _mean_fleet_gap(rows: Sequence[Row]) -> float | None:
    return mean_of(
        None if row.best is None or row.scores.get(OURS, NONE) == NONE else row.scores[OURS][0] / row.best[0] - 1
        for row in rows
    )


def _larger_fleets(rows: Sequence[Row]) -> float | None:
    return float(sum(row.best is None or row.scores.get(OURS, NONE)[0] > row.best[0] for row in rows))


def _unsound(rows: Sequence[Row]) -> float | None:
    return float(sum(row.scores.get(OURS, NONE) == NONE for row in rows))


_VRPTW = ("ortec", "homberger")

BOUNDS = (
    Bound(sets=("ortec",), seconds=30, words="mean / PyVRP (2)", most=0.98, measure=_mean_ratio("pyvrp")),
    Bound(sets=("ortec",), seconds=30, words="mean / VROOM", most=0.93, measure=_mean_ratio("vroom")),
    Bound(sets=("ortec",), seconds=30, words="mean / OR-Tools", most=0.90, measure=_mean_ratio("ortools")),
    Bound(sets=("ortec",), seconds=120, words="mean / PyVRP (2)", most=0.99, measure=_mean_ratio("pyvrp")),
    Bound(sets=("ortec",), seconds=30, words="mean gap, 400 stops up", most=0.01, measure=_mean_gap(at_least=400)),
    Bound(sets=("homberger",), seconds=30, words="mean / PyVRP (2)", most=0.99, measure=_mean_ratio("pyvrp")),
    Bound(sets=("homberger",), seconds=120, words="mean / PyVRP (2)", most=0.995, measure=_mean_ratio("pyvrp")),
    *(
        Bound(sets=(one,), seconds=at_s, words="worst / PyVRP (2)", most=1.003, measure=_worst_ratio("pyvrp"))
        for one in _VRPTW
        for at_s in (30, 120)
    ),
    Bound(sets=("lilim",), seconds=60, words="mean gap, fleet", most=0.01, measure=_mean_fleet_gap),
    Bound(sets=("lilim",), seconds=60, words="mean gap, distance", most=0.01, measure=_mean_gap()),
    Bound(sets=("solomon",), seconds=10, words="larger fleets", most=2, measure=_larger_fleets),
    Bound(sets=("solomon",), seconds=10, words="mean gap, distance", most=0.005, measure=_mean_gap()),
    *(
        Bound(sets=(one,), seconds=at_s, words="without a sound answer", most=0, measure=_unsound)
        for one, at_s in (("ortec", 30), ("homberger", 30), ("lilim", 60), ("solomon", 10), ("rich", 30))
    ),
    Bound(
        sets=("rich",),
        seconds=30,
        words="mean / OR-Tools, 300 stops up",
        most=0.75,
        measure=_mean_ratio("ortools-alone", at_least=300),
    ),
)


def judged(rows: Sequence[Row]) -> list[Judged]:
    """The promises about what was run; those for another time limit are not mentioned."""
    found: list[Judged] = []
    for bound in BOUNDS:
        chosen = [row for row in rows if row.set in bound.sets and row.seconds == bound.seconds]
        if chosen:
            found.append(Judged(bound, bound.measure(chosen)))
    return found
