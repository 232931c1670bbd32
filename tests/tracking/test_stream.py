"""The recipient's stream, read from a real server."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import Engine

from api.unit import App
from kernel import relay, ticks
from kernel.database import Sessions
from kernel.ids import new_id
from kernel.settings import Settings
from tests import rounds
from tests.factories import bearer
from tests.rounds import Round, outcome_of

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 30.0


class Server:
    """A gunicorn of our own on the worker's database."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        environment = os.environ | {
            "PORT": str(port),
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": settings.redis_url,
            "SECRET_KEY": settings.secret_key.get_secret_value(),
            "EVIDENCE_URL": folder.as_uri(),
            "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
            "LOG_LEVEL": "WARNING",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "wsgi:app"], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL
        )

    def wait_until_up(self) -> None:
        ends_at = time.monotonic() + 60
        while time.monotonic() < ends_at:
            try:
                if httpx.get(f"{self.url}/healthz").status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.1)
        pytest.fail("gunicorn did not start")

    def stop(self) -> float:
        """Ask it to stop. Return the seconds that took."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=20)
        return time.monotonic() - began


type Frame = tuple[str | None, str, Any]  # id, event, data


class Stream:
    """An open stream; `next` waits for the next event that is not a heartbeat."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.iter_lines()

    def next(self) -> Frame:
        fields: dict[str, str] = {}
        ends_at = time.monotonic() + PATIENCE_S
        for line in self._lines:
            if time.monotonic() > ends_at:
                break
            name, _, value = line.partition(": ")
            if line == "" and "event" in fields:
                return fields.get("id"), fields["event"], orjson.loads(fields["data"])
            if line == "" or name == "":
                fields = {}
            else:
                fields[name] = value
        pytest.fail("nothing came")

    def heartbeat(self) -> str:
        return next(line for line in self._lines if line.startswith(":"))

    def ends(self) -> bool:
        return list(self._lines) is not None


@pytest.fixture(scope="module")
def server(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(settings, tmp_path_factory.mktemp("server"))
    try:
        started.wait_until_up()
        yield started
    finally:
        started.stop()


@pytest.fixture
def round_(committing: Engine) -> Round:
    with Sessions() as session:
        return rounds.published(session, now=datetime.now(UTC), stops=2)


@pytest.fixture
def token(app: App, server: Server, round_: Round) -> str:
    path = f"{server.url}/v1/deliveries/{round_.delivery_ids[0]}/tracking-links"
    token: str = httpx.post(path, json={}, headers=bearer(app, round_.dispatcher)).json()["token"]
    return token


@pytest.fixture
def listen(server: Server, token: str) -> Iterator[Callable[..., Stream]]:
    client = httpx.Client(timeout=PATIENCE_S)
    opened: list[httpx.Response] = []

    def connect(**headers: str) -> Stream:
        request = client.build_request("GET", f"{server.url}/v1/track/{token}/events", headers=headers)
        opened.append(client.send(request, stream=True))
        return Stream(opened[-1])

    yield connect
    for answer in opened:
        answer.close()
    client.close()


@pytest.fixture
def report(app: App, server: Server, round_: Round) -> Callable[..., None]:
    """Report a stop event to the server, and do the relay's work."""

    def send(kind: str, **given: Any) -> None:
        event = {"id": str(new_id()), "kind": kind, "device_time": datetime.now(UTC).isoformat()} | given
        path = f"{server.url}/v1/driver/stops/{round_.stop_ids[0]}/events"
        assert httpx.post(path, json=event, headers=bearer(app, round_.driver)).status_code == 201
        place_facts()

    return send


def place_facts(*, nudge: bool = True) -> None:
    with Sessions.begin() as session:
        placed = relay.place(session)
    if nudge and placed:
        ticks.publish(ticks.FACTS, {"last": placed[-1].position})


def statuses(stream: Stream, count: int) -> list[Frame]:
    """Return the next `count` events that say what happened, whatever ticks come in between."""
    found: list[Frame] = []
    while len(found) < count:
        frame = stream.next()
        if frame[1] == "status":
            found.append(frame)
    return found


class TestStream:
    def test_begins_with_a_snapshot_and_tells_what_happens(
        self, app: App, server: Server, round_: Round, listen: Callable[..., Stream], report: Callable[..., None]
    ) -> None:
        stream = listen()
        first_id, event, snapshot = stream.next()
        assert stream.answer.headers["Content-Type"].startswith("text/event-stream")
        assert stream.answer.headers["X-Accel-Buffering"] == "no"
        assert "Content-Encoding" not in stream.answer.headers
        assert (event, snapshot["state"]) == ("snapshot", "scheduled")

        report("enroute")
        told = statuses(stream, 2)
        assert [data["happened"] for _, _, data in told] == ["delivery.out_for_delivery", "stop.enroute"]
        ids = [int(each or 0) for each in (first_id, *(frame[0] for frame in told))]
        assert ids == sorted(set(ids))

        place = {"type": "Point", "coordinates": [rounds.START.longitude, rounds.START.latitude + 0.004]}
        fixes = {"positions": [{"device_time": datetime.now(UTC).isoformat(), "place": place}]}
        httpx.post(f"{server.url}/v1/driver/positions", json=fixes, headers=bearer(app, round_.driver))
        ticked = {event: data for _, event, data in (stream.next() for _ in range(2))}
        assert ticked["position"] == place
        assert (ticked["arrival"]["stops_before"], ticked["arrival"]["source"]) == (0, "great_circle")

    def test_resumes_without_a_gap(
        self, listen: Callable[..., Stream], report: Callable[..., None], round_: Round
    ) -> None:
        stream = listen()
        stream.next()
        report("enroute")
        last = statuses(stream, 1)[-1][0] or ""
        stream.answer.close()
        report("arrived")
        report("done", outcomes=outcome_of(round_, 0))

        again = listen(**{"Last-Event-ID": last})
        first_id, event, snapshot = again.next()
        assert (first_id, event, snapshot["state"]) == (last, "snapshot", "delivered")
        assert [data["happened"] for _, _, data in statuses(again, 3)] == [
            "stop.enroute",
            "delivery.courier_arrived",
            "delivery.delivered",
        ]

    def test_misses_no_fact_whose_nudge_was_lost(
        self, app: App, server: Server, round_: Round, listen: Callable[..., Stream]
    ) -> None:
        stream = listen()
        stream.next()
        event = {"id": str(new_id()), "kind": "enroute", "device_time": datetime.now(UTC).isoformat()}
        path = f"{server.url}/v1/driver/stops/{round_.stop_ids[0]}/events"
        httpx.post(path, json=event, headers=bearer(app, round_.driver))
        place_facts(nudge=False)
        assert len(statuses(stream, 2)) == 2

    def test_tells_nothing_of_other_deliveries(
        self, app: App, server: Server, round_: Round, listen: Callable[..., Stream], report: Callable[..., None]
    ) -> None:
        other = httpx.post(
            f"{server.url}/v1/deliveries/{round_.delivery_ids[1]}/tracking-links",
            json={},
            headers=bearer(app, round_.dispatcher),
        ).json()["token"]
        with httpx.stream("GET", f"{server.url}/v1/track/{other}/events", timeout=PATIENCE_S) as answer:
            stream = Stream(answer)
            stream.next()
            report("enroute")
            report("arrived")
            (first,) = statuses(stream, 1)
            assert first[2]["happened"] == "delivery.out_for_delivery"
            report("done", outcomes=outcome_of(round_, 0))
            _, event, data = stream.next()
            while event == "arrival":
                if data["stops_before"] == 0:
                    return
                _, event, data = stream.next()
            pytest.fail(f"told of another's {event}")

    def test_ends_when_its_link_is_revoked(
        self, app: App, server: Server, round_: Round, token: str, listen: Callable[..., Stream]
    ) -> None:
        made = httpx.post(
            f"{server.url}/v1/deliveries/{round_.delivery_ids[0]}/tracking-links",
            json={},
            headers=bearer(app, round_.dispatcher),
        ).json()
        with httpx.stream("GET", f"{server.url}/v1/track/{made['token']}/events", timeout=PATIENCE_S) as answer:
            stream = Stream(answer)
            stream.next()
            path = f"{server.url}/v1/deliveries/{round_.delivery_ids[0]}/tracking-links/{made['id']}"
            assert httpx.delete(path, headers=bearer(app, round_.dispatcher)).status_code == 204
            place_facts()
            assert stream.ends()

    def test_beats_while_nothing_happens(self, listen: Callable[..., Stream]) -> None:
        stream = listen()
        stream.next()
        began = time.monotonic()
        assert stream.heartbeat()
        assert 7 < time.monotonic() - began < 26

    def test_is_refused_when_one_link_has_too_many(self, listen: Callable[..., Stream]) -> None:
        streams = [listen() for _ in range(11)]
        assert [stream.answer.status_code for stream in streams] == [200] * 10 + [429]

    def test_ends_when_the_server_stops(self, settings: Settings, token: str, tmp_path: Path) -> None:
        server = Server(settings, tmp_path)
        try:
            server.wait_until_up()
            with httpx.stream("GET", f"{server.url}/v1/track/{token}/events", timeout=PATIENCE_S) as answer:
                stream = Stream(answer)
                stream.next()
                took_s = server.stop()
                assert stream.ends()
        finally:
            server.stop()
        assert took_s < 5
        assert server.process.returncode == 0
