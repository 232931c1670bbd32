"""Runs the migrations: against a connection handed in (tests), or against the settings' database."""

from __future__ import annotations

import os
import sys
from typing import Any

from alembic import context
from geoalchemy2.alembic_helpers import include_object, render_item, writer
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import OperationalError

from kernel.database import Base
from kernel.geo import PointType
from migrations.tables import import_all

import_all()


def render(kind: str, item: Any, autogen: Any) -> Any:
    """Write our point column as the plain one below it, so that a migration never imports a room."""
    return render_item(kind, item.impl if isinstance(item, PointType) else item, autogen)  # type: ignore[no-untyped-call]


def migrate(connection: Connection) -> None:
    """Run what the command line asked for, in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=include_object,
        process_revision_directives=writer,
        render_item=render,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def url() -> str:
    """Return the database's address: the environment's, or this machine's private one."""
    given = os.environ.get("DATABASE_URL")
    if given:
        return given.replace("postgresql://", "postgresql+psycopg://", 1)
    import stack  # noqa: PLC0415  only where nothing is named

    return stack.attach().database_url


connection = context.config.attributes.get("connection")
if connection is not None:
    migrate(connection)
else:
    try:
        with create_engine(url()).connect() as own:
            migrate(own)
    except OperationalError as down:
        sys.exit(f"the database does not answer: {str(down.orig).strip()}")
