"""The price of one stop more, against driving it at every position and adding the whole plan up."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from routing.solving.assemble import assemble, left_out
from routing.solving.checking.checker import violations
from routing.solving.fits import DoesNotFit
from routing.solving.inserting.insertion import construct
from routing.solving.pricing.day import day
from routing.solving.pricing.pricing import Priced, price
from routing.solving.pricing.tour import ways_to
from routing.solving.problem import Problem, Sequences, Stop, Window
from routing.solving.solution import Reason, Solution, Unassigned
from tests.routing.solving.any_problem import problems
from tests.routing.solving.instances import problem, stop, vehicle

NO_CLOCK = settings(deadline=None, suppress_health_check=list(HealthCheck))
ALL_DAY = (0, 10_000)


def prices(asked: Problem, sequences: Sequences, new: Stop, *windows: Window) -> list[Priced]:
    return price(day(asked, sequences), new, ways_to(asked, new.place), windows or (ALL_DAY,))


def put(sequences: Sequences, new: Stop, *, tour: int, index: int) -> Sequences:
    changed = [list(steps) for steps in sequences]
    changed[tour].insert(index, new)
    return changed


def driven(asked: Problem, sequences: Sequences) -> Solution | None:
    left = [Unassigned(stop_id=each.id, reason=Reason.NO_ROOM, detail="") for each in left_out(asked, sequences)]
    try:
        return assemble(asked, sequences, unassigned=left, found_by="test")
    except DoesNotFit:
        return None


def cheapest(asked: Problem, sequences: Sequences, new: Stop) -> int | None:
    """What the whole plan costs more with the stop at its best position, its penalty aside."""
    before = driven(asked, sequences)
    assert before is not None
    tried = [
        driven(asked, put(sequences, new, tour=tour, index=index))
        for tour, steps in enumerate(sequences)
        for index in range(len(steps) + 1)
    ]
    saved = new.penalty or 0
    return min((one.cost.total - before.cost.total + saved for one in tried if one), default=None)


def one_left_out(asked: Problem, *, seed: int) -> tuple[Problem, Stop, Sequences]:
    """Sequences that serve what there is room for, but not one of the stops that stand for themselves."""
    locked = {id for each in asked.vehicles for id in each.locked}
    alone = [
        each
        for each in asked.stops
        if each.pickup is None and each.choice is None and each.id not in locked | asked.deliveries.keys()
    ]
    assume(alone)
    new = alone[0]
    return asked, new, construct(asked, [each for each in asked.stops if each is not new], seed=seed)


def with_stop(asked: Problem, changed: Stop) -> Problem:
    return replace(asked, stops=tuple(changed if each.id == changed.id else each for each in asked.stops))


class TestPrice:
    def test_is_the_detour(self) -> None:
        asked = problem(vehicle(end_place=None), stop(3))

        (found,) = prices(asked, [[asked.stops[0]]], stop(5, service_s=20))

        assert found == Priced(window=ALL_DAY, tour=0, index=1, added_cost=220, added_s=220, added_m=2000)

    def test_is_told_for_each_window_that_has_one(self) -> None:
        asked = problem(vehicle(shift_end_s=1000), stop(3))

        found = prices(asked, [[asked.stops[0]]], stop(1), (0, 200), (850, 900), (901, 950))

        assert [(one.window, one.index, one.added_cost) for one in found] == [((0, 200), 0, 0), ((850, 900), 1, 0)]

    def test_knows_where_it_may_not_go(self) -> None:
        asked = problem(
            vehicle("a", max_stops=1),
            vehicle("b", locked=("at 2", "at 3"), max_distance_m=9_000),
            vehicle("c", skills=frozenset({"dogs"})),
            *(stop(place) for place in (1, 2, 3, 4)),
        )
        new = stop(4, excluded_skills=frozenset({"dogs"}))

        (found,) = prices(asked, [[asked.stops[0]], [asked.stops[1], asked.stops[2]], []], new)

        assert (found.tour, found.index, found.added_cost) == (1, 2, 200)

    @pytest.mark.parametrize(("load", "index", "added"), [(1, 1, 200), (3, 0, 400)])
    def test_finds_room_on_board_where_there_is_some(self, load: int, index: int, added: int) -> None:
        van = vehicle(end_place=None, capacities=(4,))
        collecting = stop(5, demands=(0,), collects=(3,))
        asked = problem(van, collecting, capacity_names=("load",))

        (found,) = prices(asked, [[collecting]], stop(7, demands=(load,), collects=(0,)))

        assert (found.index, found.added_cost) == (index, added)

    def test_of_half_a_pair_is_refused(self) -> None:
        asked = problem(vehicle())

        with pytest.raises(ValueError, match="half of a pair"):
            prices(asked, [[]], stop(1, pickup="at 2"))

    @settings(NO_CLOCK, max_examples=120)
    @given(asked=problems(), seed=st.integers(0, 9))
    def test_is_the_least_of_all_positions(self, asked: Problem, seed: int) -> None:
        asked, new, sequences = one_left_out(asked, seed=seed)
        windows = new.windows or (ALL_DAY,)
        exact = new.soft_window is None and all(day(asked, sequences).stack.exact)

        found = {one.window: one.added_cost for one in prices(asked, sequences, new, *windows)}

        for window in windows:
            within = replace(new, windows=(window,))
            best = cheapest(with_stop(asked, within), sequences, within)
            if exact or best is None:
                assert found.get(window) == best
            else:
                assert found[window] >= best

    @settings(NO_CLOCK, max_examples=60)
    @given(asked=problems(), seed=st.integers(0, 9))
    def test_holds_what_it_says(self, asked: Problem, seed: int) -> None:
        asked, new, sequences = one_left_out(asked, seed=seed)
        before = driven(asked, sequences)
        assert before is not None

        for one in prices(asked, sequences, new, *(new.windows or (ALL_DAY,))):
            within = replace(new, windows=(one.window,))
            then = with_stop(asked, within)
            after = driven(then, put(sequences, within, tour=one.tour, index=one.index))
            assert after is not None
            assert violations(then, after) == []
            assert after.cost.total - before.cost.total + (new.penalty or 0) == one.added_cost
            assert after.cost.distance_m - before.cost.distance_m == one.added_m


class TestDay:
    @settings(NO_CLOCK, max_examples=25)
    @given(asked=problems(), seed=st.integers(0, 9))
    def test_with_one_tour_changed_is_the_day_made_anew(self, asked: Problem, seed: int) -> None:
        asked, new, sequences = one_left_out(asked, seed=seed)
        now = day(asked, sequences)
        offers = price(now, new, ways_to(asked, new.place), new.windows or (ALL_DAY,))
        assume(offers)
        chosen = offers[0]
        within = replace(new, windows=(chosen.window,))
        ways = ways_to(asked, new.place)

        tour = now.tours[chosen.tour]
        changed = now.with_tour(chosen.tour, tour.with_stop(within, chosen.index, ways[tour.vehicle.profile]))

        anew = day(with_stop(asked, within), put(sequences, within, tour=chosen.tour, index=chosen.index))
        assert [tour.cost for tour in changed.tours] == [tour.cost for tour in anew.tours]
        again = replace(new, id="again")
        assert price(changed, again, ways, [ALL_DAY]) == price(anew, again, ways, [ALL_DAY])
