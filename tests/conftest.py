"""The real servers for all tests: a database per worker, built by the real migrations, each test rolled back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from flask.testing import FlaskClient
from hypothesis import settings
from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.orm import Session

import stack
from api.app import create_app
from api.unit import App
from kernel import ticks
from kernel.adapters.redis_channel import RedisChannel
from kernel.database import Sessions
from kernel.settings import Settings, load
from pickup_points.stays import collection_codes
from places.adapters.great_circle import GreatCircleStreets
from places.streets import STREETS
from proofs.adapters.object_store import ObjectStore
from proofs.store import EVIDENCE

# The checks of a commit try the same examples every time, or one of them would fail for what another commit did;
# MORE_EXAMPLES looks for new ones.
settings.register_profile("same-examples", derandomize="MORE_EXAMPLES" not in os.environ)
settings.load_profile("same-examples")

ROOT = Path(__file__).resolve().parents[1]
# A working day in summer; tests pass it on, as views do.
NOW = datetime(2026, 6, 15, 6, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def servers() -> Iterator[stack.PrivateServers]:
    """This machine's private PostgreSQL and Redis, shared by all workers."""
    with stack.attach() as attached:
        yield attached


@pytest.fixture(scope="session")
def database_name(worker_id: str) -> str:
    return f"test_{os.getpid()}_{worker_id}"


@pytest.fixture(scope="session")
def database_url(servers: stack.PrivateServers, database_name: str) -> Iterator[str]:
    """A database of this worker's own, brought up by the real migrations."""
    url = make_url(servers.database_url)
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{database_name}"'))
        connection.execute(text(f'ALTER DATABASE "{database_name}" SET synchronous_commit = off'))
    own = url.set(database=database_name).render_as_string(hide_password=False)
    try:
        upgrade(own)
        yield own
    finally:
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{database_name}" WITH (FORCE)'))
        admin.dispose()


def upgrade(url: str, revision: str = "head") -> None:
    """Run the migrations on the database at `url`."""
    config = Config(str(ROOT / "alembic.ini"))
    engine = create_engine(url)
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()
    engine.dispose()


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    made = create_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def settings(servers: stack.PrivateServers, database_url: str) -> Settings:
    return load(
        **stack.private_defaults(servers.folder)
        | {
            "database_url": database_url,
            "redis_url": servers.redis_url,
            "rate_limit": "1000000 per minute",
            "sign_in_limit": "1000000 per minute",
        }
    )


@pytest.fixture(scope="session", autouse=True)
def plugged(settings: Settings) -> None:
    """What `wiring.py` does for a process; streets are great-circle times unless a test plugs in the real ones."""
    ticks.CHANNEL.plug(RedisChannel(settings.redis_url))
    STREETS.plug(GreatCircleStreets())
    EVIDENCE.plug(ObjectStore("memory:///"))
    collection_codes.KEY.plug(settings.secret_key.get_secret_value().encode())


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A connection inside a transaction that is rolled back when the test is over."""
    with engine.connect() as opened:
        outer = opened.begin()
        Sessions.configure(bind=opened, join_transaction_mode="create_savepoint")
        yield opened
        outer.rollback()


@pytest.fixture
def session(connection: Connection) -> Iterator[Session]:
    """A session whose commits are savepoints of the test's transaction."""
    with Sessions() as opened:
        yield opened


@pytest.fixture(scope="session")
def app(settings: Settings) -> App:
    return create_app(settings)


@pytest.fixture
def client(app: App, connection: Connection) -> FlaskClient:
    """A client of the whole application, on the test's transaction."""
    return app.test_client()


@pytest.fixture
def committing(engine: Engine) -> Iterator[Engine]:
    """For what needs real commits (two at once): the worker's database, emptied afterwards."""
    Sessions.configure(bind=engine, join_transaction_mode="conditional_savepoint")
    yield engine
    with engine.begin() as connection:
        names = connection.scalars(
            text(
                "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
                " AND tablename NOT IN ('spatial_ref_sys', 'alembic_version', 'relay_state')"
            )
        ).all()
        connection.execute(text(f"TRUNCATE {', '.join(names)} CASCADE"))


@pytest.fixture
def now() -> datetime:
    return NOW
