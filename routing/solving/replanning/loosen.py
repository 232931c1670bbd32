"""Lets be late what is late already: so a round under way always has an answer, and lateness has its cost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from routing.solving.problem import UNREACHABLE, Problem, Reload, SoftWindow, Step, Stop, Vehicle, Window

HORIZON_S = 14 * 86_400
"""No round lasts so long: a window that ends here has no end."""


def loosen(
    problem: Problem, start: Sequence[Sequence[Step]], *, late_cost_per_h: int, overtime: bool = False
) -> Problem:
    """The problem in which the rounds of `start` lose no stop to a window that is missed in their order.

    Such a window gets no end: beginning later costs `late_cost_per_h`, unless the stop has a soft window that says
    so already. A shift reaches as far as its locked stops need; with `overtime` as far as all of its stops need.
    """
    late: dict[str, int] = {}
    vehicles = []
    for vehicle, steps in zip(problem.vehicles, start, strict=True):
        walked = list(_walk(problem, vehicle, steps))
        late |= {each.stop.id: each.stop.windows[-1][1] for each in walked if each.late}
        needed = walked if overtime else walked[: len(vehicle.locked)]
        end_s = max([vehicle.shift_end_s, *(each.home_s for each in needed)])
        vehicles.append(replace(vehicle, shift_end_s=end_s) if end_s > vehicle.shift_end_s else vehicle)
    stops = tuple(_late(stop, late_cost_per_h) if stop.id in late else stop for stop in problem.stops)
    return replace(problem, vehicles=tuple(vehicles), stops=stops)


def punctual(problem: Problem, loosened: Problem) -> Problem:
    """The loosened problem in which only those may be late who must, being locked or too far away to be in time."""
    late = {stop.id: stop for stop in loosened.stops}
    return replace(
        loosened,
        stops=tuple(stop if _can_be_in_time(problem, stop) else late[stop.id] for stop in problem.stops),
    )


def _can_be_in_time(problem: Problem, stop: Stop) -> bool:
    """Whether some vehicle that drives there first is there before the last window ends."""
    if stop.id in problem.locked_to or not stop.windows:
        return False
    first_s = min(
        one.shift_start_s + problem.profiles[one.profile].duration_s.item(one.start_place, stop.place)
        for one in problem.vehicles
    )
    return first_s + stop.setup_s < stop.windows[-1][1]


@dataclass(frozen=True, slots=True)
class _Walked:
    """A stop reached in the given order: too late for its windows or not, and when the vehicle could be home."""

    stop: Stop
    late: bool
    home_s: int


def _walk(problem: Problem, vehicle: Vehicle, steps: Sequence[Step]) -> Iterator[_Walked]:
    """The stops in this order, each as early as can be, with the breaks as soon as their time has come."""
    ways = problem.profiles[vehicle.profile]
    durations = [ways.duration_s, *(hours.duration_s for hours in ways.hours)]
    place, now_s, breaks = vehicle.start_place, vehicle.shift_start_s, list(vehicle.breaks)

    def way_s(origin: int, destination: int) -> int:
        # Of the hours the slowest: who is in time by this is in time whenever it is driven.
        return max((int(matrix[origin, destination]) for matrix in durations), default=0)

    for step in steps:
        setup_s = step.setup_s if isinstance(step, Stop) and step.place != place else 0
        now_s += _known(way_s(place, step.place)) + setup_s
        while breaks and breaks[0].earliest_start_s <= now_s:
            now_s += breaks.pop(0).duration_s
        place = step.place
        if isinstance(step, Reload):
            now_s += step.duration_s
            continue
        start_s = _first_start(now_s, step.windows)
        now_s = (now_s if start_s is None else start_s) + step.service_s
        home_s = now_s if vehicle.end_place is None else now_s + _known(way_s(place, vehicle.end_place))
        yield _Walked(step, start_s is None, home_s + sum(pause.duration_s for pause in breaks))


def _known(way_s: int) -> int:
    return 0 if way_s == UNREACHABLE else way_s


def _first_start(ready_s: int, windows: tuple[Window, ...]) -> int | None:
    if not windows:
        return ready_s
    return next((max(ready_s, start_s) for start_s, end_s in windows if ready_s < end_s), None)


def _late(stop: Stop, late_cost_per_h: int) -> Stop:
    *others, (start_s, end_s) = stop.windows
    soft = stop.soft_window
    if soft is None:  # a second too late costs a second: to begin when the window closes must not be free
        soft = SoftWindow(start_s=start_s, end_s=max(start_s + 1, end_s - 1), late_cost_per_h=late_cost_per_h)
    if soft.late_cost_per_h < late_cost_per_h:
        soft = replace(soft, late_cost_per_h=late_cost_per_h)
    return replace(stop, windows=(*others, (start_s, HORIZON_S)), soft_window=soft)
