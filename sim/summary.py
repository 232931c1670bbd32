"""The day in figures: outcomes, promises kept, kilometres, and how well arrivals were foretold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from rich.table import Table

from sim.diary import Diary, Visit
from sim.listening import Estimate, Gaps

AHEAD = (timedelta(minutes=30), timedelta(minutes=10))


@dataclass(frozen=True)
class Error:
    """Absolute errors of estimates made so long ahead, in seconds."""

    ahead: timedelta
    samples: int
    median_s: float | None
    p90_s: float | None


@dataclass(frozen=True)
class Delay:
    """How old positions were when they had been told, in seconds of the day: gaps in coverage, and a slow machine."""

    median_s: float | None
    p90_s: float | None


@dataclass(frozen=True)
class Punctuality:
    """When couriers rang, against what was promised."""

    on_time: int
    early: int
    late: int

    @property
    def share(self) -> float | None:
        """The share on time, 0 to 1."""
        counted = self.on_time + self.early + self.late
        return self.on_time / counted if counted else None


@dataclass(frozen=True)
class Summary:
    """What a day came to."""

    deliveries: int
    delivered: int
    failed: int
    untouched: int
    outcomes: Mapping[str, int]
    punctuality: Punctuality
    driven_km: float
    errors: tuple[Error, ...]
    delay: Delay
    took_s: float
    simulated_s: float
    requests: int
    retries: int
    positions: Mapping[str, int]
    refusals: Mapping[str, int]
    listeners: int
    connections: int
    facts_heard: int
    gaps: tuple[Gaps, ...]
    stops_open: int
    unassigned: int = 0
    notes: Sequence[str] = field(default_factory=tuple)

    @property
    def finished(self) -> bool:
        """Whether every stop is done and nobody missed a fact."""
        return self.stops_open == 0 and self.untouched == 0 and all(one.none for one in self.gaps)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "finished": self.finished,
            "deliveries": self.deliveries,
            "delivered": self.delivered,
            "failed": self.failed,
            "untouched": self.untouched,
            "unassigned": self.unassigned,
            "stops_open": self.stops_open,
            "outcomes": dict(self.outcomes),
            "on_time_share": self.punctuality.share,
            "on_time": self.punctuality.on_time,
            "early": self.punctuality.early,
            "late": self.punctuality.late,
            "driven_km": round(self.driven_km, 2),
            "arrival_errors": [
                {
                    "ahead_min": error.ahead // timedelta(minutes=1),
                    "samples": error.samples,
                    "median_s": error.median_s,
                    "p90_s": error.p90_s,
                }
                for error in self.errors
            ],
            "positions_late": {"median_s": self.delay.median_s, "p90_s": self.delay.p90_s},
            "took_s": round(self.took_s, 1),
            "simulated_s": round(self.simulated_s),
            "requests": self.requests,
            "retries": self.retries,
            "positions": dict(self.positions),
            "refusals": dict(self.refusals),
            "listeners": self.listeners,
            "connections": self.connections,
            "facts_heard": self.facts_heard,
            "gaps": [
                {"delivery_id": one.delivery_id, "missed": one.missed, "twice": one.twice, "disordered": one.disordered}
                for one in self.gaps
                if not one.none
            ],
            "notes": [*self.notes],
        }


def outcomes(diary: Diary) -> Counter[str]:
    """Count how visits ended."""
    return Counter(visit.outcome for visit in diary.visits.values() if visit.outcome)


def punctuality(visits: Iterable[Visit]) -> Punctuality:
    """Compare when couriers rang with the promised windows, which are half-open."""
    judged = [_judged(visit) for visit in visits if visit.started_at is not None and visit.promise is not None]
    return Punctuality(on_time=judged.count("on time"), early=judged.count("early"), late=judged.count("late"))


def arrival_error(
    told: Mapping[str, Sequence[Estimate]], arrived: Mapping[str, datetime], *, ahead: timedelta
) -> Error:
    """Compare with the true arrivals what recipients had last been told `ahead` of them. Both are by delivery."""
    errors = sorted(
        abs((estimate.expected_at - arrived[delivery]).total_seconds())
        for delivery, estimates in told.items()
        if delivery in arrived and (estimate := in_force(estimates, at=arrived[delivery] - ahead)) is not None
    )
    return Error(ahead, len(errors), quantile(errors, 0.5), quantile(errors, 0.9))


def delay(delays: Iterable[timedelta]) -> Delay:
    """Say how late positions were told."""
    ordered = sorted(one.total_seconds() for one in delays)
    return Delay(quantile(ordered, 0.5), quantile(ordered, 0.9))


def in_force(estimates: Sequence[Estimate], *, at: datetime) -> Estimate | None:
    """Return the last estimate heard until `at`, none if that was too early to have heard any."""
    return max((one for one in estimates if one.heard_at <= at), key=lambda one: one.heard_at, default=None)


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """Return a quantile of ordered values, between the two nearest; none of nothing."""
    if not ordered:
        return None
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return round(ordered[low] + (ordered[high] - ordered[low]) * (at - low), 1)


def _judged(visit: Visit) -> str:
    assert visit.promise is not None
    assert visit.started_at is not None
    if visit.started_at < visit.promise.starts_at:
        return "early"
    return "on time" if visit.started_at < visit.promise.ends_at else "late"


def table(summary: Summary) -> Table:
    """Return the summary for a terminal."""
    shown = Table(title="The day", show_header=False, title_justify="left")
    for name, value in _rows(summary):
        shown.add_row(name, value)
    return shown


def _rows(summary: Summary) -> Iterable[tuple[str, str]]:
    on_time = summary.punctuality
    share = "-" if on_time.share is None else f"{on_time.share:.1%}"
    yield "deliveries", f"{summary.deliveries}: {summary.delivered} delivered, {summary.failed} failed attempts"
    if summary.unassigned:
        yield "left out of the plan", str(summary.unassigned)
    yield "outcomes", ", ".join(f"{code} {count}" for code, count in sorted(summary.outcomes.items()))
    yield "inside the promise", f"{share} ({on_time.early} early, {on_time.late} late)"
    yield "driven", f"{summary.driven_km:.1f} km"
    for error in summary.errors:
        name = f"arrival error, {error.ahead // timedelta(minutes=1)} min ahead"
        yield name, f"median {_minutes(error.median_s)}, p90 {_minutes(error.p90_s)} ({error.samples} samples)"
    yield "positions were late by", f"median {_minutes(summary.delay.median_s)}, p90 {_minutes(summary.delay.p90_s)}"
    yield "took", f"{summary.took_s:.0f} s for {timedelta(seconds=round(summary.simulated_s))} simulated"
    yield "requests", f"{summary.requests}, of them {summary.retries} sent again"
    yield "positions", ", ".join(f"{count} {verdict}" for verdict, count in sorted(summary.positions.items()))
    if summary.refusals:
        yield "refused", ", ".join(f"{kind} {count}" for kind, count in sorted(summary.refusals.items()))
    bad = [one for one in summary.gaps if not one.none]
    heard = f"{summary.listeners} listeners, {summary.connections} connections, {summary.facts_heard} facts"
    yield "tracking streams", f"{heard}, {f'{len(bad)} WITH GAPS' if bad else 'no gap'}"
    if summary.stops_open or summary.untouched:
        yield "NOT FINISHED", f"{summary.stops_open} stops open, {summary.untouched} deliveries without an outcome"
    for note in summary.notes:
        yield "note", note


def _minutes(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds / 60:.1f} min"
