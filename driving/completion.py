"""Completing a stop: every parcel has an outcome, and a success has the evidence that was asked for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from deliveries import progress
from driving.facts import StopDone
from driving.queries import live_drops, live_fetches, waits_for_pickup
from kernel import facts
from kernel.errors import Conflict, FieldError, Invalid
from proofs import requirements
from proofs.requirements import ProofMissing
from routing.models import Drop, Fetch, Outcome, Route, Stop
from routing.withdrawing import withdraw


class OutcomesDoNotFit(Invalid):
    """A stop that is done needs one outcome for each delivery that was still to be brought, and no other."""


class NotPickedUpYet(Conflict):
    """The parcels of this delivery are still to be fetched."""


def complete(
    session: Session,
    route: Route,
    stop: Stop,
    *,
    outcomes: Iterable[tuple[UUID, Outcome]],
    device_time: datetime,
    driver_id: UUID,
    now: datetime,
) -> None:
    """End the stop, and what each of its deliveries was there for. StopOutOfOrder, OutcomesDoNotFit, ProofMissing.

    Parcels that could not be fetched are not to be brought either: their delivery's stop is passed by.
    """
    set_out_at = stop.enroute_at
    stop.finish(at=device_time)
    given = list(outcomes)
    _check_kind(stop, given)
    ended = _matched(live_drops(stop), given) if stop.drops else []
    _check_point(ended, [delivery_id for delivery_id, _ in given])
    fetched = _matched(live_fetches(stop), given) if not stop.drops else []
    _require_proofs(session, ended, since=set_out_at or device_time)

    for drop, outcome in ended:
        drop.outcome = outcome
        if outcome is Outcome.DELIVERED_TO_POINT:
            progress.leave_at_point(session, drop.delivery, now=now, by=driver_id)
            continue
        step = progress.complete if outcome.succeeded else progress.fail_attempt
        step(session, drop.delivery, outcome=outcome, now=now, by=driver_id)
    for fetch, outcome in fetched:
        fetch.outcome = outcome
        if outcome.succeeded:
            progress.pick_up(session, fetch.delivery, now=now, by=driver_id)
        else:
            progress.fail_pickup(session, fetch.delivery, outcome=outcome, now=now, by=driver_id)
            _pass_by(session, route, fetch.delivery_id, now=now)

    facts.record(
        session,
        StopDone(
            route_id=route.id,
            stop_id=stop.id,
            delivery_ids=[delivery_id for delivery_id, _ in given],
            outcomes={str(delivery_id): outcome.value for delivery_id, outcome in given},
            device_time=device_time,
            at=now,
            by=driver_id,
        ),
    )


def refuse_before_pickup(route: Route, delivery_id: UUID) -> None:
    """Refuse to bring what is still to be fetched. NotPickedUpYet."""
    if waits_for_pickup(route, delivery_id):
        raise NotPickedUpYet(delivery_id=delivery_id)


def _pass_by(session: Session, route: Route, delivery_id: UUID, *, now: datetime) -> None:
    for stop in route.stops:
        if any(drop.delivery_id == delivery_id for drop in stop.drops):
            withdraw(session, route, stop, delivery_id, now=now)


def _check_kind(stop: Stop, outcomes: list[tuple[UUID, Outcome]]) -> None:
    faults = [
        FieldError(f"/outcomes/{index}/outcome", f"is not for a {stop.kind} stop")
        for index, (_, outcome) in enumerate(outcomes)
        if stop.kind not in outcome.fits
    ]
    if faults:
        raise OutcomesDoNotFit(errors=faults)


def _check_point(ended: list[tuple[Drop, Outcome]], given: list[UUID]) -> None:
    """Refuse to leave at a point what goes to a door, and to hand to anyone at a point what waits there for one."""
    faults = [
        FieldError(
            f"/outcomes/{given.index(drop.delivery_id)}/outcome",
            "goes to a pickup point: delivered_to_point" if drop.at_point else "does not go to a pickup point",
        )
        for drop, outcome in ended
        if outcome.succeeded and drop.at_point is not (outcome is Outcome.DELIVERED_TO_POINT)
    ]
    if faults:
        raise OutcomesDoNotFit(errors=faults)


def _matched[Each: Drop | Fetch](drops: list[Each], outcomes: list[tuple[UUID, Outcome]]) -> list[tuple[Each, Outcome]]:
    wanted = {drop.delivery_id for drop in drops}
    given = [delivery_id for delivery_id, _ in outcomes]
    faults = [
        FieldError(f"/outcomes/{index}/delivery_id", "is there twice" if delivery_id in given[:index] else "is not due")
        for index, delivery_id in enumerate(given)
        if delivery_id not in wanted or delivery_id in given[:index]
    ]
    faults += [FieldError("/outcomes", f"lacks delivery {lacking}") for lacking in sorted(wanted - set(given))]
    if faults:
        raise OutcomesDoNotFit(errors=faults)
    by_id = dict(outcomes)
    return [(drop, by_id[drop.delivery_id]) for drop in drops]


def _require_proofs(session: Session, ended: list[tuple[Drop, Outcome]], *, since: datetime) -> None:
    lacking: list[dict[str, Any]] = [
        {"delivery_id": drop.delivery_id, "proofs": missing}
        for drop, outcome in ended
        if outcome.succeeded
        and outcome is not Outcome.DELIVERED_TO_POINT  # what is asked of the recipient is asked when it is collected
        and (missing := requirements.missing(session, drop.delivery, since=since))
    ]
    if lacking:
        kinds = ", ".join(sorted({kind for each in lacking for kind in each["proofs"]}))
        raise ProofMissing(f"{kinds} not there for {len(lacking)} of {len(ended)}", missing=lacking)
