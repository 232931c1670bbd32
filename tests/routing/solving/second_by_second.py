"""Times of a fixed sequence by trying every second: slow, dumb, and so a judge of the clever way."""

from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from routing.solving.problem import Problem, Reload, Step, Vehicle

type Worth = tuple[float, float]
"""What a route costs by its time and its untimely services, and when it ends."""

NEVER: Worth = (float("inf"), float("inf"))


def cheapest(problem: Problem, vehicle: Vehicle, steps: tuple[Step, ...], *, departure_s: int) -> Worth | None:
    """The worth of the best route that leaves exactly then, or nothing; only for shifts of some dozen seconds.

    Without travel by hours the driver may idle, and take a break that is due, at any second of a way; with it a break
    begins as early as it may, or on arrival, and there is no idling on the way.
    """
    profile = problem.profiles[vehicle.profile]
    matrices = [profile.duration_s, *(hours.duration_s for hours in profile.hours)]
    changes = [hours.start_s for hours in profile.hours]
    places = [vehicle.start_place, *(step.place for step in steps)]
    places.append(places[-1] if vehicle.end_place is None else vehicle.end_place)
    ways = [[int(matrix[pair]) for matrix in matrices] for pair in pairwise(places)]
    parks = [_setup_s(step) if start != step.place else 0 for start, step in zip(places, steps, strict=False)]
    last_s = min(vehicle.shift_end_s, departure_s + (vehicle.max_duration_s or 10**6))

    def later(leg: int, rest_s: int, now_s: int, then_s: int) -> int:
        """What is left of the drive in seconds of the hours that are in force then."""
        for number, change_s in enumerate(changes):
            if now_s < change_s <= then_s and rest_s:
                rest_s = -(-rest_s * ways[leg][number + 1] // ways[leg][number])
        return rest_s

    def begin(now_s: int, leg: int, taken: int) -> Worth:
        rest_s = ways[leg][sum(change_s <= now_s for change_s in changes)]
        return go(now_s, leg, rest_s, parks[leg] if leg < len(steps) else 0, taken, now_s)

    @cache
    def go(now_s: int, leg: int, rest_s: int, park_s: int, taken: int, since_s: int) -> Worth:
        if now_s > last_s:
            return NEVER
        under_way = bool(rest_s or park_s)
        found = [NEVER]
        if under_way and rest_s:
            found.append(go(now_s + 1, leg, later(leg, rest_s - 1, now_s, now_s + 1), park_s, taken, since_s))
        elif under_way:
            found.append(go(now_s + 1, leg, 0, park_s - 1, taken, since_s))
        if not under_way or not changes:
            found.append(go(now_s + 1, leg, later(leg, rest_s, now_s, now_s + 1), park_s, taken, since_s))
        for pause in vehicle.breaks[taken : taken + 1]:
            in_time = pause.earliest_start_s <= now_s <= pause.latest_start_s
            if in_time and (not under_way or not changes or now_s == max(since_s, pause.earliest_start_s)):
                end_s = now_s + pause.duration_s
                found.append(go(end_s, leg, later(leg, rest_s, now_s, end_s), park_s, taken + 1, end_s))
        if not under_way and leg < len(steps):
            found += [_more(begin(end_s, leg + 1, taken), cost) for cost, end_s in _served(steps[leg], now_s)]
        may_end = all(now_s <= pause.latest_start_s for pause in vehicle.breaks[taken:])
        if not under_way and leg == len(steps) and may_end:
            found.append((vehicle.cost_per_s * (now_s - departure_s), now_s))
        return min(found)

    best = min(begin(departure_s, 0, taken) for taken in _breaks_before(vehicle, departure_s))
    return None if best == NEVER else best


def _more(worth: Worth, cost: int) -> Worth:
    return worth[0] + cost, worth[1]


def _setup_s(step: Step) -> int:
    return 0 if isinstance(step, Reload) else step.setup_s


def _served(step: Step, now_s: int) -> Iterator[tuple[int, int]]:
    """The cost and the end of a service that begins now, if it may."""
    if isinstance(step, Reload):
        yield 0, now_s + step.duration_s
        return
    if step.windows and not any(start_s <= now_s < end_s for start_s, end_s in step.windows):
        return
    cost, soft = 0, step.soft_window
    if soft is not None and now_s < soft.start_s:
        cost = soft.early_cost_per_h * (soft.start_s - now_s) // 3600
    if soft is not None and now_s >= soft.end_s:
        cost = soft.late_cost_per_h * (now_s - soft.end_s) // 3600
    yield cost, now_s + step.service_s


def _breaks_before(vehicle: Vehicle, departure_s: int) -> list[int]:
    counts, free_s = [0], 0
    for number, pause in enumerate(vehicle.breaks, start=1):
        free_s = max(free_s, pause.earliest_start_s)
        if free_s > pause.latest_start_s:
            break
        free_s += pause.duration_s
        if free_s <= departure_s:
            counts.append(number)
    return counts
