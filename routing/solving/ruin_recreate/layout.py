"""What the compiled search reads and writes: arrays with names.

Nodes are numbered through: the stops first (0 to `n - 1`), then for vehicle `r` its start `n + 2 r` and its end
`n + 2 r + 1`, then the reloads of each vehicle. A route is a list of nodes linked from its start to its end. Times
count from the earliest begin of a shift.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

NEVER = 1 << 40
"""Dearer, and later, than anything that is possible; thousands of them still add up within 64 bits."""

TOO_LATE = 1 << 30
"""What stands for NEVER where times are kept in 32 bits."""

NOWHERE = -1
"""The place of an open end, the route of an absent stop, the end of a list."""

SPOT = np.dtype(
    [
        ("place", "i4"),
        ("service_s", "i4"),
        ("setup_s", "i4"),
        ("open_s", "i4"),  # earliest begin of the service
        ("close_s", "i4"),  # latest begin, allowed itself
        ("request", "i4"),
        ("partner", "i4"),  # of a pickup its delivery, of a delivery its pickup
        ("pickup", "i1"),
        ("locked", "i1"),  # stays where it is
        ("sealed", "i1"),  # nothing may come directly after it
        ("reload", "i1"),
        ("rich", "i1"),  # only an exact walk tells its times: several windows, or a soft one
        ("_", "i1", 3),
        ("windows_from", "i4"),  # its windows in `Task.windows`
        ("windows_to", "i4"),
        ("soft_open_s", "i4"),
        ("soft_close_s", "i4"),  # first second that is late
        ("early_per_h", "i8"),
        ("late_per_h", "i8"),
    ],
    align=True,
)
"""What a node is, whatever the plan."""

NODE = np.dtype(
    [
        ("next", "i4"),
        ("prev", "i4"),
        ("route", "i4"),
        ("place", "i4"),
        ("into_m", "i4"),  # metres from the node before
        ("into_s", "i4"),  # seconds from the node before, parking included
        ("leave_s", "i4"),  # earliest end of its service; TOO_LATE when something up to it is
        ("latest_s", "i4"),  # latest arrival that leaves all that follows in time
    ]
)
"""Where a node stands in the plan."""

PIECE = np.dtype(
    [
        ("busy_s", "i4"),  # driving, parking and serving from leaving the start to leaving this node: no waiting
        ("depart_s", "i4"),  # latest departure from the start that is in time for this node and all before it
        ("rest_s", "i4"),  # driving, parking and serving from the arrival here to the route's end
        ("end_s", "i4"),  # earliest end of the route however early the arrival here
    ]
)
"""What the duration of a route is worked out from, by node; kept up only where it matters (`Task.timed`)."""

ROUTE = np.dtype(
    [
        ("stops", "i8"),
        ("rich", "i8"),  # stops that make it rich
        ("reloads", "i8"),
        ("distance_m", "i8"),
        ("preference", "i8"),  # sum of `Stop.vehicle_costs`
        ("relaxed", "i8"),  # cost without breaks, soft windows and gaps between windows: never more than `cost`
        ("cost", "i8"),  # NEVER and more while it cannot be driven
        ("room", "i8"),  # what it still holds of the first name; much, where that is more than a sum (`Task.loaded`)
    ]
)

KIND = np.dtype(
    [
        ("profile", "i8"),
        ("fixed_cost", "i8"),
        ("cost_per_s", "i8"),
        ("cost_per_m", "i8"),
        ("max_duration_s", "i8"),
        ("max_distance_m", "i8"),
        ("max_stops", "i8"),
        ("most_reloads", "i8"),
        ("breaks_from", "i8"),  # its breaks in `Task.breaks`
        ("breaks_to", "i8"),
        ("rich", "i8"),  # breaks, or travel by hours
    ]
)
"""What vehicles that are alike in everything but their names and locks have in common."""

BREAK = np.dtype([("earliest_s", "i8"), ("latest_s", "i8"), ("duration_s", "i8"), ("over_s", "i8")])
"""`over_s`: when this one and those before it are over if taken as early as they may be; NEVER where they cannot."""

NEAR = np.dtype([("stop", "i4"), ("from_s", "i4"), ("from_m", "i4"), ("to_s", "i4"), ("to_m", "i4")])
"""A stop beside which another may well be served, and what the ways from it and to it take at least, by any profile."""

REQUEST = np.dtype([("first", "i4"), ("count", "i4"), ("pair", "i8"), ("penalty", "i8"), ("must", "i8")])
"""What is served or left out as a whole: `count` alternatives in `Task.members` from `first` on, or a pickup there
and its delivery."""

TALLY = np.dtype(
    [
        ("absent", "i8"),  # requests not served
        ("used", "i8"),  # vehicles with a stop
        ("served", "i8"),  # stops in routes
        ("cost", "i8"),  # of the routes, and the penalties, without the price of what must be served
        ("lost", "i8"),  # stops that must be served and are not
        ("best_cost", "i8"),
        ("best_lost", "i8"),
        ("betters", "i8"),  # how often the best changed
        ("iterations", "i8"),
        ("shrinking", "i8"),  # the fleet is being made smaller: what counts is who is absent
    ]
)


class Task(NamedTuple):
    """What never changes during a search."""

    stops: int
    vehicles: int
    nodes: int
    places: int
    names: int  # of capacities
    kind_count: int
    request_count: int
    near_width: int
    close_width: int
    changes: int  # most changes of hours that a profile has
    most_states: int  # one more than the most breaks of a vehicle
    timed: int  # 1 where the duration of a route costs or is limited, or a route may be rich
    masked: int  # 1 where not every vehicle may serve every stop
    limited: int  # 1 where distance or number of stops is limited
    parked: int  # 1 where a change of place costs time
    sealing: int  # 1 where something is locked
    loaded: int  # 1 where the load of a route is more than a sum: pairs, collects, reloads
    early: int  # 1 where being too early costs
    preferred: int  # 1 where a stop costs more with some vehicles
    least_per_m: int  # what a metre costs in the cheapest vehicle
    must_penalty: int  # what the search pays for leaving out a stop that must be served
    balance_per_h2: int  # `Balance.cost` by time
    balance_per_stop2: int  # `Balance.cost` by stops
    duration_s: NDArray[np.int32]  # [profile, from, to]; the shortest of all hours
    distance_m: NDArray[np.int32]
    duration_to_s: NDArray[np.int32]  # [profile, to, from]
    distance_to_m: NDArray[np.int32]
    hours_s: NDArray[np.int32]  # [profile, hours, from, to], or empty
    changes_s: NDArray[np.int64]  # [profile, hours]: when other hours begin
    spots: NDArray[Any]  # SPOT by node
    windows: NDArray[np.int64]  # [number, open and close]
    kinds: NDArray[Any]  # KIND
    breaks: NDArray[Any]  # BREAK
    kind_numbers: NDArray[np.int64]  # by vehicle
    same_kind: NDArray[np.int64]  # the vehicles, those of a kind together
    rank_in_kind: NDArray[np.int64]  # by vehicle: where it stands in `same_kind`
    kind_starts: NDArray[np.int64]  # where in `same_kind` each kind begins; one more for the end
    reloads_from: NDArray[np.int64]  # by vehicle: its first reload; one more for the end
    capacity: NDArray[np.int64]  # [kind, name]
    demand: NDArray[np.int64]  # [stop, name]
    collect: NDArray[np.int64]  # [stop, name]; of a pickup what its delivery demands
    allowed: NDArray[np.uint8]  # [kind, stop]
    preference: NDArray[np.int64]  # [kind, stop], or empty where there are none
    requests: NDArray[Any]  # REQUEST
    members: NDArray[np.int64]
    sort_keys: NDArray[np.float64]  # [order, request]
    near: NDArray[Any]  # NEAR by stop and rank
    close_by: NDArray[np.int32]  # [stop, rank]: stops near it on the ground
    walk_line: int  # from here to `ruin`: where the functions of these names are
    renew: int
    put_in: int
    take_back: int
    best_position: int
    best_pair: int
    cost_with_reload: int
    put_in_with_reload: int
    drop_reloads: int
    ruin: int
    exchange_tails: int
    removed: float = 10.0  # average number of removed customers, in the paper's words as all that follow
    longest_string: float = 10.0
    split: float = 0.5  # share of strings that are split
    wide: float = 0.5  # share of split strings that preserve more than one stop
    narrower: float = 0.01  # chance that such a one preserves no more
    opening: float = 0.1  # share of iterations that open a route whatever it costs; the paper has none
    exchanging: float = 0.5  # share of iterations that first try to exchange the ends of two routes; the paper has none
    blink: float = 0.01  # chance that a position is overlooked


class Plan(NamedTuple):
    """What the search changes, and the best that it has seen."""

    nodes: NDArray[Any]  # NODE
    pieces: NDArray[Any]  # PIECE
    routes: NDArray[Any]  # ROUTE by vehicle
    load: NDArray[np.int64]  # [vehicle, name]: sum of demands
    onboard: NDArray[np.int64]  # [node, name]: when leaving it; these three only where `Task.loaded`
    peak_before: NDArray[np.int64]  # [node, name]: most on board in its trip up to leaving it
    peak_after: NDArray[np.int64]  # [node, name]: most on board in its trip from leaving it on
    absent: NDArray[np.int64]  # requests, `absent` of them
    first_empty: NDArray[np.int64]  # by kind, into `same_kind`: no empty vehicle stands before it
    closed: NDArray[np.int64]  # by vehicle: not to be used
    absences: NDArray[np.int64]  # by request: how often it was left out while the fleet was made smaller
    tally: NDArray[Any]  # TALLY, one element
    best: NDArray[np.int64]  # the next node of each, in the best plan
    moved: NDArray[np.int64]  # by vehicle: its route is not as in `best`


class Work(NamedTuple):
    """Room for one iteration, so that none has to be asked for."""

    touched: NDArray[np.int64]  # by vehicle: its route is saved
    saved_routes: NDArray[np.int64]  # the vehicles whose routes are saved
    saved_from: NDArray[np.int64]  # where in `saved_nodes` each begins; one more for the end
    saved_nodes: NDArray[np.int64]
    nodes_before: NDArray[Any]  # NODE, as `saved_nodes`
    pieces_before: NDArray[Any]  # PIECE, as `saved_nodes`
    routes_before: NDArray[Any]  # ROUTE, as `saved_routes`
    load_before: NDArray[np.int64]
    absent_before: NDArray[np.int64]
    pending: NDArray[np.int64]  # requests to insert
    keys: NDArray[np.float64]
    likely: NDArray[np.int64]  # neighbours by rank, four times that, with a bit for each side on which to try
    tried: NDArray[np.int64]  # by vehicle: the last pair that was tried in its route
    line: NDArray[np.int64]  # the nodes of a route as it would be
    states: NDArray[Any]  # STATE, by breaks done; two rows, one for each end of a leg
    counts: NDArray[Any]  # COUNTS, one element


COUNTS = np.dtype(
    [
        ("word", "u8"),  # of the random numbers
        ("saved", "i8"),  # routes
        ("pending", "i8"),
        ("absent_before", "i8"),
        ("pairs_tried", "i8"),
        ("blink_in", "i8"),  # positions to go until one is overlooked
        ("cost", "i8"),  # what the cheapest insertion found costs more
        ("before", "i8"),  # the node before it, or NOWHERE
        ("before_second", "i8"),  # of a pair, the node before the delivery
        ("how", "i8"),  # with which reload
        ("opening", "i8"),  # 1 while the next stop opens a route whatever that costs
    ]
)

STATE = np.dtype(
    [
        ("leave_s", "i8"),  # earliest end of the service; NEVER where it cannot be
        ("departure_s", "i8"),
        ("idle_s", "i8"),  # waited so far: by as much the departure may move without moving what follows
        ("delay_s", "i8"),  # by how much the departure may move at most
        ("punctual_s", "i8"),  # the same, if nothing that is not late may become late, or what is late later
        ("untimely", "i8"),  # cost of soft windows so far
    ]
)
"""Where an exact walk stands with so many breaks done."""


def record_of(parts: type[NamedTuple]) -> "np.dtype[np.void]":
    """The record that compiled code sees: numbers as they are, arrays as addresses."""
    kinds = parts.__annotations__.items()
    return np.dtype([(name, "f8" if kind is float else "i8") for name, kind in kinds])


TASK, PLAN, WORK = record_of(Task), record_of(Plan), record_of(Work)
