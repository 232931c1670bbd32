"""Our sequences as PyVRP's plans, and its plans as our sequences."""

from collections.abc import Iterator, Sequence

from pyvrp import Activity, ActivityType, Route, Solution

from routing.solving.fits import DoesNotFit
from routing.solving.problem import Sequences, Step, Stop, Vehicle
from routing.solving.steps import without_empty_trips
from routing.solving.timing.retime import retime
from routing.solving.with_pyvrp.model import Model


def sequences_of(model: Model, plan: Solution) -> Sequences:
    """What each vehicle of the problem drives in this plan."""
    free = [list(numbers) for numbers in model.types]
    found: Sequences = [[] for _ in model.problem.vehicles]
    for route in plan.routes():
        number = free[route.vehicle_type()].pop(0)
        found[number] = without_empty_trips(list(_steps(model, model.problem.vehicles[number], route)))
    return found


def _steps(model: Model, vehicle: Vehicle, route: Route) -> Iterator[Step]:
    for activity in list(route)[1:-1]:
        if activity.type == ActivityType.CLIENT:
            yield model.clients[activity.idx][0]
        elif activity.type == ActivityType.DEPOT:
            assert vehicle.reload is not None
            yield vehicle.reload
        else:
            yield model.shipments[activity.idx][activity.type == ActivityType.DELIVERY]


def plan_of(model: Model, sequences: Sequences) -> Solution | None:
    """PyVRP's plan with these routes, or nothing where one of them cannot be driven."""
    try:
        return _Plan(model).of(sequences)
    except DoesNotFit:
        return None


class _Plan:
    def __init__(self, model: Model) -> None:
        self._model = model
        self._type = {number: kind for kind, numbers in enumerate(model.types) for number in numbers}
        self._clients: dict[str, list[int]] = {}
        for client, (stop, _) in enumerate(model.clients):
            self._clients.setdefault(stop.id, []).append(client)
        self._shipments: dict[str, tuple[ActivityType, int]] = {}
        for shipment, (first, second) in enumerate(model.shipments):
            self._shipments[first.id] = ActivityType.PICKUP, shipment
            self._shipments[second.id] = ActivityType.DELIVERY, shipment

    def of(self, sequences: Sequences) -> Solution:
        data = self._model.data
        routes = [
            Route(data, self._activities(number, steps), self._type[number])
            for number, steps in enumerate(sequences)
            if steps
        ]
        return Solution(data, routes)

    def _activities(self, number: int, steps: Sequence[Step]) -> list[Activity]:
        vehicle = self._model.problem.vehicles[number]
        visits = {visit.stop_id: visit.start_s for visit in retime(self._model.problem, vehicle, steps).visits}
        reload = self._model.reload_depots.get(self._type[number], 0)
        return [
            self._activity(step, visits[step.id]) if isinstance(step, Stop) else Activity(ActivityType.DEPOT, reload)
            for step in steps
        ]

    def _activity(self, stop: Stop, start_s: int) -> Activity:
        if stop.id in self._shipments:
            return Activity(*self._shipments[stop.id])
        for client in self._clients[stop.id]:
            window = self._model.clients[client][1]
            if window is None or window[0] <= start_s < window[1]:
                return Activity(ActivityType.CLIENT, client)
        raise AssertionError(f"{stop.id} is served at {start_s}, outside its windows")
