"""Talking to `osrm-routed`: one question over a kept-alive connection, and what it answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx
import orjson

from kernel.geo import Point
from places.adapters.osrm_tables import SNAP_LIMIT_M, Block, approaches, question, read
from places.streets import StreetsUnavailable

_TIMEOUT = httpx.Timeout(20.0, connect=2.0)
# Idle connections: fewer seconds than osrm-routed's own five, so that it rarely closes one in our hands.
_LIMITS = httpx.Limits(max_connections=32, max_keepalive_connections=8, keepalive_expiry=4.0)


# Packing 8 MB of numbers takes longer than sending them to the next process.
_HEADERS = {"Accept-Encoding": "identity"}


class OsrmServer:
    """One running `osrm-routed`, for one profile. Safe to share between threads and greenlets."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(
            base_url=url.rstrip("/"), timeout=_TIMEOUT, limits=_LIMITS, headers=_HEADERS, trust_env=False
        )

    def table(self, origins: Sequence[Point], destinations: Sequence[Point], *, kerb_side: bool = False) -> Block:
        """Return the times and distances between two small sets. StreetsUnavailable when the server gives none."""
        asked = _coordinates(origins)
        # A single place must be told twice: the server takes no question about less than two.
        if destinations is not origins or len(origins) == 1:
            asked += _coordinates(destinations)
        n, m = len(origins), len(asked)
        there = range(m - len(destinations), m)
        return read(self._ask(question(asked, origins=range(n), destinations=there, kerb_side=kerb_side)))

    def route(self, points: Sequence[Point], *, kerb_side: bool = False) -> dict[str, Any]:
        """Return OSRM's route object through the points. StreetsUnavailable when there is no way through them all."""
        # A halt may be left the way it was come by, as the table assumes: `continue_straight`.
        answer: dict[str, Any] = orjson.loads(
            self._ask(
                f"/route/v1/p/{';'.join(_coordinates(points))}"
                "?generate_hints=false&overview=false&steps=true&geometries=geojson&continue_straight=false"
                f"{'&' + approaches(len(points)) if kerb_side else ''}"
            )
        )
        if any(waypoint["distance"] > SNAP_LIMIT_M for waypoint in answer["waypoints"]):
            raise StreetsUnavailable("a point lies too far from the streets")
        route: dict[str, Any] = answer["routes"][0]
        return route

    def check(self) -> None:
        """Ask something small. StreetsUnavailable, with the reason, when there is no answer."""
        self._get("/nearest/v1/p/0,0?generate_hints=false", timeout=2.0)

    def close(self) -> None:
        """Close the kept connections."""
        self._http.close()

    def _ask(self, address: str) -> bytes:
        response = self._get(address)
        if response.is_client_error:
            raise StreetsUnavailable(f"the streets answered {response.text[:200]}")
        return response.content

    def _get(self, address: str, timeout: float | None = None) -> httpx.Response:
        # The whole address is written out: httpx would escape the semicolons, which osrm-routed does not read back.
        patience = httpx.USE_CLIENT_DEFAULT if timeout is None else timeout
        try:
            return self._get_again_when_dropped(address, patience)
        except httpx.HTTPError as failure:
            raise StreetsUnavailable("no answer (is a city imported?); times are great-circle estimates") from failure

    def _get_again_when_dropped(self, address: str, patience: Any) -> httpx.Response:
        try:
            response = self._http.get(address, timeout=patience)
        except (httpx.NetworkError, httpx.RemoteProtocolError):
            # A kept connection that the server has closed meanwhile, or the moment between two servers.
            response = self._http.get(address, timeout=patience)
        if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            response.raise_for_status()
        return response


def _coordinates(points: Sequence[Point]) -> list[str]:
    return [f"{point.longitude:.6f},{point.latitude:.6f}" for point in points]
