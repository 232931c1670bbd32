"""How much of the planned way to a stop is left for a courier who is on it."""

from __future__ import annotations

import math
from itertools import takewhile

from geoalchemy2.shape import to_shape
from shapely import LineString, transform
from shapely import Point as Dot
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from kernel.geo import Point
from routing.models import Route, Stop

BESIDE_M = 40.0  # a receiver in a street errs by so much; farther off, the courier goes another way
METRES_A_DEGREE = 111_195.0


def remaining_s(route: Route, stop: Stop, place: Point) -> int | None:
    """Return the seconds that the plan gives for what is left of the leg to `stop`, from beside it at `place`.

    None when the place is not on the leg, or the route's line does not follow the streets throughout.
    """
    if not stop.leg_distance_m or not all(each.leg_by_streets for each in route.stops):
        return None
    leg = _in_metres(_leg(route, stop), around=place)
    here = Dot(0, 0)
    if not isinstance(leg, LineString) or leg.distance(here) > BESIDE_M:
        return None
    return round(stop.leg_duration_s * (1 - leg.line_locate_point(here, normalized=True)))


def _leg(route: Route, stop: Stop) -> BaseGeometry:
    """Return the part of the route's line that leads to `stop`: by the plan's distances, as the line is as long."""
    begins_m = sum(each.leg_distance_m for each in takewhile(lambda each: each is not stop, route.stops))
    begin, end = (min(1.0, at_m / route.distance_m) for at_m in (begins_m, begins_m + stop.leg_distance_m))
    line = to_shape(route.line)
    return substring(line, begin, end, normalized=True) if isinstance(line, LineString) else line


def _in_metres(line: BaseGeometry, *, around: Point) -> BaseGeometry:
    """Return the line on a plane, metres east and north of `around`: exact enough within a city."""
    east_m = METRES_A_DEGREE * math.cos(math.radians(around.latitude))
    origin = (around.longitude, around.latitude)
    return transform(line, lambda places: (places - origin) * (east_m, METRES_A_DEGREE))
