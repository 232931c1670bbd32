"""The compiled part of pricing: every position of every tour against every window."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from routing.solving.pricing.tour_row import Row

type Figures = NDArray[np.int64]

NOWHERE = 2**60
"""The price of what does not fit."""

_UNREACHABLE = 2**31 - 1
_EVER = 2**40
_NEVER = 2 * _EVER


class Asked(NamedTuple):
    """The stop to be priced. `begin_s` and `latest_s` by window; `may_serve` and `preference` by tour.

    The drives by profile and place, the shortest of all hours. `soft` are the start, the end and both costs per hour
    of its soft window. `balance_s` and `balance_stops` are what the square of a tour's hours, or stops, costs.
    """

    to_s: NDArray[np.int32]
    to_m: NDArray[np.int32]
    from_s: NDArray[np.int32]
    from_m: NDArray[np.int32]
    place: int
    service_s: int
    setup_s: int
    demands: Figures
    collects: Figures
    begin_s: Figures
    latest_s: Figures
    may_serve: Figures
    preference: Figures
    soft: Figures
    exact: bool
    balance_s: int
    balance_stops: int


class Insertion(NamedTuple):
    """A stop before the step `at` of a tour. `ready_s` and `last_s`: the first and last begin, were there no breaks."""

    possible: bool
    tour: int
    at: int
    way_in_s: int
    way_out_s: int
    ready_s: int
    last_s: int
    added_m: int


class Found(NamedTuple):
    """What the scan finds by window: the cheapest position, and the most promising of those only `retime` can price.

    `at` are the tour and the index of the step before which the stop stands; `duration_s` is the new one of the
    tour. `near` of the positions in `near_at` are filled, `near_price` guesses what they cost.
    """

    price: Figures
    at: Figures
    duration_s: Figures
    near_price: Figures
    near_at: Figures
    near: Figures


@njit(cache=True, nogil=True)
def scan(tours: Row, asked: Asked, found: Found) -> None:
    """Price the stop into each position and keep, by window, what is best."""
    for tour in range(len(tours.positions)):
        if not asked.may_serve[tour]:
            continue
        exact = tours.exact[tour] and asked.exact
        for index in range(tours.positions[tour]):
            put = _insertion(tours, asked, tour, index)
            if not put.possible:
                continue
            # No window makes it cheaper.
            least = price_of(tours, asked, put, _shortest(tours, asked, put, -_EVER, _EVER))
            for window in range(len(asked.begin_s)):
                worst = found.price[window] if exact else found.near_price[window, -1]
                if least < worst and _is_in_reach(asked, put, window):
                    _offer(tours, asked, found, put, window, exact)


@njit(cache=True, nogil=True)
def _insertion(tours: Row, asked: Asked, tour: int, index: int) -> Insertion:
    """What stands around the stop there, and whether anything but breaks and windows forbids it."""
    profile, before, after = tours.profile[tour], tours.before[tour, index], tours.after[tour, index]
    to_s, from_s = asked.to_s[profile, before], 0 if after < 0 else asked.from_s[profile, after]
    to_m, from_m = asked.to_m[profile, before], 0 if after < 0 else asked.from_m[profile, after]
    added_m = to_m + from_m - tours.leg_m[tour, index]
    fits = not tours.shut[tour, index] and max(to_s, from_s) < _UNREACHABLE
    fits = fits and tours.distance_m[tour] + added_m <= tours.most_m[tour] and _has_room(tours, asked, tour, index)
    way_in_s = to_s + (asked.setup_s if before != asked.place else 0)
    way_out_s = from_s + (tours.setup_s[tour, index] if after != asked.place else 0)
    ready_s = tours.ready_s[tour, index] + way_in_s
    last_s = tours.latest_s[tour, index] - way_out_s - asked.service_s
    return Insertion(fits and ready_s <= last_s, tour, index, way_in_s, way_out_s, ready_s, last_s, added_m)


@njit(cache=True, nogil=True)
def _has_room(tours: Row, asked: Asked, tour: int, index: int) -> bool:
    for kind in range(len(asked.demands)):
        if asked.demands[kind] > tours.room_before[tour, index, kind]:
            return False
        if asked.collects[kind] > tours.room_after[tour, index, kind]:
            return False
    return True


@njit(cache=True, nogil=True)
def _is_in_reach(asked: Asked, put: Insertion, window: int) -> bool:
    return bool(max(put.ready_s, asked.begin_s[window]) <= min(put.last_s, asked.latest_s[window]))


@njit(cache=True, nogil=True)
def price_of(tours: Row, asked: Asked, put: Insertion, duration_s: int) -> int:
    """What the tour costs more when it lasts `duration_s` with the stop in it; untimely services apart."""
    if duration_s == NOWHERE:
        return NOWHERE
    tour, stops = put.tour, tours.stops[put.tour]
    before_s = tours.relaxed_s[tour]
    driven = tours.cost_per_s[tour] * (duration_s - before_s) + tours.cost_per_m[tour] * put.added_m
    shared = asked.balance_s * duration_s**2 // 3600**2 - asked.balance_s * before_s**2 // 3600**2
    return int(tours.fixed[tour] + driven + asked.preference[tour] + shared + asked.balance_stops * (2 * stops + 1))


@njit(cache=True, nogil=True)
def _offer(tours: Row, asked: Asked, found: Found, put: Insertion, window: int, exact: bool) -> None:
    duration_s = _shortest(tours, asked, put, asked.begin_s[window], asked.latest_s[window])
    if duration_s == NOWHERE:
        return
    price = price_of(tours, asked, put, duration_s)
    if not exact:
        _keep(found, window, price + _untimely(asked.soft, max(put.ready_s, asked.begin_s[window])), put)
    elif price < found.price[window]:
        found.price[window], found.duration_s[window] = price, duration_s
        found.at[window, 0], found.at[window, 1] = put.tour, put.at


@njit(cache=True, nogil=True)
def _shortest(tours: Row, asked: Asked, put: Insertion, begin_s: int, latest_s: int) -> int:
    """The shortest duration of a head, the stop and a tail, the breaks between them on either of the two drives."""
    tour, index = put.tour, put.at
    best_s = NOWHERE
    for head in tours.head[tour, index, : tours.heads[tour, index]]:
        for tail in tours.tail[tour, index, : tours.tails[tour, index]]:
            for breaks in range(head[3], tail[3] + 1):
                part = _then(head[0], head[1], head[2], put.way_in_s, tours.pauses[tour, head[3], breaks])
                part = _joined(part[0], part[1], part[2], asked.service_s, begin_s, latest_s)
                part = _then(part[0], part[1], part[2], put.way_out_s, tours.pauses[tour, breaks, tail[3]])
                part = _joined(part[0], part[1], part[2], tail[0], tail[1], tail[2])
                if part[1] != _NEVER and part[0] < best_s:
                    best_s = part[0]
    return best_s if best_s <= tours.most_s[tour] else NOWHERE


@njit(cache=True, nogil=True)
def _then(duration_s: int, first_s: int, last_s: int, way_s: int, during: Figures) -> tuple[int, int, int]:
    """The part with a drive behind it: `tour_parts.drive`, compiled."""
    longer_s = way_s + during[0]
    return _joined(duration_s, first_s, last_s, longer_s, during[1] - longer_s, during[2])


@njit(cache=True, nogil=True)
def _joined(
    duration_s: int, first_s: int, last_s: int, then_s: int, then_first_s: int, then_last_s: int
) -> tuple[int, int, int]:
    """`tour_parts.joined`, compiled; what is impossible begins never."""
    if first_s + duration_s > then_last_s:
        return 0, _NEVER, -_NEVER
    waiting_s = max(0, then_first_s - duration_s - last_s)
    begin_s = max(then_first_s - duration_s, first_s) - waiting_s
    return duration_s + waiting_s + then_s, begin_s, min(then_last_s - duration_s, last_s)


@njit(cache=True, nogil=True)
def _untimely(soft: Figures, start_s: int) -> int:
    early = soft[2] * max(0, soft[0] - start_s) // 3600
    return int(early + soft[3] * max(0, start_s - soft[1]) // 3600)


@njit(cache=True, nogil=True)
def _keep(found: Found, window: int, price: int, put: Insertion) -> None:
    """Put the position among the most promising of its window, if it is one."""
    prices, at = found.near_price[window], found.near_at[window]
    if price >= prices[-1]:
        return
    rank = min(found.near[window], len(prices) - 1)
    found.near[window] = rank + 1
    while rank > 0 and prices[rank - 1] > price:
        prices[rank] = prices[rank - 1]
        at[rank, 0], at[rank, 1] = at[rank - 1, 0], at[rank - 1, 1]
        rank -= 1
    prices[rank] = price
    at[rank, 0], at[rank, 1] = put.tour, put.at
