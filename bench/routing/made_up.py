"""Small instances that need no data: what `make bench-routing` shows a newcomer."""

import random

import numpy as np

from bench.routing.instance import Instance, Objective

DAY_S = 28_800


def made_up(*, stops: int, seed: int) -> Instance:
    """A town of 10 km with one depot, windows of two hours for two stops in three, vans for thirty parcels."""
    chance = random.Random(seed)
    places = np.array([(5000, 5000), *((chance.gauss(5000, 2500), chance.gauss(5000, 2500)) for _ in range(stops))])
    metres = np.hypot(*(places[:, None, :] - places[None, :, :]).transpose(2, 0, 1))
    return Instance(
        set="made-up",
        name=f"town-{stops}-{seed}",
        travel=np.ceil(metres / 7),
        windows=((0.0, float(DAY_S)), *(_window(chance) for _ in range(stops))),
        service=(0.0, *(float(chance.choice((90, 120, 180))) for _ in range(stops))),
        demands=(0, *(chance.randint(1, 3) for _ in range(stops))),
        capacity=50,
        vehicles=max(4, stops // 12),
        objective=Objective.DISTANCE,
    )


def _window(chance: random.Random) -> tuple[float, float]:
    if chance.random() < 1 / 3:
        return (0.0, DAY_S - 3600.0)
    start = chance.randrange(1, 6) * 3600
    return (float(start), float(start + 7200))
