"""A small HTTP client for open loops: connections kept alive, a JSON body both ways, and little time of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ANSWER_S = 30.0


class NoAnswer(Exception):
    """The connection was refused, or broke before the answer was whole."""


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    body: Any


@dataclass
class Line:
    """Many requests at once to one server; each takes a connection that is free, or a new one."""

    host: str
    port: int
    headers: Mapping[str, str]
    _free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=list)

    async def ask(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> Answer:
        """Return the answer. NoAnswer."""
        try:
            return await asyncio.wait_for(self._ask(method, path, body, key), ANSWER_S)
        except (OSError, asyncio.IncompleteReadError, ValueError, IndexError, TimeoutError) as broken:
            raise NoAnswer(repr(broken)) from broken

    async def _ask(self, method: str, path: str, body: Any, key: str | None) -> Answer:
        data = b"" if body is None else json.dumps(body).encode()
        headers = {**self.headers, "Host": self.host, "Content-Length": str(len(data))}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if key is not None:
            headers["Idempotency-Key"] = key
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        connection = self._take() or await asyncio.open_connection(self.host, self.port)
        try:
            connection[1].write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + data)
            answer, stays = await self._read(connection[0])
        except BaseException:
            connection[1].close()
            raise
        if stays:
            self._free.append(connection)
        else:
            connection[1].close()
        return answer

    def _take(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        while self._free:
            connection = self._free.pop()
            if not connection[0].at_eof():  # the server closes what nobody uses for a while
                return connection
            connection[1].close()
        return None

    async def _read(self, reader: asyncio.StreamReader) -> tuple[Answer, bool]:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        told = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
        data = await reader.readexactly(int(told.get("content-length", 0)))
        answer = Answer(int(first.split(" ")[1]), json.loads(data) if data else None)
        return answer, told.get("connection") != "close"

    def close(self) -> None:
        """Close what is open."""
        for _, writer in self._free:
            writer.close()
        self._free.clear()
