"""The checker's reading of a route: its visits, reloads and end in the order of driving."""

from dataclasses import dataclass

from routing.solving.problem import Stop, Vehicle
from routing.solving.solution import Route


@dataclass(frozen=True, slots=True)
class Halt:
    """Where the vehicle is from `arrival_s` to `departure_s`; `stop` is `None` at a reload and at the end."""

    who: str
    place: int
    arrival_s: int
    start_s: int
    departure_s: int
    lasts_s: int
    stop: Stop | None = None


def halts_of(vehicle: Vehicle, route: Route, stops: list[Stop]) -> list[Halt]:
    """All halts but the start; the reloads stand where `after` says."""
    halts = [
        Halt(stop.id, stop.place, visit.arrival_s, visit.start_s, visit.departure_s, stop.service_s, stop)
        for visit, stop in zip(route.visits, stops, strict=True)
    ]
    for reload in reversed(route.reloads):
        assert vehicle.reload is not None, "looked at after the order"
        place, lasts_s = vehicle.reload.place, vehicle.reload.duration_s
        halt = Halt(vehicle.id, place, reload.arrival_s, reload.start_s, reload.departure_s, lasts_s)
        halts.insert(reload.after, halt)
    return halts
