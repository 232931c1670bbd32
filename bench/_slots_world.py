"""What the bench of slots books: 50 slots at home and 40 lockers, all of them nearly full."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from geoalchemy2.shape import from_shape
from shapely import MultiPolygon, box
from sqlalchemy.orm import Session

from accounts import keys
from accounts.models import Organisation, OrganisationKind, Role
from kernel.geo import Point
from pickup_points.models import Compartment, PickupPoint, PointKind, Rent, RentState
from places.models import Zone
from slots.models import Hold, HoldState, Slot, SlotTemplate

HOME_SLOTS, LOCKERS, COMPARTMENTS = 50, 40, 6
MOST, LEFT = 12, 3
COMPARTMENTS_LEFT = 1


@dataclass(frozen=True)
class Booked:
    """The world: a merchant's key, and what it books. The slot of the rush has ten places, all of them free."""

    secret: str
    home: list[str]
    at_point: list[str]
    rush: str


def furnish(session: Session, *, now: datetime) -> Booked:
    """Make it all, and fill it until little is left."""
    carrier = Organisation(name="Kuriiri Oy", kind=OrganisationKind.CARRIER, created_at=now)
    session.add(carrier)
    session.flush()
    shop = Organisation(name="Kauppa Oy", kind=OrganisationKind.MERCHANT, carrier_id=carrier.id, created_at=now)
    session.add(shop)
    session.flush()
    scopes = ["slots:write", "slots:read"]
    _, secret = keys.make_key(
        session, organisation=shop, role=Role.MERCHANT, name="till", scopes=scopes, by=None, now=now
    )
    zone = Zone(
        carrier_id=carrier.id,
        name="Helsinki",
        time_zone="Europe/Helsinki",
        area=from_shape(MultiPolygon([box(24.8, 60.1, 25.1, 60.3)]), srid=4326),
        created_at=now,
    )
    lockers = [_locker(carrier, number, now=now) for number in range(LOCKERS)]
    session.add_all([zone, *lockers])
    session.flush()
    home_template = _template(carrier, now=now, zone=zone)
    point_templates = [_template(carrier, now=now, point=locker) for locker in lockers]
    session.add_all([home_template, *point_templates])
    session.flush()

    home = [_slot(home_template, number, most=MOST, now=now) for number in range(HOME_SLOTS)]
    rush = _slot(home_template, HOME_SLOTS, most=10, now=now)
    at_point = [_slot(template, number, most=MOST, now=now) for number, template in enumerate(point_templates)]
    session.add_all([*home, rush, *at_point])
    session.flush()
    session.add_all(_taken(slot, shop, now=now) for slot in [*home, *at_point] for _ in range(MOST - LEFT))
    session.add_all(_rent(door, now=now) for locker in lockers for door in locker.compartments[COMPARTMENTS_LEFT:])
    session.flush()
    return Booked(secret, [str(each.id) for each in home], [str(each.id) for each in at_point], str(rush.id))


def _locker(carrier: Organisation, number: int, *, now: datetime) -> PickupPoint:
    sides = {"length_mm": 600, "width_mm": 400, "height_mm": 200, "most_weight_g": None}
    return PickupPoint(
        carrier_id=carrier.id,
        kind=PointKind.LOCKER,
        name=f"Locker {number}",
        place=Point(24.9 + number / 1000, 60.1719),
        zone="Europe/Helsinki",
        opening_hours="24/7",
        services=["collect"],
        hold_days=3,
        preparation_s=0,
        created_at=now,
        closures=[],
        compartments=[Compartment(name=f"A{door:02}", size="M", **sides) for door in range(COMPARTMENTS)],
    )


def _template(
    carrier: Organisation, *, now: datetime, zone: Zone | None = None, point: PickupPoint | None = None
) -> SlotTemplate:
    # Valid some other day only: what it makes by itself stays out of the way.
    return SlotTemplate(
        carrier_id=carrier.id,
        zone_id=zone and zone.id,
        point_id=point and point.id,
        name="bench",
        time_zone="Europe/Helsinki",
        rule="FREQ=DAILY",
        start_time=time(16),
        duration_s=3600,
        valid_from=date(2099, 1, 1),
        excepted_dates=[],
        blackouts=[],
        lead_s=0,
        days_ahead=1,
        created_at=now,
        disabled_at=None,
        **_terms(MOST),
    )


def _terms(most: int) -> dict[str, object]:
    return {"most_count": most, "most_weight_g": most * 2000, "price_minor": 490, "currency": "EUR", "tags": []}


def _slot(template: SlotTemplate, number: int, *, most: int, now: datetime) -> Slot:
    starts_at = now + timedelta(days=2, minutes=number)
    return Slot(
        template_id=template.id,
        carrier_id=template.carrier_id,
        zone_id=template.zone_id,
        point_id=template.point_id,
        time_zone="Europe/Helsinki",
        local_date=starts_at.date(),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        closes_at=starts_at,
        created_at=now,
        **_terms(most),
    )


def _taken(slot: Slot, shop: Organisation, *, now: datetime) -> Hold:
    return Hold(
        slot_id=slot.id,
        carrier_id=slot.carrier_id,
        merchant_id=shop.id,
        state=HoldState.HELD,
        address_text=None,
        place=None,
        parcels=1,
        weight_g=1000,
        volume_cm3=0,
        measures=[],
        service_s=120,
        price_minor=490,
        currency="EUR",
        created_at=now,
        expires_at=now + timedelta(days=1),
    )


def _rent(door: Compartment, *, now: datetime) -> Rent:
    return Rent(
        compartment_id=door.id,
        point_id=door.point_id,
        parcels=[],
        hold_id=door.id,
        state=RentState.RESERVED,
        starts_at=now,
        ends_at=now + timedelta(days=30),
        created_at=now,
    )
