"""Loads in the OR-Tools model, over trips: a kind of load is counted by one dimension, or by three where it is mixed.

The library's filters look forward from the start. What only comes off, or only comes on, is therefore counted up from
nothing in each trip. Where both happen, three dimensions stand side by side: `used` counts demands up, for the filters;
`rest` is what is still to bring, nothing at the end of a trip; `load` begins each trip with that rest and is what
really lies in the vehicle.
"""

from dataclasses import dataclass
from typing import Any

from routing.solving.with_ortools.model import Model
from routing.solving.with_ortools.nodes import Nodes


@dataclass(frozen=True, slots=True)
class _Kind:
    """What one kind of load does at each stop."""

    name: str
    limits: list[int]
    demands: list[int]
    """Brought from the depot."""
    changes: list[int]
    """What comes on less what goes off of the rest: collected, or on its way from a pickup."""


def add_loads(model: Model) -> None:
    """No moment of a trip over any capacity."""
    for number, name in enumerate(model.problem.capacity_names):
        limits = [vehicle.capacities[number] for vehicle in model.problem.vehicles]
        kind = _kind(model.nodes, number, name=name, limits=limits)
        if any(kind.demands) and any(kind.changes):
            _add_mixed(model, kind)
        else:
            _add_counted(model, kind, kind.demands if any(kind.demands) else kind.changes, f"load {name}")


def add_trips(model: Model) -> None:
    """A pickup and its delivery lie between the same two reloads."""
    pairs, nodes = pairs_of(model.nodes), model.nodes
    if not pairs or not nodes.copies:
        return
    reloads = model.routing.RegisterUnaryTransitVector(nodes.per_stop([0] * len(nodes.stops), copies=1))
    model.routing.AddDimension(reloads, 0, len(nodes.copies), True, "trip")
    trip = model.dimension("trip")
    for pickup, delivery in pairs:
        model.routing.solver().Add(trip.CumulVar(model.index(pickup)) == trip.CumulVar(model.index(delivery)))


def pairs_of(nodes: Nodes) -> list[tuple[int, int]]:
    """The nodes of each pickup and its delivery."""
    node = {stop.id: number for number, stop in enumerate(nodes.stops)}
    return [(node[stop.pickup], node[stop.id]) for stop in nodes.stops if stop.pickup is not None]


def _kind(nodes: Nodes, number: int, *, name: str, limits: list[int]) -> _Kind:
    brought = [stop.demands[number] if stop.demands else 0 for stop in nodes.stops]
    changes = [stop.collects[number] if stop.collects else 0 for stop in nodes.stops]
    for pickup, delivery in pairs_of(nodes):
        changes[pickup] += brought[delivery]
        changes[delivery] -= brought[delivery]
        brought[delivery] = 0
    return _Kind(name, limits, brought, changes)


def _add_counted(model: Model, kind: _Kind, per_stop: list[int], name: str) -> None:
    """From nothing at each trip's begin: a reload takes the most off, its slack gives back what that is too much."""
    _add_dimension(model, kind, name, per_stop, at_reload=-max(kind.limits), starts_empty=True)


def _add_mixed(model: Model, kind: _Kind) -> None:
    most, routing, solver = max(kind.limits), model.routing, model.routing.solver()
    _add_counted(model, kind, kind.demands, f"used {kind.name}")
    less = [-demand for demand in kind.demands]
    rest = _add_dimension(model, kind, f"rest {kind.name}", less, at_reload=0, starts_empty=False)
    both = [change - demand for change, demand in zip(kind.changes, kind.demands, strict=True)]
    load = _add_dimension(model, kind, f"load {kind.name}", both, at_reload=-most, starts_empty=False)
    for vehicle in range(routing.vehicles()):
        rest.CumulVar(routing.End(vehicle)).SetValue(0)
        solver.Add(load.CumulVar(routing.Start(vehicle)) == rest.CumulVar(routing.Start(vehicle)))
    for node, _ in model.nodes.numbered_copies():
        index = model.index(node)
        rest.CumulVar(index).SetValue(0)
        solver.Add(load.CumulVar(index) + load.SlackVar(index) == rest.SlackVar(index) + most)


def _add_dimension(
    model: Model, kind: _Kind, name: str, per_stop: list[int], *, at_reload: int, starts_empty: bool
) -> Any:
    """A dimension that may jump at reloads, and nowhere else."""
    most, routing = max(kind.limits), model.routing
    reloads = {model.index(node) for node, _ in model.nodes.numbered_copies()}
    transit = routing.RegisterUnaryTransitVector(model.nodes.per_stop(per_stop, copies=at_reload))
    routing.AddDimensionWithVehicleCapacity(transit, 2 * most if reloads else 0, kind.limits, starts_empty, name)
    dimension = model.dimension(name)
    for index in set(range(routing.Size())) - reloads if reloads else ():
        dimension.SlackVar(index).SetValue(0)
    return dimension
