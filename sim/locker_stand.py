"""A simulated locker on a real network: signs in as a device, goes on without the server in between, and tells it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import httpx

from sim.locker import CodeRefused, Locker

_TIMEOUT_S = 10.0


def stand(
    url: str,
    api_key: str,
    point_id: str,
    *,
    courier_code: str | None = None,
    parcel_ids: Sequence[str] = (),
    door: str | None = None,
    codes: Sequence[str] = (),
) -> Iterator[str]:
    """Yield what happens, a line each. httpx.HTTPStatusError when the server refuses the device."""
    with httpx.Client(base_url=url, timeout=_TIMEOUT_S) as client:
        tokens = client.post("/v1/auth/token", json={"api_key": api_key}).raise_for_status().json()
        client.headers["Authorization"] = f"Bearer {tokens['access_token']}"

        def send(path: str, body: dict[str, Any] | None) -> dict[str, Any]:
            answer = client.get(path) if body is None else client.post(path, json=body)
            document: dict[str, Any] = answer.raise_for_status().json()
            return document

        locker = Locker(point_id)
        now = locker.beat(send)
        locker.sync(send)
        yield f"{len(locker.doors)} doors, {len(locker.kept)} of them kept for somebody"
        if courier_code is not None:
            number = locker.let_in(courier_code, now=now)
            for parcel_id in parcel_ids:
                behind = locker.put_in(parcel_id, pass_number=number, now=now, door=door)
                yield f"parcel {parcel_id} is behind door {behind}"
        for code in codes:
            try:
                yield f"code {code} opens {', '.join(locker.collect(code, now=now))}"
            except CodeRefused as refused:
                yield f"code {code} is refused: {refused.why}"
        for heard in locker.sync(send):
            yield f"told: {heard['verdict']} {heard['problem'] or ''}".strip()
