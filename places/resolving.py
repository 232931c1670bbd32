"""Finding the one address that a text means, or saying why there is not one. A batch takes as many queries as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Text, Uuid, any_, case, cast, column, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased

from kernel.errors import Invalid
from kernel.geo import Point, distance_m
from places.addresses import by_index
from places.cities import edition
from places.models import Address, Street
from places.wording import HouseNumber, TypedAddress, fold, read_typed, same_name

# Addresses that fit equally well this close together are one place to a courier.
SAME_PLACE_M = 150.0
_CANDIDATES = 5
# One letter wrong in a name of six leaves this much of its trigrams.
_LEAST_LIKENESS = 0.4
_NEIGHBOUR = 4


class AddressNotFound(Invalid):
    """There is no such address in the imported city."""


class AddressAmbiguous(Invalid):
    """More than one address fits."""


@dataclass(frozen=True)
class _Fit:
    """A house that comes into question for a text. `rank` 0 to 3: its number fits; 4: it is only a neighbour."""

    address: Address
    likeness: float
    rank: int


def resolve_address(session: Session, *, text: str, near: Point | None = None) -> Address:
    """Return the address that `text` means; of several, the one nearest to `near`.

    AddressNotFound and AddressAmbiguous carry `candidates`, a list of texts and places; NoCity without a city.
    """
    found = resolve_addresses(session, texts=[text], near=near)[0]
    if isinstance(found, Invalid):
        raise found
    return found


def resolve_addresses(
    session: Session, *, texts: Sequence[str], near: Point | None = None
) -> list[Address | AddressNotFound | AddressAmbiguous]:
    """Return for each text its address or the refusal that `resolve_address` would raise. NoCity without a city."""
    edition(session)
    typed = dict(enumerate(map(read_typed, texts)))
    streets = _streets(session, {wanted.street for wanted in typed.values() if wanted.street})
    fits = _fits(session, typed, streets, neighbours=False)
    chosen = {index: _choose(texts[index], wanted, fits[index], near) for index, wanted in typed.items()}

    lost = {index: wanted for index, wanted in typed.items() if chosen[index] is None}
    candidates = _fits(session, lost, streets, neighbours=True)
    return [found or _not_found(texts[index], typed[index], candidates[index]) for index, found in chosen.items()]


def _choose(text: str, wanted: TypedAddress, fits: list[_Fit], near: Point | None) -> Address | AddressAmbiguous | None:
    """Return the one address that fits best, or why there is not one; None when nothing fits for sure."""
    if wanted.house is None:
        return None
    equal = _best([fit for fit in fits if _is_street(wanted, fit.address)])
    equal = [address for address in equal if _has_postcode(wanted, address)]
    if not equal:
        return None
    if near is not None:
        return min(equal, key=lambda address: distance_m(near, address.place))
    if any(distance_m(equal[0].place, other.place) > SAME_PLACE_M for other in equal[1:]):
        return AddressAmbiguous(f"'{text}' could be several places", candidates=[_candidate(each) for each in equal])
    return equal[0]


def _not_found(text: str, wanted: TypedAddress, fits: list[_Fit]) -> AddressNotFound:
    why = "is not in the map" if wanted.house else "has no house number"
    return AddressNotFound(f"'{text}' {why}", candidates=[_candidate(fit.address) for fit in fits[:_CANDIDATES]])


def _best(fits: list[_Fit]) -> list[Address]:
    """Return those that fit best, all equally well."""
    best = min(((-fit.likeness, fit.rank) for fit in fits), default=None)
    return [fit.address for fit in fits if (-fit.likeness, fit.rank) == best]


def _is_street(wanted: TypedAddress, address: Address) -> bool:
    """Say whether this is the street that was typed, in the town that was typed if the map knows towns."""
    if not same_name(wanted.street, fold(address.street)):
        return False
    town = fold(address.city_name or "")
    if not (wanted.town and town):
        return True
    return town in wanted.town or wanted.town in town or same_name(wanted.town, town)


def _has_postcode(wanted: TypedAddress, address: Address) -> bool:
    """Say whether the postcode that was typed is the one in the map, if both are there."""
    return not (wanted.postcode and address.postcode) or wanted.postcode == address.postcode.replace(" ", "")


def _candidate(address: Address) -> dict[str, Any]:
    return {"text": address.text, "place": [address.place.longitude, address.place.latitude]}


def _streets(session: Session, keys: set[str]) -> dict[str, list[tuple[UUID, float]]]:
    """Return the streets of each name, or those most like it where none has it, with how like, 0 to 1."""
    found: dict[str, list[tuple[UUID, float]]] = defaultdict(list)
    for key, street_id in session.execute(select(Street.key, Street.id).where(Street.key.in_(keys))):
        found[key].append((street_id, 1.0))
    asked = func.unnest(literal(list(keys - found.keys()), ARRAY(Text))).table_valued(column("key", Text), name="asked")
    asked = asked.render_derived()
    like = func.similarity(Street.key, asked.c.key).label("like")
    nearest = (
        select(Street.id, like)
        .where(Street.key.op("%", is_comparison=True)(asked.c.key))
        .order_by(like.desc())
        .limit(_CANDIDATES)
        .lateral("nearest")
    )
    query = select(asked.c.key, nearest.c.id, nearest.c.like).select_from(asked).join(nearest, true())
    with by_index(session, least_likeness=_LEAST_LIKENESS):
        for key, street_id, how_like in session.execute(query):
            found[key].append((street_id, how_like))
    return found


def _fits(
    session: Session,
    typed: Mapping[int, TypedAddress],
    streets: Mapping[str, list[tuple[UUID, float]]],
    *,
    neighbours: bool,
) -> defaultdict[int, list[_Fit]]:
    """Return the houses that fit each typed address, best first; with `neighbours` also those that do not."""
    asked = [
        (index, street_id, like, wanted.house or HouseNumber("", (), 0))
        for index, wanted in typed.items()
        for street_id, like in streets.get(wanted.street, [])
    ]
    fits: defaultdict[int, list[_Fit]] = defaultdict(list)
    numbers = [(street_id, house) for _, street_id, _, house in asked]
    for position, address, rank in _houses(session, numbers, neighbours=neighbours):
        index, _, like, _ = asked[position]
        fits[index].append(_Fit(address, like, rank))
    for found in fits.values():
        found.sort(key=lambda fit: (-fit.likeness, fit.rank))
    return fits


def _houses(
    session: Session, numbers: Sequence[tuple[UUID, HouseNumber]], *, neighbours: bool
) -> Iterable[tuple[int, Address, int]]:
    """Return the houses nearest to each number, with its position in `numbers` and the rank of the house."""
    asked = func.unnest(
        literal(list(range(len(numbers))), ARRAY(Integer)),
        literal([street_id for street_id, _ in numbers], ARRAY(Uuid)),
        literal([house.key for _, house in numbers], ARRAY(Text)),
        literal([house.value for _, house in numbers], ARRAY(Integer)),
    ).table_valued(
        column("position", Integer),
        column("street_id", Uuid),
        column("house", Text),
        column("value", Integer),
        name="asked",
    )
    asked = asked.render_derived()
    gap = func.abs(Address.house_value - asked.c.value)
    rank = _rank(asked.c.house, cast(asked.c.value, Text), gap)
    nearest = select(Address, rank.label("rank")).where(Address.street_id == asked.c.street_id)
    if not neighbours:
        nearest = nearest.where(rank < _NEIGHBOUR)
    best = nearest.order_by(rank, gap, Address.id).limit(_CANDIDATES).lateral("best")
    query = select(asked.c.position, aliased(Address, best), best.c.rank).select_from(asked).join(best, true())
    return ((position, address, how) for position, address, how in session.execute(query))


def _rank(house: ColumnElement[str], base: ColumnElement[str], gap: ColumnElement[int]) -> ColumnElement[int]:
    """Return 0: the number itself; 1: among the house's; 2: without its letter; 3: but for a letter; 4: a neighbour."""
    return case(
        (Address.house_key == house, 0),
        (house == any_(Address.house_parts), 1),
        (base == any_(Address.house_parts), 2),
        ((house == base) & (gap == 0), 3),
        else_=_NEIGHBOUR,
    )
