"""A stop that is too much for a route as it is, with one way more back to load."""

from collections.abc import Iterator
from dataclasses import replace

from routing.solving.explaining.trial import Trial, loads_over, way_s
from routing.solving.problem import Reload, Step
from routing.solving.steps import trips_of


def reloaded(trial: Trial) -> Trial:
    """Return the trial with the shortest further reload that makes room; the same where none is left, or none helps."""
    reload, used = trial.vehicle.reload, sum(isinstance(step, Reload) for step in trial.before)
    if reload is None or used >= reload.most or not any(loads_over(trial)):
        return trial
    return min((each for each in _with(trial, reload) if not any(loads_over(each))), key=way_s, default=trial)


def _with(trial: Trial, reload: Reload) -> Iterator[Trial]:
    """Yield it with the reload before each step: of those that are not locked, and not between a pickup and its own."""
    for at in range(len(trial.vehicle.locked), len(trial.before) + 1):
        before: list[Step] = [*trial.before[:at], reload, *trial.before[at:]]
        if at <= trial.first:
            yield from _whole(replace(trial, before=before, first=trial.first + 1, last=trial.last + 1, further=True))
        if at >= trial.last:
            yield from _whole(replace(trial, before=before, further=True))


def _whole(trial: Trial) -> Iterator[Trial]:
    if all(trips_of(trial.steps)):
        yield trial
