"""Changing what a delivery asks for, while nobody is on the way with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from deliveries.drafts import DraftAddress, DraftAlternative, DraftParcel, DraftPickup
from deliveries.elsewhere import read_alternatives, read_pickup
from deliveries.facts import DeliveryChanged
from deliveries.labels import read_parcels
from deliveries.locating import locate, locate_all
from deliveries.models import PLANNABLE, Delivery, DeliveryState, Parcel, ProofRequirement, Window
from deliveries.progress import require
from deliveries.terms import check_drivers, check_places, check_terms, known_drivers
from deliveries.uniqueness import told_apart
from deliveries.windows import read_windows
from kernel import facts
from kernel.errors import Conflict, FieldError

FREE = PLANNABLE | {DeliveryState.DRAFT}
# What a published plan does not rest on.
BESIDE_THE_PLAN = frozenset({"external_id", "recipient", "access_notes", "proof_requirements"})
# What a booked slot rests on.
BOOKED = frozenset({"address", "alternatives", "parcels", "windows"})
_AS_GIVEN = ("external_id", "access_notes", "service_s", "setup_s", "preferred_window", "collects")
_DRIVERS = frozenset({"preferred_driver_id", "refused_driver_ids"})


class PlannedAlready(Conflict):
    """A published plan rests on these; only others can be changed now."""


class BookedAlready(Conflict):
    """A slot is booked for it, and rests on these; give the booking back first."""


class RecipientChange(TypedDict, total=False):
    """What is not named stays."""

    name: str
    phone: str | None
    email: str | None


class Change(TypedDict, total=False):
    """What is not named stays; lists are replaced whole, and a priority and a penalty take each other's place.

    A new place keeps the address's text, a new text alone is looked up anew.
    """

    external_id: str | None
    recipient: RecipientChange
    address: DraftAddress
    access_notes: str | None
    windows: Sequence[Window]
    parcels: Sequence[DraftParcel]
    service_s: int
    penalty_s: int | None
    priority: int | None
    setup_s: int | None
    required_skills: Sequence[str]
    excluded_skills: Sequence[str]
    preferred_window: Window | None
    preferred_driver_id: UUID | None
    refused_driver_ids: Sequence[UUID]
    collects: Mapping[str, int]
    alternatives: Sequence[DraftAlternative]
    pickup: DraftPickup | None
    proof_requirements: Sequence[ProofRequirement]


def change(session: Session, delivery: Delivery, change: Change, *, now: datetime, by: UUID | None) -> None:
    """Change a delivery that the caller holds locked, and write it: its version rises.

    DeliveryNotInState, PlannedAlready, BookedAlready, and all that `creation.create` refuses but MerchantUnknown.
    """
    _guard(delivery, change)
    if not change:
        return
    parcels = read_parcels(change["parcels"]) if "parcels" in change else None

    with told_apart(
        session,
        merchant_id=delivery.merchant_id,
        external_id=change.get("external_id"),
        codes=[parcel.code for parcel in parcels or ()],
    ):
        _change_drivers(session, delivery, change)
        _change_terms(delivery, change)
        _change_price(delivery, change)
        check_terms(delivery)  # before the next query writes what was changed
        _change_address(session, delivery, change)
        if "alternatives" in change:
            _replace_alternatives(session, delivery, change["alternatives"], now=now)
        if "pickup" in change:
            _replace_pickup(session, delivery, change["pickup"], now=now)
        check_places(delivery)
        if "windows" in change:
            delivery.windows = read_windows(change["windows"], now=now)
        if parcels is not None:
            _replace_parcels(session, delivery, parcels)
        # Its version covers its windows and parcels, which are rows of their own.
        flag_modified(delivery, "service_s")
        facts.record(session, DeliveryChanged(delivery_id=delivery.id, changed=tuple(sorted(change)), at=now, by=by))


def _guard(delivery: Delivery, change: Change) -> None:
    require(delivery, *FREE, DeliveryState.SCHEDULED)
    touched = sorted(change.keys() - BESIDE_THE_PLAN)
    if delivery.state is DeliveryState.SCHEDULED and touched:
        raise PlannedAlready(
            f"it is {delivery.state}: its {', '.join(touched)} can no longer be changed",
            errors=[FieldError(f"/{name}", "can no longer be changed") for name in touched],
            state=delivery.state,
        )
    booked = sorted(change.keys() & BOOKED)
    if delivery.promise_booked and booked:
        raise BookedAlready(errors=[FieldError(f"/{name}", "rests on the booked slot") for name in booked])


def _change_terms(delivery: Delivery, change: Change) -> None:
    for name, value in change.get("recipient", {}).items():
        setattr(delivery, f"recipient_{name}", value)
    given: dict[str, Any] = {**change}
    for name in _AS_GIVEN:
        if name in given:
            setattr(delivery, name, given[name])
    if "required_skills" in change:
        delivery.required_skills = sorted(set(change["required_skills"]))
    if "excluded_skills" in change:
        delivery.excluded_skills = sorted(set(change["excluded_skills"]))
    if "proof_requirements" in change:
        delivery.proof_requirements = list(dict.fromkeys(change["proof_requirements"]))


def _change_price(delivery: Delivery, change: Change) -> None:
    """Take the price of leaving it out: of a penalty and a priority the one that is given last."""
    if "penalty_s" in change:
        delivery.penalty_s = change["penalty_s"]
        delivery.priority = delivery.priority if change["penalty_s"] is None else None
    if "priority" in change:
        delivery.priority = change["priority"]
        if change["priority"] is not None and "penalty_s" not in change:
            delivery.penalty_s = None


def _change_drivers(session: Session, delivery: Delivery, change: Change) -> None:
    if not change.keys() & _DRIVERS:
        return
    preferred, refused = change.get("preferred_driver_id"), change.get("refused_driver_ids", ())
    named = {*refused} if preferred is None else {*refused, preferred}
    known = known_drivers(session, named, carrier_id=delivery.carrier_id)
    check_drivers(preferred=preferred, refused=refused, known=known)
    if "preferred_driver_id" in change:
        delivery.preferred_driver_id = preferred
    if "refused_driver_ids" in change:
        delivery.refused_driver_ids = list(dict.fromkeys(map(str, refused)))


def _replace_alternatives(
    session: Session, delivery: Delivery, asked: Sequence[DraftAlternative], *, now: datetime
) -> None:
    """Put the new ones in the places of the old, which make way first: their sequence is unique."""
    places = locate_all(session, [alternative.address for alternative in asked])
    found = read_alternatives(asked, places, now=now)
    delivery.alternatives = []
    session.flush()
    delivery.alternatives = found


def _replace_pickup(session: Session, delivery: Delivery, asked: DraftPickup | None, *, now: datetime) -> None:
    """Put the new one in the place of the old, which makes way first: a delivery has one at most."""
    found = None if asked is None else read_pickup(asked, locate_all(session, [asked.address])[0], now=now)
    delivery.pickup = None
    session.flush()
    delivery.pickup = found


def _change_address(session: Session, delivery: Delivery, change: Change) -> None:
    if "address" not in change:
        return
    asked = change["address"]
    if asked.place is not None and asked.text is None:
        asked = replace(asked, text=delivery.address_text)
    located = locate(session, asked)
    delivery.address_text, delivery.place, delivery.zone = located.text, located.place, located.zone


def _replace_parcels(session: Session, delivery: Delivery, asked: Sequence[Parcel]) -> None:
    """Keep a parcel whose label stays the same, for its id is known elsewhere; the rest make way first."""
    known = {parcel.code: parcel for parcel in delivery.parcels if parcel.code is not None}
    kept = [_as_asked(known[parcel.code], parcel) if parcel.code in known else parcel for parcel in asked]
    delivery.parcels = [parcel for parcel in kept if parcel in delivery.parcels]
    session.flush()
    delivery.parcels = sorted(kept, key=lambda parcel: parcel.id)


def _as_asked(parcel: Parcel, asked: Parcel) -> Parcel:
    parcel.weight_g, parcel.description = asked.weight_g, asked.description
    parcel.length_mm, parcel.width_mm, parcel.height_mm = asked.length_mm, asked.width_mm, asked.height_mm
    return parcel
