"""The busy day on real streets: its places lie in a box, and its drives are those of a street server."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from bench._busy_day import EXTENT_M, Town, make_tours
from kernel.geo import Point
from places.adapters.osrm import OsrmStreets
from routing.days import CarrierDay
from routing.given import GivenShift, Job, Travel
from routing.models import Profile
from routing.nearness import Drive, pace
from routing.pricing import Prices
from routing.rounds import Round
from routing.seconds import Origin
from routing.solving.pricing.day import day_of
from routing.solving.pricing.tour import Ways
from routing.solving.problem import Window

MIDNIGHT = datetime(2026, 11, 2, tzinfo=UTC)


class StreetTown(Town):
    """Places in a box; `metres` is by the straight line, for the order alone."""

    def __init__(self, url: str, box: str, places: int, seed: int) -> None:
        super().__init__(places, seed)
        west, south, east, north = map(float, box.split(","))
        degrees = (west, south) + self.xy / EXTENT_M * (east - west, north - south)
        self.points = [Point(*place) for place in degrees.tolist()]
        self.xy = degrees * (111_200 * np.cos(np.radians(south)), 111_200)
        self.streets = OsrmStreets({"car": url})

    def metres(self, start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int64]:
        """Metres of the straight line."""
        return np.hypot(*(self.xy[start] - self.xy[end]).T).astype(np.int64)

    def legs(self, way: list[int]) -> list[tuple[int, int]]:
        """Seconds and metres by the streets from each of these places to the next."""
        points = [self.points[place] for place in way]
        table = self.streets.table("car", points[:-1], points[1:])
        return [(int(table.duration_s[at, at]), int(table.distance_m[at, at])) for at in range(len(way) - 1)]

    def ways(self, place: int, places: NDArray[np.int64]) -> Ways:
        """The ways by the streets between one place and these."""
        points = [self.points[each] for each in places]
        there = self.streets.table("car", points, [self.points[place]])
        back = self.streets.table("car", [self.points[place]], points)
        return Ways(
            to_s=there.duration_s.ravel(),
            to_m=there.distance_m.ravel(),
            from_s=back.duration_s.ravel(),
            from_m=back.distance_m.ravel(),
        )


def street_day(town: StreetTown, *, stops: int, tours: int) -> CarrierDay:
    """The day as `days.standing` would make it from rows."""
    made = make_tours(town, stops=stops, tours=tours, rich=True)
    named = [_round(number) for number in range(tours)]
    drives = [
        Drive(float(town.metres(np.array([before]), np.array([after]))[0]), leg_s, leg_m)
        for tour in made[:10]
        for before, after, (leg_s, leg_m) in zip(
            tour.places, tour.places[1:], town.legs(list(tour.places)), strict=False
        )
    ]
    return CarrierDay(
        day_of(made),
        Origin(MIDNIGHT),
        Prices.of(Job(named[0].shift.id, 1, None, MIDNIGHT, (named[0].shift,), (), ())),
        tuple(named),
        (),
        tuple(town.points[: stops + 1]),
        {"van": Travel(Profile.CAR)},
        {"van": pace(drives)},
    )


def spans(windows: list[Window]) -> list[tuple[datetime, datetime]]:
    """The windows as times."""
    return [(MIDNIGHT + timedelta(seconds=start_s), MIDNIGHT + timedelta(seconds=end_s)) for start_s, end_s in windows]


def _round(number: int) -> Round:
    place = Point(0, 0)
    shift = GivenShift(
        id=UUID(int=number),
        driver_id=UUID(int=number),
        vehicle_id=UUID(int=number),
        label=f"van {number}",
        profile=Profile.CAR,
        capacities=(None, None, None),
        starts_at=MIDNIGHT,
        ends_at=MIDNIGHT + timedelta(days=1),
        start_place=place,
        end_place=place,
    )
    return Round(shift, UUID(int=number), (), (0, 0))
