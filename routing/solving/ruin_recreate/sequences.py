"""Between sequences of stops and the linked lists of a plan."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from routing.solving.problem import Problem, Sequences, Step, Stop
from routing.solving.ruin_recreate.chance import seeded
from routing.solving.ruin_recreate.layout import (
    COUNTS,
    NEVER,
    NODE,
    NOWHERE,
    PIECE,
    ROUTE,
    STATE,
    TALLY,
    TOO_LATE,
    Plan,
    Task,
    Work,
)


def empty_plan(task: Task) -> Plan:
    """Every request absent."""
    size, names = task.spots.size, task.demand.shape[1]
    kept = (size if task.loaded else 0, names)
    nodes, pieces = np.zeros(size, NODE), np.zeros(size, PIECE)
    nodes["next"] = nodes["prev"] = nodes["route"] = NOWHERE
    nodes["place"] = task.spots["place"]
    starts = np.arange(task.stops, task.stops + 2 * task.vehicles, 2)
    nodes["next"][starts], nodes["prev"][starts + 1] = starts + 1, starts
    nodes["route"][starts] = nodes["route"][starts + 1] = np.arange(task.vehicles)
    for ends in (starts, starts + 1):
        nodes["leave_s"][ends] = task.spots["open_s"][ends]
        nodes["latest_s"][ends] = pieces["depart_s"][ends] = task.spots["close_s"][ends]
    pieces["end_s"][starts + 1] = -TOO_LATE
    routes = np.zeros(task.vehicles, ROUTE)
    routes["room"] = NEVER if task.loaded or not names else task.capacity[task.kind_numbers, 0]
    tally = np.zeros(1, TALLY)
    tally["absent"] = task.requests.size
    return Plan(
        nodes=nodes,
        pieces=pieces,
        routes=routes,
        load=np.zeros((task.vehicles, names), np.int64),
        onboard=np.zeros(kept, np.int64),
        peak_before=np.zeros(kept, np.int64),
        peak_after=np.zeros(kept, np.int64),
        absent=np.arange(task.requests.size + 1, dtype=np.int64),
        first_empty=task.kind_starts[:-1].copy(),
        closed=np.zeros(task.vehicles, np.int64),
        absences=np.zeros(task.requests.size, np.int64),
        tally=tally,
        best=nodes["next"].astype(np.int64),
        moved=np.zeros(task.vehicles, np.int64),
    )


def room_for(task: Task, *, seed: int) -> Work:
    """Scratch for one search."""
    size, requests, names = task.spots.size, task.requests.size + 1, task.demand.shape[1]
    counts = np.zeros(1, COUNTS)
    counts["word"] = seeded(seed)
    return Work(
        touched=np.zeros(task.vehicles, np.int64),
        saved_routes=np.zeros(task.vehicles, np.int64),
        saved_from=np.zeros(task.vehicles + 1, np.int64),
        saved_nodes=np.zeros(size, np.int64),
        nodes_before=np.zeros(size, NODE),
        pieces_before=np.zeros(size, PIECE),
        routes_before=np.zeros(task.vehicles, ROUTE),
        load_before=np.zeros((task.vehicles, names), np.int64),
        absent_before=np.zeros(requests, np.int64),
        pending=np.zeros(requests, np.int64),
        keys=np.zeros(requests),
        likely=np.zeros(task.near_width, np.int64),
        tried=np.zeros(task.vehicles, np.int64),
        line=np.zeros(size, np.int64),
        states=np.zeros((2, task.most_states), STATE),
        counts=counts,
    )


def read(task: Task, problem: Problem, stops: Sequence[Stop], following: np.ndarray) -> Sequences:
    """The sequences in which `following[node]` is the next node of each."""
    found: Sequences = []
    for route, vehicle in enumerate(problem.vehicles):
        sequence: list[Step] = []
        here = int(following[task.stops + 2 * route])
        while following[here] >= 0:
            if here < task.stops:
                sequence.append(stops[here])
            elif vehicle.reload is not None:
                sequence.append(vehicle.reload)
            here = int(following[here])
        found.append(sequence)
    return found


def written(task: Task, number: Mapping[str, int], route: int, sequence: Sequence[Step]) -> NDArray[np.int64]:
    """The nodes of a sequence; stops that have no number and reloads beyond the most are not among them."""
    found: list[int] = []
    reloads = iter(range(int(task.reloads_from[route]), int(task.reloads_from[route + 1])))
    for step in sequence:
        node = number.get(step.id) if isinstance(step, Stop) else next(reloads, None)
        if node is not None:
            found.append(node)
    return np.array(found, np.int64)
