"""A counter with a clerk, and parcels that come to it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from stdnum import ean
from werkzeug.test import TestResponse

from accounts.models import Organisation, Person, Role
from api.unit import App
from deliveries.models import Delivery, DeliveryState, Parcel
from kernel import clock
from pickup_points.counter.models import Post
from pickup_points.models import PickupPoint, Stay, StayState
from pickup_points.stays import collection_codes
from tests import factories
from tests.factories import bearer

_numbers = count(1)


@dataclass(frozen=True)
class Counter:
    """One point, its clerk, and the shop that sends there."""

    app: App
    client: FlaskClient
    session: Session
    carrier: Organisation
    shop: Organisation
    point: PickupPoint
    clerk: Person

    def post(self, path: str, body: dict[str, Any], *, who: Person | None = None, **headers: str) -> TestResponse:
        """Send `body` to the counter as its clerk."""
        return self.client.post(f"/v1/counter{path}", json=body, headers=bearer(self.app, who or self.clerk) | headers)

    def get(self, path: str, *, who: Person | None = None, **headers: str) -> TestResponse:
        """Read from the counter as its clerk."""
        return self.client.get(f"/v1/counter{path}", headers=bearer(self.app, who or self.clerk) | headers)

    def coming(
        self,
        *,
        parcels: int = 1,
        name: str = "Eino Leino",
        phone: str | None = "+358401234567",
        state: DeliveryState = DeliveryState.OUT_FOR_DELIVERY,
        point: PickupPoint | None = None,
        proofs: tuple[str, ...] = (),
    ) -> Delivery:
        """Return a delivery of labelled parcels that is expected at the point."""
        at = point or self.point
        made = factories.delivery(self.session, merchant=self.shop, state=state, proof_requirements=proofs)
        made.pickup_point_id, made.recipient_name, made.recipient_phone = at.id, name, phone
        made.parcels += [Parcel(weight_g=500, live=True) for _ in range(parcels - 1)]
        for parcel in made.parcels:
            serial = f"3401234500{next(_numbers):07d}"
            parcel.code = serial + ean.calc_check_digit(serial)
        self.session.flush()
        for parcel in made.parcels:
            self.session.add(
                Stay(
                    point_id=at.id,
                    delivery_id=made.id,
                    parcel_id=parcel.id,
                    state=StayState.EXPECTED,
                    created_at=factories.BORN,
                )
            )
        self.session.flush()
        return made

    def check_in(self, *deliveries: Delivery, shelf: str | None = None) -> list[dict[str, Any]]:
        """Check in all parcels of these deliveries and return their stays."""
        scans = [{"code": parcel.code, "shelf": shelf} for each in deliveries for parcel in each.parcels]
        answer = self.post("/check-ins", {"scans": scans})
        assert answer.status_code == 200, answer.json
        return [item["stay"] for item in answer.json["items"]]

    def code_of(self, delivery: Delivery, *, point: PickupPoint | None = None) -> str:
        """Return the collection code that the recipient is told."""
        return collection_codes.code_of(point_id=(point or self.point).id, delivery_id=delivery.id)

    def state_of(self, delivery: Delivery) -> DeliveryState:
        """Return the delivery's state as the database has it."""
        self.session.expire_all()
        return self.session.get_one(Delivery, delivery.id).state


def counter(session: Session, app: App, client: FlaskClient, **point: Any) -> Counter:
    """Return a counter that is always open, with a clerk who is no supervisor."""
    carrier = factories.carrier(session)
    at = factories.pickup_point(session, carrier=carrier, **{"opening_hours": "24/7"} | point)
    clerk = factories.person(session, role=Role.COUNTER, organisation=carrier)
    staff(session, at, clerk)
    shop = factories.merchant(session, served_by=carrier)
    return Counter(app, client, session, carrier, shop, at, clerk)


def staff(session: Session, point: PickupPoint, person: Person, *, supervisor: bool = False) -> None:
    """Let somebody work at the point."""
    session.add(Post(point_id=point.id, person_id=person.id, supervisor=supervisor, since=clock.now()))
    session.flush()
