"""What the compiled search reads and writes: arrays with names.

Nodes are numbered through: the stops first (0 to `n - 1`), then for vehicle `r` its start `n + 2 r` and its end
`n + 2 r + 1`, then the reloads. A route is a list of nodes linked from its start to its end.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

NEVER = 1 << 40
"""Later, and dearer, than anything that is possible; some of them still add up within 64 bits."""

NOWHERE = -1
"""The place of an open end, the route of an absent stop, the end of a list."""

SPOT = np.dtype(
    [
        ("place", "i8"),
        ("service_s", "i8"),
        ("setup_s", "i8"),
        ("open_s", "i8"),  # earliest begin of the service
        ("close_s", "i8"),  # latest begin, allowed itself
        ("request", "i4"),
        ("locked", "i1"),  # stays where it is
        ("sealed", "i1"),  # nothing may come directly after it
        ("_", "i2"),
    ],
    align=True,
)
"""What a node is, whatever the plan."""

NODE = np.dtype(
    [
        ("next", "i4"),
        ("prev", "i4"),
        ("route", "i4"),
        ("_", "i4"),
        ("leave_s", "i8"),  # earliest end of its service; NEVER when something before it is too late already
        ("latest_s", "i8"),  # latest arrival that leaves all that follows in time
        ("busy_s", "i8"),  # driving, parking and serving from leaving the start to leaving this node: no waiting
        ("depart_s", "i8"),  # latest departure from the start that is in time for this node and all before it
        ("rest_s", "i8"),  # driving, parking and serving from the arrival here to the route's end
        ("end_s", "i8"),  # earliest end of the route however early the arrival here
    ],
    align=True,
)
"""Where a node stands in the plan: one line of the cache each. Times after *depart_s* stay untouched where they cost
nothing (`Task.timed`)."""

ROUTE = np.dtype(
    [
        ("stops", "i8"),
        ("distance_m", "i8"),
        ("preference", "i8"),  # sum of `Stop.vehicle_costs`
        ("cost", "i8"),  # NEVER and more while it cannot be driven
    ],
    align=True,
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
    ],
    align=True,
)
"""What vehicles that are alike in everything but their names and locks have in common."""

REQUEST = np.dtype([("first", "i4"), ("count", "i4"), ("penalty", "i8"), ("must", "i8")], align=True)
"""What is served or left out as a whole: `count` alternatives in `Task.members` from `first` on."""

TALLY = np.dtype(
    [
        ("absent", "i8"),  # requests not served
        ("used", "i8"),  # vehicles with a stop
        ("cost", "i8"),  # of the routes, and the penalties, without the price of what must be served
        ("lost", "i8"),  # stops that must be served and are not
        ("best_cost", "i8"),
        ("best_lost", "i8"),
        ("betters", "i8"),  # how often the best changed
        ("iterations", "i8"),
    ],
    align=True,
)


class Task(NamedTuple):
    """What never changes during a search."""

    stops: int
    vehicles: int
    timed: int  # 1 where the duration of a route costs or is limited
    masked: int  # 1 where not every vehicle may serve every stop
    limited: int  # 1 where distance or number of stops is limited
    parked: int  # 1 where a change of place costs time
    must_penalty: int  # what the search pays for leaving out a stop that must be served
    balance_per_h2: int  # `Balance.cost` by time
    balance_per_stop2: int  # `Balance.cost` by stops
    duration_s: NDArray[np.int32]  # [profile, from, to]
    distance_m: NDArray[np.int32]
    spots: NDArray[Any]  # SPOT by node
    kinds: NDArray[Any]  # KIND
    kind_of: NDArray[np.int64]  # by vehicle
    same_kind: NDArray[np.int64]  # the vehicles, those of a kind together
    rank_in_kind: NDArray[np.int64]  # by vehicle: where it stands in `same_kind`
    kind_starts: NDArray[np.int64]  # where in `same_kind` each kind begins; one more for the end
    capacity: NDArray[np.int64]  # [kind, name]
    demand: NDArray[np.int64]  # [stop, name]
    allowed: NDArray[np.uint8]  # [kind, stop]
    preference: NDArray[np.int64]  # [kind, stop], or [0, 0] where there are none
    requests: NDArray[Any]  # REQUEST
    members: NDArray[np.int64]
    sort_keys: NDArray[np.float64]  # [order, request]
    near: NDArray[np.int32]  # [stop, rank]: stops beside which it may well be served
    close_by: NDArray[np.int32]  # [stop, rank]: stops near it on the ground


class Plan(NamedTuple):
    """What the search changes, and the best that it has seen."""

    nodes: NDArray[Any]  # NODE
    routes: NDArray[Any]  # ROUTE by vehicle
    load: NDArray[np.int64]  # [vehicle, name]
    absent: NDArray[np.int64]  # requests, `Tally.absent` of them
    first_empty: NDArray[np.int64]  # by kind, into `same_kind`: no empty vehicle stands before it
    tally: NDArray[Any]  # TALLY, one element
    best: NDArray[np.int32]  # the next node of each, in the best plan
    moved: NDArray[np.uint8]  # by vehicle: its route is not as in `best`


class Work(NamedTuple):
    """Room for one iteration, so that none has to be asked for."""

    word: NDArray[np.uint64]
    touched: NDArray[np.uint8]  # by vehicle: its route is saved
    saved_routes: NDArray[np.int64]  # the vehicles whose routes are saved
    saved_from: NDArray[np.int64]  # where in `saved_nodes` each begins; one more for the end
    saved_nodes: NDArray[np.int64]
    nodes_before: NDArray[Any]  # NODE, as `saved_nodes`
    routes_before: NDArray[Any]  # ROUTE, as `saved_routes`
    load_before: NDArray[np.int64]
    absent_before: NDArray[np.int64]
    pending: NDArray[np.int64]  # requests to insert
    keys: NDArray[np.float64]
    counts: NDArray[np.int64]  # [SAVED, PENDING, ABSENT_BEFORE]


SAVED, PENDING, ABSENT_BEFORE = 0, 1, 2


class Settings(NamedTuple):
    """The paper's parameters (Christiaens and Vanden Berghe 2020, table 3), in its words."""

    removed: float = 10.0  # average number of removed customers
    longest_string: float = 10.0
    split: float = 0.5  # share of strings that are split
    deeper: float = 0.01  # chance that a split string preserves one more
    blink: float = 0.01  # chance that a position is overlooked
