"""Creating deliveries: one, or a batch in which a bad one never costs the others."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.principals import Principal
from deliveries.drafts import Draft
from deliveries.facts import DeliveryCreated
from deliveries.labels import read_parcels
from deliveries.locating import Located, locate_all
from deliveries.merchants import check_sendable, sendable
from deliveries.models import Delivery, DeliveryState, Parcel
from deliveries.uniqueness import told_apart
from deliveries.windows import read_windows
from kernel import facts
from kernel.errors import Refusal
from kernel.ids import new_id


def create(session: Session, draft: Draft, *, caller: Principal, now: datetime) -> Delivery:
    """Return the new delivery, with its windows and parcels.

    MerchantUnknown, AddressMissing, AddressNotFound, AddressAmbiguous, OutsideCity, NoCity, WindowsInvalid,
    ParcelCodeInvalid, ParcelCodeTaken, ExternalIdTaken.
    """
    (made,) = create_batch(session, [draft], caller=caller, now=now)
    if isinstance(made, Refusal):
        raise made
    return made


def create_batch(
    session: Session, drafts: Sequence[Draft], *, caller: Principal, now: datetime
) -> list[Delivery | Refusal]:
    """Return for each draft its delivery, or the refusal that `create` would raise; the others are made all the same.

    A savepoint each. Earlier drafts win over later ones that share their external id or a parcel's code.
    """
    places = locate_all(session, [draft.address for draft in drafts])
    allowed = sendable(session, {_merchant_of(draft, caller) for draft in drafts}, caller=caller)
    made: list[Delivery | Refusal] = []
    for draft, place in zip(drafts, places, strict=True):
        try:
            made.append(_create(session, draft, place=place, allowed=allowed, caller=caller, now=now))
        except Refusal as refusal:
            made.append(refusal)
    return made


def _create(
    session: Session,
    draft: Draft,
    *,
    place: Located | Refusal,
    allowed: Collection[UUID],
    caller: Principal,
    now: datetime,
) -> Delivery:
    check_sendable(_merchant_of(draft, caller), allowed)
    if isinstance(place, Refusal):
        raise place
    parcels = read_parcels(draft.parcels)
    delivery = _delivery(draft, place=place, parcels=parcels, caller=caller, now=now)

    codes = [parcel.code for parcel in parcels]
    with told_apart(session, merchant_id=delivery.merchant_id, external_id=delivery.external_id, codes=codes):
        session.add(delivery)
        facts.record(session, _created(delivery, now=now, by=caller.person_id))
    return delivery


def _merchant_of(draft: Draft, caller: Principal) -> UUID:
    return draft.merchant_id or caller.organisation_id


def _delivery(draft: Draft, *, place: Located, parcels: list[Parcel], caller: Principal, now: datetime) -> Delivery:
    return Delivery(
        id=new_id(),
        merchant_id=_merchant_of(draft, caller),
        carrier_id=caller.carrier_id,
        external_id=draft.external_id,
        state=DeliveryState.DRAFT if draft.draft else DeliveryState.CONFIRMED,
        attempts=0,
        recipient_name=draft.recipient.name,
        recipient_phone=draft.recipient.phone,
        recipient_email=draft.recipient.email,
        address_text=place.text,
        place=place.place,
        zone=place.zone,
        access_notes=draft.access_notes,
        service_s=draft.service_s,
        penalty_s=draft.penalty_s,
        proof_requirements=list(dict.fromkeys(draft.proof_requirements)),
        created_at=now,
        windows=read_windows(draft.windows, now=now),
        parcels=parcels,
    )


def _created(delivery: Delivery, *, now: datetime, by: UUID | None) -> DeliveryCreated:
    return DeliveryCreated(
        delivery_id=delivery.id,
        merchant_id=delivery.merchant_id,
        carrier_id=delivery.carrier_id,
        external_id=delivery.external_id,
        state=delivery.state,
        at=now,
        by=by,
    )
