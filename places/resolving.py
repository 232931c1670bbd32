"""Finding the one address that a text means, or saying why there is not one. A batch takes as many queries as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, String, Text, Uuid, any_, case, cast, column, func, select, true, values
from sqlalchemy.orm import Session, aliased

from kernel.errors import Invalid
from kernel.geo import Point, distance_m
from places.addresses import by_index, likeness, looks_like
from places.cities import edition
from places.models import Address, Street
from places.wording import TypedAddress, fold, read_typed, same_name

# Addresses that fit equally well this close together are one place to a courier.
SAME_PLACE_M = 150.0
_CANDIDATES = 5


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
    typed = [read_typed(text) for text in texts]
    fits = _fits(session, typed)
    return [
        _judge(text, wanted, fits[index], near) for index, (text, wanted) in enumerate(zip(texts, typed, strict=True))
    ]


def _judge(
    text: str, wanted: TypedAddress, fits: list[_Fit], near: Point | None
) -> Address | AddressNotFound | AddressAmbiguous:
    candidates = [_candidate(fit.address) for fit in fits[:_CANDIDATES]]
    if wanted.house is None:
        return AddressNotFound(f"'{text}' has no house number", candidates=candidates)
    equal = _best([fit for fit in fits if fit.rank < 4 and _is_street(wanted, fit.address)])
    equal = [address for address in equal if _has_postcode(wanted, address)]
    if not equal:
        return AddressNotFound(f"'{text}' is not in the map", candidates=candidates)

    if near is not None:
        return min(equal, key=lambda address: distance_m(near, address.place))
    if any(distance_m(equal[0].place, other.place) > SAME_PLACE_M for other in equal[1:]):
        return AddressAmbiguous(f"'{text}' could be several places", candidates=[_candidate(each) for each in equal])
    return equal[0]


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


def _fits(session: Session, typed: Sequence[TypedAddress]) -> defaultdict[int, list[_Fit]]:
    """Return for each typed address, by its index, the houses that come into question, best first."""
    streets = _streets(session, {wanted.street for wanted in typed if wanted.street})
    asked = [
        (index, street_id, like, wanted)
        for index, wanted in enumerate(typed)
        for street_id, like in streets.get(wanted.street, [])
    ]
    fits: defaultdict[int, list[_Fit]] = defaultdict(list)
    for position, address, rank in _houses(session, asked):
        index, _, like, _ = asked[position]
        fits[index].append(_Fit(address, like, rank))
    for found in fits.values():
        found.sort(key=lambda fit: (-fit.likeness, fit.rank))
    return fits


def _streets(session: Session, keys: set[str]) -> dict[str, list[tuple[UUID, float]]]:
    """Return the streets of each name, or those most like it where none has it."""
    found: dict[str, list[tuple[UUID, float]]] = defaultdict(list)
    for key, street_id in session.execute(select(Street.key, Street.id).where(Street.key.in_(keys))):
        found[key].append((street_id, 1.0))
    mistyped = [(key,) for key in keys - found.keys()]
    if mistyped:
        asked = values(column("key", Text), name="asked").data(mistyped)
        like = likeness(cast(asked.c.key, Text)).label("like")
        nearest = select(Street.id, like).where(looks_like(cast(asked.c.key, Text))).order_by(like.desc()).limit(5)
        lateral = nearest.lateral("nearest")
        query = select(asked.c.key, lateral.c.id, lateral.c.like).select_from(asked).join(lateral, true())
        with by_index(session):
            for key, street_id, how_like in session.execute(query):
                found[key].append((street_id, how_like))
    return found


def _houses(session: Session, asked: Sequence[tuple[int, UUID, float, TypedAddress]]) -> list[tuple[int, Address, int]]:
    """Return the houses nearest to each asked number, with the position in `asked` and how well the number fits."""
    if not asked:
        return []
    rows = []
    for position, (_, street_id, _, wanted) in enumerate(asked):
        key = wanted.house.key if wanted.house else ""
        value = wanted.house.value if wanted.house else 0
        rows.append((position, street_id, key, str(value), value))
    wanted_houses = values(
        column("position", Integer),
        column("street_id", Uuid),
        column("house", String),
        column("base", String),
        column("value", Integer),
        name="wanted",
    ).data(rows)
    house, base = cast(wanted_houses.c.house, Text), cast(wanted_houses.c.base, Text)
    gap = func.abs(Address.house_value - wanted_houses.c.value)
    rank = _rank(house, base, gap)
    nearest = (
        select(Address, rank.label("rank"))
        .where(Address.street_id == wanted_houses.c.street_id)
        .order_by(rank, gap, Address.id)
        .limit(_CANDIDATES)
        .lateral("nearest")
    )
    found = aliased(Address, nearest)
    query = select(wanted_houses.c.position, found, nearest.c.rank).select_from(wanted_houses).join(nearest, true())
    return [(position, address, how) for position, address, how in session.execute(query)]


def _rank(house: ColumnElement[str], base: ColumnElement[str], gap: ColumnElement[int]) -> ColumnElement[int]:
    """Return 0: the number itself; 1: among the house's; 2: without its letter; 3: but for a letter; 4: another one."""
    return case(
        (Address.house_key == house, 0),
        (house == any_(Address.house_parts), 1),
        (base == any_(Address.house_parts), 2),
        ((house == base) & (gap == 0), 3),
        else_=4,
    )
