"""What the database refuses, said as the refusal that it means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kernel.database import violated
from kernel.errors import Refusal


@contextmanager
def refused_as(meanings: Mapping[str, type[Refusal]], session: Session) -> Iterator[None]:
    """Write what the block does in a savepoint; a constraint that is violated is raised as what it means."""
    try:
        with session.begin_nested():
            yield
    except IntegrityError as error:
        name = violated(error)
        if name is None or name not in meanings:
            raise
        raise meanings[name]() from error
