"""Idempotency keys: a creating POST sent twice with one `Idempotency-Key` is done once and answered twice."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Response, current_app, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy import LargeBinary, and_, delete, func, literal, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from kernel import clock
from kernel.database import Base, violated
from kernel.errors import Conflict, FieldError, Invalid

HEADER = "Idempotency-Key"
KEPT = timedelta(days=2)
_LONGEST = 200


class StoredAnswer(Base):
    """The answer to a creating POST, kept for a second one with the same key."""

    __tablename__ = "idempotency_answers"

    caller_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    status: Mapped[int]
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    stored_at: Mapped[datetime] = mapped_column(index=True)


class KeyReused(Invalid):
    """This idempotency key was used with another request."""


class KeyInvalid(Invalid):
    """An idempotency key has 1 to 200 printable ASCII characters."""


class KeyInUse(Conflict):
    """A request with this idempotency key is still running."""


class AnswerNotKept(Conflict):
    """This was done already; its answer held a secret and was not kept."""


REFUSALS = (KeyReused, KeyInvalid, KeyInUse, AnswerNotKept)
PARAMETER = {
    "in": "header",
    "name": HEADER,
    "description": "A name of your own for this request: sent again with it, it is done once and answered twice.",
    "schema": {"type": "string", "maxLength": _LONGEST, "minLength": 1, "pattern": "^[!-~]+$"},
    "example": "order-1042",
}


def once(session: Session, deed: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """Run `deed`, or replay its stored answer. KeyReused, KeyInvalid, KeyInUse, AnswerNotKept.

    A key counts with any POST by a known caller.
    """
    if not (request.method == "POST" and HEADER in request.headers and "caller" in g):
        return deed()
    key = _key()
    stored = _stored(session, key)
    fingerprint = _fingerprint()
    if stored is not None:
        return _replay(stored, fingerprint)

    answer = current_app.make_response(deed())
    if answer.status_code < 300:
        _store(session, key, fingerprint, answer)
    return answer


def prune(session: Session, *, before: datetime) -> None:
    """Forget the answers from before `before`."""
    session.execute(delete(StoredAnswer).where(StoredAnswer.stored_at < before))


def _key() -> str:
    key = request.headers[HEADER]
    if not (0 < len(key) <= _LONGEST and key.isascii() and key.isprintable()):
        raise KeyInvalid(errors=[FieldError(f"header:{HEADER}", "not 1 to 200 printable ASCII characters")])
    return key


def _stored(session: Session, key: str) -> StoredAnswer | None:
    """Lock the key and read what was answered, in one question. KeyInUse."""
    lock = func.pg_try_advisory_xact_lock(func.hashtextextended(f"idempotency:{g.caller.id}:{key}", 0))
    one = select(literal(1)).subquery()
    same = and_(StoredAnswer.caller_id == g.caller.id, StoredAnswer.key == key)
    locked, stored = session.execute(select(lock, StoredAnswer).select_from(one).outerjoin(StoredAnswer, same)).one()
    if not locked:
        raise KeyInUse()
    found: StoredAnswer | None = stored
    return found


def _fingerprint() -> str:
    # Keyed: a body may hold a password, and a plain hash of it could be guessed at.
    key: str = current_app.config["JWT_SECRET_KEY"]
    whole = hmac.new(key.encode(), f"{request.method} {request.full_path}\n".encode(), hashlib.sha256)
    whole.update(request.get_data(cache=True))
    return whole.hexdigest()


def _replay(stored: StoredAnswer, fingerprint: str) -> Response:
    if stored.fingerprint != fingerprint:
        raise KeyReused(errors=[FieldError(f"header:{HEADER}", "was used with another path or body")])
    if stored.headers.get("Cache-Control") == "no-store":
        raise AnswerNotKept()
    answer = Response(stored.body, status=stored.status, headers=stored.headers)
    answer.headers["Idempotency-Replayed"] = "true"
    return answer


def _store(session: Session, key: str, fingerprint: str, answer: Response) -> None:
    stored = StoredAnswer(
        caller_id=g.caller.id,
        key=key,
        fingerprint=fingerprint,
        status=answer.status_code,
        headers={
            name: answer.headers[name]
            for name in ("Content-Type", "ETag", "Location", "Cache-Control")
            if name in answer.headers
        },
        body=b"" if answer.cache_control.no_store else answer.get_data(),
        stored_at=clock.now(),
    )
    session.add(stored)
    try:
        session.flush()
    except IntegrityError as error:
        # The first request with this key ended between our look at the table and our lock.
        if violated(error) == "pk_idempotency_answers":
            raise KeyInUse() from error
        raise
