"""The results: one JSON object a run and line, written when the run ends, so that an interrupted bench keeps them."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Line:
    """One solver on one instance with one seed.

    `cost` is in the instance's own units and `vehicles` is how many drive; both are `None` where there is no answer
    that breaks no rule, and `faults` say why. `wall_s` is the whole process with its start, `used_s` the solver's own
    call. `curve` has seconds, cost and stops left out of each better plan that was told of.
    """

    set: str
    instance: str
    stops: int
    solver: str
    seed: int
    seconds: float
    cost: float | None
    vehicles: int | None
    faults: tuple[str, ...]
    wall_s: float
    used_s: float
    cpu_s: float
    peak_mb: float
    load_before: float
    version: str
    note: str = ""
    best_cost: float | None = None
    best_vehicles: int | None = None
    vehicles_first: bool = False
    curve: tuple[tuple[float, int, int], ...] = ()

    @property
    def overran(self) -> bool:
        """Whether the call took longer than it was given, with a second for starting and reading."""
        return self.used_s > 1.05 * self.seconds + 1

    @property
    def key(self) -> tuple[str, str, str, int, float]:
        """What was run."""
        return (self.set, self.instance, self.solver, self.seed, self.seconds)


class Ledger:
    """The lines of one file, or of none; of two lines on the same run the later counts."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lines: dict[tuple[str, str, str, int, float], Line] = {}
        if path is not None and path.exists():
            for line in _read(path):
                self._lines[line.key] = line

    def __contains__(self, key: tuple[str, str, str, int, float]) -> bool:
        return key in self._lines

    def add(self, line: Line) -> None:
        """Keep the line, on disk first."""
        if self._path is not None:
            with self._path.open("a") as file:
                file.write(_end_of(self._path) + json.dumps(asdict(line)) + "\n")
        self._lines[line.key] = line

    def lines(self, *, sets: Iterable[str]) -> list[Line]:
        """The lines of these sets."""
        chosen = set(sets)
        return [line for line in self._lines.values() if line.set in chosen]


def _end_of(path: Path) -> str:
    """The end of the last line, where a bench that was killed did not write it."""
    before = path.read_bytes()[-1:]
    return "\n" if before not in (b"", b"\n") else ""


def _read(path: Path) -> Iterable[Line]:
    known = {field.name for field in fields(Line)}
    for number, text in enumerate(path.read_text().splitlines(), 1):
        try:
            told = json.loads(text)
        except json.JSONDecodeError:
            print(f"{path}:{number} is not whole; left out")  # the bench was killed while it wrote
            continue
        told["faults"] = tuple(told["faults"])
        told["curve"] = tuple(tuple(row) for row in told.get("curve", ()))
        yield Line(**{name: value for name, value in told.items() if name in known})
