"""Rows for tests: each factory sets only what matters, and flushes; the caller's arguments win.

The client of a test stands on the same transaction as `session`, so what is flushed is seen by requests.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import count
from uuid import UUID

from flask import Flask
from flask_jwt_extended import create_access_token
from geoalchemy2.shape import from_shape
from shapely import MultiPolygon, box
from sqlalchemy.orm import Session

from accounts import keys, passwords
from accounts.models import ApiKey, Organisation, OrganisationKind, Person, Role
from deliveries.models import Delivery, DeliveryState, DeliveryWindow, Parcel
from kernel.geo import Point
from kernel.ids import new_id
from pickup_points.models import Closure, PickupPoint, PointKind, PointService, Stay, StayState, StepFree
from places.models import Address, City, Street, Zone
from places.wording import fold, read_house_number
from proofs.models import Proof, ProofKind
from slots.models import Hold, HoldState, Slot, SlotTemplate

BORN = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
HELSINKI = Point(24.9414, 60.1719)
PASSWORD = "a long enough password"
_numbers = count(1)


def carrier(session: Session, *, name: str = "Kuriiri Oy") -> Organisation:
    """An organisation that drives."""
    return _flushed(session, Organisation(name=name, kind=OrganisationKind.CARRIER, created_at=BORN))


def merchant(session: Session, *, served_by: Organisation | None = None, name: str = "Kirjakauppa") -> Organisation:
    """An organisation that sends, with a carrier of its own unless one is given."""
    by = served_by or carrier(session)
    return _flushed(session, Organisation(name=name, kind=OrganisationKind.MERCHANT, carrier_id=by.id, created_at=BORN))


def person(
    session: Session,
    *,
    role: Role = Role.DISPATCHER,
    organisation: Organisation | None = None,
    email: str | None = None,
    name: str = "Aino Virtanen",
    active: bool = True,
) -> Person:
    """Somebody whose password is PASSWORD; a merchant in a merchant's organisation, anyone else in a carrier's."""
    fitting = merchant if role is Role.MERCHANT else carrier
    return _flushed(
        session,
        Person(
            organisation=organisation or fitting(session),
            role=role,
            name=name,
            email=email or f"person{next(_numbers)}@example.com",
            phone=None,
            password_hash=_password_hash(),
            active=active,
            created_at=BORN,
        ),
    )


def api_key(
    session: Session, *, organisation: Organisation, role: Role = Role.DISPATCHER, scopes: tuple[str, ...] = ()
) -> tuple[ApiKey, str]:
    """A key and its secret."""
    return keys.make_key(session, organisation=organisation, role=role, name="till", scopes=scopes, by=None, now=BORN)


def bearer(app: Flask, who: Person | ApiKey) -> dict[str, str]:
    """The headers of a request by this person or key."""
    kind = "person" if isinstance(who, Person) else "key"
    with app.app_context():
        token = create_access_token(identity=str(who.id), additional_claims={"bearer": kind})
    return {"Authorization": f"Bearer {token}"}


def city(session: Session, *, addresses: tuple[tuple[str, str, float, float], ...] = ()) -> City:
    """Central Helsinki, with these addresses: street, house number, longitude, latitude."""
    made = _flushed(
        session,
        City(
            name="Helsinki",
            zone="Europe/Helsinki",
            coverage=from_shape(box(24.90, 60.14, 25.00, 60.20), srid=4326),
            source_name="Helsinki.osm.pbf",
            source_sha256="0" * 64,
            imported_at=BORN,
            version=1,
        ),
    )
    streets: dict[str, Street] = {}
    for name, number, longitude, latitude in addresses:
        if name not in streets:
            key = fold(name)
            streets[name] = _flushed(session, Street(city_id=made.id, name=name, town=None, key=key, town_key=""))
        read = read_house_number(number)
        _flushed(
            session,
            Address(
                street_id=streets[name].id,
                street=name,
                house_number=number,
                postcode=None,
                city_name=None,
                place=Point(longitude, latitude),
                house_key=read.key,
                house_parts=list(read.parts),
                house_value=read.value,
            ),
        )
    return made


def zone(
    session: Session, *, carrier: Organisation, name: str | None = None, time_zone: str = "Europe/Helsinki"
) -> Zone:
    """A zone that covers central Helsinki."""
    return _flushed(
        session,
        Zone(
            carrier_id=carrier.id,
            name=name or f"zone {next(_numbers)}",
            time_zone=time_zone,
            area=from_shape(MultiPolygon([box(24.90, 60.14, 25.00, 60.20)]), srid=4326),
            created_at=BORN,
        ),
    )


def slot_template(
    session: Session,
    *,
    zone: Zone | None = None,
    point: PickupPoint | None = None,
    rule: str = "FREQ=DAILY",
    start_time: time = time(16),
    duration_s: int = 7200,
    valid_from: date = date(2026, 6, 1),
    most_count: int = 10,
    most_weight_g: int | None = None,
    lead_s: int = 0,
    cutoff: tuple[int, time] | None = None,
    least_order_minor: int | None = None,
) -> SlotTemplate:
    """Slots of two hours, every afternoon, in a zone or at a point; none of them is made yet."""
    of = zone or point
    assert of is not None
    return _flushed(
        session,
        SlotTemplate(
            carrier_id=of.carrier_id,
            zone_id=zone and zone.id,
            point_id=point and point.id,
            name="Afternoon",
            time_zone=zone.time_zone if zone is not None else "Europe/Helsinki",
            rule=rule,
            start_time=start_time,
            duration_s=duration_s,
            valid_from=valid_from,
            valid_until=None,
            excepted_dates=[],
            blackouts=[],
            lead_s=lead_s,
            cutoff_days=cutoff and cutoff[0],
            cutoff_time=cutoff and cutoff[1],
            days_ahead=14,
            most_count=most_count,
            most_parcels=None,
            most_weight_g=most_weight_g,
            most_volume_cm3=None,
            price_minor=490,
            currency="EUR",
            least_order_minor=least_order_minor,
            tags=["afternoon"],
            created_at=BORN,
        ),
    )


def slot(
    session: Session,
    *,
    starts_at: datetime,
    zone: Zone | None = None,
    point: PickupPoint | None = None,
    most_count: int = 10,
    most_weight_g: int | None = None,
    closes_at: datetime | None = None,
    least_order_minor: int | None = None,
) -> Slot:
    """A slot of two hours from `starts_at` in a zone or at a point, with a template of its own."""
    template = slot_template(session, zone=zone, point=point)
    return _flushed(
        session,
        Slot(
            template_id=template.id,
            carrier_id=template.carrier_id,
            zone_id=template.zone_id,
            point_id=template.point_id,
            time_zone=template.time_zone,
            local_date=starts_at.date(),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            closes_at=closes_at or starts_at,
            created_at=BORN,
            most_count=most_count,
            most_parcels=None,
            most_weight_g=most_weight_g,
            most_volume_cm3=None,
            price_minor=490,
            currency="EUR",
            least_order_minor=least_order_minor,
            tags=[],
        ),
    )


def hold(session: Session, *, slot: Slot, merchant: Organisation, expires_at: datetime, weight_g: int = 1000) -> Hold:
    """A place in a slot, held for a parcel; without its history."""
    return _flushed(
        session,
        Hold(
            slot=slot,
            carrier_id=slot.carrier_id,
            merchant_id=merchant.id,
            state=HoldState.HELD,
            address_text="Aleksanterinkatu 9" if slot.zone_id else None,
            place=HELSINKI if slot.zone_id else None,
            parcels=1,
            weight_g=weight_g,
            volume_cm3=0,
            measures=[{"length_mm": None, "width_mm": None, "height_mm": None, "weight_g": weight_g}],
            service_s=120,
            price_minor=490,
            currency="EUR",
            created_at=expires_at - timedelta(minutes=15),
            expires_at=expires_at,
        ),
    )


def delivery(
    session: Session,
    *,
    merchant: Organisation,
    state: DeliveryState = DeliveryState.CONFIRMED,
    windows: tuple[tuple[datetime, datetime], ...] = (),
    place: Point = HELSINKI,
    weight_g: int = 1000,
    external_id: str | None = None,
    proof_requirements: tuple[str, ...] = (),
) -> Delivery:
    """A delivery with one parcel, in this state, without its history."""
    return _flushed(
        session,
        Delivery(
            merchant_id=merchant.id,
            carrier_id=merchant.served_by,
            external_id=external_id,
            state=state,
            attempts=0,
            recipient_name="Eino Leino",
            recipient_phone="+358401234567",
            recipient_email=None,
            address_text="Aleksanterinkatu 9",
            place=place,
            zone="Europe/Helsinki",
            access_notes=None,
            service_s=120,
            penalty_s=None,
            proof_requirements=list(proof_requirements),
            created_at=BORN,
            windows=[DeliveryWindow(starts_at=starts_at, ends_at=ends_at) for starts_at, ends_at in windows],
            parcels=[Parcel(weight_g=weight_g, live=True)],
            alternatives=[],
            pickup=None,
        ),
    )


def pickup_point(
    session: Session,
    *,
    carrier: Organisation,
    kind: PointKind = PointKind.SHOP,
    name: str = "R-kioski Kamppi",
    place: Point = HELSINKI,
    opening_hours: str | None = "Mo-Fr 08:00-20:00; Sa 10:00-18:00; PH off",
    external_id: str | None = None,
    services: tuple[PointService, ...] = (PointService.COLLECT,),
    step_free: StepFree | None = None,
    most_parcels: int | None = None,
    shelf_required: bool = False,
    hold_days: int = 7,
    preparation_s: int = 0,
    suspended_at: datetime | None = None,
    retired_at: datetime | None = None,
) -> PickupPoint:
    """A counter in Helsinki, or another kind of point, without compartments and closures."""
    return _flushed(
        session,
        PickupPoint(
            carrier_id=carrier.id,
            external_id=external_id,
            kind=kind,
            name=name,
            brand=None,
            operator=None,
            ref=None,
            address_text="Urho Kekkosen katu 1",
            place=place,
            zone="Europe/Helsinki",
            country="FI",
            directions=None,
            opening_hours=opening_hours,
            step_free=step_free,
            services=[*services],
            most_parcels=most_parcels,
            shelf_required=shelf_required,
            hold_days=hold_days,
            preparation_s=preparation_s,
            suspended_at=suspended_at,
            retired_at=retired_at,
            created_at=BORN,
            closures=[],
            compartments=[],
        ),
    )


def stay(session: Session, *, point: PickupPoint, of: Delivery, state: StayState = StayState.EXPECTED) -> Stay:
    """The stay of the delivery's first parcel at the point, which the delivery then goes to."""
    of.pickup_point_id = point.id
    return _flushed(
        session,
        Stay(point_id=point.id, delivery_id=of.id, parcel_id=of.parcels[0].id, state=state, created_at=BORN),
    )


def closure(
    session: Session, *, point: PickupPoint, starts_at: datetime = BORN, ends_at: datetime = BORN + timedelta(days=1)
) -> Closure:
    """A day on which the point is closed."""
    return _flushed(session, Closure(point_id=point.id, starts_at=starts_at, ends_at=ends_at, reason="Stock-taking"))


def proof(session: Session, *, delivery_id: UUID, by: Person, kind: ProofKind, at: datetime) -> Proof:
    """The row of a picture that stands in no store."""
    proof_id = new_id()
    return _flushed(
        session,
        Proof(
            id=proof_id,
            delivery_id=delivery_id,
            kind=kind,
            sha256="0" * 64,
            received_sha256="0" * 64,
            media_type="image/png",
            size_bytes=1,
            width_px=1,
            height_px=1,
            store_key=f"proofs/{proof_id}",
            captured_at=at,
            captured_by=by.id,
            received_at=at,
        ),
    )


@cache
def _password_hash() -> str:
    return passwords.hashed(PASSWORD)


def _flushed[T](session: Session, row: T) -> T:
    session.add(row)
    session.flush()
    return row
