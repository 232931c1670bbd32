"""Between sequences of stops and the linked lists of a plan."""

from collections.abc import Sequence

import numpy as np

from routing.solving.problem import Problem, Sequences, Step, Stop
from routing.solving.ruin_recreate.chance import seeded
from routing.solving.ruin_recreate.layout import NODE, NOWHERE, ROUTE, TALLY, Plan, Task, Work


def empty_plan(task: Task) -> Plan:
    """Every request absent."""
    size, kinds = task.spots.size, task.kinds.size
    nodes = np.zeros(size, NODE)
    nodes["next"] = nodes["prev"] = nodes["route"] = NOWHERE
    starts = np.arange(task.stops, task.stops + 2 * task.vehicles, 2)
    nodes["next"][starts], nodes["prev"][starts + 1] = starts + 1, starts
    nodes["route"][starts] = nodes["route"][starts + 1] = np.arange(task.vehicles)
    for ends in (starts, starts + 1):
        nodes["leave_s"][ends] = task.spots["open_s"][ends]
        nodes["depart_s"][ends] = nodes["latest_s"][ends] = task.spots["close_s"][ends]
    tally = np.zeros(1, TALLY)
    tally["absent"] = task.requests.size
    tally["cost"] = task.requests["penalty"].sum()
    tally["lost"] = task.requests["must"].sum()
    tally["best_cost"], tally["best_lost"] = tally["cost"], tally["lost"]
    return Plan(
        nodes=nodes,
        routes=np.zeros(task.vehicles, ROUTE),
        load=np.zeros((task.vehicles, task.demand.shape[1]), np.int64),
        absent=np.arange(task.requests.size + 1, dtype=np.int64),
        first_empty=task.kind_starts[:kinds].copy(),
        tally=tally,
        best=nodes["next"].astype(np.int32),
        moved=np.zeros(task.vehicles, np.uint8),
    )


def room_for(task: Task, *, seed: int) -> Work:
    """Scratch for one search."""
    size, requests, names = task.spots.size, task.requests.size + 1, task.demand.shape[1]
    return Work(
        word=seeded(seed),
        touched=np.zeros(task.vehicles, np.uint8),
        saved_routes=np.zeros(task.vehicles, np.int64),
        saved_from=np.zeros(task.vehicles + 1, np.int64),
        saved_nodes=np.zeros(size, np.int64),
        nodes_before=np.zeros(size, NODE),
        routes_before=np.zeros(task.vehicles, ROUTE),
        load_before=np.zeros((task.vehicles, names), np.int64),
        absent_before=np.zeros(requests, np.int64),
        pending=np.zeros(requests, np.int64),
        keys=np.zeros(requests),
        counts=np.zeros(3, np.int64),
    )


def read(task: Task, problem: Problem, stops: Sequence[Stop], following: np.ndarray) -> Sequences:
    """The sequences in which `following[node]` is the next node of each."""
    found: Sequences = []
    for route in range(len(problem.vehicles)):
        sequence: list[Step] = []
        here = int(following[task.stops + 2 * route])
        while following[here] >= 0:
            sequence.append(stops[here])
            here = int(following[here])
        found.append(sequence)
    return found
