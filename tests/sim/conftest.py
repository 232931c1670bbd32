"""A tiny server on a real port that answers as it is told, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

# The demo city with its street graphs, built once a machine.
from tests.places.conftest import graphs, helsinki_data, helsinki_file

__all__ = ["Answer", "Scripted", "graphs", "helsinki_data", "helsinki_file", "scripted"]

type Answer = tuple[int, dict[str, Any]]


@dataclass
class Scripted:
    """`answer(path, body, headers)` says what to answer; None closes the connection without a word."""

    answer: Callable[[str, Any, dict[str, str]], Answer | None] = lambda path, body, headers: (200, {})
    asked: list[tuple[str, Any]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    script = Scripted()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            raw = self.rfile.read(length)
            body = json.loads(raw) if "json" in (self.headers.get("Content-Type") or "") else raw
            script.asked.append((self.path, body))
            answer = script.answer(self.path, body, dict(self.headers))
            if answer is None:
                self.close_connection = True
                return
            status, told = answer
            content = json.dumps(told).encode()
            self.send_response(status)
            for name, value in told.get("headers", {}).items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST

        def log_message(self, format: str, *args: object) -> None:
            """Be quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        script.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield script
        server.shutdown()
        thread.join()
