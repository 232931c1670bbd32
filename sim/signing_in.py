"""Somebody signed in, or a device: an access token that is renewed before it ends, and calls made with it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from sim.calls import Caller, Refused

RENEW_BEFORE_S = 60.0


@dataclass(frozen=True)
class Credentials:
    """With what a person signs in."""

    email: str
    password: str = field(repr=False)

    @property
    def words(self) -> dict[str, str]:
        """What is exchanged for tokens."""
        return {"email": self.email, "password": self.password}


@dataclass(frozen=True)
class DeviceKey:
    """With what a device signs in."""

    api_key: str = field(repr=False)

    @property
    def words(self) -> dict[str, str]:
        """What is exchanged for a token."""
        return {"api_key": self.api_key}


@dataclass
class Person:
    """One person at one device, or a device alone. Signs in at the first call."""

    caller: Caller
    credentials: Credentials | DeviceKey
    _access: str = field(default="", repr=False)
    _refresh: str = field(default="", repr=False)
    _renew_at: float = 0.0
    _renewing: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def get(self, path: str, **rest: Any) -> Any:
        """Return the JSON at `path`. Refused, Unreachable."""
        return (await self.call("GET", path, **rest)).json()

    async def post(self, path: str, body: Any = None) -> Any:
        """Create something, once even when the answer is lost on the way. Return the JSON. Refused, Unreachable."""
        headers = {"Idempotency-Key": str(uuid4())}
        answer = await self.call("POST", path, json={} if body is None else body, headers=headers)
        return answer.json() if answer.content else None

    async def call(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **rest: Any
    ) -> httpx.Response:
        """Send a request with this person's token; a token refused is renewed once. Refused, Unreachable."""
        try:
            return await self.caller.call(method, path, headers=await self._signed(headers), **rest)
        except Refused as refused:
            if refused.status != 401:
                raise
        self._renew_at = 0.0
        return await self.caller.call(method, path, headers=await self._signed(headers), **rest)

    async def _signed(self, headers: dict[str, str] | None) -> dict[str, str]:
        async with self._renewing:
            if time.monotonic() >= self._renew_at:
                await self._renew()
        return {**(headers or {}), "Authorization": f"Bearer {self._access}"}

    async def _renew(self) -> None:
        tokens = await self._refreshed() or await self._signed_in()
        self._access, self._refresh = tokens["access_token"], tokens.get("refresh_token") or ""
        self._renew_at = time.monotonic() + max(1.0, tokens["expires_in_s"] - RENEW_BEFORE_S)

    async def _refreshed(self) -> dict[str, Any] | None:
        """Trade the refresh token in; none when it no longer counts, as after an answer lost on the way."""
        if not self._refresh:
            return None
        try:
            answer = await self.caller.call("POST", "/v1/auth/refresh", json={"refresh_token": self._refresh})
        except Refused:
            return None
        tokens: dict[str, Any] = answer.json()
        return tokens

    async def _signed_in(self) -> dict[str, Any]:
        answer = await self.caller.call("POST", "/v1/auth/token", json=self.credentials.words)
        tokens: dict[str, Any] = answer.json()
        return tokens
