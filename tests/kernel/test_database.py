"""Connections: one that the server has closed is replaced before anybody uses it."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, create_engine, text

from kernel.database import connect


@pytest.fixture
def pooled(database_url: str) -> Engine:
    return connect(database_url, pool_size=1)


class TestConnection:
    def test_that_the_server_closed_is_replaced(self, pooled: Engine, database_url: str) -> None:
        with pooled.connect() as first:
            pid = first.scalar(text("SELECT pg_backend_pid()"))
        other = create_engine(database_url)
        with other.connect() as administrator:
            # Waits until it is gone: its last words and the end of the line have come by then.
            assert administrator.scalar(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        other.dispose()

        with pooled.connect() as again:
            assert again.scalar(text("SELECT pg_backend_pid()")) != pid
        pooled.dispose()

    def test_that_is_there_is_used_again(self, pooled: Engine) -> None:
        pids = set()
        for _ in range(3):
            with pooled.connect() as connection:
                pids.add(connection.scalar(text("SELECT pg_backend_pid()")))
        assert len(pids) == 1
        pooled.dispose()
