"""What the database refuses, said as the refusal that it means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kernel.database import violated
from kernel.errors import Refusal

type Meaning = Callable[[], Refusal]
"""What a violated constraint is raised as: mostly its class."""


@contextmanager
def refused_as(meanings: Mapping[str, Meaning], session: Session) -> Iterator[None]:
    """Write what the block does in a savepoint; a constraint that is violated is raised as what it means."""
    try:
        with session.begin_nested():
            yield
    except IntegrityError as error:
        raise _meant(error, meanings) from error


def flush_as(meanings: Mapping[str, Meaning], session: Session) -> None:
    """Write what is pending, and raise a constraint that is violated as what it means: the transaction is lost."""
    try:
        session.flush()
    except IntegrityError as error:
        raise _meant(error, meanings) from error


def _meant(error: IntegrityError, meanings: Mapping[str, Meaning]) -> Exception:
    name = violated(error)
    return error if name is None or name not in meanings else meanings[name]()
