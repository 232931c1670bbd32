"""What each peer can state of a problem of ours, by the name that the thing has in the peer's own interface."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from routing.solving.problem import Measure, Problem


class By(NamedTuple):
    """The counterpart: a name in the library. `trick` where it takes a detour in the modelling."""

    name: str
    trick: bool = False


NOTHING = None

PEERS = ("pyvrp", "ortools", "vroom", "vrp-cli")


@dataclass(frozen=True, kw_only=True)
class Constraint:
    """One thing to state, whether a problem has it, and each peer's counterpart in the order of `PEERS`."""

    words: str
    stands_in: Callable[[Problem], bool]
    counterparts: tuple[By | None, By | None, By | None, By | None]


CONSTRAINTS = (
    Constraint(
        words="several time windows",
        stands_in=lambda problem: any(len(stop.windows) > 1 for stop in problem.stops),
        counterparts=(
            By("ClientGroup", trick=True),
            By("IntVar.RemoveInterval"),
            By("Job.time_windows"),
            By("places.times"),
        ),
    ),
    Constraint(
        words="soft time windows",
        stands_in=lambda problem: any(stop.soft_window for stop in problem.stops),
        counterparts=(NOTHING, By("RoutingDimension.SetCumulVarSoftUpperBound"), NOTHING, NOTHING),
    ),
    Constraint(
        words="breaks",
        stands_in=lambda problem: any(vehicle.breaks for vehicle in problem.vehicles),
        counterparts=(
            NOTHING,
            By("RoutingDimension.SetBreakIntervalsOfVehicle"),
            By("Vehicle.breaks"),
            By("shifts.breaks"),
        ),
    ),
    Constraint(
        words="skills, allowed vehicles",
        stands_in=lambda problem: any(
            stop.skills or stop.excluded_skills or stop.refused_vehicles or stop.allowed_vehicles is not None
            for stop in problem.stops
        ),
        counterparts=(
            By("VehicleType.profile", trick=True),
            By("RoutingModel.VehicleVar"),
            By("Job.skills"),
            By("jobs.skills"),
        ),
    ),
    Constraint(
        words="several kinds of travel",
        stands_in=lambda problem: len({vehicle.profile for vehicle in problem.vehicles}) > 1,
        counterparts=(
            By("VehicleType.profile"),
            By("RoutingModel.AddDimensionWithVehicleTransits"),
            By("Vehicle.profile"),
            By("fleet.profiles"),
        ),
    ),
    Constraint(
        words="several capacities",
        stands_in=lambda problem: len(problem.capacity_names) > 1,
        counterparts=(
            By("VehicleType.capacity"),
            By("RoutingModel.AddDimensionWithVehicleCapacity"),
            By("Vehicle.capacity"),
            By("vehicles.capacity"),
        ),
    ),
    Constraint(
        words="going back to reload",
        stands_in=lambda problem: any(vehicle.reload for vehicle in problem.vehicles),
        counterparts=(
            By("VehicleType.reload_depots"),
            By("RoutingModel.AddDisjunction", trick=True),
            NOTHING,
            By("shifts.reloads"),
        ),
    ),
    Constraint(
        words="pickup, then delivery",
        stands_in=lambda problem: any(stop.pickup for stop in problem.stops),
        counterparts=(
            By("Shipment"),
            By("RoutingModel.AddPickupAndDelivery"),
            By("Shipment"),
            By("jobs.pickups"),
        ),
    ),
    Constraint(
        words="collecting on the way",
        stands_in=lambda problem: any(any(stop.collects) for stop in problem.stops),
        counterparts=(
            By("Client.pickup"),
            By("RoutingModel.AddDimensionWithVehicleCapacity", trick=True),
            By("Job.pickup"),
            By("jobs.pickups"),
        ),
    ),
    Constraint(
        words="longest route in time",
        stands_in=lambda problem: any(vehicle.max_duration_s is not None for vehicle in problem.vehicles),
        counterparts=(
            By("VehicleType.shift_duration"),
            By("RoutingDimension.SetSpanUpperBoundForVehicle"),
            By("Vehicle.max_travel_time", trick=True),
            By("limits.maxDuration"),
        ),
    ),
    Constraint(
        words="longest route in metres",
        stands_in=lambda problem: any(vehicle.max_distance_m is not None for vehicle in problem.vehicles),
        counterparts=(
            By("VehicleType.max_distance"),
            By("RoutingModel.AddDimensionWithVehicleTransitAndCapacity"),
            By("Vehicle.max_distance"),
            By("limits.maxDistance"),
        ),
    ),
    Constraint(
        words="most stops a route",
        stands_in=lambda problem: any(vehicle.max_stops is not None for vehicle in problem.vehicles),
        counterparts=(
            By("VehicleType.capacity", trick=True),
            By("RoutingModel.AddDimensionWithVehicleCapacity"),
            By("Vehicle.max_tasks"),
            By("limits.tourSize"),
        ),
    ),
    Constraint(
        words="optional at a price",
        stands_in=lambda problem: any(stop.penalty is not None for stop in problem.stops),
        counterparts=(
            By("Client.prize"),
            By("RoutingModel.AddDisjunction"),
            By("Job.priority", trick=True),
            By("jobs.value", trick=True),
        ),
    ),
    Constraint(
        words="one of several places",
        stands_in=lambda problem: any(stop.choice for stop in problem.stops),
        counterparts=(By("ClientGroup"), By("RoutingModel.AddDisjunction"), NOTHING, By("jobs.places")),
    ),
    Constraint(
        words="dearer on some vehicles",
        stands_in=lambda problem: any(stop.vehicle_costs for stop in problem.stops),
        counterparts=(NOTHING, By("RoutingModel.SetArcCostEvaluatorOfVehicle", trick=True), NOTHING, NOTHING),
    ),
    Constraint(
        words="an open end",
        stands_in=lambda problem: any(vehicle.end_place is None for vehicle in problem.vehicles),
        counterparts=(
            By("VehicleType.end_depot", trick=True),
            By("RoutingIndexManager", trick=True),
            By("Vehicle.end"),
            By("shifts.end"),
        ),
    ),
    Constraint(
        words="parking once for neighbours",
        stands_in=lambda problem: any(stop.setup_s for stop in problem.stops),
        counterparts=(
            NOTHING,
            By("RoutingModel.RegisterTransitCallback", trick=True),
            By("Job.default_setup"),
            By("plan.clustering", trick=True),
        ),
    ),
    Constraint(
        words="travel times by hour",
        stands_in=lambda problem: any(profile.hours for profile in problem.profiles.values()),
        counterparts=(NOTHING, NOTHING, NOTHING, By("matrices.timestamp")),
    ),
    Constraint(
        words="a beginning that is settled",
        stands_in=lambda problem: any(vehicle.locked for vehicle in problem.vehicles),
        counterparts=(
            By("VehicleType.initial_load", trick=True),
            By("RoutingModel.ApplyLocks"),
            By("Vehicle.steps"),
            By("plan.relations"),
        ),
    ),
    Constraint(
        words="equal shares of time",
        stands_in=lambda problem: problem.balance is not None and problem.balance.measure is Measure.TIME,
        counterparts=(
            NOTHING,
            By("RoutingDimension.SetQuadraticCostSoftSpanUpperBoundForVehicle", trick=True),
            NOTHING,
            By("objectives.balance-duration", trick=True),
        ),
    ),
    Constraint(
        words="equal shares of stops",
        stands_in=lambda problem: problem.balance is not None and problem.balance.measure is Measure.STOPS,
        counterparts=(
            NOTHING,
            By("RoutingModel.AddDimensionWithVehicleCapacity", trick=True),
            NOTHING,
            By("objectives.balance-activities", trick=True),
        ),
    ),
)


def cannot_state(problem: Problem) -> Mapping[str, Sequence[str]]:
    """For each peer the constraints of this problem that it has no counterpart for."""
    wanted = [one for one in CONSTRAINTS if one.stands_in(problem)]
    return {
        peer: [one.words for one in wanted if one.counterparts[number] is NOTHING] for number, peer in enumerate(PEERS)
    }


def told(problem: Problem) -> Iterator[str]:
    """A table of the problem's constraints: each peer's name for it, `*` where it is a trick, `-` where it has none."""
    yield f"{'what the day has':30} " + " ".join(f"{peer:46}" for peer in PEERS).rstrip()
    for one in CONSTRAINTS:
        if one.stands_in(problem):
            yield f"{one.words:30} " + " ".join(f"{_cell(by):46}" for by in one.counterparts).rstrip()
    for peer, words in cannot_state(problem).items():
        yield f"{peer} cannot state: {', '.join(words) or 'nothing of it'}"


def _cell(by: By | None) -> str:
    return "-" if by is None else f"{by.name}{' *' if by.trick else ''}"
