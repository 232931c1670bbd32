"""The end of a day: what really happened set beside what the server knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sim import lockers
from sim import summary as figures
from sim.counters import told
from sim.day import Day
from sim.listening import gaps
from sim.settling import each, history, told_positions
from sim.signing_in import Person


async def summarise(day: Day, *, dispatcher: Person, plan: dict[str, Any], took_s: float) -> figures.Summary:
    """Ask the server what it knows of the day, and set it beside what really happened."""
    routes = [await dispatcher.get(f"/v1/routes/{route['id']}") for route in plan["routes"]]
    stops = [stop for route in routes for stop in route["stops"]]
    histories = await each(day.listeners, lambda one: history(dispatcher, one.delivery_id))
    visits = day.diary.visits.values()
    counted, withdrawn = figures.outcomes(day.diary), _withdrawn(stops)
    delivered = sum(visit.delivered for visit in visits)
    return figures.Summary(
        deliveries=len(visits),
        delivered=delivered,
        failed=counted.total() - delivered,
        untouched=sum(not visit.outcome for visit in visits if visit.delivery_id not in withdrawn),
        outcomes=counted,
        punctuality=figures.punctuality(visits),
        driven_km=sum(one.driven_m for one in day.diary.couriers) / 1000,
        errors=tuple(_error(day, ahead) for ahead in figures.AHEAD),
        delay=figures.delay(delay for courier in day.couriers for delay in courier.phone.outbox.delays),
        took_s=took_s,
        simulated_s=took_s * day.clock.speed,
        requests=day.tally.requests,
        retries=day.tally.retries,
        positions=sum((Counter(courier.phone.outbox.verdicts) for courier in day.couriers), Counter()),
        refusals=Counter(one.kind for courier in day.couriers for one in courier.phone.outbox.refused),
        listeners=len(day.listeners),
        connections=sum(listener.connections for listener in day.listeners),
        facts_heard=sum(len(listener.heard) for listener in day.listeners),
        gaps=tuple(gaps(one, history=told_positions(told)) for one, told in zip(day.listeners, histories, strict=True)),
        stops_open=sum(stop["state"] != "done" and stop["withdrawn_at"] is None for stop in stops),
        unassigned=len(plan["unassigned"]),
        notes=(*told(day.clerks), *lockers.told(day.walls.values(), day.couriers)),
    )


def _withdrawn(stops: Iterable[dict[str, Any]]) -> set[str]:
    """Return the deliveries that were taken off and go nowhere else today."""
    drops = [drop for stop in stops for drop in stop["drops"]]
    live = {drop["delivery_id"] for drop in drops if drop["withdrawn_at"] is None}
    return {drop["delivery_id"] for drop in drops} - live


def _error(day: Day, ahead: timedelta) -> figures.Error:
    told = {listener.delivery_id: listener.estimates for listener in day.listeners}
    arrived = {v.delivery_id: v.arrived_at for v in day.diary.visits.values() if v.arrived_at is not None}
    return figures.arrival_error(told, arrived, ahead=ahead)
