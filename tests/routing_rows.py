"""Rows of the routing room for tests: each factory sets only what matters, and flushes; the caller's arguments win."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from geoalchemy2.shape import from_shape
from shapely.geometry import LineString
from sqlalchemy.orm import Session

from accounts.models import Organisation, Person, Role
from deliveries.models import Delivery, DeliveryState, DeliveryWindow, Parcel
from kernel.geo import Point
from routing.given import fingerprint, given_delivery, given_shift
from routing.models import Drop, Plan, PlanState, Profile, Route, Shift, Stop, StopState, Vehicle
from tests import factories

DEPOT = Point(24.9414, 60.1719)


def near(metres_east: float, metres_north: float = 0.0) -> Point:
    """A place so far from DEPOT, good to a metre or two."""
    return Point(DEPOT.longitude + metres_east / 55_400, DEPOT.latitude + metres_north / 111_200)


def vehicle(session: Session, *, carrier: Organisation, now: datetime, **given: Any) -> Vehicle:
    """A bicycle for 40 parcels."""
    given = {"name": "Bicycle", "profile": Profile.BICYCLE, "capacities": {"parcels": 40}} | given
    return _flushed(session, Vehicle(carrier_id=carrier.id, created_at=now, **given))


def shift(
    session: Session,
    *,
    carrier: Organisation,
    now: datetime,
    driver: Person | None = None,
    by: Vehicle | None = None,
    starts_in: timedelta = timedelta(hours=1),
    lasts: timedelta = timedelta(hours=8),
    **given: Any,
) -> Shift:
    """A shift of eight hours that begins in an hour, from DEPOT to DEPOT, with a driver and a vehicle of its own."""
    given = {"start_place": DEPOT, "end_place": DEPOT} | given
    return _flushed(
        session,
        Shift(
            carrier_id=carrier.id,
            driver=driver or factories.person(session, role=Role.DRIVER, organisation=carrier),
            vehicle=by or vehicle(session, carrier=carrier, now=now),
            starts_at=now + starts_in,
            ends_at=now + starts_in + lasts,
            created_at=now,
            **given,
        ),
    )


def delivery(
    session: Session,
    *,
    merchant: Organisation,
    now: datetime,
    windows: Sequence[tuple[datetime, datetime]] = (),
    weights_g: Sequence[int] = (1000,),
    **given: Any,
) -> Delivery:
    """A confirmed delivery of one parcel at DEPOT, at any time."""
    given = {
        "state": DeliveryState.CONFIRMED,
        "recipient_name": "Aino Virtanen",
        "recipient_phone": "+358401234567",
        "address_text": "Aleksanterinkatu 9",
        "place": DEPOT,
        "zone": "Europe/Helsinki",
        "service_s": 120,
        "proof_requirements": [],
    } | given
    return _flushed(
        session,
        Delivery(
            merchant_id=merchant.id,
            carrier_id=merchant.served_by,
            created_at=now,
            windows=[DeliveryWindow(starts_at=starts_at, ends_at=ends_at) for starts_at, ends_at in windows],
            parcels=[Parcel(weight_g=weight_g) for weight_g in weights_g],
            **{"alternatives": [], "pickup": None} | given,
        ),
    )


def published_route(
    session: Session, *, on: Shift, stops: Sequence[Sequence[Delivery]], now: datetime, published: bool = True
) -> Route:
    """A published route with one stop for each group of deliveries, ten minutes apart; they become scheduled."""
    at = now if published else None
    plan = _flushed(
        session,
        Plan(
            carrier_id=on.carrier_id,
            state=PlanState.PUBLISHED if published else PlanState.SOLVED,
            shift_ids=[str(on.id)],
            delivery_ids=[str(each.id) for group in stops for each in group],
            seed=1,
            requested_at=now,
            published_at=at,
        ),
    )
    route = Route(
        plan_id=plan.id,
        carrier_id=on.carrier_id,
        shift=on,
        driver_id=on.driver_id,
        vehicle=on.vehicle,
        departs_at=on.starts_at,
        ends_at=on.ends_at,
        duration_s=int((on.ends_at - on.starts_at).total_seconds()),
        distance_m=1000 * len(stops),
        line=from_shape(LineString([(DEPOT.longitude, DEPOT.latitude), (DEPOT.longitude, DEPOT.latitude)]), srid=4326),
        breaks=[],
        published_at=at,
        stops=[_stop(on, sequence, group) for sequence, group in enumerate(stops, start=1)],
    )
    if published:
        for each in (each for group in stops for each in group):
            each.state = DeliveryState.SCHEDULED
    return _flushed(session, route)


def published_plan(
    session: Session, *, on: Sequence[Shift], stops: Sequence[Sequence[Sequence[Delivery]]], now: datetime
) -> Plan:
    """A published plan: a route for each shift as by `published_route`, each stop promised within half an hour."""
    routes = [
        published_route(session, on=shift, stops=groups, now=now) for shift, groups in zip(on, stops, strict=True)
    ]
    plan = session.get_one(Plan, routes[0].plan_id)
    plan.shift_ids = [str(shift.id) for shift in on]
    half = timedelta(minutes=30)
    for route in routes:
        route.plan_id, route.fingerprint = plan.id, fingerprint(given_shift(route.shift))
        for stop in route.stops:
            for drop in stop.drops:
                drop.fingerprint = fingerprint(given_delivery(drop.delivery))
                drop.delivery.promise_window(stop.planned_start_at - half, stop.planned_start_at + half)
    session.flush()
    return plan


def _stop(on: Shift, sequence: int, group: Sequence[Delivery]) -> Stop:
    arrival = on.starts_at + timedelta(minutes=10 * sequence)
    return Stop(
        sequence=sequence,
        place=group[0].place,
        state=StopState.PLANNED,
        service_s=120,
        leg_duration_s=480,
        leg_distance_m=1000,
        leg_by_streets=False,
        planned_arrival_at=arrival,
        planned_start_at=arrival,
        planned_departure_at=arrival + timedelta(seconds=120),
        drops=[Drop(delivery=each) for each in group],
        fetches=[],
    )


def _flushed[T](session: Session, row: T) -> T:
    session.add(row)
    session.flush()
    return row
