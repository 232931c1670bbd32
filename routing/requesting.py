"""Asking for a plan: what is asked is checked and queued; the search itself is a task."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.principals import Principal
from deliveries.models import Delivery
from deliveries.queries import plannable
from kernel import facts
from kernel.errors import Conflict, FieldError, Invalid
from routing.facts import PlanRequested
from routing.fleet import lacks_driver, routed_shifts, shifts_by_ids
from routing.models import Plan, PlanState, Shift
from routing.wishes import Wishes, written

MOST_SHIFTS = 200
MOST_DELIVERIES = 10_000
LONGEST_SPAN = timedelta(days=7)
PLAIN = Wishes()


class UnknownShifts(Invalid):
    """Some of these shifts do not exist."""


class ShiftAlreadyRouted(Conflict):
    """A published route covers the shift already."""


class ShiftOver(Conflict):
    """The shift is over."""


class ShiftLacksDriver(Conflict):
    """The driver of the shift may not drive any more; give it to another."""


class ShiftsTooFarApart(Invalid):
    """The shifts of one plan lie within seven days."""


class UnknownDeliveries(Invalid):
    """Some of these deliveries do not exist."""


class DeliveriesNotPlannable(Conflict):
    """Some of these deliveries do not wait for a plan."""


class NothingToPlan(Invalid):
    """No delivery waits for a plan."""


class TooManyDeliveries(Invalid):
    """A plan takes at most 10 000 deliveries."""


class NotInThePlan(Invalid):
    """Shifts and deliveries that belong together are shifts and deliveries of the plan."""


def request_plan(
    session: Session,
    *,
    shift_ids: Sequence[UUID],
    delivery_ids: Sequence[UUID] | None,
    limit_s: int | None,
    seed: int,
    wishes: Wishes = PLAIN,
    caller: Principal,
    now: datetime,
) -> Plan:
    """Queue a plan of the caller's carrier. `delivery_ids` None: all deliveries that wait for one.

    UnknownShifts, ShiftAlreadyRouted, ShiftOver, ShiftLacksDriver, ShiftsTooFarApart; UnknownDeliveries,
    DeliveriesNotPlannable, NothingToPlan, TooManyDeliveries, NotInThePlan.
    """
    carrier_id = caller.organisation_id
    shifts = check_shifts(session, shift_ids, carrier_id=carrier_id, now=now)
    deliveries = check_deliveries(session, delivery_ids, carrier_id=carrier_id)
    _check_allowed(wishes, shifts, deliveries)

    plan = Plan(
        carrier_id=carrier_id,
        state=PlanState.QUEUED,
        shift_ids=[str(shift.id) for shift in shifts],
        delivery_ids=[str(delivery.id) for delivery in deliveries],
        seed=seed,
        limit_s=limit_s,
        zone=wishes.zone or deliveries[0].zone,
        **written(wishes),
        requested_by=caller.person_id,
        requested_at=now,
        routes=[],
        unassigned=[],
    )
    session.add(plan)
    session.flush()

    facts.record(
        session,
        PlanRequested(plan_id=plan.id, shifts=len(shifts), deliveries=len(deliveries), at=now, by=caller.person_id),
    )
    return plan


def check_shifts(
    session: Session,
    ids: Sequence[UUID],
    *,
    carrier_id: UUID,
    now: datetime,
    field: str = "shift_ids",
    known: Collection[UUID] = (),
) -> Sequence[Shift]:
    """Return the shifts, that a plan may take up, but those that are `known`. As `request_plan` refuses them.

    The `field` is what the request calls `ids`.
    """
    new = [each for each in _once(ids) if each not in known]
    shifts = shifts_by_ids(session, new, carrier_id=carrier_id)
    unknown = _missing(new, (shift.id for shift in shifts))
    if unknown:
        raise UnknownShifts(errors=_at(field, ids, unknown), shift_ids=unknown)
    _check_free(session, shifts, now=now, named=lambda wrong: _at(field, ids, wrong))
    if shifts and max(each.ends_at for each in shifts) - min(each.starts_at for each in shifts) > LONGEST_SPAN:
        raise ShiftsTooFarApart(errors=[FieldError(f"/{field}", "lie more than seven days apart")])
    return shifts


def _check_free(
    session: Session,
    shifts: Sequence[Shift],
    *,
    now: datetime,
    named: Callable[[Collection[UUID]], Sequence[FieldError]],
) -> None:
    routed = routed_shifts(session, [shift.id for shift in shifts])
    if routed:
        raise ShiftAlreadyRouted(errors=named(routed), shift_ids=routed)
    over = [shift.id for shift in shifts if shift.ends_at <= now]
    if over:
        raise ShiftOver(errors=named(over), shift_ids=over)
    driverless = [shift.id for shift in shifts if lacks_driver(shift)]
    if driverless:
        raise ShiftLacksDriver(errors=named(driverless), shift_ids=driverless)


def check_deliveries(session: Session, ids: Sequence[UUID] | None, *, carrier_id: UUID) -> Sequence[Delivery]:
    """Return the deliveries that a plan may take up, all when `ids` is None. As `request_plan` refuses them."""
    asked = None if ids is None else _once(ids)
    if asked is not None and len(asked) > MOST_DELIVERIES:
        faults = [FieldError("/delivery_ids", "names too many")]
        raise TooManyDeliveries(f"{len(asked)} deliveries are named", errors=faults, named=len(asked))
    found = plannable(session, carrier_id=carrier_id, delivery_ids=asked)
    if ids is not None:
        _check_all_found(session, ids, [delivery.id for delivery in found], carrier_id=carrier_id)
    if not found:
        raise NothingToPlan()
    if len(found) > MOST_DELIVERIES:
        raise TooManyDeliveries(f"{len(found)} deliveries wait: name those to plan", waiting=len(found))
    return found


def _check_all_found(session: Session, ids: Sequence[UUID], found: Sequence[UUID], *, carrier_id: UUID) -> None:
    missing = _missing(_once(ids), found)
    if not missing:
        return
    known = session.scalars(select(Delivery.id).where(Delivery.id.in_(missing), Delivery.carrier_id == carrier_id))
    unknown = _missing(missing, known)
    if unknown:
        raise UnknownDeliveries(errors=_at("delivery_ids", ids, unknown), delivery_ids=unknown)
    raise DeliveriesNotPlannable(errors=_at("delivery_ids", ids, missing), delivery_ids=missing)


def _check_allowed(wishes: Wishes, shifts: Sequence[Shift], deliveries: Sequence[Delivery]) -> None:
    known_shifts, known = {shift.id for shift in shifts}, {delivery.id for delivery in deliveries}
    errors = []
    for number, (delivery_id, shift_ids) in enumerate(wishes.allowed_shifts.items()):
        at = f"/allowed_shifts/{number}"
        if delivery_id not in known:
            errors.append(FieldError(f"{at}/delivery_id", "is not a delivery of this plan"))
        errors += [
            FieldError(f"{at}/shift_ids/{index}", "is not a shift of this plan")
            for index, shift_id in enumerate(shift_ids)
            if shift_id not in known_shifts
        ]
    if errors:
        raise NotInThePlan(errors=errors)


def _once(ids: Sequence[UUID]) -> Sequence[UUID]:
    return list(dict.fromkeys(ids))


def _missing(wanted: Iterable[UUID], found: Iterable[UUID]) -> Sequence[UUID]:
    there = set(found)
    return [one for one in wanted if one not in there]


def _at(field: str, ids: Sequence[UUID], wrong: Collection[UUID]) -> Sequence[FieldError]:
    first = {one: number for number, one in reversed([*enumerate(ids)])}
    return [FieldError(f"/{field}/{first[one]}", str(one)) for one in wrong]
