"""Asking for addresses: the ones that look most like what was typed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import CTE, ColumnElement, Float, any_, case, cast, func, literal, select, text
from sqlalchemy.orm import Session

from kernel.geo import Point, PointType
from places.models import Address, Street
from places.wording import HouseNumber, TypedAddress, read_typed

# A street much less like the words than the best one is noise in a list of suggestions.
_NOISE = 0.6
_STREETS_LOOKED_AT = 30
_TOWN_M = 3_000.0


def likeness(typed: ColumnElement[str]) -> ColumnElement[float]:
    """Return how much a street's name is like the typed words, 0 to 1: typos, or a beginning, or extra words."""
    return func.greatest(
        func.similarity(Street.key, typed),
        0.95 * func.strict_word_similarity(Street.key, typed),
        0.9 * func.word_similarity(typed, Street.key),
    )


def looks_like(typed: ColumnElement[str]) -> ColumnElement[bool]:
    """Return whether a street comes into question; both operators are answered by the trigram index."""
    return Street.key.op("%", is_comparison=True)(typed) | Street.key.op("%>", is_comparison=True)(typed)


@contextmanager
def by_index(session: Session, *, least_likeness: float = 0.3) -> Iterator[None]:
    """Have the trigram index used meanwhile. Of 20 000 streets it finds those alike in 3 ms instead of 70.

    PostgreSQL takes comparing trigrams to be as cheap as comparing numbers, and would rather read every street.
    """
    session.execute(text(f"SET LOCAL enable_seqscan = off; SET LOCAL pg_trgm.similarity_threshold = {least_likeness}"))
    yield
    session.execute(text("SET LOCAL enable_seqscan TO DEFAULT; SET LOCAL pg_trgm.similarity_threshold TO DEFAULT"))


def search_addresses(session: Session, *, words: str, near: Point | None, limit: int) -> list[Address]:
    """Return the addresses most like `words`, best first: the street, then the house number, then how near."""
    typed = read_typed(words)
    streets = _streets(typed)
    # Streets about equally like the words, as they share a beginning: the numbers decide between them.
    unlike = func.round(cast(streets.c.likeness * 20, Float)).desc()
    order: list[Any] = [unlike]
    if typed.town:
        order.append(func.word_similarity(streets.c.town_key, typed.town).desc())
    if typed.house is not None:
        order.append(house_rank(typed.house))
    gap = func.abs(Address.house_value - (typed.house.value if typed.house else 0))
    if near is not None:
        away = func.ST_Distance(Address.place, literal(near, PointType))
        # The same street in the nearest town comes first; within a town the numbers decide.
        order += [func.round(away / _TOWN_M), gap, away] if typed.house else [away]
    order += [gap, Address.street, Address.id]
    found = select(Address).join(streets, streets.c.id == Address.street_id).order_by(*order).limit(limit)
    with by_index(session):
        return list(session.scalars(found))


def nearest_addresses(session: Session, *, near: Point, limit: int) -> list[Address]:
    """Return the addresses around a place, nearest first."""
    away = Address.place.op("<->")(literal(near, PointType))
    return list(session.scalars(select(Address).order_by(away, Address.id).limit(limit)))


def house_rank(house: HouseNumber) -> ColumnElement[int]:
    """Return 0 for the number itself, 1 for a house that has it among others, 2 for another one."""
    return case(
        (Address.house_key == house.key, 0),
        (literal(house.key) == any_(Address.house_parts), 1),
        else_=2,
    )


def sample_addresses(session: Session, *, count: int, seed: int) -> Sequence[Address]:
    """Return `count` addresses (fewer if there are fewer), spread over the city; the same for the same seed."""
    mixed = func.md5(func.concat(Address.street, Address.house_number, str(seed)))
    return session.scalars(select(Address).order_by(mixed, Address.street, Address.house_key).limit(count)).all()


def _streets(typed: TypedAddress) -> CTE:
    street = literal(typed.street)
    how_like = likeness(street).label("likeness")
    found = (
        select(Street.id, Street.town_key, how_like)
        .where(looks_like(street))
        .order_by(how_like.desc())
        .limit(_STREETS_LOOKED_AT)
        .cte("found")
    )
    best = select(func.max(found.c.likeness)).scalar_subquery()
    return select(found).where(found.c.likeness >= _NOISE * best).cte("streets")
