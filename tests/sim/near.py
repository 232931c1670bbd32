"""A simulator near its server: requests go to the application itself, and time is turned by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
from flask.testing import FlaskClient

from sim.clock import ServerClock


@dataclass(frozen=True)
class Hand(ServerClock):
    """A clock that is turned by hand. The server's own goes on as it does."""

    turned: list[timedelta] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime.now(UTC) + sum(self.turned, timedelta())


def through(client: FlaskClient) -> httpx.MockTransport:
    """Send requests to the application itself."""

    def answer(request: httpx.Request) -> httpx.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() != "accept-encoding"}
        told = client.open(request.url.raw_path.decode(), method=request.method, headers=headers, data=request.read())
        return httpx.Response(told.status_code, headers=dict(told.headers), content=told.data)

    return httpx.MockTransport(answer)
