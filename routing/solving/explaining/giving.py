"""Rules that give: a stop or a vehicle as it would be if one of them were less strict."""

from dataclasses import replace
from typing import Any

from routing.solving.explaining.explanation import Excess, Rule
from routing.solving.problem import Break, Problem, Reload, Step, Stop, Vehicle, Window


def stop_given(stop: Stop, excess: Excess, vehicle: Vehicle) -> Stop:
    """The stop with the rule that gives, if it is one of its own."""
    match excess.rule:
        case Rule.WINDOW_END | Rule.WINDOW_START if stop.id == excess.stop_id and excess.window is not None:
            return replace(stop, windows=_widened(stop.windows, excess.window, excess))
        case Rule.SKILL:
            return replace(stop, skills=stop.skills & vehicle.skills)
        case Rule.EXCLUDED_SKILL:
            return replace(stop, excluded_skills=stop.excluded_skills - vehicle.skills)
        case Rule.VEHICLE_ALLOWED:
            return replace(stop, allowed_vehicles=None, refused_vehicles=stop.refused_vehicles - {vehicle.id})
        case Rule.PENALTY if stop.penalty is not None:
            return replace(stop, penalty=stop.penalty + excess.by)
    return stop


def step_given(step: Step, excess: Excess) -> Step:
    """A step that the route has already."""
    if excess.rule is not Rule.LATER_WINDOWS or isinstance(step, Reload) or not step.windows:
        return step
    start_s, end_s = step.windows[-1]
    return replace(step, windows=(*step.windows[:-1], (start_s, end_s + excess.by)))


def vehicle_given(problem: Problem, vehicle: Vehicle, excess: Excess) -> Vehicle:
    """The vehicle with the rule that gives, if it is one of its own."""
    by = excess.by
    changed: dict[str, Any] = {}
    match excess.rule:
        case Rule.SHIFT_END:
            changed["shift_end_s"] = vehicle.shift_end_s + by
        case Rule.SHIFT_START:
            changed["shift_start_s"] = max(0, vehicle.shift_start_s - by)
        case Rule.BREAK:
            changed["breaks"] = tuple(_moved(each, by) for each in vehicle.breaks)
        case Rule.MAX_DURATION if vehicle.max_duration_s is not None:
            changed["max_duration_s"] = vehicle.max_duration_s + by
        case Rule.MAX_DISTANCE if vehicle.max_distance_m is not None:
            changed["max_distance_m"] = vehicle.max_distance_m + by
        case Rule.MAX_STOPS if vehicle.max_stops is not None:
            changed["max_stops"] = vehicle.max_stops + by
        case Rule.CAPACITY:
            more = (by if name == excess.name else 0 for name in problem.capacity_names)
            changed["capacities"] = tuple(map(sum, zip(vehicle.capacities, more, strict=True)))
    return replace(vehicle, **changed)


def _widened(windows: tuple[Window, ...], chosen: Window, excess: Excess) -> tuple[Window, ...]:
    """The windows with one of them longer; those that it then reaches become one with it."""
    start_s, end_s = chosen
    if excess.rule is Rule.WINDOW_END:
        end_s += excess.by
    else:
        start_s = max(0, start_s - excess.by)
    apart = [each for each in windows if each != chosen and (each[1] < start_s or each[0] > end_s)]
    reached = [(start_s, end_s), *(each for each in windows if each not in apart and each != chosen)]
    whole = (min(each[0] for each in reached), max(each[1] for each in reached))
    return tuple(sorted([*apart, whole]))


def _moved(pause: Break, by: int) -> Break:
    return replace(
        pause, earliest_start_s=max(0, pause.earliest_start_s - by), latest_start_s=pause.latest_start_s + by
    )
