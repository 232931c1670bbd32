"""An instance of the public sets as a problem of ours."""

import numpy as np

from bench.routing.instance import Instance, Whole, whole
from routing.solving.problem import Problem, Profile, Stop, Vehicle


def as_problem(instance: Instance) -> Problem:
    """The stops are named after their nodes. Nothing is paid but the distance, and the vehicle where it counts."""
    numbers = whole(instance)
    travel = np.ascontiguousarray(numbers.travel)
    start, end = numbers.windows[0]
    pickups = {delivery: pickup for pickup, delivery in instance.pairs.items()}
    return Problem(
        places=len(instance.demands),
        profiles={"car": Profile(duration_s=travel, distance_m=travel)},
        vehicles=tuple(
            Vehicle(
                id=f"vehicle {number}",
                profile="car",
                start_place=0,
                end_place=0,
                shift_start_s=start,
                shift_end_s=end,
                capacities=(instance.capacity,),
                fixed_cost=numbers.fixed_cost,
                cost_per_s=0,
                cost_per_m=1,
            )
            for number in range(instance.vehicles)
        ),
        stops=tuple(_stop(instance, numbers, node, pickups.get(node)) for node in range(1, instance.stops + 1)),
        capacity_names=("load",),
    )


def _stop(instance: Instance, numbers: Whole, node: int, pickup: int | None) -> Stop:
    start, end = numbers.windows[node]
    collected_here = node in instance.pairs
    return Stop(
        id=str(node),
        place=node,
        service_s=numbers.service[node],
        windows=((start, end + 1),),
        demands=(0 if collected_here else abs(instance.demands[node]),),
        collects=(0,),
        pickup=None if pickup is None else str(pickup),
    )
