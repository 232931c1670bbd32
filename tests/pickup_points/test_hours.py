"""When a point is open, by OSM's grammar, in its own zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kernel.geo import Point
from pickup_points.models import Closure, PickupPoint
from pickup_points.points.hours import Hours, HoursNotUnderstood, check_hours

DAY = timedelta(days=1)
HELSINKI = Point(24.94, 60.17)


def hours(
    text: str | None, *closures: tuple[datetime, datetime], zone: str = "Europe/Helsinki", country: str | None = "FI"
) -> Hours:
    point = PickupPoint(opening_hours=text, zone=zone, country=country, place=HELSINKI)
    return Hours.of(point, [Closure(starts_at=starts_at, ends_at=ends_at) for starts_at, ends_at in closures])


def at(day: str, time: str = "00:00", offset: str = "+02:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{time}{offset}")


class TestOpenSpans:
    def test_are_in_the_zone_of_the_point(self) -> None:
        (span,) = hours("Mo-Fr 09:00-18:00").open_spans(at("2026-11-23"), at("2026-11-24"))

        assert span == (at("2026-11-23", "09:00"), at("2026-11-23", "18:00"))
        assert span[0].tzinfo is UTC

    def test_are_cut_to_what_is_asked(self) -> None:
        asked = at("2026-11-23", "10:00:30"), at("2026-11-23", "10:07")

        assert hours("09:00-18:00").open_spans(*asked) == [asked]

    def test_leave_public_holidays_out(self) -> None:
        christmas = at("2026-12-24"), at("2026-12-27")

        assert hours("09:00-18:00; PH off").open_spans(*christmas) == []
        assert len(hours("09:00-18:00; PH off", country="DE").open_spans(*christmas)) == 1  # the eve is none there
        assert len(hours("09:00-18:00; PH off", country=None).open_spans(*christmas)) == 3
        assert len(hours("09:00-18:00; PH off", country="AQ").open_spans(*christmas)) == 3

    @pytest.mark.parametrize(("day", "length_h"), [("2026-03-28", 5), ("2026-10-24", 7), ("2026-11-23", 6)])
    def test_cross_midnight_and_the_change_of_clocks(self, day: str, length_h: int) -> None:
        noon = at(day, "12:00")

        ((starts_at, ends_at),) = hours("22:00-04:00").open_spans(noon, noon + DAY)

        assert ends_at - starts_at == timedelta(hours=length_h)

    def test_leave_closures_out(self) -> None:
        closed = at("2026-11-23", "11:00"), at("2026-11-23", "12:00")
        overlapping = at("2026-11-23", "11:30"), at("2026-11-23", "13:00")
        whole_day = at("2026-11-24"), at("2026-11-25")

        spans = hours("09:00-18:00", overlapping, whole_day, closed).open_spans(at("2026-11-23"), at("2026-11-25"))

        assert spans == [
            (at("2026-11-23", "09:00"), at("2026-11-23", "11:00")),
            (at("2026-11-23", "13:00"), at("2026-11-23", "18:00")),
        ]

    def test_do_not_break_where_only_the_comment_changes(self) -> None:
        spans = hours('09:00-12:00 "bell", 12:00-14:00 "door"').open_spans(at("2026-11-23"), at("2026-11-24"))

        assert spans == [(at("2026-11-23", "09:00"), at("2026-11-23", "14:00"))]

    def test_are_all_of_the_time_where_nobody_knows(self) -> None:
        unknown = hours(None, (at("2026-11-23", "11:00"), at("2026-11-24")))

        assert not unknown.known
        assert unknown.open_spans(at("2026-11-23"), at("2026-11-24")) == [
            (at("2026-11-23"), at("2026-11-23", "11:00")),
        ]

    def test_are_none_when_only_some_hours_are_unknown(self) -> None:
        assert hours("10:00-12:00 unknown").open_spans(at("2026-11-23"), at("2026-11-24")) == []

    def test_follow_the_sun_of_the_place(self) -> None:
        ((starts_at, _),) = hours("sunrise-sunset").open_spans(at("2026-12-21"), at("2026-12-22"))

        assert at("2026-12-21", "09:15") < starts_at < at("2026-12-21", "09:30")  # almanac: 09:24


class TestIsOpen:
    def test_is_half_open(self) -> None:
        point = hours("09:00-18:00")

        assert point.is_open(at("2026-11-23", "09:00"))
        assert not point.is_open(at("2026-11-23", "18:00"))

    def test_heeds_closures(self) -> None:
        point = hours("24/7", (at("2026-11-23", "09:00"), at("2026-11-23", "10:00")))

        assert not point.is_open(at("2026-11-23", "09:00"))
        assert point.is_open(at("2026-11-23", "10:00"))


class TestNextOpening:
    def test_is_the_next_start(self) -> None:
        assert hours("Mo-Fr 09:00-18:00").next_opening(at("2026-11-27", "20:00")) == at("2026-11-30", "09:00")
        assert hours("Mo-Fr 09:00-18:00").next_opening(at("2026-11-27", "10:00")) == at("2026-11-30", "09:00")

    def test_looks_behind_a_long_closure(self) -> None:
        point = hours("Mo-Fr 09:00-18:00", (at("2026-11-01"), at("2027-02-01")))

        assert point.next_opening(at("2026-11-27")) == at("2027-02-01", "09:00")

    def test_is_none_for_what_never_closes_and_what_never_opens(self) -> None:
        assert hours("24/7").next_opening(at("2026-11-27")) is None
        assert hours("2020 Mo-Su 10:00-12:00").next_opening(at("2026-11-27")) is None


class TestHoursNotUnderstood:
    def test_says_from_where_on_and_what_was_expected(self) -> None:
        with pytest.raises(HoursNotUnderstood) as refused:
            hours("Mo-Fr 09:00-18:00; Sa 25h")

        assert refused.value.facts["column"] > 19
        assert refused.value.errors[0].pointer == "/opening_hours"
        assert "'25h'" in refused.value.errors[0].detail

    @pytest.mark.parametrize("text", ["", " ", "\0", "zu den Schulzeiten", "Mo-Su 09:00-18:00;" * 100])
    def test_refuses_what_means_nothing(self, text: str) -> None:
        with pytest.raises(HoursNotUnderstood):
            hours(text)

    def test_refuses_what_says_nothing(self) -> None:
        with pytest.raises(HoursNotUnderstood, match="say nothing"):
            check_hours("   ", zone="Europe/Helsinki", country="FI", place=Point(24.94, 60.17))
