"""What one stop more would cost a day, by window: the cheapest position among all tours, in milliseconds.

The answer is the best there is, but for tours with soft windows or travel by hours, and a stop with a soft window:
there the positions that promise most are tried with `retime`. It holds in any case, and is hardly ever not the best.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from routing.solving.fits import DoesNotFit, check_may_serve
from routing.solving.pricing.day import Day, day
from routing.solving.pricing.pricing_kernel import NOWHERE, Asked, Found, scan
from routing.solving.pricing.tour import Ways, ways_to
from routing.solving.problem import UNREACHABLE, Balance, Measure, Problem, Profile, Stop, Vehicle, Window

_NEAR = 6
"""So many positions of a window are tried with `retime`, which takes milliseconds for each."""
_AT_LAST = 30
"""And so many when none of the first can be driven."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """The cheapest position for a stop that is served within `window`: before step `index` of a tour.

    `added_cost` is what `Cost.total` grows by, leaving the stop's penalty aside; `added_s` and `added_m` are what
    the tour lasts and drives more (less is possible: in one-way streets, or where leaving later saves waiting).
    """

    window: Window
    tour: int
    index: int
    added_cost: int
    added_s: int
    added_m: int


def price(day: Day, stop: Stop, ways: Mapping[str, Ways], windows: Sequence[Window]) -> list[Priced]:
    """The cheapest position of the stop for each of `windows`, in their order; those without one are left out.

    The stop's own windows do not count; `ways` leads by profile to its place and away from it; its place is the number
    of a place of the day, or a new one. It cannot be half of a pair, and no reload is added for it.
    """
    if stop.pickup is not None:
        raise ValueError(f"{stop.id} is half of a pair: it has no price of its own")
    if not windows:
        return []
    asked = _asked(day, stop, ways, windows)
    question = _Question(day, stop, ways, windows, asked)
    found = _scanned(question, near=_NEAR)
    best = (_best(question, found, number) for number in range(len(windows)))
    return [priced for priced in best if priced is not None]


def worth_asking(
    day: Day,
    stop: Stop,
    ways: Mapping[str, Ways],
    windows: Sequence[Window],
    *,
    most: int,
    known: Mapping[str, NDArray[np.bool_]],
) -> dict[str, list[int]]:
    """By profile the places of the day between which the stop's cheapest positions lie, if its ways are as guessed.

    So that street times need be asked for those alone: `most` at most, the best positions of every window first. Of
    those `known`, by profile and place, the ways are no guess: a window is settled once its cheapest position has two
    such, if the guesses are rather too short than too long. Nothing is returned when all windows are settled.
    """
    asked = _asked(day, stop, ways, windows)._replace(exact=False)
    found = _scanned(_Question(day, stop, ways, windows, asked), near=most)
    tours, indexes = found.near_at.T  # by rank and window
    ends = np.stack([day.stack.before[tours, indexes], day.stack.after[tours, indexes]], axis=-1)
    profiles = np.broadcast_to(day.stack.profile[tours][..., None], ends.shape)
    told = np.stack([known[profile] for profile in day.profiles])
    guessed = (ends >= 0) & ~told[profiles, ends]

    there = np.arange(most)[:, None] < found.near
    unsettled = np.logical_and.accumulate(there & guessed.any(axis=-1))
    wanted = guessed & unsettled[..., None]
    numbers = profiles[wanted] * told.shape[1] + ends[wanted]  # the best positions first
    first = np.sort(np.unique(numbers, return_index=True)[1])[:most]
    places: dict[str, list[int]] = {}
    for profile, place in zip(*np.divmod(numbers[first], told.shape[1]), strict=True):
        places.setdefault(day.profiles[profile], []).append(int(place))
    return places


def warm() -> None:
    """Compile what is compiled, or load it: seconds that no caller should wait for."""
    nowhere = np.zeros((1, 1), dtype=np.int32)
    vehicle = Vehicle(id="", profile="", start_place=0, end_place=None, shift_start_s=0, shift_end_s=0)
    profiles = {"": Profile(duration_s=nowhere, distance_m=nowhere)}
    problem = Problem(places=1, profiles=profiles, vehicles=(vehicle,), stops=())
    price(day(problem, [[]]), Stop(id="", place=0), ways_to(problem, 0), [(0, 1)])


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    day: Day
    stop: Stop
    ways: Mapping[str, Ways]
    windows: Sequence[Window]
    asked: Asked

    def alone(self, window: int) -> "_Question":
        """The same question for one window."""
        windows = (self.windows[window],)
        return _Question(self.day, self.stop, self.ways, windows, _asked(self.day, self.stop, self.ways, windows))

    def priced(self, window: int, tour: int, index: int, price: int, duration_s: int) -> Priced:
        stack, asked = self.day.stack, self.asked
        profile, before, after = stack.profile[tour], stack.before[tour, index], stack.after[tour, index]
        from_m = 0 if after < 0 else asked.from_m[profile, after]
        return Priced(
            window=self.windows[window],
            tour=tour,
            index=index,
            added_cost=price,
            added_s=duration_s - self.day.tours[tour].duration_s,
            added_m=int(asked.to_m[profile, before] + from_m - stack.leg_m[tour, index]),
        )


def _best(question: _Question, found: Found, window: int) -> Priced | None:
    offers = list(_offers(question, found, window))
    if not offers and found.near[window] == _NEAR:
        alone = question.alone(window)
        offers = list(_offers(alone, _scanned(alone, near=_AT_LAST), 0))
    return min(offers, key=lambda offer: (offer.added_cost, offer.tour, offer.index), default=None)


def _asked(day: Day, stop: Stop, ways: Mapping[str, Ways], windows: Sequence[Window]) -> Asked:
    kinds, soft = day.stack.room_before.shape[-1], stop.soft_window
    to_s, to_m, from_s, from_m = (np.stack(lines) for lines in zip(*_lines(day, ways), strict=True))
    by_time, by_stops = _balance(day.tours[0].problem.balance)
    return Asked(
        to_s=to_s,
        to_m=to_m,
        from_s=from_s,
        from_m=from_m,
        place=stop.place,
        service_s=stop.service_s,
        setup_s=stop.setup_s,
        demands=np.array(stop.demands or [0] * kinds, dtype=np.int64),
        collects=np.array(stop.collects or [0] * kinds, dtype=np.int64),
        begin_s=np.array([start_s for start_s, _ in windows], dtype=np.int64),
        latest_s=np.array([end_s - 1 for _, end_s in windows], dtype=np.int64),
        may_serve=np.array([_may_serve(tour.vehicle, stop) for tour in day.tours], dtype=np.int64),
        preference=np.array([dict(stop.vehicle_costs).get(tour.vehicle.id, 0) for tour in day.tours], dtype=np.int64),
        soft=np.array(
            (soft.start_s, soft.end_s, soft.early_cost_per_h, soft.late_cost_per_h) if soft else (0, 0, 0, 0),
            dtype=np.int64,
        ),
        exact=soft is None,
        balance_s=by_time,
        balance_stops=by_stops,
    )


def _lines(day: Day, ways: Mapping[str, Ways]) -> Iterator[Sequence[NDArray[np.int32]]]:
    """The ways of each of the day's profiles, the shortest of all hours; nobody drives a profile that has none."""
    places = 1 + int(max(day.stack.before.max(), day.stack.after.max()))
    closed = np.full(places, UNREACHABLE, dtype=np.int32)
    for profile in day.profiles:
        way = ways.get(profile)
        if way is None:
            yield closed, closed, closed, closed
        else:
            to_s = np.minimum.reduce((way.to_s, *way.to_hours_s))
            yield to_s, way.to_m, np.minimum.reduce((way.from_s, *way.from_hours_s)), way.from_m


def _balance(balance: Balance | None) -> tuple[int, int]:
    if balance is None:
        return 0, 0
    return (balance.cost, 0) if balance.measure is Measure.TIME else (0, balance.cost)


def _may_serve(vehicle: Vehicle, stop: Stop) -> bool:
    try:
        check_may_serve(vehicle, stop)
    except DoesNotFit:
        return False
    return True


def _scanned(question: _Question, *, near: int) -> Found:
    windows = len(question.windows)
    found = Found(
        price=np.full(windows, NOWHERE),
        at=np.zeros((windows, 2), dtype=np.int64),
        duration_s=np.zeros(windows, dtype=np.int64),
        near_price=np.full((windows, near), NOWHERE),
        near_at=np.zeros((windows, near, 2), dtype=np.int64),
        near=np.zeros(windows, dtype=np.int64),
    )
    scan(question.day.stack, question.asked, found)
    return found


def _offers(question: _Question, found: Found, window: int) -> Iterator[Priced]:
    """The positions of one window that are known to hold, with their prices."""
    if found.price[window] < NOWHERE:
        tour, index = found.at[window].tolist()
        yield question.priced(window, tour, index, int(found.price[window]), int(found.duration_s[window]))
    here = replace(question.stop, windows=(question.windows[window],)) if found.near[window] else question.stop
    for tour, index in found.near_at[window, : found.near[window]].tolist():
        now = question.day.tours[tour]
        try:
            then = now.with_stop(here, index, question.ways[now.vehicle.profile])
        except DoesNotFit:
            continue
        yield question.priced(window, tour, index, then.cost - now.cost, then.duration_s)
