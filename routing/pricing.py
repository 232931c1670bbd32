"""What the optimiser is to save, in its whole units of cost: seconds of a courier's time, or a thousandth of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from routing.given import GivenShift, Job
from routing.models import HOUR_S, Objective
from routing.solving.problem import Balance
from routing.solving.solution import Cost

_KM_M = 1000
_FINE = 1000
# With the fewest vehicles, one vehicle less is worth a day of driving. So is every delivery more: else leaving some out
# would save a vehicle.
_DAY_S = 86_400
_PRICED = ("fixed", "penalties", "untimely", "preference", "balance", "total")


class Rates(NamedTuple):
    """What a vehicle costs, in units: for going out at all, a second, a metre."""

    fixed: int
    per_s: int
    per_m: int


@dataclass(frozen=True)
class Prices:
    """`scale` units are a second of a courier's time; whole seconds where no rate needs finer ones."""

    objective: Objective
    scale: int

    @classmethod
    def of(cls, job: Job) -> Prices:
        """Return the prices of this plan."""
        objective = job.wishes.objective
        whole = all(shift.cost_per_h % HOUR_S == 0 and shift.cost_per_km % _KM_M == 0 for shift in job.shifts)
        return cls(objective, 1 if whole and objective is not Objective.LEAST_DISTANCE else _FINE)

    def rates(self, shift: GivenShift) -> Rates:
        """Return what the vehicle of the shift costs.

        With the least distance a metre costs as much as a second does otherwise, and a second the hundredth part: of
        two ways of one length the quicker.
        """
        fixed = (shift.fixed_cost + self._vehicle_s) * self.scale
        if self.objective is Objective.LEAST_DISTANCE:
            return Rates(fixed, self.scale // 100, self.scale)
        return Rates(
            fixed, round(shift.cost_per_h * self.scale / HOUR_S), round(shift.cost_per_km * self.scale / _KM_M)
        )

    def penalty(self, penalty_s: int | None) -> int | None:
        """Return what leaving a delivery out costs; None: it must be served."""
        return None if penalty_s is None else (penalty_s + self._vehicle_s) * self.scale

    def balance(self, balance: Balance | None) -> Balance | None:
        """Return what unequal shares cost."""
        return balance and Balance(measure=balance.measure, cost=balance.cost * self.scale)

    def seconds(self, units: int) -> int:
        """Return units as seconds of a courier's time, to the nearest."""
        return round(units / self.scale)

    def in_seconds(self, cost: Cost) -> Mapping[str, Any]:
        """Return the split of the cost with all that is priced in seconds of a courier's time."""
        split: dict[str, Any] = asdict(cost)
        return split | {name: self.seconds(split[name]) for name in _PRICED}

    @property
    def _vehicle_s(self) -> int:
        return _DAY_S if self.objective is Objective.FEWEST_VEHICLES else 0
