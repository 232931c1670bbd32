"""Stops that somebody keeps in the tours of a day before any plan has them: room held, not only counted.

Each has a seat between two steps of its tour. Seated in their turns on the same day they stand the same way in every
process, so what one process priced another one finds. A guest whose neighbours are no longer there, because the route
was planned anew, is priced into the day once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from uuid import UUID

import numpy as np

from places.streets import Streets
from routing.days import CarrierDay
from routing.given import Span
from routing.insertion import Question, Seat, Wanted, offers_on_days, stop_of
from routing.solving.fits import DoesNotFit
from routing.solving.pricing.tour import Tour, Ways
from routing.solving.problem import UNREACHABLE, Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """A stop that is kept. One that is not `live` any more is passed by, for those who were seated beside it."""

    id: UUID
    wanted: Wanted
    window: Span
    turn: int
    seat: Seat
    live: bool = True


@dataclass(frozen=True, eq=False)
class Hosting:
    """A day with its guests. `base` is the day without; `homeless` are those for whom no route has room any more.

    `moved`: some stand elsewhere than in the seats that they took.
    """

    base: CarrierDay
    guests: tuple[Guest, ...]
    day: CarrierDay
    homeless: tuple[Guest, ...] = ()
    moved: bool = False


class _Displaced(Exception):
    """The steps between which it was seated do not follow each other."""


def hosting(base: CarrierDay, guests: Iterable[Guest], *, streets: Streets, before: Hosting | None = None) -> Hosting:
    """Return the day with these guests; may ask the streets, so let no transaction be open.

    Of the day `before`, only the tours whose guests are others now are driven again.
    """
    wanted = tuple(needed(guests))
    if before is not None and before.base is base and before.guests == wanted:
        return before
    kept = before if before is not None and before.base is base and not before.moved else None
    day, displaced = _seated(base, wanted, kept)
    homeless = []
    for guest in displaced:
        seat = _seat_now(day, guest, streets)
        if seat is None:
            homeless.append(guest)
        else:
            day = _with(day, replace(guest, seat=seat))
    return Hosting(base, wanted, day, tuple(homeless), moved=bool(displaced))


def needed(guests: Iterable[Guest]) -> list[Guest]:
    """Return those who are live, and those beside whom a needed one was seated, in their turns shift by shift."""
    known = {guest.id: guest for guest in guests}
    wanted: dict[UUID, Guest] = {}
    asked = [guest for guest in known.values() if guest.live]
    while asked:
        guest = asked.pop()
        wanted[guest.id] = guest
        beside = (known.get(each) for each in (guest.seat.behind_id, guest.seat.before_id) if each is not None)
        asked += [each for each in beside if each is not None and each.id not in wanted]
    return sorted(wanted.values(), key=lambda each: (each.seat.shift_id, each.turn))


def _seated(base: CarrierDay, guests: Sequence[Guest], kept: Hosting | None) -> tuple[CarrierDay, list[Guest]]:
    """The day with those whose seats are still there, and the live ones whose seats are not."""
    day, had = (kept.day, kept.guests) if kept else (base, ())
    before, now = _by_shift(had), _by_shift(guests)
    day = _with_places(day, guests)
    tours: dict[int, Tour] = {}
    displaced: list[Guest] = []
    for shift_id in before.keys() | now.keys():
        if before.get(shift_id) == now.get(shift_id):
            continue
        number = base.at.get(shift_id)
        if number is None:
            displaced += [guest for guest in now.get(shift_id, ()) if guest.live]
            continue
        tours[number], astray = _tour(day, base.day.tours[number], now.get(shift_id, ()))
        displaced += astray
    displaced.sort(key=lambda guest: guest.id)
    return (replace(day, day=day.day.with_tours(tours)) if tours else day), displaced


def _by_shift(guests: Iterable[Guest]) -> Mapping[UUID, tuple[Guest, ...]]:
    return {shift_id: tuple(each) for shift_id, each in groupby(guests, key=lambda guest: guest.seat.shift_id)}


def _tour(day: CarrierDay, tour: Tour, guests: Sequence[Guest]) -> tuple[Tour, list[Guest]]:
    displaced: list[Guest] = []
    for guest in guests:
        try:
            tour = _beside(day, tour, guest)
        except (_Displaced, DoesNotFit):
            displaced += [guest] if guest.live else []
    return tour, displaced


def _with(day: CarrierDay, guest: Guest) -> CarrierDay:
    day = _with_places(day, [guest])
    number = day.at[guest.seat.shift_id]
    return replace(day, day=day.day.with_tours({number: _beside(day, day.day.tours[number], guest)}))


def _with_places(day: CarrierDay, guests: Sequence[Guest]) -> CarrierDay:
    """The day with a place of its own for each guest: of a known one, not all drives would be known."""
    numbers = dict(day.guests)
    places = list(day.places)
    for guest in guests:
        if guest.id not in numbers:
            numbers[guest.id] = len(places)
            places.append(guest.wanted.place)
    return day if len(places) == len(day.places) else replace(day, places=tuple(places), guests=numbers)


def _beside(day: CarrierDay, tour: Tour, guest: Guest) -> Tour:
    """The tour with the guest in its seat. _Displaced, DoesNotFit."""
    names = [None, *(step.id for step in tour.stops), None]
    index = next((at for at, name in enumerate(names[:-1]) if name == _name(guest.seat.behind_id)), None)
    if index is None or names[index + 1] != _name(guest.seat.before_id):
        raise _Displaced
    stop = replace(stop_of(day, guest.wanted), id=str(guest.id), place=day.guests[guest.id])
    if guest.live:
        window = (day.origin.up(guest.window[0]), day.origin.up(guest.window[1]))
        stop = replace(stop, windows=(window,))
    else:
        stop = Stop(id=stop.id, place=stop.place, demands=(0,) * len(stop.demands))
    return tour.with_stop(stop, index, _ways(day, tour, index, guest.seat))


def _name(id: UUID | None) -> str | None:
    return None if id is None else str(id)


def _ways(day: CarrierDay, tour: Tour, index: int, seat: Seat) -> Ways:
    """The guest's own two drives; nothing else is known, nor asked."""
    lines = np.full((4, len(day.places)), UNREACHABLE, dtype=np.int32)
    local = [tour.vehicle.start_place, *(step.place for step in tour.steps)]
    ends = [tour.vehicle.end_place]
    behind, before = local[index], [*local[1:], *ends][index]
    lines[0, tour.places[behind]], lines[1, tour.places[behind]] = seat.way_in
    if before is not None:
        lines[2, tour.places[before]], lines[3, tour.places[before]] = seat.way_out
    return Ways(to_s=lines[0], to_m=lines[1], from_s=lines[2], from_m=lines[3])


def _seat_now(day: CarrierDay, guest: Guest, streets: Streets) -> Seat | None:
    question = Question(wanted=guest.wanted, days={date.min: (day, [guest.window])})
    (found,) = offers_on_days([question], streets=streets)
    return found[date.min][0].seat if found[date.min] else None
