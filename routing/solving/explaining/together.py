"""What is exceeded where no rule alone is to blame: each by the least that is enough together with the others."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce

from routing.solving.explaining.explanation import Excess, Rule
from routing.solving.explaining.slack import MOST_S
from routing.solving.explaining.trial import Trial, clock_rules, least
from routing.solving.problem import Vehicle, Window

_ORDER = (
    Rule.LATER_WINDOWS,
    Rule.BREAK,
    Rule.MAX_DURATION,
    Rule.SHIFT_START,
    Rule.SHIFT_END,
    Rule.WINDOW_START,
    Rule.WINDOW_END,
)
"""Who is let off first: of two rules of which either could give, its own window is to blame."""
_AGES_S = 100 * 86_400
"""To the other end of the world and back, by bicycle."""


def together(trial: Trial, standing: Sequence[Excess]) -> Iterator[Excess]:
    """Yield what is exceeded whatever the hour, and what the clock forbids besides.

    The rules of the clock all give as much as need be; then one after the other takes back what it can.
    """
    yield from standing
    eased = reduce(Trial.given, standing, trial)
    rules = [Excess(rule=Rule.LATER_WINDOWS, by=0), *_rules(eased)]
    rules.sort(key=lambda each: _ORDER.index(each.rule))
    for most_s in (MOST_S,) if trial.is_rich else (MOST_S, _AGES_S):
        given = [replace(rule, by=most_s) for rule in rules]
        if reduce(Trial.given, given, eased).fits():
            yield from reversed([*_taken_back(eased, given)])
            return


def _taken_back(eased: Trial, given: list[Excess]) -> Iterator[Excess]:
    """Yield what is left of the rules that have given, beginning with the first."""
    for number, rule in enumerate(given):
        others = reduce(Trial.given, [*given[:number], *given[number + 1 :]], eased)
        if others.fits():
            given[number] = replace(rule, by=0)
        else:
            given[number] = least(others, rule, most=rule.by) or rule
            yield given[number]


def _rules(trial: Trial) -> Iterator[Excess]:
    """The rules of the clock; of several windows the one that is closest to the shift."""
    nearest = {
        stop.id: min(stop.windows, key=lambda each: _gap(each, trial.vehicle)) for stop in trial.way if stop.windows
    }
    for rule in clock_rules(trial):
        if rule.stop_id is None or rule.window == nearest[rule.stop_id]:
            yield rule


def _gap(window: Window, vehicle: Vehicle) -> int:
    return max(0, window[0] - vehicle.shift_end_s, vehicle.shift_start_s - window[1])
