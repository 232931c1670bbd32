"""From the optimiser's answer to the rows that a plan consists of, with lines along the streets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from geoalchemy2 import WKBElement
from geoalchemy2.shape import from_shape
from shapely.geometry import LineString

from kernel.geo import Point
from places.streets import Drive, Matrix, Streets
from routing.given import GivenDelivery, GivenShift, Span, fingerprint
from routing.grouping import Halt
from routing.models import Drop, Fetch, Route, Stop, StopKind, StopState, Unassigned
from routing.pricing import Prices
from routing.seconds import spoken, written
from routing.solving import solution as solved
from routing.solving.solution import Reason, Solution
from routing.stating import reload_place
from routing.translation import Matrices, Question

CHANGED = "CHANGED"


@dataclass(frozen=True)
class Answer:
    """What a plan comes to. The rows are not in a session yet."""

    question: Question
    routes: Sequence[Route]
    unassigned: Sequence[Unassigned]
    cost: Mapping[str, Any]
    estimated_share: float


def assemble(question: Question, solution: Solution, *, matrices: Matrices, streets: Streets) -> Answer:
    """Return the rows of the plan. Asks the streets for each route's line: let no transaction be open."""
    shifts = {str(shift.id): shift for shift in question.job.shifts}
    share = sum(matrix.estimated_share for matrix in matrices.values()) / len(matrices)
    return Answer(
        question=question,
        routes=[
            _route(question, shifts[route.vehicle_id], route, matrices[shifts[route.vehicle_id].travel], streets)
            for route in solution.routes
        ],
        unassigned=[*_unassigned(question, solution, shifts)],
        cost={**question.prices.in_seconds(solution.cost), "must_left_out": _must_left_out(question, solution)},
        estimated_share=share,
    )


def _must_left_out(question: Question, solution: Solution) -> int:
    """Return how many halts without a price are left out: a pickup and its delivery are one, and closed ones count."""
    left = (question.open[each.stop_id] for each in solution.unassigned)
    return sum(halt.penalty_s is None and not halt.fetching for halt in (*left, *question.closed))


class _Call(NamedTuple):
    """Where the courier stops: at a halt, or to load again."""

    place: Point
    departure_s: int
    row: dict[str, Any]


def _route(question: Question, shift: GivenShift, route: solved.Route, matrix: Matrix, streets: Streets) -> Route:
    calls = [*_calls(question, shift, route)]
    places = [shift.start_place, *(call.place for call in calls)]
    ways = [*places, shift.end_place] if shift.end_place else places
    drive = streets.drive(shift.profile.value, ways, kerb_side=shift.kerb_side)
    index = {place: number for number, place in enumerate(question.places)}
    legs = [(index[before], index[after]) for before, after in pairwise(places)]
    left_s = [route.departure_s, *(call.departure_s for call in calls)]
    instant = question.origin.instant
    return Route(
        shift_id=shift.id,
        driver_id=shift.driver_id,
        vehicle_id=shift.vehicle_id,
        departs_at=instant(route.departure_s),
        ends_at=instant(route.end_s),
        duration_s=route.duration_s,
        distance_m=route.distance_m,
        line=_line(drive),
        breaks=[
            {"starts_at": written(instant(taken.start_s)), "ends_at": written(instant(taken.end_s))}
            for taken in route.breaks
        ],
        fingerprint=fingerprint(shift),
        stops=[
            Stop(
                sequence=sequence,
                leg_duration_s=question.leg_s(shift.travel, int(matrix.duration_s[leg]), leaves_s=leaves_s),
                leg_distance_m=int(matrix.distance_m[leg]),
                leg_by_streets=bool(matrix.by_streets[leg]),
                place=call.place,
                state=StopState.PLANNED,
                **call.row,
            )
            for sequence, (call, leg, leaves_s) in enumerate(zip(calls, legs, left_s, strict=False), start=1)
        ],
    )


def _calls(question: Question, shift: GivenShift, route: solved.Route) -> Iterator[_Call]:
    loading = {reload.after: reload for reload in route.reloads}
    for number, visit in enumerate(route.visits):
        if number in loading:
            again = loading[number]
            row = {"kind": StopKind.RELOAD, "service_s": again.departure_s - again.start_s, "drops": [], "fetches": []}
            yield _Call(reload_place(shift), again.departure_s, row | _times(question, again))
        halt = question.open[visit.stop_id]
        yield _Call(halt.place, visit.departure_s, _halt(halt) | _times(question, visit))


def _halt(halt: Halt) -> dict[str, Any]:
    return {
        "kind": StopKind.PICKUP if halt.fetching else StopKind.DELIVERY,
        "service_s": halt.service_s,
        "drops": [] if halt.fetching else [_drop(halt, each) for each in halt.deliveries],
        "fetches": [Fetch(delivery_id=each.id) for each in halt.deliveries] if halt.fetching else [],
    }


def _times(question: Question, call: solved.Visit | solved.Reloaded) -> dict[str, Any]:
    instant = question.origin.instant
    return {
        "planned_arrival_at": instant(call.arrival_s),
        "planned_start_at": instant(call.start_s),
        "planned_departure_at": instant(call.departure_s),
    }


def _drop(halt: Halt, delivery: GivenDelivery) -> Drop:
    chosen = halt.alternative_of(delivery)
    return Drop(
        delivery_id=delivery.id,
        fingerprint=fingerprint(delivery),
        alternative_id=None if chosen is None else chosen.id,
    )


def _unassigned(question: Question, solution: Solution, shifts: Mapping[str, GivenShift]) -> Iterator[Unassigned]:
    for left in solution.unassigned:
        detail = _in_minutes(_named(left.detail, shifts))
        if left.reason is Reason.COSTS_MORE:
            detail = _in_seconds(detail, question.prices)
        halt = question.open[left.stop_id]
        if not halt.fetching:  # its delivery is told of
            yield from _left_out(halt, left.reason, detail)
    for halt in question.closed:
        yield from _left_out(halt, Reason.TIME_WINDOW, _closed(question, halt))
    for taken in question.job.taken:
        yield Unassigned(delivery_id=taken, reason=CHANGED, detail="it no longer waits for a plan")


def _closed(question: Question, halt: Halt) -> str:
    point = halt.first.point
    if halt.pickup is not None and halt.pickup.id in question.shut:
        its = "" if halt.id not in question.shut else ", nor is one of its own"
        return f"none of the windows of its pickup is open during the shifts{its}"
    if point is None or (halt.first.windows and not any(_works(question, window) for window in halt.first.windows)):
        return "none of its windows is open during the shifts"
    said = "closed for a while" if point.hours is None else f"open {point.hours}, closures apart"
    its = "" if not halt.first.windows else " while one of its windows is"
    return f"the pickup point {point.name} is not open during the shifts{its}: {said}"


def _works(question: Question, window: Span) -> bool:
    shifts = question.job.shifts
    return window[0] < max(each.ends_at for each in shifts) and window[1] > min(each.starts_at for each in shifts)


def _left_out(halt: Halt, reason: Reason, detail: str) -> Iterator[Unassigned]:
    for each in halt.deliveries:
        yield Unassigned(delivery_id=each.id, reason=reason.value, detail=detail)


def _named(detail: str, shifts: Mapping[str, GivenShift]) -> str:
    """Say the vehicle's and the driver's names where the optimiser says the shift's id."""
    for shift_id, shift in shifts.items():
        detail = detail.replace(shift_id, shift.label)
    return detail


def _in_minutes(detail: str) -> str:
    """Say times as people do where the optimiser says seconds."""
    return re.sub(r"\b(\d+) s\b", lambda time: spoken(int(time[1])), detail)


def _in_seconds(detail: str, prices: Prices) -> str:
    """Say seconds of a courier's time where the optimiser says its units of cost."""
    return re.sub(r"\d+", lambda units: f"{prices.seconds(int(units[0]))} s", detail)


def _line(drive: Drive) -> WKBElement:
    return from_shape(LineString([_xy(place) for place in drive.geometry]), srid=4326)


def _xy(place: Point) -> tuple[float, float]:
    return place.longitude, place.latitude
