"""What a dispatcher asks of a plan as a whole, beside which shifts are to bring which deliveries.

Whatever costs is told in seconds of a courier's time, so that one thing can be weighed against another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from routing.models import Objective, Plan
from routing.solving.problem import Balance, Measure
from routing.traffic import Spell

# An hour off the preferred window, and a driver who is not the preferred one, are each worth half an hour's work.
DEFAULT_EARLY_COST_PER_H = 1800
DEFAULT_LATE_COST_PER_H = 1800
DEFAULT_PREFERENCE_COST = 1800


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """How the routes are to be. `allowed_shifts` has the shifts that alone may bring a delivery.

    The hours of `traffic` are told in `zone`, an IANA name; None: in that of the deliveries.
    """

    objective: Objective = Objective.LEAST_TIME
    balance: Balance | None = None
    traffic: tuple[Spell, ...] = ()
    zone: str | None = None
    setup_s: int = 0
    early_cost_per_h: int = DEFAULT_EARLY_COST_PER_H
    late_cost_per_h: int = DEFAULT_LATE_COST_PER_H
    preference_cost: int = DEFAULT_PREFERENCE_COST
    familiarity_cost: int = 0
    allowed_shifts: Mapping[UUID, tuple[UUID, ...]] = field(default_factory=dict)


def read_wishes(plan: Plan) -> Wishes:
    """Return what was asked of the stored plan."""
    return Wishes(
        objective=plan.objective,
        balance=None if plan.balance is None else _balance(plan.balance),
        traffic=tuple(Spell.read(each) for each in plan.traffic),
        zone=plan.zone,
        setup_s=plan.setup_s,
        early_cost_per_h=plan.early_cost_per_h,
        late_cost_per_h=plan.late_cost_per_h,
        preference_cost=plan.preference_cost,
        familiarity_cost=plan.familiarity_cost,
        allowed_shifts={UUID(each["delivery_id"]): tuple(map(UUID, each["shift_ids"])) for each in plan.allowed_shifts},
    )


def _balance(kept: Mapping[str, Any]) -> Balance:
    return Balance(measure=Measure(kept["measure"]), cost=kept["cost"])


def written(wishes: Wishes) -> dict[str, Any]:
    """Return the columns of a plan that keep the wishes, and its asker sees again; `zone` is another's to know."""
    return {
        "objective": wishes.objective,
        "balance": wishes.balance and {"measure": wishes.balance.measure.value, "cost": wishes.balance.cost},
        "traffic": [spell.written() for spell in wishes.traffic],
        "setup_s": wishes.setup_s,
        "early_cost_per_h": wishes.early_cost_per_h,
        "late_cost_per_h": wishes.late_cost_per_h,
        "preference_cost": wishes.preference_cost,
        "familiarity_cost": wishes.familiarity_cost,
        "allowed_shifts": [
            {"delivery_id": str(delivery), "shift_ids": [*map(str, shifts)]}
            for delivery, shifts in wishes.allowed_shifts.items()
        ],
    }
