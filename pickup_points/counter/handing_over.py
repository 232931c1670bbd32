"""Handing over at the counter: by code, by a paper, or over a supervisor's reason; never to the wrong person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kernel import facts
from kernel.errors import Conflict, Invalid
from kernel.ids import new_id
from pickup_points.counter import announcing, code_tries
from pickup_points.counter.facts import ParcelsHandedOver
from pickup_points.counter.judging import Asked, judge_evidence, judge_receiver, refused
from pickup_points.counter.models import HandOver, Means
from pickup_points.counter.posts import Seat
from pickup_points.counter.shelf import Kept
from pickup_points.counter.unlocking import opened_by
from pickup_points.models import Stay, StayState
from pickup_points.stays import queries as stays
from pickup_points.stays import staying
from pickup_points.stays.queries import StayNotFound
from proofs.models import CheckKind


class NothingToGoBy(Invalid):
    """A hand-over needs a code, a paper that was looked at, or a supervisor's reason."""


class RecipientsDiffer(Conflict):
    """Parcels for several recipients wait under this code: choose."""


@dataclass(frozen=True)
class Given:
    """A hand-over and the stays that ended with it."""

    hand_over: HandOver
    stays: Sequence[Stay]


def hand_over(session: Session, seat: Seat, asked: Asked, *, now: datetime) -> Given:
    """Give out what was asked for, all of it or nothing. What is refused is counted and kept.

    NothingToGoBy, CodesLocked, WrongCode, CodeOfAnotherPoint, RecipientsDiffer, StayNotFound, StayNotInState,
    SupervisorNeeded, DelegateNotAuthorised, WrongPerson, IdentityNotProven, ProofMissing.
    """
    means = _means(seat, asked)
    chosen = _chosen(session, seat, asked, means, now)
    held, deliveries = stays.held(session, chosen)
    _check_here(seat, held)
    for stay in held:
        staying.require(stay, *staying.WAITING, StayState.EXPIRED)
    name = judge_receiver(session, seat, asked, means, held, deliveries, now=now)
    judge_evidence(session, seat, asked, means, held, deliveries, now=now)

    given = _written(seat, asked, means, name, now)
    session.add(given)
    session.flush()
    for stay in held:
        staying.collect(
            session, stay, delivery=deliveries[stay.delivery_id], hand_over_id=given.id, now=now, by=seat.person_id
        )
    announcing.serve(session, [*deliveries], now=now, by=seat.person_id)
    if means is Means.CODE:
        code_tries.forget(session, seat)
    session.flush()

    facts.record(
        session,
        ParcelsHandedOver(
            point_id=seat.point.id,
            hand_over_id=given.id,
            stay_ids=[stay.id for stay in held],
            means=means,
            receiver=asked.receiver,
            reason=asked.override_reason,
            at=now,
            by=seat.person_id,
        ),
    )
    return Given(given, held)


def _means(seat: Seat, asked: Asked) -> Means:
    """Return what it rests on. SupervisorNeeded, NothingToGoBy."""
    if asked.override_reason is not None:
        seat.require_supervisor()
        return Means.OVERRIDE
    if asked.codes:
        return Means.CODE
    if any(look.kind is CheckKind.ID_CHECK for look in asked.looks):
        return Means.IDENTIFICATION
    raise NothingToGoBy()


def _chosen(session: Session, seat: Seat, asked: Asked, means: Means, now: datetime) -> Collection[UUID]:
    """Return the stays to give out: those named, or all that the codes open. RecipientsDiffer, NothingToGoBy."""
    if means is not Means.CODE:
        if not asked.stay_ids:
            raise NothingToGoBy("say which parcels, with `stay_ids`")
        return asked.stay_ids
    parcels = opened_by(session, seat, asked.codes, now=now).parcels
    if asked.stay_ids:
        _check_opened(session, seat, asked.stay_ids, parcels, now)
        return asked.stay_ids
    by_name: dict[str, list[Kept]] = {}
    for each in parcels:
        by_name.setdefault(each.recipient_name, []).append(each)
    if len(by_name) > 1:
        raise RecipientsDiffer(
            choices=[
                {"recipient_name": name, "stay_ids": [each.stay.id for each in theirs]}
                for name, theirs in by_name.items()
            ]
        )
    return [each.stay.id for each in parcels]


def _check_opened(
    session: Session, seat: Seat, stay_ids: Collection[UUID], parcels: Sequence[Kept], now: datetime
) -> None:
    shut = set(stay_ids) - {each.stay.id for each in parcels}
    if shut:
        raise refused(session, seat, "NotOpened", sorted(shut), now)


def _check_here(seat: Seat, held: Sequence[Stay]) -> None:
    elsewhere = [stay.id for stay in held if stay.point_id != seat.point.id]
    if elsewhere:
        raise StayNotFound(stay_ids=elsewhere)


def _written(seat: Seat, asked: Asked, means: Means, name: str, now: datetime) -> HandOver:
    return HandOver(
        id=new_id(),
        point_id=seat.point.id,
        means=means,
        receiver=asked.receiver,
        receiver_name=name,
        reason=asked.override_reason,
        handed_at=now,
        handed_by=seat.person_id,
    )
