"""Halts and shifts as the optimiser's stops and vehicles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from kernel.geo import Point
from routing.given import GivenShift, Job
from routing.grouping import Halt
from routing.pricing import Prices
from routing.seconds import Origin
from routing.solving.problem import Break, Reload, SoftWindow, Stop, Vehicle, Window

_AGES_S = 7 * 86_400


@dataclass(frozen=True)
class Terms:
    """What all of a plan's stops and vehicles are stated with. `index` has the optimiser's name of each place."""

    job: Job
    origin: Origin
    index: Mapping[Point, int]
    prices: Prices

    def stop(self, halt: Halt, windows: tuple[Window, ...]) -> Stop:
        """Return the halt as a stop, `windows` being what is left of its own."""
        first = halt.first
        setup_s = self.job.wishes.setup_s if first.setup_s is None else first.setup_s
        if halt.fetching:
            return self._pickup(halt, windows, setup_s)
        return Stop(
            id=halt.id,
            place=self.index[halt.place],
            service_s=halt.service_s,
            windows=windows,
            demands=halt.demands,
            penalty=self.prices.penalty(halt.penalty_s),
            skills=frozenset(first.required_skills),
            excluded_skills=frozenset(first.excluded_skills),
            allowed_vehicles=self._allowed(halt),
            refused_vehicles=self._refused(halt),
            setup_s=setup_s,
            collects=halt.collects if any(halt.collects) else (),
            soft_window=self._soft(halt),
            vehicle_costs=tuple(self._vehicle_costs(halt)),
            choice=halt.choice,
            pickup=None if halt.pickup is None else halt.pickup.id,
        )

    def _pickup(self, halt: Halt, windows: tuple[Window, ...], setup_s: int) -> Stop:
        """Return where parcels are fetched. What it costs to leave them is said at their delivery."""
        return Stop(
            id=halt.id,
            place=self.index[halt.place],
            service_s=halt.service_s,
            windows=windows,
            demands=(0,) * len(halt.demands),
            penalty=None if halt.penalty_s is None else 0,
            setup_s=setup_s,
        )

    def vehicle(self, shift: GivenShift, unlimited: Sequence[int]) -> Vehicle:
        """Return the shift as a vehicle; `unlimited` has room for everything, where the shift names no limit."""
        starts_s = self.origin.up(begins(shift, self.job.now))
        rates = self.prices.rates(shift)
        return Vehicle(
            id=str(shift.id),
            profile=str(shift.travel),
            start_place=self.index[shift.start_place],
            end_place=None if shift.end_place is None else self.index[shift.end_place],
            shift_start_s=starts_s,
            shift_end_s=max(starts_s, self.origin.down(shift.ends_at)),
            capacities=tuple(
                room if limit is None else limit for limit, room in zip(shift.capacities, unlimited, strict=True)
            ),
            skills=frozenset(shift.skills),
            breaks=tuple(self._breaks(shift, starts_s)),
            max_duration_s=shift.max_duration_s,
            max_distance_m=shift.max_distance_m,
            max_stops=shift.max_stops,
            fixed_cost=rates.fixed,
            cost_per_s=rates.per_s,
            cost_per_m=rates.per_m,
            reload=self._reload(shift),
        )

    def _reload(self, shift: GivenShift) -> Reload | None:
        if shift.reloads is None:
            return None
        place = self.index[reload_place(shift)]
        return Reload(place=place, duration_s=shift.reloads.duration_s, most=shift.reloads.most)

    def _allowed(self, halt: Halt) -> frozenset[str] | None:
        allowed = self.job.wishes.allowed_shifts.get(halt.first.id)
        return None if allowed is None else frozenset(map(str, allowed))

    def _refused(self, halt: Halt) -> frozenset[str]:
        refused = halt.first.refused_drivers
        return frozenset(name for name, driver in self._drivers if driver in refused) if refused else frozenset()

    def _soft(self, halt: Halt) -> SoftWindow | None:
        wishes, scale = self.job.wishes, self.prices.scale
        if halt.preferred is None or not (wishes.early_cost_per_h or wishes.late_cost_per_h):
            return None
        starts_at, ends_at = halt.preferred
        # One that was over before anybody begins is late by then already; what was ages ago, by a week.
        start_s = max(-_AGES_S, self.origin.up(starts_at))
        return SoftWindow(
            start_s=start_s,
            end_s=max(start_s + 1, self.origin.up(ends_at)),
            early_cost_per_h=wishes.early_cost_per_h * scale,
            late_cost_per_h=wishes.late_cost_per_h * scale,
        )

    def _vehicle_costs(self, halt: Halt) -> Iterator[tuple[str, int]]:
        wishes = self.job.wishes
        preferred = halt.first.preferred_driver
        others = wishes.preference_cost if any(driver == preferred for _, driver in self._drivers) else 0
        if not others and not wishes.familiarity_cost:
            return
        for name, driver in self._drivers:
            cost = 0 if driver == preferred else others
            if wishes.familiarity_cost and (halt.first.id, driver) not in self.job.familiar:
                cost += wishes.familiarity_cost
            if cost:
                yield name, cost * self.prices.scale

    @cached_property
    def _drivers(self) -> Sequence[tuple[str, UUID]]:
        """The optimiser's name of each shift, with who drives it."""
        return [(str(shift.id), shift.driver_id) for shift in self.job.shifts]

    def _breaks(self, shift: GivenShift, starts_s: int) -> Iterator[Break]:
        over_s = 0  # the earliest end of the breaks before: one that follows may not have to begin earlier
        for pause in shift.breaks:
            earliest_s = max(starts_s, self.origin.up(pause.earliest_at))
            latest_s = self.origin.down(pause.latest_at)
            if latest_s < starts_s:
                continue  # its time is past: the shift began before the plan
            yield Break(
                earliest_start_s=earliest_s,
                latest_start_s=max(earliest_s, latest_s, over_s),
                duration_s=pause.duration_s,
            )
            over_s = earliest_s + pause.duration_s


def reload_place(shift: GivenShift) -> Point:
    """Return where its courier comes back to load."""
    if shift.reloads is None or shift.reloads.place is None:
        return shift.start_place
    return shift.reloads.place


def begins(shift: GivenShift, now: datetime) -> datetime:
    """Return when its driver can leave: a shift that has begun already counts from now."""
    return max(shift.starts_at, now)
