"""Sending to a pickup point: the delivery goes to the point's address, and a stay is expected for each parcel."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.principals import Principal
from deliveries import changing, creation
from deliveries.changing import Change
from deliveries.drafts import Draft, DraftAddress, DraftParcel
from deliveries.models import Delivery, ProofRequirement, Recipient
from deliveries.terms import TermsContradict
from kernel.errors import Conflict, FieldError, Invalid, Refusal
from pickup_points.models import PickupPoint, PointKind, PointService, Stay, StayState
from pickup_points.points.queries import points_to_send_to
from pickup_points.room.free import spaces_of
from pickup_points.room.packing import Measures, Space, fits
from pickup_points.room.picking import NothingFits

# A door opens to whoever has the code.
_BY_PEOPLE = frozenset({ProofRequirement.SIGNATURE, ProofRequirement.ID_CHECK, ProofRequirement.AGE_CHECK})


class PointUnknown(Invalid):
    """There is no such pickup point to send to."""


class PointSuspended(Conflict):
    """The pickup point takes no new parcels for now."""


class PointRetired(Conflict):
    """The pickup point has been retired."""


class NothingCollectedHere(Conflict):
    """Nothing can be collected at this point."""


class RecipientUnreachable(Invalid):
    """Somebody must be told that it waits at the point: give a telephone number or an e-mail address."""


class NobodyToCheck(Invalid):
    """A locker has nobody who could look at papers or take a signature."""


class BoundToPoint(Conflict):
    """It goes to a pickup point, and these would take it elsewhere."""


class StayBegun(Conflict):
    """Parcels of it have been at the point: they cannot be exchanged any more."""


def create(session: Session, draft: Draft, *, caller: Principal, now: datetime) -> Delivery:
    """Return the new delivery; into a point, with its expected stays.

    All that `deliveries.creation.create` refuses, PointUnknown, PointSuspended, PointRetired, NothingCollectedHere,
    RecipientUnreachable, NobodyToCheck, NothingFits.
    """
    (made,) = create_batch(session, [draft], caller=caller, now=now)
    if isinstance(made, Refusal):
        raise made
    return made


def create_batch(
    session: Session, drafts: Sequence[Draft], *, caller: Principal, now: datetime
) -> list[Delivery | Refusal]:
    """Return for each draft its delivery, or what `create` would raise; the others are made all the same."""
    named = {draft.pickup_point_id for draft in drafts if draft.pickup_point_id is not None}
    points = points_to_send_to(session, named, carrier_id=caller.carrier_id)
    spaces = spaces_of(session, points)
    addressed = [_addressed_or_refused(draft, points, spaces) for draft in drafts]
    sendable = [each for each in addressed if isinstance(each, Draft)]
    made = iter(creation.create_batch(session, sendable, caller=caller, now=now))

    outcomes = [next(made) if isinstance(each, Draft) else each for each in addressed]
    for outcome in outcomes:
        if isinstance(outcome, Delivery) and outcome.pickup_point_id is not None:
            expect(session, outcome, point_id=outcome.pickup_point_id, now=now)
    session.flush()
    return outcomes


def expect(session: Session, delivery: Delivery, *, point_id: UUID, now: datetime) -> list[Stay]:
    """Return a stay for each parcel of the delivery: it is on its way to the point."""
    stays = [
        Stay(
            point_id=point_id,
            delivery_id=delivery.id,
            parcel_id=parcel.id,
            state=StayState.EXPECTED,
            created_at=now,
        )
        for parcel in delivery.parcels
    ]
    session.add_all(stays)
    return stays


def check_takes_parcels(point: PickupPoint) -> None:
    """Refuse a point to which nothing can be sent. PointSuspended, PointRetired, NothingCollectedHere."""
    if point.retired_at is not None:
        raise PointRetired(pickup_point_id=point.id, retired_at=point.retired_at)
    if point.suspended_at is not None:
        raise PointSuspended(pickup_point_id=point.id, suspended_at=point.suspended_at)
    if PointService.COLLECT not in point.services:
        raise NothingCollectedHere(point_id=point.id)


def change(session: Session, delivery: Delivery, change: Change, *, now: datetime, by: UUID | None) -> None:
    """Change a locked delivery; of one that goes to a point not where it goes, and its stays follow its parcels.

    All that `deliveries.changing.change` refuses, BoundToPoint, RecipientUnreachable, NobodyToCheck, NothingFits,
    StayBegun.
    """
    if delivery.pickup_point_id is None:
        changing.change(session, delivery, change, now=now, by=by)
        return
    _check_stays_bound(change)
    told = change.get("recipient", {})
    _check_reachable(replace(delivery.recipient, **told))
    _check_attended(session.get_one(PickupPoint, delivery.pickup_point_id), change.get("proof_requirements", ()))
    if "parcels" not in change:
        changing.change(session, delivery, change, now=now, by=by)
        return

    spaces = spaces_of(session, [delivery.pickup_point_id]).get(delivery.pickup_point_id)
    _check_fits(change["parcels"], spaces, delivery.pickup_point_id)
    _forget_expected(session, delivery)
    changing.change(session, delivery, change, now=now, by=by)
    expect(session, delivery, point_id=delivery.pickup_point_id, now=now)
    session.flush()


def _addressed_or_refused(
    draft: Draft, points: Mapping[UUID, PickupPoint], spaces: Mapping[UUID, Collection[Space]]
) -> Draft | Refusal:
    if draft.pickup_point_id is None:
        return draft
    try:
        return _addressed(draft, points.get(draft.pickup_point_id), spaces.get(draft.pickup_point_id))
    except Refusal as refusal:
        return refusal


def _addressed(draft: Draft, point: PickupPoint | None, spaces: Collection[Space] | None) -> Draft:
    """Return the draft with the point's address for its own."""
    if point is None:
        raise PointUnknown(errors=[FieldError("/pickup_point_id", "is not a point that you may send to")])
    check_takes_parcels(point)
    _check_reachable(draft.recipient)
    _check_attended(point, draft.proof_requirements)
    _check_fits(draft.parcels, spaces, point.id)
    if draft.alternatives:
        raise TermsContradict(errors=[FieldError("/alternatives", "cannot go with a pickup point")])
    return replace(draft, address=DraftAddress(text=point.address_text or point.name, place=point.place))


def _check_reachable(recipient: Recipient) -> None:
    if recipient.phone is None and recipient.email is None:
        raise RecipientUnreachable(errors=[FieldError("/recipient", "needs a phone or an email")])


def attended(point: PickupPoint, asked: Collection[str]) -> bool:
    """Whether somebody is there to look at what the proofs ask for."""
    return point.kind is not PointKind.LOCKER or not _BY_PEOPLE.intersection(asked)


def _check_attended(point: PickupPoint, asked: Collection[str]) -> None:
    if not attended(point, asked):
        lacking = ", ".join(sorted(_BY_PEOPLE.intersection(asked)))
        raise NobodyToCheck(errors=[FieldError("/proof_requirements", f"no locker asks for {lacking}")])


def _check_fits(parcels: Sequence[DraftParcel], spaces: Collection[Space] | None, point_id: UUID) -> None:
    """Refuse what goes behind no door of a point with doors, be they taken or broken today."""
    if spaces is None:
        return
    measures = [Measures(each.length_mm, each.width_mm, each.height_mm, each.weight_g) for each in parcels]
    errors = [
        FieldError(f"/parcels/{index}", "fits no compartment of the pickup point")
        for index, parcel in enumerate(measures)
        if not any(fits(parcel, space) for space in spaces)
    ]
    if errors:
        raise NothingFits(errors=errors, point_id=point_id)


def _check_stays_bound(change: Change) -> None:
    errors = [
        FieldError(f"/{name}", "cannot be changed: it goes to a pickup point")
        for name in ("address", "alternatives")
        if change.get(name)
    ]
    if errors:
        raise BoundToPoint(errors=errors)


def _forget_expected(session: Session, delivery: Delivery) -> None:
    """Let the stays make way for those of other parcels. StayBegun when one is more than expected."""
    stays = session.scalars(select(Stay).where(Stay.delivery_id == delivery.id).with_for_update()).all()
    if any(stay.state is not StayState.EXPECTED for stay in stays):
        raise StayBegun(delivery_id=delivery.id)
    for stay in stays:
        session.delete(stay)
    session.flush()
