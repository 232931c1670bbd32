"""Parcels and doors: what goes in, what goes together, and as many placed as can be."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.allocation import case
from pickup_points.room.allocation import Allocation, allocate
from pickup_points.room.allocation_optimum import most_parcels
from pickup_points.room.packing import Measures, Space, fits, go_together

A, B, C = Space((640, 380, 80), 25_000), Space((640, 380, 190), 25_000), Space((640, 410, 380), 25_000)


def box(*sides: int | None, weight_g: int = 100) -> Measures:
    return Measures(sides[0], sides[1], sides[2], weight_g)


class TestFits:
    @pytest.mark.parametrize("sides", [(640, 380, 80), (80, 640, 380), (380, 80, 640)])
    def test_turns_the_parcel(self, sides: tuple[int, int, int]) -> None:
        assert fits(box(*sides), A)

    def test_counts_the_last_millimetre_and_gram(self) -> None:
        assert not fits(box(641, 10, 10), A)
        assert not fits(box(300, 300, 81), A)
        assert fits(box(1, 1, 1, weight_g=25_000), A)
        assert not fits(box(1, 1, 1, weight_g=25_001), A)

    def test_lays_nothing_askew(self) -> None:
        assert not fits(box(700, 10, 10), A)  # its diagonal is 744 mm

    def test_judges_the_sides_it_knows(self) -> None:
        assert fits(box(None, None, None), A)
        assert fits(box(600, None, None), A)
        assert not fits(box(None, 650, None), A)
        assert not fits(box(None, 390, 390), A)


class TestGoTogether:
    def test_stacks_along_an_axis(self) -> None:
        assert go_together([box(640, 380, 40)] * 2, A)
        assert not go_together([box(640, 380, 41)] * 2, A)

    def test_is_more_than_a_sum_of_volumes(self) -> None:
        # 72 litres of 100; but along no axis is there room for two of them.
        assert not go_together([box(330, 330, 330)] * 2, C)
        assert go_together([box(320, 330, 330)] * 2, C)

    def test_cuts_more_than_once(self) -> None:
        assert go_together([box(320, 190, 80)] * 4, A)
        assert go_together([box(640, 190, 80), box(320, 190, 80), box(320, 190, 80)], A)

    def test_weighs_them_together(self) -> None:
        assert not go_together([box(100, 100, 40, weight_g=13_000)] * 2, A)

    def test_puts_nothing_beside_what_has_unknown_sides(self) -> None:
        assert not go_together([box(10, 10, 10), box(None, 10, 10)], A)

    @given(st.data())
    def test_says_yes_to_what_was_cut_out_of_the_space(self, data: st.DataObject) -> None:
        first = data.draw(st.integers(1, 639))
        second = data.draw(st.integers(1, 379))
        assert go_together([box(first, 380, 80), box(640 - first, second, 80), box(640 - first, 380 - second, 80)], A)

    @given(st.lists(st.tuples(*[st.integers(20, 400)] * 3), min_size=2, max_size=4))
    def test_never_says_yes_to_two_longer_than_any_side(self, boxes: list[tuple[int, int, int]]) -> None:
        # Two axis-parallel boxes lie apart along some axis: there their sides add up to no more than the space's.
        if go_together([box(*sides) for sides in boxes], B):
            assert all(min(one) + min(other) <= B.sides[0] for one, other in combinations(boxes, 2))
            assert sum(one[0] * one[1] * one[2] for one in boxes) <= B.volume_mm3


def is_sound(found: Allocation, groups: object, doors: list[Space]) -> bool:
    asked: list[list[Measures]] = groups  # type: ignore[assignment]
    used = [door for _, door in found.placed]
    told = [(bundle.group, parcel) for bundle, _ in found.placed for parcel in bundle.parcels] + list(found.left)
    return (
        len(set(used)) == len(used)
        and sorted(told) == [(group, parcel) for group, parcels in enumerate(asked) for parcel in range(len(parcels))]
        and all(
            go_together([asked[bundle.group][parcel] for parcel in bundle.parcels], doors[door])
            for bundle, door in found.placed
        )
    )


class TestAllocate:
    def test_keeps_big_doors_for_big_parcels(self) -> None:
        found = allocate([[box(100, 100, 70)], [box(600, 380, 370)]], [C, A])
        assert {bundle.group: door for bundle, door in found.placed} == {0: 1, 1: 0}

    def test_moves_one_on_so_that_another_finds_room(self) -> None:
        light = Space((640, 380, 190), 1_000)
        flat, heavy = box(600, 370, 70), box(300, 300, 70, weight_g=9_000)
        found = allocate([[flat], [heavy]], [light, A])
        assert {bundle.group: door for bundle, door in found.placed} == {0: 0, 1: 1}

    def test_parts_a_recipients_parcels_when_that_places_more(self) -> None:
        pair, large = [box(600, 370, 70), box(600, 370, 70)], [box(600, 400, 370)]
        assert len(allocate([pair], [C, A, A]).placed) == 1
        assert allocate([pair, large], [C, A, A]).left == ()

    def test_names_what_found_no_door(self) -> None:
        assert allocate([[box(900, 1, 1)], [box(1, 1, 1)], [box(1, 1, 1)]], [A]).left == ((0, 0), (2, 0))

    def test_of_many_places_as_many_as_the_optimum(self) -> None:
        short = 0
        for seed in range(1001, 1016):
            each = case(seed)
            found = allocate(each.groups, each.doors)
            assert is_sound(found, each.groups, list(each.doors))
            short += most_parcels(each.groups, each.doors) - found.parcels_placed
        assert short == 0

    def test_takes_no_turn_of_chance(self) -> None:
        each = case(random.Random(7).randint(0, 99))
        assert allocate(each.groups, each.doors) == allocate(each.groups, each.doors)
