"""Settings, from the environment only, checked at start.

`DATABASE_URL` and `REDIS_URL` may be unset: `wsgi.py` and `worker.py` then ask the stack for this machine's
private servers and fill them in.
"""

from __future__ import annotations

import os
import sys
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from kernel import clock

_SHORTEST_KEY = 32
_STORES = ("file://", "s3://", "gs://", "az://", "azure://", "abfs://", "memory://")


class BadSettings(Exception):
    """The environment says something that cannot be used."""


class Settings(BaseSettings):
    """Everything that differs between installations. Each name is an environment variable."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True)

    database_url: str = Field(description="PostgreSQL with PostGIS, `postgresql+psycopg://...`")
    redis_url: str = Field(description="Redis, `redis://host:port/0`")
    secret_key: SecretStr = Field(description="Signs access tokens; at least 32 characters")
    evidence_url: str = Field(description="Where proofs are kept: `file:///folder`, `s3://bucket/prefix`, ...")
    streets_car_url: str | None = Field(None, description="osrm-routed for cars; unset: great-circle times")
    streets_bicycle_url: str | None = Field(None, description="osrm-routed for bicycles")
    streets_foot_url: str | None = Field(None, description="osrm-routed for walkers")
    streets_kept_mb: int = Field(2000, ge=0, description="Most megabytes of travel times kept between plans")
    doorstep_folder: str | None = Field(None, description="Where street graphs and travel times are kept")
    doorstep_clock: str | None = Field(None, description="`STARTS_AT/ANCHOR/SPEED`, for demonstrations only")
    public_url: str = Field("http://127.0.0.1:8000", description="What links in answers start with")
    trusted_proxies: int = Field(0, ge=0, le=5, description="How many reverse proxies stand before us")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "console"] = "json"
    access_token_minutes: int = Field(15, ge=1, le=60)
    refresh_token_days: int = Field(30, ge=1, le=365)
    rate_limit: str = Field("1200 per minute", description="Requests of one caller; Flask-Limiter's notation")
    sign_in_limit: str = Field("10 per minute", description="Wrong passwords for one account from one address")
    facts_kept_days: int = Field(400, ge=1, description="How long handled facts stay")
    positions_kept_days: int = Field(30, ge=1, description="How long couriers' positions stay")

    @field_validator("database_url")
    @classmethod
    def _names_the_driver(cls, url: str) -> str:
        for plain in ("postgresql://", "postgres://"):
            if url.startswith(plain):
                return "postgresql+psycopg://" + url.removeprefix(plain)
        if not url.startswith("postgresql+psycopg://"):
            raise ValueError("must start with postgresql://")
        return url

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, url: str) -> str:
        if not url.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must start with redis:// or rediss://")
        return url

    @field_validator("secret_key")
    @classmethod
    def _is_long(cls, key: SecretStr) -> SecretStr:
        if len(key.get_secret_value()) < _SHORTEST_KEY:
            raise ValueError(f"must have at least {_SHORTEST_KEY} characters")
        return key

    @field_validator("evidence_url")
    @classmethod
    def _is_a_store(cls, url: str) -> str:
        if not url.startswith(_STORES):
            raise ValueError("must start with one of " + ", ".join(_STORES))
        return url

    @field_validator("streets_car_url", "streets_bicycle_url", "streets_foot_url")
    @classmethod
    def _is_http(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return url

    @field_validator("doorstep_clock")
    @classmethod
    def _is_a_clock(cls, text: str | None) -> str | None:
        if text is None:
            return None
        try:
            clock.parse(text)
        except ValueError as wrong:
            raise ValueError(f"must be STARTS_AT/ANCHOR/SPEED, two RFC 3339 times and a factor ({wrong})") from None
        return text


def load(**given: str) -> Settings:
    """Read the environment; `given` fills what it does not say. BadSettings names every fault, a line each."""
    try:
        values: dict[str, Any] = {**given}
        return Settings(**values)
    except ValidationError as wrong:
        faults = [f"  {_name(fault['loc'])}: {fault['msg'].removeprefix('Value error, ')}" for fault in wrong.errors()]
        raise BadSettings("the settings cannot be used:\n" + "\n".join(faults)) from None


def _name(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location).upper()


def check() -> None:
    """End with a clear line for each fault of the environment. What is unset is not judged: others fill it in."""
    unset = {
        "database_url": "postgresql://",
        "redis_url": "redis://",
        "secret_key": "-" * _SHORTEST_KEY,
        "evidence_url": "memory://",
    }
    try:
        load(**{name: value for name, value in unset.items() if not os.environ.get(name.upper())})
    except BadSettings as bad:
        sys.exit(str(bad))


if __name__ == "__main__":
    check()
