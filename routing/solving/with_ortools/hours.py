"""Travel by hours for a model that knows one time per arc.

Without a plan an arc takes the longest of the hours in which its ends' windows let it be driven: what fits then, fits
in truth. With a plan, every drive that begins at a stop of it takes as long as it would from there at that stop's
time, and the plan's own drives as long as they do; who searches so repeats it with the better plan.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from routing.solving.problem import Problem, Profile, Step, Stop, Vehicle
from routing.solving.solution import Route
from routing.solving.timing.retime import retime

_EVER_S = 2**40


@dataclass(frozen=True, slots=True)
class _Slice:
    """Half-open hours, and the times that hold in them."""

    start_s: int
    end_s: int
    duration_s: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Drive:
    """One drive of a plan: when it begins, and the seconds at the wheel, setup and breaks not counted."""

    departure_s: int
    drive_s: int


def drives_of(problem: Problem, vehicle: Vehicle, sequence: Sequence[Step]) -> list[Drive]:
    """What the vehicle drives, leg by leg, to the end too. Raises `DoesNotFit` when it cannot."""
    route = retime(problem, vehicle, sequence)
    visits, reloads = iter(route.visits), iter(route.reloads)
    done = [next(visits) if isinstance(step, Stop) else next(reloads) for step in sequence]
    leaves = [route.departure_s, *(one.departure_s for one in done)]
    arrives = [*(one.arrival_s for one in done), route.end_s]
    steps: list[Stop | None] = [*(step if isinstance(step, Stop) else None for step in sequence), None]
    places = [vehicle.start_place, *(step.place for step in sequence)]
    return [
        Drive(leave_s, arrive_s - leave_s - _paused_s(route, leave_s, arrive_s) - _setup_s(place, step))
        for leave_s, arrive_s, place, step in zip(leaves, arrives, places, steps, strict=True)
    ]


def _paused_s(route: Route, leave_s: int, arrive_s: int) -> int:
    return sum(pause.end_s - pause.start_s for pause in route.breaks if leave_s <= pause.start_s < arrive_s)


def _setup_s(place: int, step: Stop | None) -> int:
    return 0 if step is None or step.place == place else step.setup_s


def worst_drives_s(
    profile: Profile, places: NDArray[np.int64], *, leave_s: NDArray[np.int64], arrive_s: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The longest time of each pair of nodes over all hours between the first's leaving and the second's arrival."""
    worst = np.zeros((len(places), len(places)), dtype=np.int64)
    for hours in _slices(profile):
        possible = (leave_s[:, None] < hours.end_s) & (arrive_s[None, :] >= hours.start_s)
        worst = np.maximum(worst, np.where(possible, hours.duration_s[np.ix_(places, places)], 0))
    return worst


def drives_s(profile: Profile, start: int, ends: NDArray[np.int64], *, departure_s: int) -> NDArray[np.int64]:
    """The time from `start` to each of `ends`, leaving then, by the rule of `Profile`."""
    slices = [hours for hours in _slices(profile) if hours.end_s > departure_s]
    rest_s = slices[0].duration_s[start, ends].astype(np.int64)
    driven_s, now_s = np.zeros_like(rest_s), departure_s
    for old, new in pairwise(slices):
        room_s = old.end_s - now_s
        driven_s += np.minimum(rest_s, room_s)
        whole = np.maximum(old.duration_s[start, ends].astype(np.int64), 1)
        rest_s = -(-np.maximum(rest_s - room_s, 0) * new.duration_s[start, ends] // whole)
        now_s = old.end_s
    arrived: NDArray[np.int64] = driven_s + rest_s
    return arrived


def _slices(profile: Profile) -> Iterator[_Slice]:
    starts: Sequence[int] = [-_EVER_S, *(hours.start_s for hours in profile.hours)]
    matrices = [profile.duration_s, *(hours.duration_s for hours in profile.hours)]
    for start_s, end_s, duration_s in zip(starts, [*starts[1:], _EVER_S], matrices, strict=True):
        yield _Slice(start_s, end_s, duration_s)
