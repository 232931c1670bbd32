"""The file formats of the public sets: ORTEC (VRPLIB), Solomon and Homberger, Li and Lim, Sartori and Buriol."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.routing.instance import Instance, Objective
from routing.solving.validating.amounts import MOST_SHIFT_S

SCALES = (1000, 100)
"""Of instances whose literature counts in doubles: the finest in which their day is no longer than a shift may be."""


class UnreadableInstance(Exception):
    """This file is not what its folder promises."""


def read_ortec(path: Path) -> Instance:
    """Full matrix of driving seconds, not symmetric; only driving costs, waiting is free."""
    sections = _sections(path.read_text())
    size = int(sections["DIMENSION"][0][0])
    travel = np.array([row[:size] for row in sections["EDGE_WEIGHT_SECTION"]], dtype=np.float64)
    if travel.shape != (size, size):
        raise UnreadableInstance(f"{path.name}: the matrix is {travel.shape}, the dimension {size}")
    return Instance(
        set="ortec",
        name=path.stem,
        travel=travel,
        windows=tuple((float(start), float(end)) for _, start, end in sections["TIME_WINDOW_SECTION"]),
        service=tuple(float(row[1]) for row in sections["SERVICE_TIME_SECTION"]),
        demands=tuple(int(row[1]) for row in sections["DEMAND_SECTION"]),
        capacity=int(sections["CAPACITY"][0][0]),
        vehicles=int(sections["VEHICLES"][0][0]),
        objective=Objective.DISTANCE,
    )


def _sections(text: str) -> dict[str, list[list[str]]]:
    """Each keyword of the file with the rows of words after it."""
    found: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for line in text.splitlines():
        if line[:1].isalpha():
            keyword, _, value = line.partition(":")
            rows = found.setdefault(keyword.strip(), [])
            if value.strip():
                rows.append(value.split())
        elif line.strip():
            rows.append(line.split())
    return found


def read_solomon(path: Path) -> Instance:
    """Euclidean distances in doubles; fewer vehicles come before less distance."""
    return _solomon(path, "solomon")


def read_homberger(path: Path) -> Instance:
    """As the DIMACS challenge reads them: everything times 10, distances cut to whole numbers, only distance counts."""
    plain = _solomon(path, "homberger")
    return Instance(
        set=plain.set,
        name=plain.name,
        travel=np.floor(plain.travel * 10),
        windows=tuple((10 * start, 10 * end) for start, end in plain.windows),
        service=tuple(10 * length for length in plain.service),
        demands=plain.demands,
        capacity=plain.capacity,
        vehicles=plain.vehicles,
        objective=Objective.DISTANCE,
    )


def _solomon(path: Path, name_of_set: str) -> Instance:
    rows = list(_numbers(path.read_text()))
    if not rows or len(rows[0]) != 2 or any(len(row) != 7 for row in rows[1:]):
        raise UnreadableInstance(f"{path.name} is not in Solomon's format")
    (vehicles, capacity), nodes = rows[0], rows[1:]
    return Instance(
        set=name_of_set,
        name=path.stem,
        travel=_euclid([(row[1], row[2]) for row in nodes]),
        windows=tuple((row[4], row[5]) for row in nodes),
        service=tuple(row[6] for row in nodes),
        demands=tuple(int(row[3]) for row in nodes),
        capacity=int(capacity),
        vehicles=int(vehicles),
        objective=Objective.VEHICLES_FIRST,
        scale=_scale(nodes[0][5]),
    )


def read_lilim(path: Path) -> Instance:
    """Pickup and delivery; Euclidean distances in doubles; fewer vehicles come before less distance."""
    rows = list(_numbers(path.read_text()))
    if not rows or len(rows[0]) != 3 or any(len(row) != 9 for row in rows[1:]):
        raise UnreadableInstance(f"{path.name} is not in Li and Lim's format")
    (vehicles, capacity, _), nodes = rows[0], rows[1:]
    return Instance(
        set="lilim",
        name=path.stem,
        travel=_euclid([(row[1], row[2]) for row in nodes]),
        windows=tuple((row[4], row[5]) for row in nodes),
        service=tuple(row[6] for row in nodes),
        demands=tuple(int(row[3]) for row in nodes),
        capacity=int(capacity),
        vehicles=int(vehicles),
        objective=Objective.VEHICLES_FIRST,
        pairs={number: int(row[8]) for number, row in enumerate(nodes) if row[8]},
        scale=_scale(nodes[0][5]),
    )


def read_sartori(path: Path) -> Instance:
    """Pickup and delivery between real addresses; whole minutes by the streets; no limit to the fleet is given."""
    head, _, body = path.read_text().partition("NODES")
    facts = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    nodes, edges = (list(_numbers(part)) for part in body.split("EDGES"))
    size = int(facts["SIZE"])
    if len(nodes) != size or any(len(row) != size for row in edges):
        raise UnreadableInstance(f"{path.name} does not hold {size} nodes and their minutes")
    return Instance(
        set="sartori",
        name=path.stem,
        travel=np.array(edges),
        windows=tuple((row[4], row[5]) for row in nodes),
        service=tuple(row[6] for row in nodes),
        demands=tuple(int(row[3]) for row in nodes),
        capacity=int(facts["CAPACITY"]),
        vehicles=size // 4,
        objective=Objective.VEHICLES_FIRST,
        pairs={number: int(row[8]) for number, row in enumerate(nodes) if row[8]},
    )


def _scale(day: float) -> int:
    """Thousandths, or hundredths where in thousandths the day has more seconds than a shift may have."""
    return next((scale for scale in SCALES if day * scale <= MOST_SHIFT_S), SCALES[-1])


def _numbers(text: str) -> Iterator[list[float]]:
    """The lines that hold nothing but numbers."""
    for line in text.splitlines():
        words = line.split()
        try:
            row = [float(word) for word in words]
        except ValueError:
            continue
        if row:
            yield row


def _euclid(points: list[tuple[float, float]]) -> NDArray[np.float64]:
    places = np.array(points, dtype=np.float64)
    apart: NDArray[np.float64] = np.hypot(*(places[:, None, :] - places[None, :, :]).transpose(2, 0, 1))
    return apart
