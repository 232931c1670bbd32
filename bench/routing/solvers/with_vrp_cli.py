"""vrp-cli (reinterpretcat/vrp) on two threads, in another Python: it has no wheel for the newest.

This file runs as a script there and imports nothing of the project: JSON on standard input, JSON on standard output.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

_MIDNIGHT = 946_684_800
"""2000-01-01, UTC: the format wants dates."""

type Told = dict[str, Any]


def stated(told: Told, *, flat_objectives: bool) -> tuple[Told, Told]:
    """The problem in the "pragmatic" format, and its matrix."""
    start, end = (_time(at) for at in told["windows"][0])
    vehicle = {
        "typeId": "car",
        "vehicleIds": [f"car_{number}" for number in range(told["vehicles"])],
        "profile": {"matrix": "car"},
        "costs": {"fixed": float(told["fixed_cost"]), "distance": 1.0, "time": 0.0},
        "shifts": [
            {
                "start": {"earliest": start, "location": {"index": 0}},
                "end": {"latest": end, "location": {"index": 0}},
            }
        ],
        "capacity": [told["capacity"]],
    }
    fleet_first = ["minimize-tours"] if told["fixed_cost"] else []
    objectives = [{"type": name} for name in ["minimize-unassigned", *fleet_first, "minimize-cost"]]
    problem = {
        "plan": {"jobs": list(_jobs(told))},
        "fleet": {"vehicles": [vehicle], "profiles": [{"name": "car"}]},
        "objectives": objectives if flat_objectives else [[one] for one in objectives],
    }
    return problem, {"profile": "car", "travelTimes": told["travel"], "distances": told["travel"]}


def _jobs(told: Told) -> Iterator[Told]:
    if told["pairs"]:
        for pickup, delivery in told["pairs"]:
            demand = told["demands"][pickup]
            yield {
                "id": str(pickup),
                "pickups": [_task(told, pickup, demand)],
                "deliveries": [_task(told, delivery, demand)],
            }
    else:
        for node in range(1, len(told["demands"])):
            yield {"id": str(node), "deliveries": [_task(told, node, told["demands"][node])]}


def _task(told: Told, node: int, demand: int) -> Told:
    start, end = told["windows"][node]
    return {
        "places": [
            {
                "location": {"index": node},
                "duration": float(told["service"][node]),
                "times": [[_time(start), _time(end)]],
                "tag": str(node),
            }
        ],
        "demand": [demand],
    }


def _time(at: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(_MIDNIGHT + at))


def _routes(solution: Told) -> list[list[int]]:
    return [
        [
            int(activity["jobTag"])
            for stop in tour["stops"]
            for activity in stop["activities"]
            if activity["type"] in ("pickup", "delivery")
        ]
        for tour in solution["tours"]
    ]


def main() -> None:
    """Solve what stands on standard input."""
    import vrp_cli  # noqa: PLC0415 - not there where the bench itself runs

    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # it tells of its progress there
    told = json.load(sys.stdin)
    known = version("vrp-cli")
    # Up to 1.22 an objective stood in a list of its own.
    problem, matrix = stated(told, flat_objectives=tuple(map(int, known.split(".")[:2])) > (1, 22))
    config = {
        "termination": {"maxTime": max(1, int(told["seconds"])), "maxGenerations": 10**9},
        "environment": {"parallelism": {"numThreadPools": 1, "threadsPerPool": 2}},
    }
    began_s = time.perf_counter()
    found = vrp_cli.solve_pragmatic(json.dumps(problem), [json.dumps(matrix)], json.dumps(config))
    used_s = time.perf_counter() - began_s
    with out:
        json.dump({"routes": _routes(json.loads(found)), "used_s": used_s, "note": f"vrp-cli {known}"}, out)


if __name__ == "__main__":
    main()
