"""Creating deliveries: one, or a batch in which a bad one never costs the others."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.principals import Principal
from deliveries.drafts import Draft, DraftAddress, DraftAlternative
from deliveries.elsewhere import read_alternatives, read_pickup
from deliveries.facts import DeliveryCreated
from deliveries.labels import read_parcels
from deliveries.locating import Located, locate_all
from deliveries.merchants import check_sendable, sendable
from deliveries.models import Delivery, DeliveryState, Parcel, Pickup
from deliveries.terms import check_drivers, check_places, check_terms, known_drivers
from deliveries.uniqueness import told_apart
from deliveries.windows import read_windows
from kernel import facts
from kernel.errors import Refusal
from kernel.ids import new_id

_BLOCK = 100


def create(session: Session, draft: Draft, *, caller: Principal, now: datetime) -> Delivery:
    """Return the new delivery, with its windows and parcels.

    MerchantUnknown, AddressMissing, AddressNotFound, AddressAmbiguous, OutsideCity, NoCity, WindowsInvalid,
    TermsContradict, UnknownDrivers, ParcelCodeInvalid, ParcelCodeTaken, ExternalIdTaken.
    """
    (made,) = create_batch(session, [draft], caller=caller, now=now)
    if isinstance(made, Refusal):
        raise made
    return made


def create_batch(
    session: Session, drafts: Sequence[Draft], *, caller: Principal, now: datetime
) -> list[Delivery | Refusal]:
    """Return for each draft its delivery, or the refusal that `create` would raise; the others are made all the same.

    Earlier drafts win over later ones that share their external id or a parcel's code.
    """
    allowed = sendable(session, {_merchant_of(draft, caller) for draft in drafts}, caller=caller)
    drivers = known_drivers(session, {one for draft in drafts for one in _named(draft)}, carrier_id=caller.carrier_id)
    terms = Terms(caller=caller, allowed=allowed, drivers=drivers, now=now)
    made: list[Delivery | Refusal] = []
    for block in batched(_asked(session, drafts), _BLOCK):
        made += _create_block(session, block, terms)
    return made


@dataclass(frozen=True)
class Terms:
    """What holds for all of a batch: who asks, for which merchants that is allowed, the drivers there are, and when."""

    caller: Principal
    allowed: Collection[UUID]
    drivers: Collection[UUID]
    now: datetime


@dataclass(frozen=True)
class _Asked:
    """A draft with what the map says of its address, of each alternative's, and of its pickup's if it has one."""

    draft: Draft
    place: Located | Refusal
    elsewhere: Sequence[Located | Refusal]
    pickup: Located | Refusal | None


def _asked(session: Session, drafts: Sequence[Draft]) -> Iterator[_Asked]:
    addresses = [address for draft in drafts for address in _addresses(draft)]
    places = iter(locate_all(session, addresses))
    for draft in drafts:
        elsewhere = [next(places) for _ in _addresses(draft)]
        pickup = elsewhere.pop() if draft.pickup is not None else None
        yield _Asked(draft, elsewhere[0], elsewhere[1:], pickup)


def _addresses(draft: Draft) -> Sequence[DraftAddress]:
    places: list[DraftAlternative] = [*draft.alternatives, *([] if draft.pickup is None else [draft.pickup])]
    return [draft.address, *(each.address for each in places)]


def _named(draft: Draft) -> Iterator[UUID]:
    yield from draft.refused_driver_ids
    if draft.preferred_driver_id is not None:
        yield draft.preferred_driver_id


def _create_block(session: Session, block: Sequence[_Asked], terms: Terms) -> list[Delivery | Refusal]:
    """Write a block in one savepoint, a third of the work; where two collide, each in a savepoint of its own."""
    if len(block) > 1:
        made = [_built_or_refused(asked, terms) for asked in block]
        with suppress(IntegrityError), session.begin_nested():
            for delivery in made:
                if isinstance(delivery, Delivery):
                    _write(session, delivery, terms)
            session.flush()
            return made
    return [_create_or_refuse(session, asked, terms) for asked in block]


def _built_or_refused(asked: _Asked, terms: Terms) -> Delivery | Refusal:
    try:
        return _built(asked, terms)
    except Refusal as refusal:
        return refusal


def _create_or_refuse(session: Session, asked: _Asked, terms: Terms) -> Delivery | Refusal:
    try:
        delivery = _built(asked, terms)
        codes = [parcel.code for parcel in delivery.parcels]
        with told_apart(session, merchant_id=delivery.merchant_id, external_id=delivery.external_id, codes=codes):
            _write(session, delivery, terms)
    except Refusal as refusal:
        return refusal
    return delivery


def _built(asked: _Asked, terms: Terms) -> Delivery:
    draft, place = asked.draft, asked.place
    check_sendable(_merchant_of(draft, terms.caller), terms.allowed)
    if isinstance(place, Refusal):
        raise place
    check_drivers(preferred=draft.preferred_driver_id, refused=draft.refused_driver_ids, known=terms.drivers)
    made = _delivery(draft, place=place, parcels=read_parcels(draft.parcels), caller=terms.caller, now=terms.now)
    made.alternatives = read_alternatives(draft.alternatives, asked.elsewhere, now=terms.now)
    made.pickup = _pickup(asked, terms)
    check_terms(made)
    check_places(made)
    return made


def _pickup(asked: _Asked, terms: Terms) -> Pickup | None:
    if asked.draft.pickup is None or asked.pickup is None:
        return None
    return read_pickup(asked.draft.pickup, asked.pickup, now=terms.now)


def _write(session: Session, delivery: Delivery, terms: Terms) -> None:
    session.add(delivery)
    facts.record(session, _created(delivery, now=terms.now, by=terms.caller.person_id))


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
        pickup_point_id=draft.pickup_point_id,
        service_s=draft.service_s,
        penalty_s=draft.penalty_s,
        priority=draft.priority,
        setup_s=draft.setup_s,
        required_skills=sorted(set(draft.required_skills)),
        excluded_skills=sorted(set(draft.excluded_skills)),
        preferred_window=draft.preferred_window,
        preferred_driver_id=draft.preferred_driver_id,
        refused_driver_ids=list(dict.fromkeys(map(str, draft.refused_driver_ids))),
        collects=dict(draft.collects),
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
