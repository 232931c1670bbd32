"""What a search is asked, and what it answers with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from routing.solving.problem import Problem, Sequences, Stop
from routing.solving.searching.budget import Budget

if TYPE_CHECKING:
    from routing.solving.searching.parts import Part, PartAnswer

type Hear = Callable[[Sequences, float], None]
"""Told of a better plan, and the share of the limit used."""


@dataclass(frozen=True)
class Elsewhere:
    """Other machines, or other processes: `width` parts of a large problem at a time.

    `solve` takes parts and a question whether to stop waiting, and gives an answer for each, or `None` for one that
    nobody solved in time.
    """

    width: int
    solve: "Callable[[list[Part], Callable[[], bool]], list[PartAnswer | None]]"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What all searches of one call are told: serve these stops, from this plan on if any, within this budget."""

    problem: Problem
    stops: Sequence[Stop]
    start: Sequences | None
    seed: int
    budget: Budget
    hear: Hear
    elsewhere: Elsewhere | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A plan, and the name of the search that found it."""

    by: str
    sequences: Sequences
