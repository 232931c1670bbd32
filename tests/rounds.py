"""A published round for tests: one courier, one route, stops a kilometre apart; and small pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from geoalchemy2.shape import from_shape
from PIL import Image
from shapely import LineString
from sqlalchemy.orm import Session

from accounts.models import Organisation, Person, Role
from api.unit import App
from deliveries.models import Delivery, DeliveryState, DeliveryWindow, Parcel
from kernel.geo import Point
from kernel.ids import new_id
from routing.models import Drop, Plan, PlanState, Profile, Route, Stop, StopState
from tests import factories, routing_rows

START = Point(24.9414, 60.1719)
LEG_S, SERVICE_S = 300, 120


@dataclass(frozen=True)
class Round:
    """What a test of the round needs to hold."""

    carrier: Organisation
    merchant: Organisation
    driver: Person
    dispatcher: Person
    route_id: UUID
    stop_ids: tuple[UUID, ...]
    delivery_ids: tuple[UUID, ...]  # of the first drop of each stop


def place(number: int) -> Point:
    """The place of stop `number`: about a kilometre further north each."""
    return Point(START.longitude, START.latitude + 0.009 * number)


def published(
    session: Session,
    *,
    now: datetime,
    stops: int = 3,
    drops: int = 1,
    proof_requirements: Sequence[str] = (),
    windows: Sequence[tuple[datetime, datetime]] = (),
    carrier: Organisation | None = None,
    driver: Person | None = None,
    profile: Profile = Profile.BICYCLE,
) -> Round:
    """A route published for a shift that began an hour ago; legs of 300 s, 120 s at each door, departing now."""
    carrier = carrier or factories.carrier(session)
    merchant = factories.merchant(session, served_by=carrier)
    driver = driver or factories.person(session, role=Role.DRIVER, organisation=carrier, name="Kalle Kuski")
    dispatcher = factories.person(session, organisation=carrier)
    route = _route(session, carrier, driver, profile, now)
    made = [
        _stop(session, route, number, merchant, drops, proof_requirements, windows, now)
        for number in range(1, stops + 1)
    ]
    session.commit()
    return Round(
        carrier,
        merchant,
        driver,
        dispatcher,
        route.id,
        tuple(stop.id for stop in made),
        tuple(stop.drops[0].delivery_id for stop in made),
    )


def reporter(app: App, client: FlaskClient, round_: Round) -> Callable[..., Any]:
    """Return what sends an event of a stop, numbered from 0, as the round's driver."""

    def send(stop: int, kind: str, **given: Any) -> Any:
        event = {"id": str(new_id()), "kind": kind, "device_time": datetime.now(UTC).isoformat()} | given
        path = f"/v1/driver/stops/{round_.stop_ids[stop]}/events"
        return client.post(path, json=event, headers=factories.bearer(app, round_.driver))

    return send


def outcome_of(round_: Round, stop: int, outcome: str = "delivered_to_recipient") -> list[dict[str, str]]:
    """The outcomes of a stop with one drop."""
    return [{"delivery_id": str(round_.delivery_ids[stop]), "outcome": outcome}]


def picture(*, width: int = 60, height: int = 40, form: str = "JPEG", exif: Image.Exif | None = None) -> bytes:
    """A small picture, red on the left and blue on the right."""
    image = Image.new("RGB", (width, height), "blue")
    image.paste("red", (0, 0, width // 2, height))
    out = BytesIO()
    image.save(out, form, **({"exif": exif} if exif else {}))
    return out.getvalue()


def _route(session: Session, carrier: Organisation, driver: Person, profile: Profile, now: datetime) -> Route:
    vehicle = routing_rows.vehicle(session, carrier=carrier, now=now, name="Cargo bicycle", profile=profile)
    shift = routing_rows.shift(
        session,
        carrier=carrier,
        now=now,
        driver=driver,
        by=vehicle,
        starts_in=timedelta(hours=-1),
        start_place=START,
        end_place=None,
    )
    plan = Plan(
        carrier_id=carrier.id, state=PlanState.PUBLISHED, shift_ids=[], delivery_ids=[], seed=1, requested_at=now
    )
    session.add(plan)
    session.flush()
    route = Route(
        plan_id=plan.id,
        carrier_id=carrier.id,
        shift_id=shift.id,
        driver_id=driver.id,
        vehicle_id=vehicle.id,
        departs_at=now,
        ends_at=now + timedelta(hours=2),
        duration_s=7200,
        distance_m=9000,
        line=from_shape(LineString([(START.longitude, START.latitude), (24.95, 60.18)]), srid=4326),
        breaks=[],
        published_at=now - timedelta(minutes=30),
    )
    session.add(route)
    session.flush()
    return route


def _stop(
    session: Session,
    route: Route,
    number: int,
    merchant: Organisation,
    drops: int,
    proof_requirements: Sequence[str],
    windows: Sequence[tuple[datetime, datetime]],
    now: datetime,
) -> Stop:
    arrival_at = now + timedelta(seconds=LEG_S * number + SERVICE_S * (number - 1))
    deliveries = [_delivery(merchant, number, proof_requirements, windows, now) for _ in range(drops)]
    session.add_all(deliveries)
    session.flush()
    stop = Stop(
        route_id=route.id,
        sequence=number,
        place=place(number),
        state=StopState.PLANNED,
        service_s=SERVICE_S,
        leg_duration_s=LEG_S,
        leg_distance_m=1000,
        leg_by_streets=True,
        planned_arrival_at=arrival_at,
        planned_start_at=arrival_at,
        planned_departure_at=arrival_at + timedelta(seconds=SERVICE_S),
        drops=[Drop(delivery_id=each.id) for each in deliveries],
    )
    session.add(stop)
    session.flush()
    return stop


def _delivery(
    merchant: Organisation,
    number: int,
    proof_requirements: Sequence[str],
    windows: Sequence[tuple[datetime, datetime]],
    now: datetime,
) -> Delivery:
    return Delivery(
        id=new_id(),
        merchant_id=merchant.id,
        carrier_id=merchant.served_by,
        state=DeliveryState.SCHEDULED,
        recipient_name="Eino Leino",
        address_text=f"Mannerheimintie {number} A 5, 00100 Helsinki",
        place=place(number),
        zone="Europe/Helsinki",
        service_s=SERVICE_S,
        proof_requirements=list(proof_requirements),
        promised_from=now,
        promised_until=now + timedelta(hours=2),
        first_promised_from=now,
        first_promised_until=now + timedelta(hours=2),
        created_at=now,
        windows=[DeliveryWindow(starts_at=starts_at, ends_at=ends_at) for starts_at, ends_at in windows],
        parcels=[Parcel(weight_g=1000)],
    )
