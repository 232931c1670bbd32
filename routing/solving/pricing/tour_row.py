"""What pricing must know of one tour, as arrays over its positions."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.solving.pricing.tour import Tour
from routing.solving.pricing.tour_parts import Part, Pauses, heads, pauses, shortest, tails
from routing.solving.problem import Reload, Step, Stop, Window
from routing.solving.timing.legs import first_start

type Figures = NDArray[np.int64]

NO_LIMIT = 2**40


class Row(NamedTuple):
    """One tour; or, with one axis more in front, the tours of a day, filled up with zeros.

    By position:

    `before`, `after`: the day's places around it, -1 after the last step of an open end; `leg_m`, the drive between
    them; `setup_s`, what parking at `after` takes. `ready_s`, `latest_s`: when the vehicle can leave `before` at
    the earliest, and begin at `after` at the latest, were there no breaks. `head`, `tail`: the `Part`s before and after
    it, `heads` and `tails` of them. `room_before`, `room_after`, by capacity: what could be on board in addition from
    the trip's start to here, from here to its end. `shut`: nothing may stand here.

    By tour: `positions`, how many; `profile`, its number in the day; the vehicle's rates; `fixed`, what using it
    costs if it stands so far; `duration_s`, `distance_m`, `stops` of the tour and the most of each (`most_s`,
    `most_m`); `pauses` as in `tour_parts`. `relaxed_s` is the duration by its parts; where the tour is `exact` it is
    `duration_s`, else there are soft windows or hours, of which the parts know nothing.
    """

    before: Figures
    after: Figures
    leg_m: Figures
    setup_s: Figures
    ready_s: Figures
    latest_s: Figures
    head: Figures
    heads: Figures
    tail: Figures
    tails: Figures
    room_before: Figures
    room_after: Figures
    shut: Figures
    positions: Figures
    profile: Figures
    exact: Figures
    cost_per_s: Figures
    cost_per_m: Figures
    fixed: Figures
    duration_s: Figures
    distance_m: Figures
    stops: Figures
    most_s: Figures
    most_m: Figures
    relaxed_s: Figures
    pauses: Figures


def row(tour: Tour, *, profile: int) -> Row:
    """The arrays of one tour; `profile` is the number of its vehicle's profile in the day."""
    places = [tour.vehicle.start_place, *(step.place for step in tour.steps)]
    ways_s = [_way_s(tour, start, step) for start, step in zip(places, [*tour.steps, None], strict=True)]
    room_before, room_after = _rooms(tour)
    before, after = heads(tour.vehicle, tour.steps, ways_s), tails(tour.vehicle, tour.steps, ways_s)
    return Row(
        before=_figures([tour.places[place] for place in places]),
        after=_figures(_after(tour)),
        leg_m=_figures(_legs_m(tour, places)),
        setup_s=_figures([*(_setup_s(step) for step in tour.steps), 0]),
        ready_s=_figures(_ready_s(tour, ways_s)),
        latest_s=_figures(_latest_s(tour, ways_s)),
        head=_parts(before),
        heads=_figures([len(parts) for parts in before]),
        tail=_parts(after),
        tails=_figures([len(parts) for parts in after]),
        room_before=room_before,
        room_after=room_after,
        shut=_figures([_is_shut(tour, index) for index in range(len(places))]),
        **_of_the_tour(tour, profile),
        relaxed_s=np.array(shortest(tour.vehicle, tour.steps, ways_s)),
        pauses=_figures(pauses(tour.vehicle.breaks)),
    )


def _ends(tour: Tour) -> list[int]:
    return [] if tour.vehicle.end_place is None else [tour.vehicle.end_place]


def _after(tour: Tour) -> list[int]:
    end = tour.vehicle.end_place
    return [*(tour.places[step.place] for step in tour.steps), -1 if end is None else tour.places[end]]


def _legs_m(tour: Tour, places: Sequence[int]) -> list[int]:
    """Metres that a stop in between would save; none where the vehicle stands, or where an open tour is done."""
    if not tour.steps:
        return [0]
    legs = [tour.profile.distance_m.item(pair) for pair in pairwise([*places, *_ends(tour)])]
    return [*legs, *([0] if tour.vehicle.end_place is None else [])]


def _way_s(tour: Tour, start: int, step: Step | None) -> int:
    """The shortest of all hours, parking included; to the end of the tour without a step."""
    end = tour.vehicle.end_place if step is None else step.place
    if end is None or not tour.steps:
        return 0
    hours = (tour.profile.duration_s, *(each.duration_s for each in tour.profile.hours))
    return min(int(each.item(start, end)) for each in hours) + (_setup_s(step) if start != end else 0)


def _setup_s(step: Step | None) -> int:
    return step.setup_s if isinstance(step, Stop) else 0


def _service_s(step: Step | None) -> int:
    return 0 if step is None else step.service_s if isinstance(step, Stop) else step.duration_s


def _windows_of(step: Step | None) -> tuple[Window, ...]:
    return step.windows if isinstance(step, Stop) else ()


def _ready_s(tour: Tour, ways_s: Sequence[int]) -> list[int]:
    ready = [tour.vehicle.shift_start_s]
    for step, way_s in zip(tour.steps, ways_s, strict=False):
        start_s = first_start(ready[-1] + way_s, _windows_of(step))
        assert start_s is not None, "the tour was driven"
        ready.append(start_s + _service_s(step))
    return ready


def _latest_s(tour: Tour, ways_s: Sequence[int]) -> list[int]:
    latest = [tour.vehicle.shift_end_s]
    for step, way_s in zip(reversed(tour.steps), reversed(ways_s), strict=False):
        latest.append(last_start(latest[-1] - way_s - _service_s(step), _windows_of(step)))
    return latest[::-1]


def last_start(limit_s: int, windows: Sequence[Window]) -> int:
    """The last second up to `limit_s` at which a service may begin; there must be one."""
    if not windows:
        return limit_s
    return next(min(limit_s, end_s - 1) for start_s, end_s in reversed(windows) if start_s <= limit_s)


def _rooms(tour: Tour) -> tuple[Figures, Figures]:
    """What could be on board in addition: on the trip up to each position, and on the trip from there on."""
    rooms = np.array(tour.vehicle.capacities, dtype=np.int64) - _loads(tour)
    trips = np.cumsum([0, *(isinstance(step, Reload) for step in tour.steps)])
    before, after = rooms.copy(), rooms.copy()
    for index in range(1, len(rooms)):
        if trips[index] == trips[index - 1]:
            before[index] = np.minimum(before[index], before[index - 1])
    for index in range(len(rooms) - 2, -1, -1):
        if trips[index] == trips[index + 1]:
            after[index] = np.minimum(after[index], after[index + 1])
    return before, after


def _loads(tour: Tour) -> Figures:
    """What is on board at each position, by capacity: demands go off at their stop, collects come on."""
    kinds = len(tour.vehicle.capacities)
    picked = {stop.pickup: stop for stop in tour.stops if stop.pickup is not None}
    loads = []
    load = np.zeros(kinds, dtype=np.int64)
    for index in range(len(tour.steps) + 1):
        step = tour.steps[index - 1] if index else None
        if step is None or isinstance(step, Reload):
            load = _begun(tour.steps[index:], kinds)
        else:
            load = load - _figures(step.demands) + _figures(step.collects or [0] * kinds)
            if step.id in picked:
                load = load + _figures(picked[step.id].demands)
        loads.append(load)
    return np.array(loads, dtype=np.int64)


def _begun(steps: Sequence[Step], kinds: int) -> Figures:
    """What is put on board for the trip that these steps begin with."""
    load = np.zeros(kinds, dtype=np.int64)
    for step in steps:
        if isinstance(step, Reload):
            break
        if step.pickup is None:
            load += _figures(step.demands)
    return load


def _is_shut(tour: Tour, index: int) -> bool:
    full = tour.vehicle.max_stops is not None and len(tour.stops) >= tour.vehicle.max_stops
    return full or index < len(tour.vehicle.locked)


def _parts(by_position: Sequence[Sequence[Part]]) -> Figures:
    """By position and part its four figures, filled up with zeros."""
    found = np.zeros((len(by_position), max(map(len, by_position)), len(Part._fields)), dtype=np.int64)
    for index, parts in enumerate(by_position):
        found[index, : len(parts)] = parts
    return found


def _of_the_tour(tour: Tour, profile: int) -> dict[str, Figures]:
    vehicle = tour.vehicle
    numbers = {
        "positions": len(tour.steps) + 1,
        "profile": profile,
        "exact": not _is_rich(tour),
        "cost_per_s": vehicle.cost_per_s,
        "cost_per_m": vehicle.cost_per_m,
        "fixed": 0 if tour.steps else vehicle.fixed_cost,
        "duration_s": tour.duration_s,
        "distance_m": tour.distance_m,
        "stops": len(tour.stops),
        "most_s": NO_LIMIT if vehicle.max_duration_s is None else vehicle.max_duration_s,
        "most_m": NO_LIMIT if vehicle.max_distance_m is None else vehicle.max_distance_m,
    }
    return {name: np.array(number) for name, number in numbers.items()}


def _is_rich(tour: Tour) -> bool:
    """Whether `retime` alone knows its times: hours or soft windows, or an earliest end rather than a short tour."""
    of_the_day = bool(tour.profile.hours) or any(stop.soft_window for stop in tour.stops)
    return of_the_day or not tour.vehicle.cost_per_s


def _figures(values: Sequence[int] | Sequence[Sequence[Pauses]]) -> Figures:
    return np.array(values, dtype=np.int64)
