"""Calls over a bad network."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

import httpx
import pytest

from sim.calls import Caller, Refused, Tally, Unreachable
from sim.signing_in import Credentials, Person
from tests.sim.conftest import Answer, Scripted


def call(scripted: Scripted, *, patience_s: float = 20, **rest: Any) -> tuple[httpx.Response, Tally]:
    async def run() -> tuple[httpx.Response, Tally]:
        async with httpx.AsyncClient(base_url=scripted.url) as client:
            caller = Caller(client, Tally(), Random(1), patience_s=patience_s)
            return await caller.call("POST", "/things", json={"id": "a"}, **rest), caller.tally

    return asyncio.run(run())


def in_turn(*answers: Answer | None) -> Any:
    left = list(answers)
    return lambda *_: left.pop(0)


class TestCall:
    def test_is_sent_again_with_the_same_body_when_the_connection_is_lost(self, scripted: Scripted) -> None:
        scripted.answer = in_turn(None, None, (201, {}))
        answer, tally = call(scripted)
        assert answer.status_code == 201
        assert [body for _, body in scripted.asked] == [{"id": "a"}] * 3
        assert (tally.requests, tally.retries) == (3, 2)

    @pytest.mark.parametrize("status", [429, 500, 502, 503])
    def test_is_sent_again_when_the_server_cannot(self, scripted: Scripted, status: int) -> None:
        scripted.answer = in_turn((status, {}), (200, {}))
        assert call(scripted)[0].status_code == 200

    def test_waits_as_long_as_the_server_asks(self, scripted: Scripted) -> None:
        scripted.answer = in_turn((429, {"headers": {"Retry-After": "60"}}), (200, {}))
        with pytest.raises(Unreachable, match="429"):
            call(scripted, patience_s=5)

    def test_counts_as_done_when_a_second_try_is_told_that_the_first_arrived(self, scripted: Scripted) -> None:
        scripted.answer = in_turn(None, (409, {"type": "/problems/event-already-recorded"}))
        assert call(scripted, repeated_is_done="event-already-recorded")[0].status_code == 409

    def test_is_refused_when_the_first_try_is_told_so(self, scripted: Scripted) -> None:
        scripted.answer = in_turn((409, {"type": "/problems/event-already-recorded", "detail": "Twice."}))
        with pytest.raises(Refused, match="Twice") as refused:
            call(scripted, repeated_is_done="event-already-recorded")
        assert refused.value.kind == "event-already-recorded"

    def test_is_not_repeated_when_it_is_wrong(self, scripted: Scripted) -> None:
        scripted.answer = in_turn((422, {"errors": [{"pointer": "/id", "detail": "not a UUID"}]}))
        with pytest.raises(Refused, match="/id not a UUID"):
            call(scripted)
        assert len(scripted.asked) == 1

    def test_gives_up_when_patience_is_over(self, scripted: Scripted) -> None:
        scripted.answer = lambda *_: (503, {})
        with pytest.raises(Unreachable, match="503"):
            call(scripted, patience_s=0.5)


class TestPerson:
    def test_renews_the_token_before_it_ends_and_signs_in_again_when_it_is_refused(self, scripted: Scripted) -> None:
        tokens: list[str] = []

        def answer(path: str, body: Any, headers: dict[str, str]) -> Answer:
            if path in ("/v1/auth/token", "/v1/auth/refresh"):
                tokens.append(path)
                # The first lasts no longer than the margin: it is renewed at the next call.
                lasts = 60 if len(tokens) == 1 else 900
                return 200, {"access_token": f"t{len(tokens)}", "refresh_token": "r", "expires_in_s": lasts}
            return (401, {}) if headers["Authorization"] == "Bearer t2" else (200, {"token": headers["Authorization"]})

        scripted.answer = answer

        async def run() -> list[Any]:
            async with httpx.AsyncClient(base_url=scripted.url) as client:
                person = Person(Caller(client, Tally(), Random(1)), Credentials("a@example.com", "secret"))
                first = await person.get("/v1/me")
                await asyncio.sleep(1.05)
                return [first, await person.get("/v1/me")]

        assert asyncio.run(run()) == [{"token": "Bearer t1"}, {"token": "Bearer t3"}]
        assert tokens == ["/v1/auth/token", "/v1/auth/refresh", "/v1/auth/refresh"]
