"""Places along a line, legs, and how far a receiver errs."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.line import METRES_A_DEGREE, NOISE_AT_MOST_M, Track, legs, metres, noisy

KILOMETRE = 1000 / METRES_A_DEGREE  # of latitude, in degrees
SOUTH, MIDDLE, NORTH = (24.9, 60.0), (24.9, 60.0 + KILOMETRE), (24.9, 60.0 + 2 * KILOMETRE)


class TestTrack:
    def test_measures_its_length(self) -> None:
        assert Track.through([SOUTH, MIDDLE, NORTH]).length_m == pytest.approx(2000, rel=1e-6)

    def test_finds_the_place_a_distance_along(self) -> None:
        at = Track.through([SOUTH, MIDDLE, NORTH]).at(1500)
        assert at == pytest.approx((24.9, 60.0 + 1.5 * KILOMETRE))

    def test_stays_at_its_ends(self) -> None:
        track = Track.through([SOUTH, NORTH])
        assert (track.at(-5), track.at(99_999)) == (SOUTH, NORTH)

    def test_may_be_one_place(self) -> None:
        track = Track.through([SOUTH])
        assert (track.length_m, track.at(10), track.heading_deg(0)) == (0, SOUTH, 0)

    def test_needs_a_place(self) -> None:
        with pytest.raises(ValueError, match="needs a place"):
            Track.through([])

    def test_knows_its_direction(self) -> None:
        track = Track.through([SOUTH, MIDDLE, (24.95, MIDDLE[1])])
        assert track.heading_deg(500) == pytest.approx(0, abs=0.1)
        assert track.heading_deg(track.length_m) == pytest.approx(90, abs=0.1)

    @given(st.floats(-100, 3000), st.floats(0, 500))
    def test_moves_as_far_as_it_is_told(self, begin_m: float, step_m: float) -> None:
        track = Track.through([SOUTH, MIDDLE, NORTH])
        inside = max(0, min(2000, begin_m + step_m) - min(2000, max(0, begin_m)))
        assert metres(track.at(begin_m), track.at(begin_m + step_m)) == pytest.approx(inside, abs=0.1)


class TestLegs:
    def test_lead_from_stop_to_stop_and_home(self) -> None:
        tracks = legs([SOUTH, NORTH, SOUTH], stops=[MIDDLE, NORTH], lengths_m=[1000, 1000])
        assert [round(track.length_m, -1) for track in tracks] == [1000, 1000, 2000]
        assert (tracks[0].places[-1], tracks[-1].places[-1]) == (MIDDLE, SOUTH)

    def test_tell_two_passes_of_one_street_apart(self) -> None:
        """The stop lies on the way out and on the way back; the plan's length says that the way back is meant."""
        tracks = legs([SOUTH, NORTH, SOUTH], stops=[NORTH, MIDDLE], lengths_m=[2000, 1000])
        assert [round(track.length_m, -1) for track in tracks] == [2000, 1000, 1000]
        out, _ = legs([SOUTH, NORTH, SOUTH], stops=[MIDDLE], lengths_m=[3000])
        assert round(out.length_m, -1) == 3000

    def test_reach_a_door_beside_the_street(self) -> None:
        door = (24.9005, MIDDLE[1])
        first, home = legs([SOUTH, NORTH], stops=[door], lengths_m=[1000])
        assert (first.places[-1], home.places[0]) == (door, door)

    def test_of_two_stops_at_one_place_have_no_length_between(self) -> None:
        tracks = legs([SOUTH, NORTH], stops=[MIDDLE, MIDDLE], lengths_m=[1000, 0])
        assert tracks[1].length_m == pytest.approx(0, abs=0.01)


class TestNoise:
    @given(st.integers(0, 10_000))
    def test_has_a_bound(self, seed: int) -> None:
        assert metres(MIDDLE, noisy(MIDDLE, Random(seed))) <= NOISE_AT_MOST_M + 0.01

    def test_is_there(self) -> None:
        random = Random(1)
        off = [metres(MIDDLE, noisy(MIDDLE, random)) for _ in range(200)]
        assert 1 < sum(off) / len(off) < 8
