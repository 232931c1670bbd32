"""Changing what a delivery asks for, while nobody is on the way with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from deliveries.drafts import DraftAddress, DraftParcel, DraftWindow
from deliveries.facts import DeliveryChanged
from deliveries.labels import read_parcels
from deliveries.locating import locate
from deliveries.models import PLANNABLE, Delivery, DeliveryState, Parcel, ProofRequirement
from deliveries.progress import require
from deliveries.uniqueness import told_apart
from deliveries.windows import read_windows
from kernel import facts
from kernel.errors import Conflict, FieldError

FREE = PLANNABLE | {DeliveryState.DRAFT}
# What a published plan does not rest on.
BESIDE_THE_PLAN = frozenset({"external_id", "recipient", "access_notes", "proof_requirements"})


class PlannedAlready(Conflict):
    """A published plan rests on these; only others can be changed now."""


class RecipientChange(TypedDict, total=False):
    """What is not named stays."""

    name: str
    phone: str | None
    email: str | None


class Change(TypedDict, total=False):
    """What is not named stays; windows and parcels are replaced whole.

    A new place keeps the address's text, a new text alone is looked up anew.
    """

    external_id: str | None
    recipient: RecipientChange
    address: DraftAddress
    access_notes: str | None
    windows: Sequence[DraftWindow]
    parcels: Sequence[DraftParcel]
    service_s: int
    penalty_s: int | None
    proof_requirements: Sequence[ProofRequirement]


def change(session: Session, delivery: Delivery, change: Change, *, now: datetime, by: UUID | None) -> None:
    """Change a delivery that the caller holds locked, and write it: its version rises.

    DeliveryNotInState, PlannedAlready, and all that `creation.create` refuses but MerchantUnknown.
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
        _change_terms(delivery, change)
        _change_address(session, delivery, change)
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


def _change_terms(delivery: Delivery, change: Change) -> None:
    for name, value in change.get("recipient", {}).items():
        setattr(delivery, f"recipient_{name}", value)
    if "external_id" in change:
        delivery.external_id = change["external_id"]
    if "access_notes" in change:
        delivery.access_notes = change["access_notes"]
    if "service_s" in change:
        delivery.service_s = change["service_s"]
    if "penalty_s" in change:
        delivery.penalty_s = change["penalty_s"]
    if "proof_requirements" in change:
        delivery.proof_requirements = list(dict.fromkeys(change["proof_requirements"]))


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
