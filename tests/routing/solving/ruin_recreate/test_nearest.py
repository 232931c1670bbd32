"""Neighbours, against a plain sort of all ways."""

from __future__ import annotations

import numpy as np
import pytest

from routing.solving.problem import Problem, Profile, Stop, Vehicle
from routing.solving.ruin_recreate import nearest as module
from routing.solving.ruin_recreate.nearest import Nearest
from routing.solving.ruin_recreate.translate import Translation

COUNT = 1300


@pytest.fixture(scope="module")
def problem() -> Problem:
    """More stops than one thread does at once, places in another order than stops, and a way there is no way back."""
    chance = np.random.default_rng(1)
    matrix = chance.integers(1, 5000, (COUNT + 1, COUNT + 1), np.int32)
    opens = chance.integers(0, 20_000, COUNT).tolist()
    return Problem(
        places=COUNT + 1,
        profiles={"car": Profile(duration_s=matrix, distance_m=2 * matrix)},
        vehicles=(
            Vehicle(
                id="van",
                profile="car",
                start_place=0,
                end_place=0,
                shift_start_s=0,
                shift_end_s=40_000,
                cost_per_s=1,
                cost_per_m=2,
            ),
        ),
        stops=tuple(
            Stop(id=str(at), place=COUNT - at, service_s=at % 7, windows=((start, start + 900),))
            for at, start in enumerate(opens)
        ),
    )


@pytest.fixture(scope="module")
def found(problem: Problem) -> Nearest:
    return Translation(problem, problem.stops).nearest


class TestNearest:
    def test_ranks_the_ground_by_the_cheaper_way(self, problem: Problem, found: Nearest) -> None:
        cost = _costs(problem)
        expected = np.minimum(cost, cost.T)
        assert _keys(expected, found.close_by).tolist() == np.sort(expected)[:, : module.CLOSE_BY].tolist()

    def test_counts_certain_waiting_and_lateness(self, problem: Problem, found: Nearest) -> None:
        opens = np.array([stop.windows[0][0] for stop in problem.stops])
        closes = opens + 899
        places = [stop.place for stop in problem.stops]
        leave = problem.profiles["car"].duration_s[np.ix_(places, places)] + [
            [stop.service_s] for stop in problem.stops
        ]
        waiting = np.maximum(0, opens[None] - leave - closes[:, None])
        late = np.maximum(0, opens[:, None] + leave - closes[None])
        cost = _costs(problem) + 5.0 * (0.2 * waiting + late)
        expected = np.minimum(cost, cost.T)
        assert _keys(expected, found.near) == pytest.approx(np.sort(expected)[:, : module.NEAR])

    def test_means_the_ten_shortest(self, problem: Problem, found: Nearest) -> None:
        assert found.short_arc == pytest.approx(np.sort(_costs(problem))[:, :10].mean())


def _costs(problem: Problem) -> np.ndarray:
    places = [stop.place for stop in problem.stops]
    cost = 5.0 * problem.profiles["car"].duration_s[np.ix_(places, places)]
    np.fill_diagonal(cost, np.inf)
    return cost


def _keys(costs: np.ndarray, ids: np.ndarray) -> np.ndarray:
    return np.take_along_axis(costs, ids, axis=1)
