"""Whether the one at the counter is the right person, and has shown what the delivery asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from deliveries.models import Delivery, ProofRequirement
from kernel import facts
from kernel.errors import NotAllowed
from pickup_points.counter import delegates
from pickup_points.counter.facts import HandOverRefused
from pickup_points.counter.models import Means, Receiver
from pickup_points.counter.posts import Seat
from pickup_points.models import Stay
from places.wording import fold
from proofs import checking, requirements
from proofs.checking import Look
from proofs.models import CheckKind
from proofs.requirements import ProofMissing


class WrongPerson(NotAllowed):
    """This is not the person for whom these parcels are."""

    keeps = True


class DelegateNotAuthorised(NotAllowed):
    """The recipient has not sent this person."""

    keeps = True


class IdentityNotProven(NotAllowed):
    """The paper that was shown does not do."""

    keeps = True


class NotOpened(NotAllowed):
    """The code does not open all of these parcels."""

    keeps = True


_REFUSALS: Mapping[str, type[NotAllowed]] = {
    each.__name__: each for each in (WrongPerson, DelegateNotAuthorised, IdentityNotProven, NotOpened)
}


@dataclass(frozen=True)
class Asked:
    """A hand-over that somebody asks for. `receiver_name` is what the paper says, when one was looked at."""

    receiver: Receiver
    receiver_name: str | None = None
    codes: tuple[str, ...] = ()
    stay_ids: tuple[UUID, ...] = ()
    looks: tuple[Look, ...] = ()
    note_delegate: bool = False
    override_reason: str | None = None

    def proven(self, kind: CheckKind) -> bool:
        """Whether a paper was looked at and did."""
        return any(look.kind is kind and look.passed for look in self.looks)


def refused(session: Session, seat: Seat, why: str, stay_ids: Sequence[UUID], now: datetime) -> NotAllowed:
    """Write down that a hand-over was refused and return the refusal, which keeps what was written."""
    facts.record(
        session,
        HandOverRefused(
            point_id=seat.point.id, stay_ids=[*stay_ids], why=why, wrong_codes=0, at=now, by=seat.person_id
        ),
    )
    return _REFUSALS[why](stay_ids=[*stay_ids])


def judge_receiver(
    session: Session,
    seat: Seat,
    asked: Asked,
    means: Means,
    held: Sequence[Stay],
    deliveries: Mapping[UUID, Delivery],
    *,
    now: datetime,
) -> str:
    """Return the name of who gets it. DelegateNotAuthorised, WrongPerson, IdentityNotProven."""
    ids = [stay.id for stay in held]
    _record_looks(session, seat, asked, deliveries, now)
    if any(not look.passed for look in asked.looks):
        raise refused(session, seat, "IdentityNotProven", ids, now)
    names = sorted({each.recipient_name for each in deliveries.values()})
    if means is Means.OVERRIDE:
        return asked.receiver_name or names[0]
    if asked.receiver is Receiver.DELEGATE:
        return _delegate(session, seat, asked, ids, deliveries, now)
    if asked.receiver_name is None:
        if means is Means.IDENTIFICATION:
            raise refused(session, seat, "WrongPerson", ids, now)
        return names[0]
    given, known = fold(asked.receiver_name), {fold(name) for name in names}
    if given not in known or (means is Means.IDENTIFICATION and len(known) > 1):
        raise refused(session, seat, "WrongPerson", ids, now)
    return asked.receiver_name


def judge_evidence(
    session: Session,
    seat: Seat,
    asked: Asked,
    means: Means,
    held: Sequence[Stay],
    deliveries: Mapping[UUID, Delivery],
    *,
    now: datetime,
) -> None:
    """Refuse while what a delivery asks for was not captured since it was ready. ProofMissing.

    A supervisor's reason stands for all of it but the age: that is not theirs to waive.
    """
    lacking = []
    for delivery in deliveries.values():
        since = min(stay.ready_at or now for stay in held if stay.delivery_id == delivery.id)
        missing = requirements.missing(session, delivery, since=since)
        if means is Means.OVERRIDE:
            missing = [kind for kind in missing if kind is ProofRequirement.AGE_CHECK]
        if missing:
            lacking.append({"delivery_id": delivery.id, "proofs": missing})
    if lacking:
        raise ProofMissing(f"not there for {len(lacking)} of {len(deliveries)}", missing=lacking)


def _delegate(
    session: Session,
    seat: Seat,
    asked: Asked,
    stay_ids: Sequence[UUID],
    deliveries: Mapping[UUID, Delivery],
    now: datetime,
) -> str:
    name = asked.receiver_name
    if name is None:
        raise refused(session, seat, "DelegateNotAuthorised", stay_ids, now)
    # Whom the clerk writes down has shown a paper, and the code that only the recipient can have passed on.
    noted = asked.note_delegate and asked.proven(CheckKind.ID_CHECK) and bool(asked.codes)
    for delivery in deliveries.values():
        if delegates.may_collect(session, delivery, name=name, now=now):
            continue
        if not noted:
            raise refused(session, seat, "DelegateNotAuthorised", stay_ids, now)
        delegates.authorise(session, delivery.id, delegate_name=name, noted_by=seat.person_id, now=now)
    return name


def _record_looks(
    session: Session, seat: Seat, asked: Asked, deliveries: Mapping[UUID, Delivery], now: datetime
) -> None:
    for delivery in deliveries.values():
        for look in asked.looks:
            checking.record(session, look, delivery_id=delivery.id, at=now, now=now, by=seat.person_id)
