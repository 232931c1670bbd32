"""Talking to `osrm-routed`: one question over a kept-alive connection, and what it answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import httpx
import numpy as np
import orjson
from numpy.typing import NDArray

from kernel.geo import Point
from places.streets import StreetsUnavailable

# Farther from the nearest street than this, an answer says nothing about the point that was asked for.
SNAP_LIMIT_M = 500.0
_TIMEOUT = httpx.Timeout(20.0, connect=2.0)
# Idle connections: fewer seconds than osrm-routed's own five, so that it rarely closes one in our hands.
_LIMITS = httpx.Limits(max_connections=32, max_keepalive_connections=8, keepalive_expiry=4.0)


class Block(NamedTuple):
    """A part of a table as the server gave it: seconds and metres as floats, NaN where it has no answer."""

    duration_s: NDArray[np.float64]
    distance_m: NDArray[np.float64]


class OsrmServer:
    """One running `osrm-routed`, for one profile. Safe to share between threads and greenlets."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url.rstrip("/"), timeout=_TIMEOUT, limits=_LIMITS, trust_env=False)

    def table(self, origins: Sequence[Point], destinations: Sequence[Point], *, kerb_side: bool = False) -> Block:
        """Return the times and distances between two small sets. StreetsUnavailable when the server gives none."""
        n, m = len(origins), len(destinations)
        answer = self._ask(
            f"/table/v1/p/{_coordinates([*origins, *destinations])}",
            annotations="duration,distance",
            sources=";".join(map(str, range(n))),
            destinations=";".join(map(str, range(n, n + m))),
            **_approaches(n + m, kerb_side),
        )
        astray = np.logical_or.outer(_astray(answer["sources"]), _astray(answer["destinations"]))
        return Block(
            duration_s=np.where(astray, np.nan, np.array(answer["durations"], dtype=np.float64)),
            distance_m=np.where(astray, np.nan, np.array(answer["distances"], dtype=np.float64)),
        )

    def route(self, points: Sequence[Point], *, kerb_side: bool = False) -> dict[str, Any]:
        """Return OSRM's route object through the points. StreetsUnavailable when there is no way through them all."""
        answer = self._ask(
            f"/route/v1/p/{_coordinates(points)}",
            overview="false",
            steps="true",
            geometries="geojson",
            # A halt may be left the way it was come by, as the table assumes.
            continue_straight="false",
            **_approaches(len(points), kerb_side),
        )
        if _astray(answer["waypoints"]).any():
            raise StreetsUnavailable("a point lies too far from the streets")
        route: dict[str, Any] = answer["routes"][0]
        return route

    def check(self) -> None:
        """Ask something small. StreetsUnavailable, with the reason, when there is no answer."""
        self._get("/nearest/v1/p/0,0", {"generate_hints": "false"}, timeout=2.0)

    def close(self) -> None:
        """Close the kept connections."""
        self._http.close()

    def _ask(self, path: str, **options: str) -> dict[str, Any]:
        response = self._get(path, {"generate_hints": "false", **options})
        answer: dict[str, Any] = orjson.loads(response.content)
        if answer.get("code") != "Ok":
            raise StreetsUnavailable(f"the streets answered {answer.get('code')}: {answer.get('message', '')}")
        return answer

    def _get(self, path: str, options: dict[str, str], timeout: float | None = None) -> httpx.Response:
        # httpx would escape the semicolons, which osrm-routed does not read back.
        url = f"{path}?{'&'.join(f'{name}={value}' for name, value in options.items())}"
        patience = httpx.USE_CLIENT_DEFAULT if timeout is None else timeout
        try:
            return self._get_again_when_dropped(url, patience)
        except httpx.HTTPError as failure:
            raise StreetsUnavailable("no answer (is a city imported?); times are great-circle estimates") from failure

    def _get_again_when_dropped(self, url: str, patience: Any) -> httpx.Response:
        try:
            response = self._http.get(url, timeout=patience)
        except (httpx.NetworkError, httpx.RemoteProtocolError):
            # A kept connection that the server has closed meanwhile, or the moment between two servers.
            response = self._http.get(url, timeout=patience)
        if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            response.raise_for_status()
        return response


def _coordinates(points: Sequence[Point]) -> str:
    return ";".join(f"{point.longitude:.6f},{point.latitude:.6f}" for point in points)


def _approaches(points: int, kerb_side: bool) -> dict[str, str]:
    """Return the option that has every point reached on its own side of the street."""
    return {"approaches": ";".join(["curb"] * points)} if kerb_side else {}


def _astray(waypoints: Sequence[dict[str, Any]]) -> NDArray[np.bool_]:
    """Return which waypoints were moved farther than the limit to find a street."""
    return np.array([waypoint["distance"] for waypoint in waypoints], dtype=np.float64) > SNAP_LIMIT_M
