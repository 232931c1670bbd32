"""The problem in PyVRP's terms, for problems that `pyvrp_fits` lets through, and its answer in ours.

Each stop is a client for each of its windows, of which a group lets only one be visited; ways to serve one delivery
share such a group. Places that a vehicle may not visit, or not reach, lie beyond the end of its shift. Setup times are
part of the drives from other places. The number of stops is one more capacity.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyvrp import Client, ClientGroup, Depot, Location, ProblemData, Shipment, VehicleType

from routing.solving.alike import alike, refused
from routing.solving.problem import UNREACHABLE, Problem, Profile, Stop, Vehicle, Window

NOWHERE = -1
"""The place of an end that is open: reached from everywhere in no time."""


@dataclass(frozen=True, slots=True)
class _Spot:
    """What PyVRP has as a location: stops there need the same setup and are refused by the same vehicles."""

    place: int
    setup_s: int = 0
    refused_by: frozenset[str] = frozenset()


@dataclass
class Model:
    """PyVRP's data, and the way back from its numbers."""

    problem: Problem
    stops: Sequence[Stop]
    data: ProblemData = field(init=False)
    clients: list[tuple[Stop, Window | None]] = field(default_factory=list)
    shipments: list[tuple[Stop, Stop]] = field(default_factory=list)
    types: list[list[int]] = field(default_factory=list)
    """For each of its vehicle types the vehicles, as numbers in the problem."""
    reload_depots: dict[int, int] = field(default_factory=dict)
    """For each of its vehicle types that reloads the depot where."""


def build(problem: Problem, stops: Sequence[Stop]) -> Model:
    """The model of serving these stops."""
    model = Model(problem, stops)
    spots = _Spots(problem)
    clients, groups = _clients(model, spots)
    shipments = _shipments(model, spots)
    depots, vehicle_types, kinds = _vehicles(model, spots)
    matrices = [_matrices(problem, spots.known, vehicle) for vehicle in kinds]
    model.data = ProblemData(
        [Location(0, 0) for _ in spots.known],
        clients,
        depots,
        vehicle_types,
        [distance_m for distance_m, _ in matrices],
        [duration_s for _, duration_s in matrices],
        groups,
        shipments,
    )
    return model


class _Spots:
    """Numbers the locations as they are asked for."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self.known: dict[_Spot, int] = {}

    def of_place(self, place: int) -> int:
        return self.known.setdefault(_Spot(place), len(self.known))

    def of_stop(self, stop: Stop) -> int:
        by = frozenset(vehicle.id for vehicle in self._problem.vehicles if refused(vehicle, [stop]))
        return self.known.setdefault(_Spot(stop.place, stop.setup_s, by), len(self.known))


def _counted(problem: Problem) -> bool:
    return any(vehicle.max_stops is not None for vehicle in problem.vehicles)


def _clients(model: Model, spots: _Spots) -> tuple[list[Client], list[ClientGroup]]:
    clients: list[Client] = []
    groups: list[ClientGroup] = []
    for ways in _deliveries(model.stops):
        visits = [(stop, window) for stop in ways for window in stop.windows or (None,)]
        group = None
        if len(visits) > 1:
            numbers = list(range(len(clients), len(clients) + len(visits)))
            group = len(groups)
            groups.append(ClientGroup(numbers, required=ways[0].penalty is None))
        clients += [_client(model.problem, stop, window, spots, group) for stop, window in visits]
        model.clients += visits
    return clients, groups


def _deliveries(stops: Sequence[Stop]) -> list[list[Stop]]:
    """The stops that are in no pair, those of one choice together."""
    paired = {stop.pickup for stop in stops} | {stop.id for stop in stops if stop.pickup is not None}
    found: dict[tuple[bool, str], list[Stop]] = {}
    for stop in stops:
        if stop.id not in paired:
            key = (False, stop.id) if stop.choice is None else (True, stop.choice)
            found.setdefault(key, []).append(stop)
    return list(found.values())


def _client(problem: Problem, stop: Stop, window: Window | None, spots: _Spots, group: int | None) -> Client:
    return Client(
        spots.of_stop(stop),
        delivery=_loads(problem, stop.demands, count=1),
        pickup=_loads(problem, stop.collects, count=0),
        service_duration=stop.service_s,
        **_hours("tw_early", "tw_late", window),
        prize=stop.penalty or 0,
        required=stop.penalty is None and group is None,
        group=group,
    )


def _loads(problem: Problem, loads: Sequence[int], *, count: int) -> list[int]:
    missing = len(problem.capacity_names) - len(loads)
    return [*loads, *[0] * missing, *([count] if _counted(problem) else [])]


def _hours(early: str, late: str, window: Window | None) -> dict[str, Any]:
    """Its windows are closed, ours half-open."""
    return {} if window is None else {early: window[0], late: window[1] - 1}


def _shipments(model: Model, spots: _Spots) -> list[Shipment]:
    by_id = {stop.id: stop for stop in model.stops}
    model.shipments = [(by_id[stop.pickup], stop) for stop in model.stops if stop.pickup is not None]
    return [
        Shipment(
            spots.of_stop(first),
            spots.of_stop(second),
            pickup_service_duration=first.service_s,
            delivery_service_duration=second.service_s,
            amount=list(second.demands),
            prize=(first.penalty or 0) + (second.penalty or 0),
            required=second.penalty is None,
            **_hours("pickup_tw_early", "pickup_tw_late", _only(first.windows)),
            **_hours("delivery_tw_early", "delivery_tw_late", _only(second.windows)),
        )
        for first, second in model.shipments
    ]


def _only(windows: tuple[Window, ...]) -> Window | None:
    return windows[0] if windows else None


def _vehicles(model: Model, spots: _Spots) -> tuple[list[Depot], list[VehicleType], list[Vehicle]]:
    """Its depots, its vehicle types, and a vehicle of each of its profiles."""
    depots: dict[tuple[int, int], int] = {}
    kinds: dict[tuple[str, frozenset[str]], Vehicle] = {}
    types = []
    for numbers in alike(model.problem, model.stops):
        vehicle = model.problem.vehicles[numbers[0]]
        kind = (vehicle.profile, refused(vehicle, model.stops))
        kinds.setdefault(kind, vehicle)
        types.append(_vehicle_type(model, vehicle, len(numbers), list(kinds).index(kind), depots))
        model.types.append(numbers)
    return [Depot(spots.of_place(place), service_duration=s) for place, s in depots], types, list(kinds.values())


def _vehicle_type(
    model: Model, vehicle: Vehicle, count: int, profile: int, depots: dict[tuple[int, int], int]
) -> VehicleType:
    def depot(place: int, service_s: int = 0) -> int:
        return depots.setdefault((place, service_s), len(depots))

    rest: dict[str, Any] = {}
    if vehicle.max_duration_s is not None:
        rest["shift_duration"] = vehicle.max_duration_s
    if vehicle.max_distance_m is not None:
        rest["max_distance"] = vehicle.max_distance_m
    if vehicle.reload is not None:
        where = depot(vehicle.reload.place, vehicle.reload.duration_s)
        model.reload_depots[len(model.types)] = where
        rest |= {"reload_depots": [where], "max_reloads": vehicle.reload.most}
    most = len(model.stops) if vehicle.max_stops is None else vehicle.max_stops
    return VehicleType(
        count,
        capacity=_loads(model.problem, vehicle.capacities, count=most),
        start_depot=depot(vehicle.start_place),
        end_depot=depot(NOWHERE if vehicle.end_place is None else vehicle.end_place),
        fixed_cost=vehicle.fixed_cost,
        tw_early=vehicle.shift_start_s,
        tw_late=vehicle.shift_end_s,
        unit_distance_cost=vehicle.cost_per_m,
        unit_duration_cost=vehicle.cost_per_s,
        profile=profile,
        **rest,
    )


def _matrices(problem: Problem, spots: dict[_Spot, int], vehicle: Vehicle) -> tuple[Any, Any]:
    """Metres and seconds between the locations for vehicles like this one."""
    profile = problem.profiles[vehicle.profile]
    places = np.array([spot.place for spot in spots])
    beyond_s = 1 + max(each.shift_end_s for each in problem.vehicles)
    distance_m, duration_s = _between(profile, places, beyond_s)
    setup_s = np.array([spot.setup_s for spot in spots])
    duration_s += np.where(places[:, None] != places[None, :], setup_s[None, :], 0)
    duration_s[:, [vehicle.id in spot.refused_by for spot in spots]] = beyond_s
    np.fill_diagonal(duration_s, 0)
    return distance_m, duration_s


def _between(profile: Profile, places: NDArray[np.intp], beyond_s: int) -> tuple[Any, Any]:
    pairs = np.ix_(np.maximum(places, 0), np.maximum(places, 0))
    distance_m, duration_s = profile.distance_m[pairs].astype(np.int64), profile.duration_s[pairs].astype(np.int64)
    closed = duration_s == UNREACHABLE
    distance_m[closed], duration_s[closed] = 0, beyond_s
    for matrix in (distance_m, duration_s):
        matrix[:, places == NOWHERE] = 0
    return distance_m, duration_s
