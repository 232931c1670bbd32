"""A day of thousands of stops in a made-up town, whose tours are driven and whose windows can be kept."""

from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from routing.solving.pricing.tour import Tour, Ways, tour_along
from routing.solving.problem import Break, Problem, Stop, Vehicle, Window

HOUR = 3600
KINDS = ("parcels", "weight", "volume")
EXTENT_M = 20_000.0
"""The town is a square of this side with its depot in the middle."""


class Town:
    """Places and the time and distance between any two of them: crooked streets, some of them one-way.

    What the straight line grows by is drawn from the pair, so the way back differs and no triangle is safe.
    """

    def __init__(self, places: int, seed: int) -> None:
        self.chance = np.random.default_rng(seed)
        self.xy = self.chance.uniform(0, EXTENT_M, (places, 2))
        self.xy[0] = EXTENT_M / 2

    def metres(self, start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int64]:
        """Metres of the street from each start to each end."""
        mixed = (start * 2654435761 + end * 40503 + (start ^ end) * 97) % 4096
        return (np.hypot(*(self.xy[start] - self.xy[end]).T) * (1.2 + 0.4 * mixed / 4096)).astype(np.int64)

    def ways(self, place: int, places: NDArray[np.int64]) -> Ways:
        """The ways between one place and these; all others are not known."""
        lines = np.full((4, len(self.xy)), 2**31 - 1, dtype=np.int32)
        here = np.full_like(places, place)
        lines[1][places], lines[3][places] = self.metres(places, here), self.metres(here, places)
        lines[0][places], lines[2][places] = lines[1][places] // 8, lines[3][places] // 8
        return Ways(to_s=lines[0], to_m=lines[1], from_s=lines[2], from_m=lines[3])

    def legs(self, way: list[int]) -> list[tuple[int, int]]:
        """Seconds and metres from each of these places to the next."""
        legs_m = self.metres(np.array(way[:-1]), np.array(way[1:])).tolist()
        return [(leg_m // 8, leg_m) for leg_m in legs_m]

    def guess(self, place: int, places: NDArray[np.int64]) -> Ways:
        """The same by the straight line, rather too short: as the quicker quarter of all drives is."""
        lines = np.zeros((2, len(self.xy)), dtype=np.int32)
        lines[1][places] = np.hypot(*(self.xy[places] - self.xy[place]).T) * 1.3
        lines[0] = lines[1] // 8
        return Ways(to_s=lines[0], to_m=lines[1], from_s=lines[0], from_m=lines[1])


def make_tours(town: Town, *, stops: int, tours: int, rich: bool) -> list[Tour]:
    """Compact tours of equal size, each in the order of the nearest next stop, with some time to spare."""
    size = stops // tours
    bands = np.array_split(1 + np.argsort(town.xy[1 : stops + 1, 0]), round(tours**0.5))
    order = np.concatenate([band[np.argsort(town.xy[band, 1])] for band in bands])
    return [make_tour(town, number, order[number * size : (number + 1) * size], rich=rich) for number in range(tours)]


def make_tour(town: Town, number: int, around: NDArray[np.int64], *, rich: bool) -> Tour:
    """Drive it once to see when the vehicle is where, and lay the windows around that."""
    chance = town.chance
    way, left = [0], around.tolist()
    while left:
        metres = town.metres(np.full(len(left), way[-1]), np.array(left))
        way.append(left.pop(int(metres.argmin())))
    legs = town.legs([*way, 0])
    pause_s = 1800 if rich else 0
    now_s = begin_s = 8 * HOUR + 1800 * int(chance.integers(0, 8))
    steps = []
    for place, (leg_s, _) in zip(way[1:], legs, strict=False):
        now_s += leg_s
        steps.append(busy_stop(chance, place, now_s, rich=rich, later_s=pause_s))
        now_s += steps[-1].service_s
    end_s = now_s + legs[-1][0] + pause_s + int(chance.integers(1200, 5400))
    noon_s = (begin_s + end_s) // 2
    vehicle = Vehicle(
        id=f"van {number}",
        profile="van",
        start_place=0,
        end_place=0,
        shift_start_s=begin_s,
        shift_end_s=end_s,
        capacities=tuple(sum(step.demands[kind] for step in steps) + int(chance.integers(0, 10)) for kind in range(3)),
        breaks=(Break(earliest_start_s=noon_s - HOUR, latest_start_s=noon_s + HOUR, duration_s=pause_s),) * rich,
        cost_per_m=1,
        max_stops=len(steps) + 20,
    )
    return tour_along(Problem(places=0, profiles={}, vehicles=(), stops=(), capacity_names=KINDS), vehicle, steps, legs)


def busy_stop(chance: np.random.Generator, place: int, at_s: int, *, rich: bool, later_s: int) -> Stop:
    """A stop of the day; two of three have a window of two hours around `at_s`, or a little later."""
    start_s = int(at_s - chance.integers(0, HOUR))
    windows: tuple[Window, ...] = ((start_s, start_s + 2 * HOUR + later_s),) if chance.random() < 0.67 else ()
    if rich and windows and chance.random() < 0.3:
        windows = ((start_s - 4 * HOUR, start_s - 3 * HOUR), *windows)
    demands = tuple(int(load) for load in chance.integers(1, 4, 3))
    return Stop(
        id=str(UUID(int=place)), place=place, service_s=int(chance.integers(60, 240)), windows=windows, demands=demands
    )


def new_stop(town: Town, place: int) -> Stop:
    """The stop that a customer asks for."""
    return Stop(
        id="new", place=place, service_s=120, demands=tuple(int(load) for load in town.chance.integers(1, 4, 3))
    )
