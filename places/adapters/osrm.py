"""Street times from `osrm-routed`, one server a profile. Holes are filled with great-circle estimates, and marked.

A hole is: no server, no answer in time, a pair without a way, a point more than 500 m from the nearest street.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from kernel.geo import Point
from places.adapters.great_circle import GreatCircleStreets
from places.adapters.osrm_http import Block, OsrmServer
from places.streets import Drive, Leg, Matrix, Profile, Streets, StreetsUnavailable

log = logging.getLogger(__name__)

# What one question holds. It keeps an answer below 3 MB and an address line below httpx's 64 kB; osrm-routed needs
# `--max-table-size` of 448 (the root of the product) and `--max-viaroute-size` of 100 or more.
ROWS, COLUMNS, WAYPOINTS = 200, 1000, 100


class OsrmStreets(Streets):
    """Street times by profile. A profile without a URL is answered by estimates alone."""

    def __init__(self, urls: Mapping[Profile, str | None]) -> None:
        self._servers = {profile: OsrmServer(url) for profile, url in urls.items() if url}
        self._estimates = GreatCircleStreets()

    def table(
        self, profile: Profile, origins: Sequence[Point], destinations: Sequence[Point], *, kerb_side: bool = False
    ) -> Matrix:
        """Return the travel times and distances from every origin to every destination."""
        table = self._estimates.table(profile, origins, destinations)
        try:
            for rows, columns in _blocks(len(origins), len(destinations)):
                block = self._server(profile).table(origins[rows], destinations[columns], kerb_side=kerb_side)
                _lay(block, table, rows, columns)
        except StreetsUnavailable as refusal:
            log.warning("great-circle times in a table: %s", refusal.detail, extra={"profile": profile})

        if origins is destinations:
            _clear_diagonal(table)
        return table

    def drive(self, profile: Profile, points: Sequence[Point], *, kerb_side: bool = False) -> Drive:
        """Return the way through the points; a leg that the streets refuse is straight. ValueError below two points."""
        if len(points) < 2:
            raise ValueError("a drive needs two points or more")
        legs: list[Leg] = []
        for start in range(0, len(points) - 1, WAYPOINTS - 1):
            legs.extend(self._legs(profile, points[start : start + WAYPOINTS], kerb_side=kerb_side))
        return Drive(tuple(legs))

    def unready(self) -> Mapping[Profile, str]:
        """Return the profiles whose server was named in the settings and does not answer."""
        reasons: dict[Profile, str] = {}
        for profile, server in self._servers.items():
            try:
                server.check()
            except StreetsUnavailable as refusal:
                reasons[profile] = refusal.detail
        return reasons

    def close(self) -> None:
        """Close the connections."""
        for server in self._servers.values():
            server.close()

    def _server(self, profile: Profile) -> OsrmServer:
        try:
            return self._servers[profile]
        except KeyError:
            raise StreetsUnavailable(f"no streets are set up for {profile}") from None

    def _legs(self, profile: Profile, points: Sequence[Point], *, kerb_side: bool) -> list[Leg]:
        try:
            route = self._server(profile).route(points, kerb_side=kerb_side)
        except StreetsUnavailable as refusal:
            if len(points) == 2 or profile not in self._servers:
                log.warning("a straight line in a drive: %s", refusal.detail, extra={"profile": profile})
                return list(self._estimates.drive(profile, points).legs)
            # One unreachable point refuses the whole way: find the legs that do have one.
            return [leg for pair in pairwise(points) for leg in self._legs(profile, pair, kerb_side=kerb_side)]
        return [_leg(leg) for leg in route["legs"]]


def _blocks(rows: int, columns: int) -> Iterator[tuple[slice, slice]]:
    for row in range(0, rows, ROWS):
        for column in range(0, columns, COLUMNS):
            yield slice(row, min(row + ROWS, rows)), slice(column, min(column + COLUMNS, columns))


def _lay(block: Block, table: Matrix, rows: slice, columns: slice) -> None:
    """Lay the server's answers over the estimates, but for the holes."""
    known = ~(np.isnan(block.duration_s) | np.isnan(block.distance_m))
    for figures, answers in ((table.duration_s, block.duration_s), (table.distance_m, block.distance_m)):
        figures[rows, columns][known] = np.rint(answers[known]).astype(np.int32)
    table.by_streets[rows, columns] = known


def _clear_diagonal(table: Matrix) -> None:
    np.fill_diagonal(table.duration_s, 0)
    np.fill_diagonal(table.distance_m, 0)


def _leg(leg: dict[str, Any]) -> Leg:
    line = [Point(*place) for step in leg["steps"] for place in step["geometry"]["coordinates"]]
    bends = [here for before, here in pairwise(line) if here != before]
    return Leg(
        duration_s=round(leg["duration"]),
        distance_m=round(leg["distance"]),
        # A leg to where it starts is a line of one place, told twice.
        line=(line[0], *(bends or line[:1])),
        by_streets=True,
    )
