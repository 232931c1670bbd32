"""Street times from `osrm-routed`, one server a profile. Holes are filled with great-circle estimates, and marked.

A hole is: no server, no answer in time, a pair without a way, a point more than 500 m from the nearest street.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import batched, pairwise
from typing import Any

import numpy as np

from kernel.geo import Point
from places.adapters.great_circle import GreatCircleStreets
from places.adapters.kept_tables import WORTH_KEEPING, Answer, KeptTables
from places.adapters.osrm_http import OsrmServer
from places.adapters.osrm_tables import HOLE, Block
from places.streets import Drive, Leg, Matrix, Profile, Streets, StreetsUnavailable

log = logging.getLogger(__name__)

# What one question holds. It keeps an answer below 10 MB and an address line below httpx's 64 kB; osrm-routed needs
# `--max-table-size` of 1000 and `--max-viaroute-size` of 100 or more. Square blocks are the cheapest: the server
# searches once from every row and once to every column of each.
BLOCK, WAYPOINTS = 1000, 100
# Questions at a time: osrm-routed answers on as many threads as it was given, here two.
_AT_ONCE = 2
# At a time, so that a large table needs little more than its own memory.
_ROWS_ESTIMATED = 256


class OsrmStreets(Streets):
    """Street times by profile. A profile without a URL is answered by estimates alone.

    With `kept`, matrices are shared between plans, and between the processes of a machine.
    """

    def __init__(self, urls: Mapping[Profile, str | None], *, kept: KeptTables | None = None) -> None:
        self._servers = {profile: OsrmServer(url) for profile, url in urls.items() if url}
        self._estimates = GreatCircleStreets()
        self._kept = kept

    def table(
        self, profile: Profile, origins: Sequence[Point], destinations: Sequence[Point], *, kerb_side: bool = False
    ) -> Matrix:
        """Return the travel times and distances from every origin to every destination."""
        answer = self._ask(profile, kerb_side, origins, destinations)
        return self._whole(profile, origins, destinations, answer.block)

    def matrix(self, profile: Profile, points: Sequence[Point], *, kerb_side: bool = False) -> Matrix:
        """Return the table of all points against each other; its diagonal is zero."""
        if self._kept is None or len(points) < WORTH_KEEPING or profile not in self._servers:
            block = self._ask(profile, kerb_side, points, points).block
        else:
            name = f"{profile}_kerb" if kerb_side else profile
            block = self._kept.matrix(name, points, partial(self._ask, profile, kerb_side))
        whole = self._whole(profile, points, points, block)
        np.fill_diagonal(whole.duration_s, 0)
        np.fill_diagonal(whole.distance_m, 0)
        return whole

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

    def _ask(
        self, profile: Profile, kerb_side: bool, origins: Sequence[Point], destinations: Sequence[Point]
    ) -> Answer:
        """Ask the server in blocks; what it does not answer are holes."""
        shape = len(origins), len(destinations)
        whole = Block(np.full(shape, HOLE, dtype=np.int32), np.full(shape, HOLE, dtype=np.int32))

        def ask(rows: slice, columns: slice) -> None:
            here = origins[rows]
            there = here if origins is destinations and rows == columns else destinations[columns]
            block = self._server(profile).table(here, there, kerb_side=kerb_side)
            whole.duration_s[rows, columns], whole.distance_m[rows, columns] = block

        try:
            _side_by_side(ask, list(_blocks(*shape)))
        except StreetsUnavailable as refusal:
            log.warning("great-circle times in a table: %s", refusal.detail, extra={"profile": profile})
            return Answer(whole, complete=False)
        return Answer(whole, complete=True)

    def _whole(self, profile: Profile, origins: Sequence[Point], destinations: Sequence[Point], block: Block) -> Matrix:
        """Fill the holes with estimates, and mark them."""
        by_streets = (block.duration_s != HOLE) & (block.distance_m != HOLE)
        for rows in batched(np.flatnonzero(~by_streets.all(axis=1)).tolist(), _ROWS_ESTIMATED):
            estimates = self._estimates.table(profile, [origins[row] for row in rows], destinations)
            holes = ~by_streets[list(rows)]
            for figures, guesses in (
                (block.duration_s, estimates.duration_s),
                (block.distance_m, estimates.distance_m),
            ):
                figures[list(rows)] = np.where(holes, guesses, figures[list(rows)])
        return Matrix(duration_s=block.duration_s, distance_m=block.distance_m, by_streets=by_streets)

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
    for row in range(0, rows, BLOCK):
        for column in range(0, columns, BLOCK):
            yield slice(row, min(row + BLOCK, rows)), slice(column, min(column + BLOCK, columns))


def _side_by_side(ask: Callable[[slice, slice], None], blocks: Sequence[tuple[slice, slice]]) -> None:
    if len(blocks) == 1:
        ask(*blocks[0])
        return
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        for _ in threads.map(lambda block: ask(*block), blocks):
            pass


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
