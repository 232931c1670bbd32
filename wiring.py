"""The one place that chooses adapters, from settings. `wsgi.py` and `worker.py` call it, and tests their own way."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

from sqlalchemy import Engine

import stack
from kernel import clock, logs, settings, ticks
from kernel.adapters.redis_channel import RedisChannel
from kernel.database import Sessions, connect
from kernel.settings import BadSettings, Settings
from pickup_points.stays import collection_codes
from places.adapters.kept_tables import KeptTables
from places.adapters.osrm import OsrmStreets
from places.adapters.table_files import TableFiles
from places.streets import STREETS
from proofs.adapters.object_store import ObjectStore
from proofs.store import EVIDENCE
from routing import sealing


def load_settings() -> Settings:
    """Read the environment; start this machine's private servers for what it does not name. BadSettings."""
    if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ and "SECRET_KEY" in os.environ:
        return settings.load()
    servers = stack.attach()
    given = stack.private_defaults(servers.folder) | {
        "database_url": servers.database_url,
        "redis_url": servers.redis_url,
    }
    return settings.load(**{name: value for name, value in given.items() if name.upper() not in os.environ})


@cache
def start() -> tuple[Settings, Engine]:
    """Read the settings and plug everything in, once a process. Ends the process with a clear line when it cannot."""
    try:
        chosen = load_settings()
    except (BadSettings, stack.StackError) as bad:
        sys.exit(str(bad))
    return chosen, plug_in(chosen)


def plug_in(chosen: Settings) -> Engine:
    """Configure this process's logs, clock, database, channel, streets and evidence store. Return the engine."""
    logs.configure(level=chosen.log_level, form=chosen.log_format)
    if chosen.doorstep_clock is not None:
        clock.use(clock.parse(chosen.doorstep_clock))
    engine = connect(chosen.database_url)
    Sessions.configure(bind=engine)
    ticks.CHANNEL.plug(RedisChannel(chosen.redis_url))
    STREETS.plug(
        OsrmStreets(
            {"car": chosen.streets_car_url, "bicycle": chosen.streets_bicycle_url, "foot": chosen.streets_foot_url},
            kept=_kept_tables(chosen),
        )
    )
    EVIDENCE.plug(ObjectStore(chosen.evidence_url))
    key = chosen.secret_key.get_secret_value().encode()
    sealing.KEY.plug(key)
    collection_codes.KEY.plug(key)
    return engine


def _kept_tables(chosen: Settings) -> KeptTables | None:
    if chosen.doorstep_folder is None or not chosen.streets_kept_mb:
        return None
    return KeptTables(TableFiles(Path(chosen.doorstep_folder) / "tables", most_bytes=chosen.streets_kept_mb * 10**6))
