"""Completing a stop: every parcel has an outcome, and a success has the evidence that was asked for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from deliveries import progress
from driving.facts import StopDone
from driving.queries import live_drops
from kernel import facts
from kernel.errors import Conflict, FieldError, Invalid
from proofs import requirements
from routing.models import Drop, Outcome, Route, Stop


class OutcomesDoNotFit(Invalid):
    """A stop that is done needs one outcome for each delivery that was still to be brought, and no other."""


class ProofMissing(Conflict):
    """Evidence that was asked for is not there."""


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
    """End the stop, and each of its deliveries' attempts. StopOutOfOrder, OutcomesDoNotFit, ProofMissing."""
    set_out_at = stop.enroute_at
    stop.finish(at=device_time)
    ended = _matched(live_drops(stop), list(outcomes))
    _require_proofs(session, ended, since=set_out_at or device_time)

    for drop, outcome in ended:
        drop.outcome = outcome
        step = progress.complete if outcome.succeeded else progress.fail_attempt
        step(session, drop.delivery, outcome=outcome, now=now, by=driver_id)

    facts.record(
        session,
        StopDone(
            route_id=route.id,
            stop_id=stop.id,
            delivery_ids=[drop.delivery_id for drop, _ in ended],
            outcomes={str(drop.delivery_id): outcome.value for drop, outcome in ended},
            device_time=device_time,
            at=now,
            by=driver_id,
        ),
    )


def _matched(drops: list[Drop], outcomes: list[tuple[UUID, Outcome]]) -> list[tuple[Drop, Outcome]]:
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
        if outcome.succeeded and (missing := requirements.missing(session, drop.delivery, since=since))
    ]
    if lacking:
        kinds = ", ".join(sorted({kind for each in lacking for kind in each["proofs"]}))
        raise ProofMissing(f"{kinds} not there for {len(lacking)} of {len(ended)}", missing=lacking)
