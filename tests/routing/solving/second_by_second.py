"""Times of a fixed sequence by trying every second: slow, dumb, and so a judge of the clever way."""

from functools import cache
from itertools import pairwise

from routing.solving.problem import Problem, Stop, Vehicle


def earliest_end(problem: Problem, vehicle: Vehicle, stops: tuple[Stop, ...], *, departure_s: int) -> int | None:
    """The earliest end of a route that leaves exactly then, or nothing; only for shifts of some dozen seconds."""
    duration_s = problem.profiles[vehicle.profile].duration_s
    places = [vehicle.start_place, *(stop.place for stop in stops)]
    places.append(places[-1] if vehicle.end_place is None else vehicle.end_place)
    drives = [int(duration_s[start, end]) for start, end in pairwise(places)]
    breaks = vehicle.breaks

    @cache
    def end(now_s: int, leg: int, driven_s: int, taken: int) -> float:
        if now_s > vehicle.shift_end_s:
            return float("inf")
        found = [end(now_s + 1, leg, driven_s, taken)]
        if driven_s < drives[leg]:
            found.append(end(now_s + 1, leg, driven_s + 1, taken))
        if taken < len(breaks) and breaks[taken].earliest_start_s <= now_s <= breaks[taken].latest_start_s:
            found.append(end(now_s + breaks[taken].duration_s, leg, driven_s, taken + 1))
        if driven_s == drives[leg] and leg < len(stops) and _opens(stops[leg], now_s):
            found.append(end(now_s + stops[leg].service_s, leg + 1, 0, taken))
        if driven_s == drives[leg] and leg == len(stops):
            found += [float(now_s)] if all(now_s <= later.latest_start_s for later in breaks[taken:]) else []
        return min(found)

    best = min(end(departure_s, 0, 0, taken) for taken in _breaks_before(vehicle, departure_s))
    return None if best == float("inf") else int(best)


def _opens(stop: Stop, now_s: int) -> bool:
    return not stop.windows or any(start_s <= now_s < end_s for start_s, end_s in stop.windows)


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
