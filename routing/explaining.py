"""Why a delivery was left out, in figures and words of the trade: minutes, names, kilograms."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from routing import missing
from routing.given import GivenShift
from routing.missing import PLACES, Missed
from routing.models import Unassigned
from routing.seconds import spoken, written
from routing.solving import solution as solved
from routing.solving.explaining.explain import explain
from routing.solving.explaining.explanation import Excess, Explanation, Relaxation, Rule
from routing.solving.problem import Problem
from routing.solving.solution import Reason, Solution
from routing.translation import Question

_MINUTE_S = 60

_EXCEEDED = {
    Rule.WINDOW_END: "{amount} after {place} ends",
    Rule.WINDOW_START: "{amount} before {place} begins",
    Rule.SHIFT_END: "{amount} after the shift ends",
    Rule.SHIFT_START: "{amount} before the shift begins",
    Rule.BREAK: "{amount} from when the break may be",
    Rule.MAX_DURATION: "{amount} longer than a route of this shift may last",
    Rule.MAX_DISTANCE: "{amount} farther than a route of this shift may go",
    Rule.MAX_STOPS: "{amount} more than a route of this shift may have",
    Rule.CAPACITY: "{amount} over",
    Rule.SKILL: "lacks {name}",
    Rule.EXCLUDED_SKILL: "has {name}, which it excludes",
    Rule.VEHICLE_ALLOWED: "may not bring it",
    Rule.PENALTY: "{amount} more than leaving it out costs",
    Rule.LATER_WINDOWS: "{amount} too late for those after it",
}
_FITS_IF = {
    Rule.WINDOW_END: "{place} ends {amount} later",
    Rule.WINDOW_START: "{place} begins {amount} earlier",
    Rule.SHIFT_END: "the shift ends {amount} later",
    Rule.SHIFT_START: "the shift begins {amount} earlier",
    Rule.BREAK: "the break may be {amount} earlier or later",
    Rule.MAX_DURATION: "the route may last {amount} longer",
    Rule.MAX_DISTANCE: "the route may go {amount} farther",
    Rule.MAX_STOPS: "the route may have {amount} more",
    Rule.CAPACITY: "the vehicle holds {amount} more",
    Rule.SKILL: "it may be brought without {name}",
    Rule.EXCLUDED_SKILL: "it may be brought with {name}",
    Rule.VEHICLE_ALLOWED: "this shift may bring it",
    Rule.PENALTY: "leaving it out costs {amount} more",
}
_UNITS = {
    Rule.MAX_DISTANCE: "m",
    Rule.MAX_STOPS: "stops",
    Rule.SKILL: "skills",
    Rule.EXCLUDED_SKILL: "skills",
    Rule.VEHICLE_ALLOWED: "shifts",
    Rule.PENALTY: "s",
}
_CAPACITY_UNITS = {"parcels": "parcels", "weight_g": "g", "volume_cm3": "cm3"}


def tell(
    question: Question,
    problem: Callable[[], Problem],
    solution: Solution,
    *,
    rows: Sequence[Unassigned],
    settled: Collection[Rule] = (),
) -> None:
    """Write into the rows who came closest, by how much that fails, and what would help. Seconds for a large plan.

    The problem is `question.explained`, or what became of it; it is asked for only if anything is left out. Rules that
    are `settled` cannot give any more.
    """
    closed = [solved.Unassigned(stop_id=halt.id, reason=Reason.TIME_WINDOW, detail="") for halt in question.closed]
    left = [each for each in (*solution.unassigned, *closed) if each.stop_id in question.told]
    if not left:
        return
    teller = _Teller(question, {str(shift.id): shift for shift in question.job.shifts})
    found = explain(
        problem(),
        replace(solution, unassigned=tuple(left)),
        settled=lambda gives: gives.rule in settled or not teller.is_enough(gives),
    )
    by_delivery = {
        each.id: explanation for explanation in found for each in question.told[explanation.stop_id].deliveries
    }
    for row in rows:
        if row.delivery_id in by_delivery:
            teller.tell(row, by_delivery[row.delivery_id])


@dataclass(frozen=True, slots=True)
class _Teller:
    question: Question
    shifts: Mapping[str, GivenShift]

    def tell(self, row: Unassigned, explanation: Explanation) -> None:
        row.nearest_vehicle = self._vehicle(explanation.vehicle_id)
        row.exceeded = [told for each in explanation.exceeded for told in self._exceeded(each)]
        if explanation.relaxation is not None:
            row.relaxation = self._relaxation(explanation.relaxation)

    def _exceeded(self, excess: Excess) -> Iterator[dict[str, Any]]:
        """The rule; and where a recipient's window and a point's hours are both missed, the other one too."""
        missed = self._missed(excess)
        yield self._excess(excess, missed) | {"words": self._words(_EXCEEDED, excess, missed)}
        if missed is not None and missed.behind is not None:
            further, other = missed.behind
            beyond = replace(excess, by=excess.by - round(further.total_seconds()))
            if beyond.by > 0:
                yield self._excess(beyond, other) | {"words": self._words(_EXCEEDED, beyond, other)}

    def _vehicle(self, shift_id: str) -> dict[str, Any]:
        return {"shift_id": shift_id, "name": self.shifts[shift_id].label}

    def _relaxation(self, relaxation: Relaxation) -> dict[str, Any]:
        added = f"{_signed(_minutes(relaxation.added_s))} min, {_signed(round(relaxation.added_m / 1000, 1))} km"
        missed = self._missed(relaxation.gives)
        return self._excess(relaxation.gives, missed) | {
            **self._vehicle(relaxation.vehicle_id),
            "added_min": _minutes(relaxation.added_s),
            "added_m": relaxation.added_m,
            "added_cost": self.question.prices.seconds(relaxation.added_cost),
            "words": f"fits if {self._words(_FITS_IF, relaxation.gives, missed)}: {added}",
        }

    def _excess(self, excess: Excess, missed: Missed | None) -> dict[str, Any]:
        by, unit = self._counted(excess)
        return {
            "rule": excess.rule.value,
            "by": by,
            "unit": unit,
            "what": excess.name,
            "place": missed and missed.place,
            "window": missed and {"starts_at": written(missed.window[0]), "ends_at": written(missed.window[1])},
        }

    def _missed(self, excess: Excess) -> Missed | None:
        """The window as people know it: of several that touch, which count as one, from first to last."""
        if excess.stop_id is None or excess.window is None:
            return None
        origin, (start_s, end_s) = self.question.told_from, excess.window
        halt = self.question.told[excess.stop_id]
        its = [each for each in halt.windows if start_s <= origin.up(each[0]) and origin.up(each[1]) <= end_s]
        return missing.missed(halt, (min(its)[0], max(each[1] for each in its)), at_end=excess.rule is Rule.WINDOW_END)

    def is_enough(self, gives: Excess) -> bool:
        """Whether it helps that a window alone is longer: what goes to a point also needs that to be open then."""
        found = self._missed(gives)
        return found is None or found.may_give(timedelta(minutes=_minutes(gives.by)))

    def _counted(self, excess: Excess) -> tuple[int, str]:
        """How much, and of what; minutes and prices rounded up, so that so much is enough."""
        if excess.rule is Rule.CAPACITY:
            return excess.by, _CAPACITY_UNITS[excess.name or "parcels"]
        if excess.rule is Rule.PENALTY:
            return -(-excess.by // self.question.prices.scale), "s"
        if excess.rule in _UNITS:
            return excess.by, _UNITS[excess.rule]
        return _minutes(excess.by), "min"

    def _words(self, texts: Mapping[Rule, str], excess: Excess, missed: Missed | None) -> str:
        by, unit = self._counted(excess)
        place = "" if missed is None else PLACES[missed.place]
        return texts[excess.rule].format(amount=_amount(by, unit), name=excess.name, place=place)


def _amount(by: int, unit: str) -> str:
    """As a person says it."""
    if unit == "min":
        return spoken(by * _MINUTE_S)
    if unit == "g":
        return f"{by / 1000:g} kg"
    if unit == "cm3":
        return f"{by / 1000:g} litres"
    if unit == "m":
        return f"{by / 1000:g} km"
    if by == 1:
        unit = unit.removesuffix("s") if unit in ("parcels", "stops") else unit
    return f"{by} {unit}"


def _minutes(seconds: int) -> int:
    """Whole minutes, rounded up."""
    return -(-seconds // _MINUTE_S)


def _signed(number: float) -> str:
    return f"{number:+g}"
