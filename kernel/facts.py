"""Facts: what happened, in the transaction in which it happened. Outbox, audit log, change feed and resume in one.

A use case records a fact; the relay (`kernel/relay.py`) gives each committed one its `position`, the only thing a
cursor may count; a consumer handles each position once, in its own transaction, in order for each aggregate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

import orjson
from sqlalchemy import BigInteger, ForeignKey, Identity, Index, delete, exists, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, sessionmaker

from kernel.database import Base, after_commit
from kernel.ids import new_id
from kernel.ticks import nudge

_ENVELOPE = ("at", "by", "corrects", "fact_id")


@dataclass(frozen=True, kw_only=True)
class Fact:
    """What happened: a frozen dataclass in the past tense, ids and values only.

    Subclass with `class DeliveryCancelled(Fact, kind="delivery.cancelled", about="delivery_id")`: `about` names the
    attribute that is the aggregate, the thing within which order is kept.
    """

    kind: ClassVar[str]
    about: ClassVar[str]

    at: datetime
    by: UUID | None = None
    corrects: UUID | None = None
    fact_id: UUID = field(default_factory=new_id)

    def __init_subclass__(cls, *, kind: str, about: str, **rest: Any) -> None:
        super().__init_subclass__(**rest)
        if kind in KINDS:
            raise TypeError(f"two facts are called '{kind}'")
        cls.kind, cls.about = kind, about
        KINDS[kind] = cls

    @property
    def aggregate_id(self) -> UUID:
        """The id of the thing it is about."""
        aggregate: UUID = getattr(self, self.about)
        return aggregate

    def values(self) -> dict[str, Any]:
        """The fact's own values as JSON holds them."""
        own = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in _ENVELOPE}
        plain: dict[str, Any] = orjson.loads(orjson.dumps(own))
        return plain


KINDS: dict[str, type[Fact]] = {}


class FactRow(Base):
    """A fact as the table holds it. `position` is null until the relay has seen it committed."""

    __tablename__ = "facts"
    __table_args__ = (
        Index("ix_facts_unplaced", "seq", postgresql_where="position IS NULL"),
        Index("ix_facts_aggregate_id_position", "aggregate_id", "position"),
        Index("ix_facts_kind_position", "kind", "position"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    position: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    kind: Mapped[str]
    aggregate_id: Mapped[UUID]
    at: Mapped[datetime]
    by: Mapped[UUID | None]
    corrects: Mapped[UUID | None] = mapped_column(ForeignKey("facts.id", ondelete="SET NULL"), index=True)
    data: Mapped[dict[str, Any]]


class Handled(Base):
    """That a consumer is done with a position. Written in the consumer's own transaction; nothing else counts."""

    __tablename__ = "handled"

    consumer: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("facts.position", ondelete="CASCADE"), primary_key=True, index=True
    )


class RelayState(Base):
    """The last position given out. One row; updating it is what makes positions follow commits."""

    __tablename__ = "relay_state"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_position: Mapped[int] = mapped_column(BigInteger)


def record(session: Session, fact: Fact) -> Fact:
    """Write `fact` into the caller's transaction and wake the relay once it is committed."""
    session.add(
        FactRow(
            id=fact.fact_id,
            kind=fact.kind,
            aggregate_id=fact.aggregate_id,
            at=fact.at,
            by=fact.by,
            corrects=fact.corrects,
            data=fact.values(),
        )
    )
    after_commit(session, nudge)
    return fact


def history(session: Session, *, aggregate_id: UUID, after: int = 0, limit: int = 500) -> Sequence[FactRow]:
    """Return the placed facts about one aggregate behind position `after`, oldest first."""
    return session.scalars(
        select(FactRow)
        .where(FactRow.aggregate_id == aggregate_id, FactRow.position > after)
        .order_by(FactRow.position)
        .limit(limit)
    ).all()


def since(session: Session, *, after: int, limit: int = 1000) -> Sequence[FactRow]:
    """Return all placed facts behind position `after`, oldest first."""
    return session.scalars(
        select(FactRow).where(FactRow.position > after).order_by(FactRow.position).limit(limit)
    ).all()


def last_position(session: Session) -> int:
    """Return the newest position given out, 0 when there is none."""
    return session.scalar(select(func.coalesce(func.max(RelayState.last_position), 0))) or 0


type Handler = Callable[[Session, FactRow], None]


@dataclass(frozen=True)
class Consumer:
    """Who reacts: a stable name, and what it does with each kind of fact."""

    name: str
    handlers: Mapping[type[Fact], Handler]

    @classmethod
    def of(cls, name: str, handlers: Mapping[type[Fact], Handler]) -> Self:
        """Return a consumer, or TypeError when it reacts to nothing."""
        if not handlers:
            raise TypeError(f"consumer '{name}' reacts to nothing")
        return cls(name, handlers)

    @property
    def kinds(self) -> list[str]:
        """The kinds of fact it wants."""
        return [fact.kind for fact in self.handlers]


def next_unhandled(session: Session, *, consumer: Consumer, aggregate_id: UUID) -> FactRow | None:
    """Return the oldest placed fact about the aggregate that `consumer` has not handled."""
    return session.scalars(
        select(FactRow)
        .where(
            FactRow.aggregate_id == aggregate_id,
            FactRow.kind.in_(consumer.kinds),
            FactRow.position.is_not(None),
            ~exists().where(Handled.consumer == consumer.name, Handled.position == FactRow.position),
        )
        .order_by(FactRow.position)
        .limit(1)
    ).first()


def mark_handled(session: Session, *, consumer: Consumer, fact: FactRow) -> None:
    """Write that `consumer` is done with `fact`, in the transaction that holds what it did."""
    session.add(Handled(consumer=consumer.name, position=fact.position))


def lock(session: Session, *, consumer: Consumer, aggregate_id: UUID) -> None:
    """Wait until no other transaction handles this aggregate for this consumer."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(consumer.name), func.hashtext(str(aggregate_id)))))


def drain(sessions: sessionmaker[Session], *, consumer: Consumer, aggregate_id: UUID) -> int:
    """Handle what `consumer` has not handled of one aggregate, in order, a transaction each. Return how many."""
    done = 0
    while True:
        with sessions.begin() as session:
            lock(session, consumer=consumer, aggregate_id=aggregate_id)
            fact = next_unhandled(session, consumer=consumer, aggregate_id=aggregate_id)
            if fact is None:
                return done
            consumer.handlers[KINDS[fact.kind]](session, fact)
            mark_handled(session, consumer=consumer, fact=fact)
        done += 1


def unhandled(session: Session, *, consumer: Consumer, before: datetime, limit: int = 500) -> Sequence[UUID]:
    """Return the aggregates with a fact from before `before` that `consumer` has not handled: the sweep's question."""
    oldest = func.min(FactRow.position)
    return session.scalars(
        select(FactRow.aggregate_id)
        .where(
            FactRow.kind.in_(consumer.kinds),
            FactRow.position.is_not(None),
            FactRow.at < before,
            ~exists().where(Handled.consumer == consumer.name, Handled.position == FactRow.position),
        )
        .group_by(FactRow.aggregate_id)
        .order_by(oldest)
        .limit(limit)
    ).all()


def prune(session: Session, *, before: datetime) -> int:
    """Delete placed facts from before `before` together with their `handled` rows. Return how many."""
    gone = session.execute(
        delete(FactRow).where(FactRow.at < before, FactRow.position.is_not(None)).returning(FactRow.position)
    )
    return len(gone.scalars().all())
