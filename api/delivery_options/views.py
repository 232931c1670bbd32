"""Delivery options: everything that can be chosen for a basket and an address, in one answer."""

from __future__ import annotations

from typing import Any

from accounts.principals import Role
from api.access import caller, open_to
from api.blueprint import Blueprint
from api.delivery_options.schemas import OptionsQuestionSchema, OptionsSchema, answered
from api.unit import own_units, unit
from deliveries.locating import AddressMissing
from kernel import clock
from places.cities import NoCity, OutsideCity
from places.resolving import AddressAmbiguous, AddressNotFound
from places.streets import STREETS
from slots import offering
from slots.offered import Asked
from slots.offering_reading import DayPast

blueprint = Blueprint("delivery_options", __name__, url_prefix="/v1", description="What a customer can choose.")


@blueprint.route("/delivery-options", methods=["POST"])
@open_to(Role.MERCHANT, Role.DISPATCHER, Role.ADMIN, scope="slots:read")
@own_units
@blueprint.arguments(OptionsQuestionSchema)
@blueprint.response(200, OptionsSchema)
@blueprint.refuses(DayPast, AddressMissing, AddressNotFound, AddressAmbiguous, OutsideCity, NoCity)
def offer_options(asked: Asked) -> dict[str, Any]:
    """Offer all that can be had: at home, express, in the evening, in a locker, at a shop.

    Each option is priced into the couriers' routes as they are at this moment; what cannot be had is listed with the
    reason. Nothing is kept by asking.
    """
    offered = offering.offer(asked, caller=caller(), unit=unit, streets=STREETS.get(), now=clock.now())
    return answered(offered)
