"""The migrations make what the models say, and keep what was in the tables."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, make_url, text

import stack
from kernel.database import Base
from migrations.tables import import_all
from tests.conftest import ROOT, upgrade

type Scratch = Callable[[str], str]


@pytest.fixture
def scratch(servers: stack.PrivateServers, database_name: str) -> Iterator[Scratch]:
    """Makes empty databases, dropped afterwards."""
    made: list[str] = []
    url = make_url(servers.database_url)

    @contextmanager
    def admin() -> Iterator[Callable[[str], None]]:
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            yield lambda statement: connection.execute(text(statement))
        engine.dispose()

    def make(name: str) -> str:
        full = f"{database_name}_{name}"
        with admin() as run:
            run(f'CREATE DATABASE "{full}"')
        made.append(full)
        return url.set(database=full).render_as_string(hide_password=False)

    yield make
    with admin() as run:
        for name in made:
            run(f'DROP DATABASE "{name}" WITH (FORCE)')


def dump(url: str) -> set[str]:
    """Return the schema's statements, each column a line of its own, so that their order does not count."""
    parts = make_url(url)
    command = ["pg_dump", "--schema-only", "--no-owner", "-T", "alembic_version", "-T", "spatial_ref_sys"]
    where = ["-h", str(parts.query["host"]), "-U", str(parts.username), str(parts.database)]
    out = subprocess.run([*command, *where], capture_output=True, text=True, check=True).stdout
    lines = (line.strip().rstrip(",") for line in out.splitlines())
    return {line for line in lines if line and not line.startswith(("--", "\\", "SET ", "SELECT pg_catalog"))}


class TestMigrations:
    def test_make_what_the_models_say(self, scratch: Scratch) -> None:
        migrated, declared = scratch("migrated"), scratch("declared")
        upgrade(migrated)
        import_all()
        engine = create_engine(declared)
        with engine.begin() as connection:
            for extension in ("postgis", "pg_trgm", "btree_gist"):
                connection.execute(text(f"CREATE EXTENSION IF NOT EXISTS {extension}"))
            Base.metadata.create_all(connection)
        engine.dispose()

        assert dump(migrated) ^ dump(declared) == set()

    def test_keep_what_is_in_the_tables_of_the_previous_head(self, scratch: Scratch) -> None:
        url = scratch("kept")
        script = ScriptDirectory.from_config(Config(str(ROOT / "alembic.ini")))
        previous = script.get_revision("head").down_revision
        upgrade(url, str(previous))
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO organisations (id, name, kind, created_at)"
                    " VALUES (gen_random_uuid(), 'Kuriiri Oy', 'carrier', now())"
                )
            )
        upgrade(url)
        with engine.begin() as connection:
            kept = connection.scalar(text("SELECT name FROM organisations"))
        engine.dispose()

        assert kept == "Kuriiri Oy"

    def test_stand_in_one_line(self) -> None:
        script = ScriptDirectory.from_config(Config(str(ROOT / "alembic.ini")))
        assert len(script.get_heads()) == 1

    def test_import_no_room(self) -> None:
        for path in (Path(ROOT) / "migrations" / "versions").glob("*.py"):
            assert not re.search(r"^(from|import) (kernel|api|places|deliveries|routing)", path.read_text(), re.M), path
