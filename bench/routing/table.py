"""The results for people: a table a set, then what was promised and whether it was kept."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from bench.routing.comparing import NONE, Row, Score, in_all, mean_of, worst_of
from bench.routing.limits import judged
from bench.routing.trial import OURS

type Fold = Callable[[Iterable[float | None]], float | None]


def table(rows: Sequence[Row], *, not_run: Sequence[str]) -> str:
    """All of it as text."""
    parts: list[str] = []
    for key in dict.fromkeys((row.set, row.seconds) for row in rows):
        parts += _of_set(*key, [row for row in rows if (row.set, row.seconds) == key])
    parts += _promises(rows)
    parts += [f"not run: {words}" for words in not_run]
    return "\n".join(parts)


def _of_set(name: str, seconds: float, rows: Sequence[Row]) -> Iterator[str]:
    solvers = list(dict.fromkeys(solver for row in rows for solver in row.scores))
    peers = [solver for solver in solvers if solver != OURS] if OURS in solvers else []
    best = any(row.best is not None for row in rows)
    yield ""
    yield f"{name} at {seconds:g} s: medians of the seeds"
    yield _joined(
        ["instance", "stops", *solvers, *(f"/ {peer}" for peer in peers)], [*(["best", "gap"] if best else [])]
    )
    for row in sorted(rows, key=lambda one: (one.stops, one.instance)):
        cells = [row.instance[-28:], str(row.stops), *(_score(row.scores.get(one, NONE)) for one in solvers)]
        cells += [_ratio(row, peer) for peer in peers]
        yield _joined(cells, [_score(row.best or NONE), _number(row.gap(OURS), "{:+.2%}")] if best else [])
    if peers:
        yield _joined(["mean", "", *("" for _ in solvers), *_over(rows, peers, mean_of)], _mean_gap(rows, best))
        yield _joined(["worst", "", *("" for _ in solvers), *_over(rows, peers, worst_of)], [])
    if any(score[0] for row in rows for score in row.scores.values() if score != NONE):
        yield f"vehicles and distance in all: {', '.join(f'{one} {_score(in_all(rows, one))}' for one in solvers)}"
    if best:
        gaps = (f"{one} {_number(mean_of(row.gap(one) for row in rows), '{:+.2%}')}" for one in solvers)
        yield f"mean gap to the best known: {', '.join(gaps)}"


def _ratio(row: Row, peer: str) -> str:
    more = row.more_vehicles(OURS, peer)
    return f"{more:+d} vehicles" if more else _number(row.ratio(OURS, peer), "{:.4f}")


def _over(rows: Sequence[Row], peers: Sequence[str], fold: Fold) -> list[str]:
    return [_number(fold(row.ratio(OURS, peer) for row in rows), "{:.4f}") for peer in peers]


def _mean_gap(rows: Sequence[Row], best: bool) -> list[str]:
    return ["", _number(mean_of(row.gap(OURS) for row in rows), "{:+.2%}")] if best else []


def _promises(rows: Sequence[Row]) -> Iterator[str]:
    found = judged(rows)
    if not found:
        return
    yield ""
    yield f"{'promised':52} {'at most':>8} {'found':>9}"
    for one in found:
        bound = one.bound
        words = f"{', '.join(bound.sets)} at {bound.seconds:g} s: {bound.words}"
        yield f"{words:52} {bound.most:>8g} {_number(one.found, '{:.4f}'):>9} {'yes' if one.kept else 'NO'}"


def _joined(cells: Sequence[str], last: Sequence[str]) -> str:
    first, *rest = cells
    return " ".join([f"{first:28}", f"{rest[0]:>5}", *(f"{cell:>12}" for cell in [*rest[1:], *last])]).rstrip()


def _score(score: Score) -> str:
    if score == NONE:
        return "-"
    vehicles, cost = score
    told = f"{cost:.0f}" if cost == int(cost) else f"{cost:.2f}"
    return f"{vehicles:.0f}/{told}" if vehicles else told


def _number(number: float | None, shape: str) -> str:
    return "-" if number is None else shape.format(number)
