"""Traffic by the hour: told on the wall's clock, driven in seconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.models import Profile
from routing.solving.problem import UNREACHABLE
from routing.traffic import Spell, changes, hours, slowed

HELSINKI = "Europe/Helsinki"
RUSH = Spell(420, 570, 140, (Profile.CAR,))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def told(*spells: Spell, since: str, until: str, profile: Profile = Profile.CAR) -> list[tuple[datetime, int]]:
    return changes(spells, profile=profile, zone=HELSINKI, starts_at=local(since), ends_at=local(until))


class TestARushHour:
    def test_begins_and_ends_by_the_clock_of_the_place(self) -> None:
        found = told(RUSH, since="2026-06-15T06:00:20+03:00", until="2026-06-15T16:00+03:00")

        assert found == [
            (local("2026-06-15T06:00:20+03:00"), 100),
            (local("2026-06-15T07:00+03:00"), 140),
            (local("2026-06-15T09:30+03:00"), 100),
        ]

    def test_that_has_begun_holds_from_the_start(self) -> None:
        found = told(RUSH, since="2026-06-15T08:00+03:00", until="2026-06-15T09:00+03:00")

        assert found == [(local("2026-06-15T08:00+03:00"), 140)]

    def test_is_nothing_to_a_bicycle(self) -> None:
        found = told(RUSH, since="2026-06-15T06:00+03:00", until="2026-06-15T16:00+03:00", profile=Profile.BICYCLE)

        assert [percent for _, percent in found] == [100]

    @pytest.mark.parametrize(
        ("spell", "since", "until", "expected"),
        [
            # Spring: 03:00 is 04:00. A time that the clock skips begins where the clock goes on.
            (
                Spell(210, 300, 150, (Profile.CAR,)),
                "2026-03-29T01:00+02:00",
                "2026-03-29T08:00+03:00",
                [("2026-03-29T04:00+03:00", 150), ("2026-03-29T05:00+03:00", 100)],
            ),
            # Autumn: 04:00 is 03:00 again. A time that the clock shows twice counts twice.
            (
                Spell(180, 210, 150, (Profile.CAR,)),
                "2026-10-25T01:00+03:00",
                "2026-10-25T08:00+02:00",
                [
                    ("2026-10-25T03:00+03:00", 150),
                    ("2026-10-25T03:30+03:00", 100),
                    ("2026-10-25T03:00+02:00", 150),
                    ("2026-10-25T03:30+02:00", 100),
                ],
            ),
        ],
    )
    def test_follows_the_clock_when_it_changes(
        self, spell: Spell, since: str, until: str, expected: list[tuple[str, int]]
    ) -> None:
        found = told(spell, since=since, until=until)

        assert found[1:] == [(local(at), percent) for at, percent in expected]

    @given(
        st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2026, 12, 30)),  # noqa: DTZ001
        st.integers(1, 3000),
        st.integers(0, 3000),
    )
    def test_is_what_the_clock_shows_at_any_minute(self, start: datetime, lasts_min: int, later_min: int) -> None:
        starts_at = start.replace(tzinfo=UTC)
        at = starts_at + timedelta(minutes=min(later_min, lasts_min - 1))
        ends_at = starts_at + timedelta(minutes=lasts_min)

        found = changes([RUSH], profile=Profile.CAR, zone=HELSINKI, starts_at=starts_at, ends_at=ends_at)

        from zoneinfo import ZoneInfo

        wall = at.astimezone(ZoneInfo(HELSINKI))
        expected = 140 if 420 <= 60 * wall.hour + wall.minute < 570 else 100
        assert [percent for since, percent in found if since <= at][-1] == expected


class TestSlowerTimes:
    def test_are_rounded_up_and_keep_holes_and_zeros(self) -> None:
        free = np.array([[0, 7], [UNREACHABLE, 2**31 - 2]], dtype=np.int32)

        assert slowed(free, 150).tolist() == [[0, 11], [UNREACHABLE, UNREACHABLE - 1]]
        assert slowed(free, 150).dtype == np.int32
        assert slowed(free, 100) is free

    def test_share_one_matrix_a_percentage(self) -> None:
        free = np.array([[0, 100], [100, 0]], dtype=np.int32)

        first, later = hours(free, [(0, 140), (60, 100), (120, 140), (180, 100)])

        assert first[0, 1] == 140
        assert [each.start_s for each in later] == [60, 120, 180]
        assert later[1].duration_s is first
        assert later[0].duration_s is later[2].duration_s is free
