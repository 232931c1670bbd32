"""Hooks that run after a commit, and only after one."""

from __future__ import annotations

from sqlalchemy import Engine, text

from kernel.database import Sessions, after_commit


class TestAfterCommit:
    def test_waits_for_the_commit_and_not_for_a_savepoint(self, committing: Engine) -> None:
        done: list[str] = []
        with Sessions() as session:
            with session.begin_nested():
                after_commit(session, lambda: done.append("nudged"))
                session.execute(text("SELECT 1"))
            assert done == []
            session.commit()
            assert done == ["nudged"]

    def test_forgets_what_was_rolled_back(self, committing: Engine) -> None:
        done: list[str] = []
        with Sessions() as session:
            session.execute(text("SELECT 1"))
            after_commit(session, lambda: done.append("nudged"))
            session.rollback()
            session.execute(text("SELECT 1"))
            session.commit()
        assert done == []
