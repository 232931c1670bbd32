"""The database: one declarative base, one session factory a process, hooks after a commit, locks, violations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson
import psycopg
from psycopg.pq import ConnStatus
from psycopg.pq.abc import PGconn
from sqlalchemy import (
    Connection,
    DateTime,
    Engine,
    Enum,
    MetaData,
    Text,
    Uuid,
    create_engine,
    event,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, DisconnectionError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def _values(members: type[StrEnum]) -> list[str]:
    return [member.value for member in members]


class Base(DeclarativeBase):
    """What every table shares: constraint names that a refusal can be recognised by, and plain column types."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy reads it as a plain dict
        datetime: DateTime(timezone=True),
        UUID: Uuid(),
        str: Text(),
        dict[str, Any]: JSONB(),
        list[str]: JSONB(),
        list[dict[str, Any]]: JSONB(),
        # As text with a check, by value: a new member is then one migration of a constraint.
        StrEnum: Enum(StrEnum, native_enum=False, create_constraint=True, values_callable=_values, length=40),
    }


# Configured once a process by `wiring.plug_in`, in tests by the fixture that rolls everything back.
Sessions = sessionmaker[Session](expire_on_commit=False)


def connect(url: str, *, pool_size: int = 10) -> Engine:
    """Return an engine whose connections are looked at before use, so that a restarted server costs no request."""
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        connect_args={"connect_timeout": 5},
        json_deserializer=orjson.loads,  # an answer of many rows has hundreds of small values
    )
    event.listen(engine, "checkout", _look_at)
    return engine


def _look_at(connection: Any, *_: Any) -> None:
    """Refuse a connection that the server has closed. To ask the server would cost each transaction a round trip."""
    line: PGconn = connection.pgconn
    try:
        for _again in range(2):  # its last words may stand before the end
            line.consume_input()
    except psycopg.OperationalError as gone:
        raise DisconnectionError from gone
    if line.status != ConnStatus.OK:
        raise DisconnectionError


def answers() -> bool:
    """Say whether the database answers."""
    try:
        with Sessions() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


def violated(error: IntegrityError) -> str | None:
    """Return the name of the constraint that a write broke, None when the database names none."""
    return error.orig.diag.constraint_name if isinstance(error.orig, psycopg.Error) else None


@contextmanager
def alone(connection: Connection, *key: Any) -> Iterator[bool]:
    """Try for the advisory lock `key` and yield whether it is ours, which it is until the block or the connection ends.

    `connection` is in autocommit: a transaction would stand open all the while.
    """
    got = bool(connection.scalar(select(func.pg_try_advisory_lock(*key))))
    try:
        yield got
    finally:
        if got:
            try:
                connection.execute(select(func.pg_advisory_unlock(*key)))
            except DBAPIError:
                connection.invalidate()


_HOOKS = "after_commit_hooks"


def after_commit(session: Session, deed: Callable[[], None]) -> None:
    """Run `deed` once the session's transaction is committed; forget it when it is rolled back."""
    session.info.setdefault(_HOOKS, []).append(deed)


@event.listens_for(Session, "after_commit")
def _run_hooks(session: Session) -> None:
    if session.in_nested_transaction():
        return  # a savepoint was released: nothing is committed yet
    for deed in session.info.pop(_HOOKS, []):
        deed()


@event.listens_for(Session, "after_soft_rollback")
def _forget_hooks(session: Session, previous: Any) -> None:
    if previous.nested:
        return
    session.info.pop(_HOOKS, None)
