"""Searches that run side by side, each in a lane of its own: a thread, or a process."""

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Protocol, Self

from routing.solving.problem import Problem, Sequences
from routing.solving.processes.errand import Errand
from routing.solving.processes.frames import Better, Done, Failed, Frame
from routing.solving.processes.named import Named, resolved
from routing.solving.searching.asked import Hear
from routing.solving.searching.budget import Budget

_POLL_S = 0.05


class Lane(Protocol):
    """One search under way. Leaving the `with` block ends it; the best it found remains."""

    name: str
    best: Sequences | None
    share: float
    failure: str | None

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None
    ) -> None: ...

    def goes_on(self, wait_s: float) -> bool:
        """Whether it is still searching; hears what it has to say, for `wait_s` at most."""


class ProcessLane:
    """A search as an errand of the kind `name`; the order is `(problem, stop ids, start, limit, seed)`."""

    def __init__(self, name: str, problem: Problem, order: Any) -> None:
        self.name = name
        self.best: Sequences | None = None
        self.share = 0.0
        self.failure: str | None = None
        self._problem = problem
        self._order = order

    def __enter__(self) -> Self:
        self._errand = Errand(self.name, self._order)
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._errand.end()

    def goes_on(self, wait_s: float) -> bool:
        """As `Lane`."""
        answered = False
        for frame in self._errand.heard(wait_s):
            answered |= isinstance(frame, Done | Failed)
            self._take(frame)
        if self._errand.silent and not answered:
            self.failure = self._errand.fate
        return not answered and not self._errand.silent

    def _take(self, frame: Frame) -> None:
        if isinstance(frame, Failed):
            self.failure = frame.detail
        elif isinstance(frame, Better):
            self._keep(frame.names)
            self.share = frame.share
        elif isinstance(frame, Done):
            self._keep(frame.answer)

    def _keep(self, names: Named | None) -> None:
        if names is not None:
            self.best = resolved(self._problem, names)


class ThreadLane:
    """A search in a thread, for one that releases the interpreter's lock while it computes."""

    def __init__(self, name: str, search: Callable[[Hear, Callable[[], bool]], Sequences | None]) -> None:
        """`search` is given whom to tell of better plans and a question whether to stop, often asked."""
        self.name = name
        self.best: Sequences | None = None
        self.share = 0.0
        self.failure: str | None = None
        self._search = search
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._stopped.set()
        self._thread.join()

    def goes_on(self, wait_s: float) -> bool:
        """As `Lane`."""
        self._thread.join(wait_s)
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            found = self._search(self._hear, self._stopped.is_set)
        except Exception as fault:  # a lane that breaks must not take the others with it
            self.failure = f"{type(fault).__name__}: {fault}"
        else:
            self.best = found or self.best

    def _hear(self, sequences: Sequences, share: float) -> None:
        self.best, self.share = sequences, share


def race(lanes: Sequence[Lane], budget: Budget, *, until: float, hear: Hear) -> None:
    """Let the lanes search side by side until each is done or that share of the budget is used."""
    told: dict[int, Sequences] = {}
    with ExitStack() as running:
        going = [running.enter_context(lane) for lane in lanes]
        while going and not budget.over(until):
            going = [lane for lane in going if lane.goes_on(_POLL_S / len(going))]
            for number, lane in enumerate(lanes):
                if lane.best is not None and told.get(number) is not lane.best:
                    told[number] = lane.best
                    hear(lane.best, max(lane.share, budget.used()))
