"""VROOM on two threads, told to explore so much that the time ends it."""

import time
from datetime import timedelta
from typing import Any

import vroom

from bench.routing.instance import Instance, Whole, whole
from bench.routing.solvers.answer import Answer, Routes

EXPLORATION = 100
"""Its command line offers 0 to 5, and 5 is done in 10 s at 200 stops; above, it goes on until its time is over."""


def solve(instance: Instance, *, seconds: float, seed: int) -> Answer:
    """What it has when its time is over; it has no seed and gives much the same each time."""
    asked = _input(instance, whole(instance))
    began_s = time.perf_counter()
    found = asked.solve(exploration_level=EXPLORATION, nb_threads=2, timeout=timedelta(seconds=seconds))
    used_s = time.perf_counter() - began_s
    return Answer(routes=_routes(found), used_s=used_s, note=f"{found.summary.unassigned} unassigned")


def _input(instance: Instance, numbers: Whole) -> vroom.Input:
    asked = vroom.Input()
    asked.set_durations_matrix("car", numbers.travel)
    asked.set_costs_matrix("car", numbers.travel)
    for number in range(instance.vehicles):
        asked.add_vehicle(
            vroom.Vehicle(
                number + 1,
                start=0,
                end=0,
                capacity=[instance.capacity],
                time_window=vroom.TimeWindow(*numbers.windows[0]),
                costs=vroom.VehicleCosts(fixed=numbers.fixed_cost),
            )
        )
    if instance.pairs:
        asked.add_job([_shipment(instance, numbers, *pair) for pair in instance.pairs.items()])
    else:
        asked.add_job([_job(instance, numbers, node) for node in range(1, instance.stops + 1)])
    return asked


def _job(instance: Instance, numbers: Whole, node: int) -> vroom.Job:
    return vroom.Job(
        node,
        node,
        default_service=numbers.service[node],
        delivery=[instance.demands[node]],
        time_windows=[vroom.TimeWindow(*numbers.windows[node])],
    )


def _shipment(instance: Instance, numbers: Whole, pickup: int, delivery: int) -> vroom.Shipment:
    return vroom.Shipment(_step(numbers, pickup), _step(numbers, delivery), amount=[instance.demands[pickup]])


def _step(numbers: Whole, node: int) -> vroom.ShipmentStep:
    return vroom.ShipmentStep(
        node,
        node,
        default_service=numbers.service[node],
        time_windows=[vroom.TimeWindow(*numbers.windows[node])],
    )


def _routes(found: Any) -> Routes:
    routes: dict[int, list[int]] = {}
    for step in found.routes.itertuples():
        if step.type in ("job", "pickup", "delivery"):
            routes.setdefault(int(step.vehicle_id), []).append(int(step.id))
    return list(routes.values())
