"""A small world in which one of everything exists, for tests that walk all endpoints."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from geoalchemy2.shape import from_shape
from shapely.geometry import LineString
from sqlalchemy.orm import Session

from accounts.models import Organisation, Person, Role
from deliveries.models import Delivery, DeliveryState, Parcel
from kernel import clock
from kernel.geo import Point
from kernel.ids import new_id
from proofs.models import Proof, ProofKind
from routing.models import Drop, Plan, PlanState, Profile, Route, Shift, Stop, StopState, Vehicle
from tests.factories import api_key, carrier, merchant, person
from tracking.models import TrackingLink

HOME = Point(24.9414, 60.1719)
TOKEN = "a-token-that-everyone-in-these-tests-knows"


@dataclass(frozen=True)
class World:
    """One person of each role in one carrier and its merchant, and the ids of one of everything they share."""

    carrier: Organisation
    merchant: Organisation
    people: dict[Role, Person]
    ids: dict[str, UUID | str]

    @staticmethod
    def names() -> tuple[str, ...]:
        """The path parameters that `ids` answers."""
        return (
            "delivery_id",
            "key_id",
            "link_id",
            "organisation_id",
            "person_id",
            "plan_id",
            "proof_id",
            "route_id",
            "shift_id",
            "stop_id",
            "token",
            "vehicle_id",
        )


def populate(session: Session) -> World:
    """Make the world and return it, flushed."""
    drives = carrier(session)
    sends = merchant(session, served_by=drives)
    people = {
        role: person(session, role=role, organisation=sends if role is Role.MERCHANT else drives) for role in Role
    }
    key, _ = api_key(session, organisation=drives, role=Role.DISPATCHER, scopes=())
    delivery = _delivery(session, drives, sends)
    plan, route, stop = _round(session, drives, people[Role.DRIVER], delivery)
    proof = _proof(session, delivery, people[Role.DRIVER])
    link = _link(session, delivery)
    ids: dict[str, UUID | str] = {
        "delivery_id": delivery.id,
        "key_id": key.id,
        "link_id": link.id,
        "organisation_id": sends.id,
        "person_id": people[Role.COUNTER].id,
        "plan_id": plan.id,
        "proof_id": proof.id,
        "route_id": route.id,
        "shift_id": route.shift_id,
        "stop_id": stop.id,
        "token": TOKEN,
        "vehicle_id": route.vehicle_id,
    }
    return World(drives, sends, people, ids)


def _delivery(session: Session, drives: Organisation, sends: Organisation) -> Delivery:
    delivery = Delivery(
        merchant_id=sends.id,
        carrier_id=drives.id,
        external_id="order-1",
        state=DeliveryState.SCHEDULED,
        recipient_name="Veikko Virtanen",
        address_text="Mannerheimintie 12",
        place=HOME,
        zone="Europe/Helsinki",
        service_s=120,
        proof_requirements=[],
        created_at=clock.now(),
        parcels=[Parcel(weight_g=1200)],
        windows=[],
    )
    session.add(delivery)
    session.flush()
    return delivery


def _round(session: Session, drives: Organisation, driver: Person, delivery: Delivery) -> tuple[Plan, Route, Stop]:
    now = clock.now()
    vehicle = Vehicle(
        carrier_id=drives.id, name="Bicycle 1", profile=Profile.BICYCLE, capacities={"parcels": 40}, created_at=now
    )
    session.add(vehicle)
    session.flush()
    shift = Shift(
        carrier_id=drives.id,
        driver_id=driver.id,
        vehicle_id=vehicle.id,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=5),
        start_place=HOME,
        end_place=HOME,
        created_at=now,
    )
    plan = Plan(
        carrier_id=drives.id,
        state=PlanState.PUBLISHED,
        shift_ids=[],
        delivery_ids=[str(delivery.id)],
        seed=1,
        percent=100,
        requested_at=now,
        published_at=now,
    )
    session.add_all([shift, plan])
    session.flush()
    route = Route(
        plan_id=plan.id,
        carrier_id=drives.id,
        shift_id=shift.id,
        driver_id=driver.id,
        vehicle_id=vehicle.id,
        departs_at=now,
        ends_at=now + timedelta(hours=1),
        duration_s=3600,
        distance_m=1000,
        line=from_shape(LineString([(24.9414, 60.1719), (24.9500, 60.1700)]), srid=4326),
        breaks=[],
        published_at=now,
    )
    session.add(route)
    session.flush()
    stop = Stop(
        route_id=route.id,
        sequence=1,
        place=HOME,
        state=StopState.PLANNED,
        service_s=120,
        leg_duration_s=300,
        leg_distance_m=800,
        leg_by_streets=True,
        planned_arrival_at=now + timedelta(minutes=5),
        planned_start_at=now + timedelta(minutes=5),
        planned_departure_at=now + timedelta(minutes=7),
    )
    session.add(stop)
    session.flush()
    session.add(Drop(stop_id=stop.id, delivery_id=delivery.id))
    session.flush()
    return plan, route, stop


def _proof(session: Session, delivery: Delivery, driver: Person) -> Proof:
    proof = Proof(
        id=new_id(),
        delivery_id=delivery.id,
        kind=ProofKind.PHOTO,
        sha256="0" * 64,
        received_sha256="0" * 64,
        media_type="image/jpeg",
        size_bytes=1,
        width_px=1,
        height_px=1,
        store_key=f"proofs/{delivery.id}/{new_id()}.jpg",
        captured_at=clock.now(),
        captured_by=driver.id,
        received_at=clock.now(),
    )
    session.add(proof)
    session.flush()
    return proof


def _link(session: Session, delivery: Delivery) -> TrackingLink:
    link = TrackingLink(
        delivery_id=delivery.id,
        token_sha256=hashlib.sha256(TOKEN.encode()).hexdigest(),
        created_at=clock.now(),
        expires_at=clock.now() + timedelta(days=1),
    )
    session.add(link)
    session.flush()
    return link
