"""Streams, and what was missed in them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from sim.listening import Event, Listener, events, gaps

NOW = datetime(2026, 6, 15, 6, 0, tzinfo=UTC)


def read(text: str) -> list[Event]:
    async def lines() -> AsyncIterator[str]:
        for line in text.split("\n"):
            yield line

    async def run() -> list[Event]:
        return [event async for event in events(lines())]

    return asyncio.run(run())


def listener(*events: Event) -> Listener:
    made = Listener("d", "token", now=lambda: NOW)
    for event in events:
        made.hear(event)
    return made


def status(position: int) -> Event:
    return Event("status", str(position), {"state": "scheduled"})


class TestEvents:
    def test_are_read_with_name_id_and_data(self) -> None:
        assert read('id: 7\nevent: status\ndata: {"state": "delivered"}\n\n') == [
            Event("status", "7", {"state": "delivered"})
        ]

    def test_breaths_are_not_heard(self) -> None:
        assert read(": still here\n\n:\n\n") == []

    def test_one_that_was_cut_off_is_dropped(self) -> None:
        assert read('id: 7\nevent: status\ndata: {"state": "deliv') == []


class TestListener:
    def test_resumes_behind_the_last_event_with_an_id(self) -> None:
        heard = listener(Event("snapshot", "3", {}), status(5), Event("arrival", "", {"expected_at": NOW.isoformat()}))
        assert (heard.first_id, heard.last_id, len(heard.estimates)) == (3, "5", 1)

    def test_keeps_its_first_snapshot_as_the_start_of_its_memory(self) -> None:
        assert listener(Event("snapshot", "3", {}), Event("snapshot", "9", {})).first_id == 3


class TestGaps:
    def test_none_when_everything_was_heard_once_in_order(self) -> None:
        assert gaps(listener(Event("snapshot", "3", {}), status(5), status(8)), history=[2, 3, 5, 8]).none

    def test_names_what_was_missed(self) -> None:
        assert gaps(listener(Event("snapshot", "3", {}), status(8)), history=[3, 5, 8]).missed == (5,)

    def test_names_what_was_heard_twice(self) -> None:
        assert gaps(listener(status(5), status(5)), history=[5]).twice == (5,)

    def test_names_what_came_out_of_order(self) -> None:
        assert gaps(listener(status(8), status(5)), history=[5, 8]).disordered == (5,)
