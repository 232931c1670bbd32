"""A small world in which one of everything exists, for tests that walk all endpoints."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.models import Organisation, Person, Role
from deliveries.models import Delivery
from kernel import clock
from pickup_points.counter.models import Announcement, AnnouncementState, Authorisation, Post, Return, StockTake
from pickup_points.models import PickupPoint
from pickup_points.orders.models import Order, OrderState
from proofs.models import ProofKind
from routing.models import Route
from tests import factories, routing_rows
from tests.factories import api_key, carrier, merchant, person
from tests.pickup_points import locker_rows
from tracking.models import TrackingLink

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
            "announcement_id",
            "authorisation_id",
            "closure_id",
            "compartment_id",
            "delivery_id",
            "hold_id",
            "key_id",
            "link_id",
            "order_id",
            "organisation_id",
            "person_id",
            "plan_id",
            "point_id",
            "proof_id",
            "return_id",
            "route_id",
            "shift_id",
            "stock_take_id",
            "stop_id",
            "template_id",
            "token",
            "vehicle_id",
            "zone_id",
        )


def populate(session: Session) -> World:
    """Make the world and return it, flushed."""
    drives = carrier(session)
    sends = merchant(session, served_by=drives)
    people = {
        role: person(session, role=role, organisation=sends if role is Role.MERCHANT else drives) for role in Role
    }
    key, _ = api_key(session, organisation=drives, role=Role.DISPATCHER, scopes=())
    delivery = factories.delivery(session, merchant=sends, external_id="order-1")
    route = _route(session, drives, people[Role.DRIVER], delivery)
    proof = factories.proof(
        session, delivery_id=delivery.id, by=people[Role.DRIVER], kind=ProofKind.PHOTO, at=clock.now()
    )
    link = _link(session, delivery)
    zone = factories.zone(session, carrier=drives)
    slot = factories.slot(session, starts_at=clock.now() + timedelta(days=2), zone=zone)
    hold = factories.hold(session, slot=slot, merchant=sends, expires_at=clock.now() + timedelta(minutes=15))
    point = factories.pickup_point(session, carrier=drives, external_id="point-1")
    closure = factories.closure(session, point=point)
    compartment = locker_rows.door(session, point, name="1")
    ids: dict[str, UUID | str] = {
        **_at_counter(session, point, delivery, people[Role.COUNTER]),
        "closure_id": closure.id,
        "compartment_id": compartment.id,
        "delivery_id": delivery.id,
        "hold_id": hold.id,
        "key_id": key.id,
        "link_id": link.id,
        "organisation_id": sends.id,
        "person_id": people[Role.COUNTER].id,
        "plan_id": route.plan_id,
        "point_id": point.id,
        "proof_id": proof.id,
        "route_id": route.id,
        "shift_id": route.shift_id,
        "stop_id": route.stops[0].id,
        "template_id": slot.template_id,
        "token": TOKEN,
        "vehicle_id": route.vehicle_id,
        "zone_id": zone.id,
    }
    return World(drives, sends, people, ids)


def _at_counter(session: Session, point: PickupPoint, delivery: Delivery, clerk: Person) -> dict[str, UUID | str]:
    now = clock.now()
    order = Order(
        point_id=point.id,
        merchant_id=delivery.merchant_id,
        carrier_id=delivery.carrier_id,
        delivery_id=delivery.id,
        state=OrderState.PLACED,
        lines=[],
        promised_at=now,
        placed_at=now,
    )
    announcement = Announcement(
        delivery_id=delivery.id, point_id=point.id, state=AnnouncementState.ON_THE_WAY, announced_at=now
    )
    expires_at = now + timedelta(days=1)
    authorisation = Authorisation(delivery_id=delivery.id, delegate_name="Eeva", created_at=now, expires_at=expires_at)
    leave = Return(delivery_id=delivery.id, parcel_ids=[], code_sha256="0" * 64, created_at=now, expires_at=expires_at)
    take = StockTake(point_id=point.id, taken_at=now, lines=[])
    post = Post(point_id=point.id, person_id=clerk.id, since=now)
    session.add_all([order, announcement, authorisation, leave, take, post])
    session.flush()
    return {
        "announcement_id": announcement.id,
        "authorisation_id": authorisation.id,
        "order_id": order.id,
        "return_id": leave.id,
        "stock_take_id": take.id,
    }


def _route(session: Session, drives: Organisation, driver: Person, delivery: Delivery) -> Route:
    now = clock.now()
    shift = routing_rows.shift(
        session, carrier=drives, now=now, driver=driver, starts_in=timedelta(hours=-1), lasts=timedelta(hours=6)
    )
    return routing_rows.published_route(session, on=shift, stops=[[delivery]], now=now)


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
