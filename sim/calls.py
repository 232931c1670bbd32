"""Calls over a bad network: sent again with patience and the same ids, so that nothing is lost and nothing doubled."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

PATIENCE_S = 180.0
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0
# A key whose first request is still running, as after a lost connection: ask again.
STILL_RUNNING = "key-in-use"
# A 500 is rarely cured by asking again: a killed part of the server answers so once, a fault of the server always.
TRIES_AT_A_FAULT = 5


class Refused(Exception):
    """The server has understood, and says no."""

    def __init__(self, answer: httpx.Response) -> None:
        self.status = answer.status_code
        self.problem = _problem(answer)
        self.kind = str(self.problem.get("type", "")).rpartition("/")[2]
        what = self.problem.get("detail") or self.problem.get("title") or answer.text[:200]
        errors = "; ".join(f"{e.get('pointer', e.get('parameter', ''))} {e['detail']}" for e in self._errors())
        super().__init__(f"{answer.request.method} {answer.request.url.path}: {self.status} {what} {errors}".strip())

    def _errors(self) -> list[dict[str, str]]:
        errors: list[dict[str, str]] = self.problem.get("errors", [])
        return errors


class Unreachable(Exception):
    """The server has not answered for longer than patience lasts."""


@dataclass
class Tally:
    """What the network did: counted by everyone who calls."""

    requests: int = 0
    retries: int = 0
    refusals: Counter[str] = field(default_factory=Counter)


@dataclass
class Caller:
    """Sends requests; loss of connection, 5xx and 429 are tried again with growing pauses, other refusals raised."""

    client: httpx.AsyncClient
    tally: Tally
    random: Random
    patience_s: float = PATIENCE_S

    async def call(self, method: str, path: str, *, repeated_is_done: str = "", **rest: Any) -> httpx.Response:
        """Return the answer, 2xx or 304. Refused, Unreachable.

        `repeated_is_done` is the type of problem that a request sent again earns when its first try had arrived.
        """
        give_up_at = time.monotonic() + self.patience_s
        faults = 0
        for tries in range(10**6):
            self.tally.requests += 1
            self.tally.retries += tries > 0
            trouble, pause_s = await self._try(method, path, rest)
            if isinstance(trouble, httpx.Response):
                if trouble.is_success or trouble.status_code == 304:
                    return trouble
                refused = Refused(trouble)
                if tries > 0 and repeated_is_done and refused.kind == repeated_is_done:
                    return trouble
                faults += refused.status == 500
                if not _passes(refused) or faults >= TRIES_AT_A_FAULT:
                    self.tally.refusals[refused.kind] += 1
                    raise refused
            pause_s = max(pause_s, self._pause_s(tries))
            if time.monotonic() + pause_s > give_up_at:
                raise Unreachable(f"{method} {path}: {_words(trouble)}")
            await asyncio.sleep(pause_s)
        raise AssertionError

    async def _try(self, method: str, path: str, rest: dict[str, Any]) -> tuple[httpx.Response | Exception, float]:
        try:
            answer = await self.client.request(method, path, **rest)
        except httpx.TransportError as lost:
            return lost, 0.0
        wait = answer.headers.get("Retry-After", "0")
        return answer, float(wait) if wait.isdigit() else 0.0

    def _pause_s(self, tries: int) -> float:
        longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(tries, 10))
        return longest * self.random.uniform(0.5, 1.0)


def _passes(refused: Refused) -> bool:
    return refused.status >= 500 or refused.status == 429 or refused.kind == STILL_RUNNING


def _problem(answer: httpx.Response) -> dict[str, Any]:
    try:
        problem = answer.json()
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}


def _words(trouble: httpx.Response | Exception) -> str:
    return str(Refused(trouble)) if isinstance(trouble, httpx.Response) else repr(trouble)
