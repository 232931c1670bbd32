"""What a plan is asked to save, and what is only preferred, decides between routes that are all allowed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kernel.ids import new_id
from places.adapters.great_circle import GreatCircleStreets
from routing.given import GivenDelivery, GivenShift, Job
from routing.models import Objective
from routing.solving.checking.checker import violations
from routing.solving.limit import Limit
from routing.solving.problem import Balance, Measure
from routing.solving.solution import Solution
from routing.solving.solve import solve
from routing.translation import Question
from routing.wishes import Wishes
from tests.routing.test_translation import DAY, delivery, shift, stated
from tests.routing_rows import near


def at(metres: float, **given: Any) -> GivenDelivery:
    """One parcel to a door of its own, so far east of the first place."""
    return delivery(place=near(metres), contact=(f"Aino {metres}", None, None), **given)


def planned(*deliveries: GivenDelivery, shifts: list[GivenShift], iterations: int = 300, **wishes: Any) -> Solution:
    problem = stated(*deliveries, shifts=shifts, **wishes)
    solution = solve(problem, limit=Limit(iterations=iterations), seed=1)
    assert violations(problem, solution) == []
    return solution


def stops(solution: Solution) -> dict[str, list[str]]:
    """The stops of each shift that has any."""
    return {route.vehicle_id: [visit.stop_id for visit in route.visits] for route in solution.routes}


class TestAnObjective:
    # Two doors on either side: two short rounds take as long as one long one, less the driving past the start.
    DOORS = (at(2000), at(2100), at(-2000), at(-2100))

    def test_of_fewest_vehicles_sends_one_where_two_would_be_paid_less(self) -> None:
        cheap = [shift(end_place=None), shift(end_place=None)]

        least, fewest = (
            planned(*self.DOORS, shifts=cheap, objective=objective)
            for objective in (Objective.LEAST_TIME, Objective.FEWEST_VEHICLES)
        )

        assert [len(least.routes), len(fewest.routes)] == [2, 1]
        assert fewest.unassigned == ()

    def test_of_least_distance_drives_less_and_waits_longer(self) -> None:
        early, late = (DAY, DAY + timedelta(minutes=20)), (DAY + timedelta(hours=3), DAY + timedelta(hours=4))
        doors = (at(1000, windows=(early,)), at(1010, windows=(late,)))
        two = [shift(), shift()]

        time = planned(*doors, shifts=two, objective=Objective.LEAST_TIME)
        distance = planned(*doors, shifts=two, objective=Objective.LEAST_DISTANCE)

        assert [len(time.routes), len(distance.routes)] == [2, 1]
        assert distance.cost.distance_m < time.cost.distance_m
        assert distance.cost.waiting_s > time.cost.waiting_s


class TestABalance:
    @pytest.mark.parametrize("measure", Measure)
    def test_shares_out_what_one_could_do_alone(self, measure: Measure) -> None:
        doors = [at(metres, service_s=3600) for metres in (500, 520, 540, 560)]
        two = [shift(), shift()]

        alone = planned(*doors, shifts=two)
        shared = planned(*doors, shifts=two, iterations=20_000, balance=Balance(measure=measure, cost=500_000))

        assert sorted(map(len, stops(alone).values())) == [4]
        assert sorted(map(len, stops(shared).values())) == [2, 2]


class TestAPreference:
    def test_for_a_driver_is_worth_a_way_round_and_no_more(self) -> None:
        mine, other = shift(), shift()
        # The other driver comes by anyway.
        doors = (at(1000, preferred_driver=mine.driver_id), at(1010, refused_drivers=(mine.driver_id,)))

        worth, worthless = (
            planned(*doors, shifts=[mine, other], preference_cost=cost, familiarity_cost=0) for cost in (5000, 60)
        )

        assert stops(worth)[str(mine.id)] == [str(doors[0].id)]
        assert str(mine.id) not in stops(worthless)

    def test_for_a_time_is_waited_for(self) -> None:
        better = (DAY + timedelta(hours=2), DAY + timedelta(hours=2, minutes=10))
        first = at(500, windows=((DAY, DAY + timedelta(minutes=10)),))
        doors = (first, at(520, preferred=better))

        waited, hurried = (
            planned(*doors, shifts=[shift()], early_cost_per_h=cost, late_cost_per_h=cost) for cost in (9000, 60)
        )

        (route,) = waited.routes
        assert 7200 <= route.visits[-1].start_s < 7800
        assert waited.cost.untimely == 0
        assert hurried.cost.untimely > 0

    def test_for_somebody_who_knows_the_area(self) -> None:
        stranger, native = shift(), shift()
        door = at(1000)
        job = Job(new_id(), 1, None, DAY, (stranger, native), (door,), (), wishes=Wishes(familiarity_cost=600))
        for knows in (stranger, native):
            question = Question(replace(job, familiar=frozenset({(door.id, knows.driver_id)})))
            problem = question.problem(question.matrices(GreatCircleStreets()))
            solution = solve(problem, limit=Limit(iterations=100), seed=1)
            assert list(stops(solution)) == [str(knows.id)]
            assert solution.cost.preference == 0


class TestAPriority:
    def test_decides_who_is_left_out(self) -> None:
        low, high = at(300, penalty_s=1200), at(900, penalty_s=38_400)

        solution = planned(low, high, shifts=[shift(max_stops=1)])

        assert [left.stop_id for left in solution.unassigned] == [str(low.id)]
        assert solution.cost.penalties == 1200

    def test_never_leaves_anything_out_for_the_sake_of_a_vehicle(self) -> None:
        doors = [at(metres, penalty_s=9000) for metres in (-800, 800)]

        solution = planned(*doors, shifts=[shift()], objective=Objective.FEWEST_VEHICLES)

        assert solution.unassigned == ()
