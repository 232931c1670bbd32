"""Estimating arrivals: the way to the next stop, then planned legs, breaks, service times and waiting for windows.

Plain arithmetic: no session, no streets. A stop where the courier already is has no estimate. All is reckoned from
the last moment that the device told of: news that come late must not make the courier late.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from routing.models import StopState
from tracking.models import ArrivalSource

MOVES_BY = timedelta(seconds=60)  # less is not worth telling anyone
_MARGIN = timedelta(minutes=2)
_MARGIN_SHARE = 0.1  # of the time that remains

type Window = tuple[datetime, datetime]


@dataclass(frozen=True)
class Ahead:
    """A stop that is not done.

    `leg_s` from the stop before; of planned rest `pause_s` before that leg and `rest_s` behind it, before the service.
    `windows` holds, for each delivery, when it may be brought: half-open, in order; none is any time.
    """

    stop_id: UUID
    state: StopState
    service_s: int
    leg_s: int
    pause_s: int
    rest_s: int
    windows: tuple[tuple[Window, ...], ...]
    enroute_at: datetime | None
    arrived_at: datetime | None


@dataclass(frozen=True)
class Travel:
    """What remained to a stop when the courier was seen at `seen_at`, asked of the streets."""

    stop_id: UUID
    duration_s: int
    by_streets: bool
    seen_at: datetime


@dataclass(frozen=True)
class Estimate:
    """When the courier will be at a stop: `earliest_at` <= `expected_at` <= `latest_at`, none of them before now."""

    stop_id: UUID
    expected_at: datetime
    earliest_at: datetime
    latest_at: datetime
    stops_before: int
    source: ArrivalSource


def estimate(
    ahead: Sequence[Ahead], *, left_at: datetime, travel: Travel | None, known_at: datetime, now: datetime
) -> list[Estimate]:
    """Return the estimates for the stops ahead, in the order in which they will be made, never going back in time.

    `left_at` is when the courier was through with the last stop, or is to set out for the first. `travel` counts
    only when it leads to the first stop. `known_at`, not behind `now`, is the last moment of which we know: what was
    due before it and is not reported did not happen; what is due after it may have happened, untold.
    """
    return list(_walk(ahead, left_at, travel, known_at, now))


def settle(fresh: Sequence[Estimate], *, told: dict[UUID, Estimate], now: datetime) -> list[Estimate]:
    """Return what to tell: what was `told` before unless it moved by a minute, so that nothing flaps.

    Still in order along the route: an estimate that would fall behind the one before it is raised to it.
    """
    settled: list[Estimate] = []
    for new in fresh:
        old = told.get(new.stop_id)
        chosen = new if old is None or _moved(old, new, now) else old
        if settled and not _in_order(settled[-1], chosen):
            chosen = _raised(new, settled[-1])
        settled.append(chosen)
    return settled


def service_begins_at(arrival_at: datetime, windows: Sequence[Sequence[Window]]) -> datetime:
    """Return when service can begin: not before every delivery's window, the first that is still open."""
    return max([arrival_at, *(_opening(arrival_at, of_one) for of_one in windows)])


def _walk(
    ahead: Sequence[Ahead], left_at: datetime, travel: Travel | None, known_at: datetime, now: datetime
) -> Iterator[Estimate]:
    source = _source(ahead, travel)
    for before, stop in enumerate(ahead):
        if stop.state is StopState.ARRIVED and stop.arrived_at is not None:
            arrival_at = stop.arrived_at
        else:
            # Only the first can be measured from where the courier is; the rest follow from it.
            arrival_at = max(known_at, _arrival_at(stop, left_at, travel if before == 0 else None, known_at))
            yield _estimate(stop, max(now, arrival_at), before, source, now)
        begins_at = service_begins_at(arrival_at + timedelta(seconds=stop.rest_s), stop.windows)
        left_at = max(known_at, begins_at + timedelta(seconds=stop.service_s))


def _arrival_at(stop: Ahead, left_at: datetime, travel: Travel | None, known_at: datetime) -> datetime:
    """Return when the courier will be there: on the way since it was seen, else since it set out, else once it does."""
    measured = travel if travel is not None and travel.stop_id == stop.stop_id else None
    way = timedelta(seconds=measured.duration_s if measured else stop.leg_s)
    if stop.state is StopState.ENROUTE and stop.enroute_at is not None:
        return (measured.seen_at if measured else stop.enroute_at) + way
    return max(known_at, left_at + timedelta(seconds=stop.pause_s)) + way


def _source(ahead: Sequence[Ahead], travel: Travel | None) -> ArrivalSource:
    if travel is None or not ahead or ahead[0].stop_id != travel.stop_id or ahead[0].state is StopState.ARRIVED:
        return ArrivalSource.PLAN
    return ArrivalSource.STREETS if travel.by_streets else ArrivalSource.GREAT_CIRCLE


def _estimate(stop: Ahead, arrival_at: datetime, before: int, source: ArrivalSource, now: datetime) -> Estimate:
    margin = _MARGIN + (arrival_at - now) * _MARGIN_SHARE
    return Estimate(stop.stop_id, arrival_at, max(now, arrival_at - margin), arrival_at + margin, before, source)


def _opening(arrival_at: datetime, windows: Sequence[Window]) -> datetime:
    return next((max(arrival_at, starts_at) for starts_at, ends_at in windows if ends_at > arrival_at), arrival_at)


def _moved(old: Estimate, new: Estimate, now: datetime) -> bool:
    return (
        abs(new.expected_at - old.expected_at) >= MOVES_BY
        or (new.source, new.stops_before) != (old.source, old.stops_before)
        or old.expected_at < now
    )


def _in_order(before: Estimate, after: Estimate) -> bool:
    return (
        before.expected_at <= after.expected_at
        and before.earliest_at <= after.earliest_at
        and before.latest_at <= after.latest_at
    )


def _raised(late: Estimate, before: Estimate) -> Estimate:
    return replace(
        late,
        expected_at=max(late.expected_at, before.expected_at),
        earliest_at=max(late.earliest_at, before.earliest_at),
        latest_at=max(late.latest_at, before.latest_at),
    )
