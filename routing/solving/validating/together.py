"""Refuses pairs, choices and locks that contradict themselves or each other."""

from routing.solving.fits import DoesNotFit, check_may_serve
from routing.solving.problem import Problem, ProblemError, Stop


def check_pairs(problem: Problem) -> None:
    """Raise `ProblemError` for a delivery whose pickup is not one."""
    by_id = {stop.id: stop for stop in problem.stops}
    taken: dict[str, str] = {}
    for stop in problem.stops:
        if stop.pickup is None:
            continue
        who = f"stop {stop.id!r}"
        if stop.pickup not in by_id:
            raise ProblemError(f"{who}: pickup names the unknown stop {stop.pickup!r}")
        if stop.pickup in taken:
            raise ProblemError(f"{who}: {stop.pickup!r} is the pickup of {taken[stop.pickup]!r} already")
        taken[stop.pickup] = stop.id
        _check_pickup(who, stop, by_id[stop.pickup])


def _check_pickup(who: str, stop: Stop, pickup: Stop) -> None:
    if pickup is stop:
        raise ProblemError(f"{who}: is its own pickup")
    if pickup.pickup is not None:
        raise ProblemError(f"{who}: its pickup {pickup.id!r} has a pickup itself")
    if any(pickup.demands) or any(pickup.collects):
        raise ProblemError(f"{who}: its pickup {pickup.id!r} has demands or collects something itself")
    if (stop.penalty is None) != (pickup.penalty is None):
        raise ProblemError(f"{who}: it must be served and its pickup {pickup.id!r} need not, or the other way round")
    if stop.choice is not None or pickup.choice is not None:
        raise ProblemError(f"{who}: neither it nor its pickup {pickup.id!r} may be one of a choice")


def check_choices(problem: Problem) -> None:
    """Raise `ProblemError` for a choice whose stops do not cost the same to leave out."""
    first: dict[str, Stop] = {}
    for stop in problem.stops:
        if stop.choice is not None and first.setdefault(stop.choice, stop).penalty != stop.penalty:
            raise ProblemError(f"stop {stop.id!r}: has another penalty than others of the choice {stop.choice!r}")


def check_locks(problem: Problem) -> None:
    """Raise `ProblemError` for a lock on a stop that is not there, is locked elsewhere, or that may not be served."""
    by_id = {stop.id: stop for stop in problem.stops}
    holders: dict[tuple[str, str], str] = {}
    for vehicle in problem.vehicles:
        seen: set[str] = set()
        for stop_id in vehicle.locked:
            who = f"vehicle {vehicle.id!r}: locked"
            stop = by_id.get(stop_id)
            if stop is None:
                raise ProblemError(f"{who} names the unknown stop {stop_id!r}")
            what = ("stop", stop_id) if stop.choice is None else ("choice", stop.choice)
            if what in holders:
                raise ProblemError(
                    f"{who} names the {what[0]} {what[1]!r}, which is locked to {holders[what]!r} already"
                )
            holders[what] = vehicle.id
            if stop.pickup is not None and stop.pickup not in seen:
                raise ProblemError(f"{who} names {stop_id!r}, but not its pickup {stop.pickup!r} before it")
            seen.add(stop_id)
            try:
                check_may_serve(vehicle, stop)
            except DoesNotFit as refusal:
                raise ProblemError(f"{who} names {stop_id!r}, which it may not serve: {refusal}") from refusal
