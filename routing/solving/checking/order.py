"""The checker's part for what belongs together: reloads between trips, pickups before their deliveries."""

from collections.abc import Iterator

from routing.solving.checking.violation import Violation
from routing.solving.problem import Stop, Vehicle
from routing.solving.solution import Route


def order_violations(deliveries: list[Stop], vehicle: Vehicle, route: Route, stops: list[Stop]) -> Iterator[Violation]:
    """Reloads that the vehicle does not make, and pairs that are torn or turned round.

    `deliveries` are all stops of the problem that have a pickup.
    """
    yield from _reloads(vehicle, route)
    trip = [sum(halt.after <= position for halt in route.reloads) for position in range(len(stops))]
    at = {stop.id: position for position, stop in enumerate(stops)}
    for stop in deliveries:
        if stop.pickup is None or (stop.id not in at and stop.pickup not in at):
            continue
        if stop.id not in at or stop.pickup not in at:
            yield Violation("pair", stop.id, f"{vehicle.id} serves it or its pickup {stop.pickup}, not both")
        elif at[stop.pickup] > at[stop.id]:
            yield Violation("pair", stop.id, f"is served before its pickup {stop.pickup}")
        elif trip[at[stop.pickup]] != trip[at[stop.id]]:
            yield Violation("pair", stop.id, f"is not in the same trip as its pickup {stop.pickup}")


def _reloads(vehicle: Vehicle, route: Route) -> Iterator[Violation]:
    after = [halt.after for halt in route.reloads]
    if after and vehicle.reload is None:
        yield Violation("reload", vehicle.id, "reloads, but has nowhere to")
    elif vehicle.reload is not None and len(after) > vehicle.reload.most:
        yield Violation("reload", vehicle.id, f"reloads {len(after)} times, may {vehicle.reload.most} times")
    if sorted(set(after)) != after or any(not 0 < count < len(route.visits) for count in after):
        yield Violation("reload", vehicle.id, f"reloads after {after} of {len(route.visits)} stops")
