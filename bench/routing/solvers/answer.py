"""What a solver gives back."""

from dataclasses import dataclass, field

type Routes = list[list[int]]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Routes of node numbers, without the depot; none where the solver found none.

    `used_s` is the time inside the solver's own call. `faults` are what the solver's own check found.
    """

    routes: Routes
    used_s: float
    note: str = ""
    faults: tuple[str, ...] = field(default=())
