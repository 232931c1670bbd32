"""Emissions, prices and their order, by hand-calculated numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from routing.models import Profile
from slots.emissions import Energy, grams_co2e
from slots.models import Slot
from slots.offered import Feasibility, Kind, Option
from slots.offered_prices import discounted
from slots.ranking import ECO_WITHIN_G, marked, ranked


class TestGramsCo2e:
    @pytest.mark.parametrize(
        ("metres", "profile", "energy", "grams"),
        [
            # 0.1 l/km of 3240 g/l: 324 g/km.
            (1000, Profile.CAR, None, 324),
            (2500, Profile.CAR, Energy.DIESEL, 810),
            # 0.3 kWh/km of 300 g/kWh: 90 g/km.
            (1000, Profile.CAR, Energy.ELECTRIC, 90),
            # 0.02 kWh/km of 300 g/kWh: 6 g/km.
            (10_000, Profile.BICYCLE, None, 60),
            (10_000, Profile.BICYCLE, Energy.MUSCLE, 0),
            (5000, Profile.FOOT, None, 0),
            (0, Profile.CAR, None, 0),
        ],
    )
    def test_is_distance_times_energy_times_factor(
        self, metres: int, profile: Profile, energy: Energy | None, grams: int
    ) -> None:
        assert grams_co2e(metres, profile=profile, energy=energy) == grams

    def test_is_nothing_for_a_detour_that_saves_metres(self) -> None:
        assert grams_co2e(-400, profile=Profile.CAR) == 0


class TestDiscounted:
    @pytest.mark.parametrize(
        ("added_cost", "price"),
        [(0, 400), (450, 450), (900, 500), (5000, 500), (-60, 400), (None, 500), (1, 401)],
    )
    def test_takes_a_fifth_off_at_most(self, added_cost: int | None, price: int) -> None:
        assert discounted(500, added_cost=added_cost) == price

    def test_leaves_nothing_of_nothing(self) -> None:
        assert discounted(0, added_cost=0) == 0


def option(number: int, *, price_minor: int = 490, hour: int = 10, **given: Any) -> Option:
    slot = Slot(id=UUID(int=number), starts_at=datetime(2026, 6, 15, hour, tzinfo=UTC))
    return Option(
        kind=Kind.HOME,
        slot=slot,
        point=None,
        distance_m=None,
        price_minor=price_minor,
        feasibility=Feasibility.ROUTES,
        **given,
    )


class TestRanked:
    def test_puts_the_cheapest_first_then_what_emits_least_then_the_soonest(self) -> None:
        dear = option(1, price_minor=500, co2e_g=0)
        unknown, late, soon = option(2), option(3, co2e_g=9, hour=12), option(4, co2e_g=9, hour=11)
        least = option(5, co2e_g=8)

        assert ranked([dear, unknown, late, soon, least]) == [least, soon, late, unknown, dear]


class TestMarked:
    def test_marks_what_emits_hardly_more_than_the_least(self) -> None:
        options = [option(1, co2e_g=100), option(2, co2e_g=100 + ECO_WITHIN_G), option(3, co2e_g=121), option(4)]

        assert [each.eco for each in marked(options)] == [True, True, False, False]

    def test_marks_nothing_where_nothing_is_known(self) -> None:
        assert [each.eco for each in marked([option(1), option(2)])] == [False, False]
