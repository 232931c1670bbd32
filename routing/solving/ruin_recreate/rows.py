"""What stands where in the arrays of a task, a plan and the scratch: the only place that knows their shapes."""

from typing import Any

from routing.solving.ruin_recreate.compiled import inlined
from routing.solving.ruin_recreate.layout import (
    BREAK,
    COUNTS,
    KIND,
    NEAR,
    NODE,
    PIECE,
    REQUEST,
    ROUTE,
    SPOT,
    STATE,
    TALLY,
)
from routing.solving.ruin_recreate.memory import FLOAT64, INT8, INT32, INT64, number, row, set_number


@inlined
def item(array: int, index: int) -> int:
    """An element of an array of 64-bit integers."""
    return number(array, index, INT64)


@inlined
def put(array: int, index: int, value: int) -> None:
    """Set an element of an array of 64-bit integers."""
    set_number(array, index, value, INT64)


@inlined
def spot_at(task: Any, node: int) -> Any:
    """What a node is (`SPOT`)."""
    return row(task.spots, node, SPOT)


@inlined
def kind_at(task: Any, kind: int) -> Any:
    """A kind of vehicle (`KIND`)."""
    return row(task.kinds, kind, KIND)


@inlined
def break_at(task: Any, index: int) -> Any:
    """A break (`BREAK`)."""
    return row(task.breaks, index, BREAK)


@inlined
def request_at(task: Any, request: int) -> Any:
    """A request (`REQUEST`)."""
    return row(task.requests, request, REQUEST)


@inlined
def node_at(plan: Any, node: int) -> Any:
    """Where a node stands (`NODE`)."""
    return row(plan.nodes, node, NODE)


@inlined
def piece_at(plan: Any, node: int) -> Any:
    """Its durations (`PIECE`)."""
    return row(plan.pieces, node, PIECE)


@inlined
def route_at(plan: Any, route: int) -> Any:
    """The sums of a route (`ROUTE`)."""
    return row(plan.routes, route, ROUTE)


@inlined
def kind_of(task: Any, route: int) -> Any:
    """The kind of a vehicle (`KIND`)."""
    return row(task.kinds, item(task.kind_numbers, route), KIND)


@inlined
def tally(plan: Any) -> Any:
    """The sums of the plan (`TALLY`)."""
    return row(plan.tally, 0, TALLY)


@inlined
def counts(work: Any) -> Any:
    """What is counted during an iteration (`COUNTS`)."""
    return row(work.counts, 0, COUNTS)


@inlined
def state_at(task: Any, work: Any, end: int, done: int) -> Any:
    """Where a walk stands (`STATE`) at one end of a leg with so many breaks done."""
    return row(work.states, end * task.most_states + done, STATE)


@inlined
def near_at(task: Any, stop: int, rank: int) -> Any:
    """A stop beside which this one may well be served (`NEAR`)."""
    return row(task.near, stop * task.near_width + rank, NEAR)


@inlined
def close_by_at(task: Any, stop: int, rank: int) -> int:
    """A stop near this one on the ground."""
    return number(task.close_by, stop * task.close_width + rank, INT32)


@inlined
def demand_at(task: Any, stop: int, name: int) -> int:
    """What goes off at a stop."""
    return item(task.demand, stop * task.names + name)


@inlined
def collect_at(task: Any, stop: int, name: int) -> int:
    """What comes on at a stop."""
    return item(task.collect, stop * task.names + name)


@inlined
def capacity_at(task: Any, kind: int, name: int) -> int:
    """What a kind of vehicle holds."""
    return item(task.capacity, kind * task.names + name)


@inlined
def allowed_at(task: Any, kind: int, stop: int) -> int:
    """Whether a kind of vehicle may serve a stop."""
    return number(task.allowed, kind * task.stops + stop, INT8)


@inlined
def preference_at(task: Any, kind: int, stop: int) -> int:
    """What the stop costs more with this kind of vehicle."""
    return item(task.preference, kind * task.stops + stop)


@inlined
def sort_key_at(task: Any, order: int, request: int) -> float:
    """Where a request stands in one of the orders."""
    return number(task.sort_keys, order * task.request_count + request, FLOAT64)


@inlined
def window_at(task: Any, window: int, edge: int) -> int:
    """When a window opens (0), and the last second of it (1)."""
    return item(task.windows, 2 * window + edge)


@inlined
def travel_s_at(task: Any, profile: int, start: int, end: int) -> int:
    """Seconds between places at the quickest hour."""
    return number(task.duration_s, (profile * task.places + start) * task.places + end, INT32)


@inlined
def travel_to_s_at(task: Any, profile: int, end: int, start: int) -> int:
    """Seconds between places at the quickest hour. By the end first: the ways to one place lie side by side."""
    return number(task.duration_to_s, (profile * task.places + end) * task.places + start, INT32)


@inlined
def distance_m_at(task: Any, profile: int, start: int, end: int) -> int:
    """Metres between places."""
    return number(task.distance_m, (profile * task.places + start) * task.places + end, INT32)


@inlined
def distance_to_at(task: Any, profile: int, end: int, start: int) -> int:
    """Metres between places. By the end first: the ways to one place lie side by side."""
    return number(task.distance_to_m, (profile * task.places + end) * task.places + start, INT32)


@inlined
def hours_s_at(task: Any, profile: int, hours: int, start: int, end: int) -> int:
    """Seconds between places in these hours."""
    return number(
        task.hours_s, ((profile * (task.changes + 1) + hours) * task.places + start) * task.places + end, INT32
    )


@inlined
def change_s_at(task: Any, profile: int, hours: int) -> int:
    """When these hours end."""
    return item(task.changes_s, profile * task.changes + hours)


@inlined
def load_at(task: Any, plan: Any, route: int, name: int) -> int:
    """The sum of demands of a route."""
    return item(plan.load, route * task.names + name)


@inlined
def set_load(task: Any, plan: Any, route: int, name: int, value: int) -> None:
    """Set `load_at`."""
    put(plan.load, route * task.names + name, value)


@inlined
def onboard_at(task: Any, plan: Any, node: int, name: int) -> int:
    """What is on board when leaving a node."""
    return item(plan.onboard, node * task.names + name)


@inlined
def set_onboard(task: Any, plan: Any, node: int, name: int, value: int) -> None:
    """Set `onboard_at`."""
    put(plan.onboard, node * task.names + name, value)


@inlined
def peak_before_at(task: Any, plan: Any, node: int, name: int) -> int:
    """The most on board in its trip up to leaving a node."""
    return item(plan.peak_before, node * task.names + name)


@inlined
def set_peak_before(task: Any, plan: Any, node: int, name: int, value: int) -> None:
    """Set `peak_before_at`."""
    put(plan.peak_before, node * task.names + name, value)


@inlined
def peak_after_at(task: Any, plan: Any, node: int, name: int) -> int:
    """The most on board in its trip from leaving a node on."""
    return item(plan.peak_after, node * task.names + name)


@inlined
def set_peak_after(task: Any, plan: Any, node: int, name: int, value: int) -> None:
    """Set `peak_after_at`."""
    put(plan.peak_after, node * task.names + name, value)


@inlined
def key_at(work: Any, index: int) -> float:
    """The sort key of a pending request."""
    return number(work.keys, index, FLOAT64)


@inlined
def set_key(work: Any, index: int, key: float) -> None:
    """Set `key_at`."""
    set_number(work.keys, index, key, FLOAT64)
