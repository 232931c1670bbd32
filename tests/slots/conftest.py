"""A zone, a merchant in it, and the merchant's key that books."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from accounts.models import Organisation, Role
from accounts.principals import Principal
from deliveries.drafts import DraftAddress
from deliveries.models import Recipient
from pickup_points.room.packing import Measures
from places.models import Zone
from slots.admitting import Load
from slots.confirming import NewDelivery
from slots.holding import Wish
from slots.models import Slot
from tests import factories

PARCEL = Measures(300, 200, 100, 1000)
RECIPIENT = Recipient("Aino Virtanen", "+358401234567")
NEW = NewDelivery(recipient=RECIPIENT)


@dataclass(frozen=True)
class Shop:
    """A merchant who books slots of its carrier's zone."""

    carrier: Organisation
    merchant: Organisation
    zone: Zone
    caller: Principal


@pytest.fixture
def shop(session: Session) -> Shop:
    return open_shop(session)


def open_shop(session: Session) -> Shop:
    carrier = factories.carrier(session)
    merchant = factories.merchant(session, served_by=carrier)
    who = factories.person(session, role=Role.MERCHANT, organisation=merchant)
    caller = Principal(
        id=who.id, organisation_id=merchant.id, carrier_id=carrier.id, is_carrier=False, role=Role.MERCHANT
    )
    return Shop(carrier, merchant, factories.zone(session, carrier=carrier), caller)


def tomorrow(now: datetime) -> datetime:
    return now.replace(hour=13, minute=0, second=0, microsecond=0) + timedelta(days=1)


def wish(slot: Slot, *, parcels: int = 1, weight_g: int = 1000, **more: object) -> Wish:
    load = Load([Measures(300, 200, 100, weight_g)] * parcels)
    address = DraftAddress(place=factories.HELSINKI) if slot.zone_id is not None else None
    return Wish(slot_id=slot.id, load=load, **{"address": address} | more)  # type: ignore[arg-type]
