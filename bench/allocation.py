"""Allocate parcels to locker doors in 500 random cases, against the optimum of a CP-SAT model."""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean, median

from pickup_points.room.allocation import allocate
from pickup_points.room.allocation_optimum import most_parcels
from pickup_points.room.packing import Measures, Space

# Inside, in millimetres: A, B and C of a parcel locker, and a tall one. Weights as printed on the doors of one.
SHAPES = (
    Space((640, 380, 80), 25_000),
    Space((640, 380, 190), 25_000),
    Space((640, 410, 380), 25_000),
    Space((800, 640, 380), 30_000),
)
_SHARES = ((4, 4, 2, 1), (6, 3, 1, 0), (2, 2, 2, 2), (1, 3, 5, 1))


@dataclass(frozen=True)
class Case:
    """The doors that are free, and who has parcels for them."""

    doors: tuple[Space, ...]
    groups: tuple[tuple[Measures, ...], ...]


@dataclass(frozen=True)
class Row:
    """One case: parcels asked for, placed, and the most that can be; the seconds each took."""

    parcels: int
    doors: int
    placed: int
    optimum: int
    greedy_s: float
    optimum_s: float


def case(seed: int) -> Case:
    """Return a random locker and a day's parcels for it, from half of what it holds to twice that."""
    dice = random.Random(seed)
    doors = tuple(dice.choices(SHAPES, weights=dice.choice(_SHARES), k=dice.randint(6, 48)))
    wanted = dice.uniform(0.5, 2.0) * len(doors)
    groups: list[tuple[Measures, ...]] = []
    while sum(map(len, groups)) < wanted:
        size = dice.choices((1, 2, 3, 4, 5), weights=(60, 20, 10, 6, 4))[0]
        groups.append(tuple(_parcel(dice) for _ in range(size)))
    return Case(doors, tuple(groups))


def _parcel(dice: random.Random) -> Measures:
    if dice.random() < 0.05:
        return Measures(None, None, None, dice.randint(100, 20_000))
    longest, middle, least = dice.choices(
        ((350, 250, 60), (400, 300, 150), (620, 370, 70), (500, 350, 300), (620, 370, 390), (750, 500, 300)),
        weights=(30, 25, 12, 15, 10, 5),
    )[0]
    sides = [max(20, round(side * dice.uniform(0.5, 1.03))) for side in (longest, middle, least)]
    dice.shuffle(sides)
    return Measures(sides[0], sides[1], sides[2], dice.choice((500, 2_000, 8_000, 20_000)))


def measure(each: Case) -> Row:
    """Allocate the case both ways."""
    begun = time.perf_counter()
    placed = allocate(each.groups, each.doors).parcels_placed
    between = time.perf_counter()
    optimum = most_parcels(each.groups, each.doors)
    ended = time.perf_counter()
    return Row(
        sum(map(len, each.groups)),
        len(each.doors),
        placed,
        optimum,
        round(between - begun, 5),
        round(ended - between, 5),
    )


def summary(rows: Sequence[Row]) -> dict[str, float]:
    """Return the figures that are quoted."""
    equal = sum(row.placed == row.optimum for row in rows)
    return {
        "cases": len(rows),
        "as_many_as_the_optimum": equal,
        "share": equal / len(rows),
        "parcels_placed": sum(row.placed for row in rows),
        "parcels_of_the_optimum": sum(row.optimum for row in rows),
        "short_by_most": max(row.optimum - row.placed for row in rows),
        "full_cases": sum(row.optimum < row.parcels for row in rows),
        "greedy_ms_median": median(row.greedy_s for row in rows) * 1000,
        "greedy_ms_max": max(row.greedy_s for row in rows) * 1000,
        "cp_sat_ms_mean": mean(row.optimum_s for row in rows) * 1000,
    }


def main() -> None:
    """Run the cases, print and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1, help="of the first case")
    parser.add_argument("--out", type=Path, default=Path("bench/results/allocation.json"))
    asked = parser.parse_args()
    rows = [measure(case(seed)) for seed in range(asked.seed, asked.seed + asked.cases)]
    told = summary(rows)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps({"summary": told, "cases": [asdict(row) for row in rows]}, indent=1))
    for name, value in told.items():
        print(f"{name:24} {value:g}")


if __name__ == "__main__":
    main()
