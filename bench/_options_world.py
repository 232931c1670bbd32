"""A carrier's week with so many stops planned, its slots and pickup points: rows for `bench/options.py`."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from accounts.models import Organisation, Person, Role
from deliveries.models import Delivery, DeliveryState
from kernel.geo import Point, distance_m
from places.models import Zone
from routing.models import Drop, Profile, Stop, StopState
from slots.models import Slot
from tests import factories
from tests import routing_rows as rows

HELSINKI = ZoneInfo("Europe/Helsinki")
WEST, SOUTH, EAST, NORTH = 24.90, 60.14, 25.00, 60.20
PER_TOUR, DAYS, WINDOWS, POINTS = 40, 7, 10, 60
_CAR_M_PER_S = 6.0  # slower than the great-circle streets take a car to be: what is laid out can be driven


@dataclass(frozen=True)
class Week:
    """Who asks, and the first of the days."""

    carrier: Organisation
    merchant: Organisation
    asker: Person
    first: datetime


def furnish(session: Session, *, stops: int, now: datetime, seed: int) -> Week:
    """Add the week: its first day is tomorrow."""
    chance = random.Random(seed)
    carrier = factories.carrier(session)
    merchant = factories.merchant(session, served_by=carrier)
    asker = factories.person(session, role=Role.MERCHANT, organisation=merchant)
    zone = factories.zone(session, carrier=carrier)
    points = [
        factories.pickup_point(
            session, carrier=carrier, name=f"Shop {number}", place=anywhere(chance), most_parcels=500
        )
        for number in range(POINTS)
    ]
    midnight = datetime.combine(now.astimezone(HELSINKI).date() + timedelta(days=1), time(), tzinfo=HELSINKI)
    for day in range(DAYS):
        morning = midnight + timedelta(days=day, hours=8)
        places = sorted(
            (anywhere(chance) for _ in range(stops // DAYS)), key=lambda at: (at.longitude // 0.01, at.latitude)
        )
        for start in range(0, len(places), PER_TOUR):
            _tour(session, carrier, merchant, places[start : start + PER_TOUR], morning, now, chance)
        _slots(session, zone, morning)
        for point in points:
            factories.slot(session, starts_at=morning + timedelta(hours=9), point=point, most_count=1000)
    return Week(carrier, merchant, asker, midnight)


def anywhere(chance: random.Random) -> Point:
    """A place in the zone."""
    return Point(round(chance.uniform(WEST, EAST), 6), round(chance.uniform(SOUTH, NORTH), 6))


def _slots(session: Session, zone: Zone, morning: datetime) -> list[Slot]:
    """Ten windows of two hours, one each hour."""
    return [
        factories.slot(session, starts_at=morning + timedelta(hours=number), zone=zone, most_count=10_000)
        for number in range(WINDOWS)
    ]


def _tour(
    session: Session,
    carrier: Organisation,
    merchant: Organisation,
    places: list[Point],
    morning: datetime,
    now: datetime,
    chance: random.Random,
) -> None:
    """A van's published route, each stop the nearest of those left; two of three have a window around their time."""
    van = rows.vehicle(session, carrier=carrier, now=now, profile=Profile.CAR, capacities={"parcels": 70})
    starts_at = morning + timedelta(minutes=30 * chance.randrange(4))
    shift = rows.shift(session, carrier=carrier, now=now, by=van, starts_in=starts_at - now, lasts=timedelta(hours=9))
    at, here, stops, metres, left = starts_at, rows.DEPOT, [], 0, list(places)
    while left:
        place = min(left, key=lambda each: distance_m(here, each))
        left.remove(place)
        leg_m = round(1.4 * distance_m(here, place))
        arrival = at + timedelta(seconds=round(leg_m / _CAR_M_PER_S))
        begins = arrival - timedelta(minutes=chance.randrange(20, 100))
        windows = [(begins, begins + timedelta(hours=2))] if chance.random() < 0.67 else []
        booked = rows.delivery(
            session,
            merchant=merchant,
            now=now,
            place=place,
            windows=windows,
            recipient_name=f"Aino {len(stops)} {shift.id}",
            state=DeliveryState.SCHEDULED,
        )
        stops.append(_stop(booked, len(stops) + 1, arrival, (arrival - at).seconds, leg_m))
        metres += leg_m
        at, here = arrival + timedelta(seconds=booked.service_s), place
    home_m = round(1.4 * distance_m(here, rows.DEPOT))
    ends_at = at + timedelta(seconds=round(home_m / _CAR_M_PER_S))
    bare = rows.published_route(session, on=shift, stops=[], now=now)
    bare.departs_at, bare.ends_at, bare.distance_m = starts_at, ends_at, metres + home_m
    bare.duration_s = int((ends_at - starts_at).total_seconds())
    for stop in stops:
        stop.route_id = bare.id
    session.add_all(stops)
    session.flush()


def _stop(booked: Delivery, sequence: int, arrival: datetime, leg_s: int, leg_m: int) -> Stop:
    return Stop(
        sequence=sequence,
        place=booked.place,
        state=StopState.PLANNED,
        service_s=booked.service_s,
        leg_duration_s=leg_s,
        leg_distance_m=leg_m,
        leg_by_streets=False,
        planned_arrival_at=arrival,
        planned_start_at=arrival,
        planned_departure_at=arrival + timedelta(seconds=booked.service_s),
        drops=[Drop(delivery=booked)],
        fetches=[],
    )
