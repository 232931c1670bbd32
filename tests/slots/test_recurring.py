"""Rules as RFC 5545 has them, and the two odd nights of the year on both sides of the Atlantic."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from slots.recurring import Occurrence, Recurrence, comes_ever, occurrences
from slots.rules import RuleNotUnderstood, TooManyOccurrences, read_rule

HELSINKI = ZoneInfo("Europe/Helsinki")
NEW_YORK = ZoneInfo("America/New_York")


def recurrence(
    rule: str,
    *,
    zone: ZoneInfo = HELSINKI,
    start: time = time(8),
    hours: float = 2,
    valid_from: date = date(2026, 1, 1),
    valid_until: date | None = None,
    excepted: frozenset[date] = frozenset(),
    blackouts: tuple[tuple[datetime, datetime], ...] = (),
) -> Recurrence:
    return Recurrence(
        rule=read_rule(rule),
        start_time=start,
        duration=timedelta(hours=hours),
        zone=zone,
        valid_from=valid_from,
        valid_until=valid_until,
        excepted=excepted,
        blackouts=blackouts,
    )


def made(asked: Recurrence, first: date, last: date) -> list[Occurrence]:
    return list(occurrences(asked, first=first, last=last))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def walls(asked: Recurrence, first: date, last: date) -> list[str]:
    return [f"{one.starts_at.astimezone(asked.zone):%d %H:%M}" for one in made(asked, first, last)]


class TestDaylightSaving:
    @pytest.mark.parametrize(
        ("zone", "day_before", "utc_before", "utc_after"),
        [
            (HELSINKI, date(2026, 3, 28), "06:00", "05:00"),
            (HELSINKI, date(2026, 10, 24), "05:00", "06:00"),
            (NEW_YORK, date(2026, 3, 7), "13:00", "12:00"),
            (NEW_YORK, date(2026, 10, 31), "12:00", "13:00"),
            # The last Sundays of March and October are days like any other there.
            (NEW_YORK, date(2026, 3, 28), "12:00", "12:00"),
            (NEW_YORK, date(2026, 10, 24), "12:00", "12:00"),
        ],
    )
    def test_keeps_the_time_on_the_wall(
        self, zone: ZoneInfo, day_before: date, utc_before: str, utc_after: str
    ) -> None:
        asked = recurrence("FREQ=DAILY", zone=zone)
        before, after = made(asked, day_before, day_before + timedelta(days=1))

        assert (f"{before.starts_at:%H:%M}", f"{after.starts_at:%H:%M}") == (utc_before, utc_after)
        for one in (before, after):
            assert one.starts_at.astimezone(zone).time() == time(8)
            assert one.ends_at - one.starts_at == timedelta(hours=2)

    @pytest.mark.parametrize(
        ("zone", "day", "start", "expected"),
        [
            (HELSINKI, date(2026, 3, 29), time(3, 30), "2026-03-29T01:30"),  # 04:30 +03:00
            (NEW_YORK, date(2026, 3, 8), time(2, 30), "2026-03-08T07:30"),  # 03:30 -04:00
        ],
    )
    def test_moves_a_time_that_does_not_exist_forward(
        self, zone: ZoneInfo, day: date, start: time, expected: str
    ) -> None:
        (one,) = made(recurrence("FREQ=DAILY", zone=zone, start=start, hours=1), day, day)

        assert one.starts_at == utc(expected)
        assert one.ends_at - one.starts_at == timedelta(hours=1)
        assert one.local_date == day

    @pytest.mark.parametrize(
        ("zone", "day", "start", "expected"),
        [
            (HELSINKI, date(2026, 10, 25), time(3, 30), "2026-10-25T00:30"),  # 03:30 +03:00, an hour later +02:00
            (NEW_YORK, date(2026, 11, 1), time(1, 30), "2026-11-01T05:30"),
        ],
    )
    def test_takes_the_first_of_a_time_that_comes_twice(
        self, zone: ZoneInfo, day: date, start: time, expected: str
    ) -> None:
        (one,) = made(recurrence("FREQ=DAILY", zone=zone, start=start, hours=0.25), day, day)

        assert one.starts_at == utc(expected)
        assert one.ends_at - one.starts_at == timedelta(minutes=15)

    @pytest.mark.parametrize(
        ("zone", "day", "hours"),
        [
            (HELSINKI, date(2026, 3, 29), 3),
            (HELSINKI, date(2026, 10, 25), 5),
            (NEW_YORK, date(2026, 3, 8), 3),
            (NEW_YORK, date(2026, 11, 1), 5),
        ],
    )
    def test_ends_when_the_clock_says_so(self, zone: ZoneInfo, day: date, hours: int) -> None:
        (one,) = made(recurrence("FREQ=DAILY", zone=zone, start=time(1), hours=4), day, day)

        assert one.ends_at.astimezone(zone).time() == time(5)
        assert one.ends_at - one.starts_at == timedelta(hours=hours)

    def test_makes_no_two_slots_at_one_time(self) -> None:
        asked = recurrence("FREQ=DAILY;BYHOUR=2,3,4", hours=1)

        assert walls(asked, date(2026, 3, 29), date(2026, 3, 29)) == ["29 02:00", "29 04:00"]
        assert walls(asked, date(2026, 10, 25), date(2026, 10, 25)) == ["25 02:00", "25 03:00", "25 04:00"]


class TestRule:
    def test_comes_on_its_weekdays(self) -> None:
        asked = recurrence("rrule:freq=weekly;byday=mo,th")
        assert walls(asked, date(2026, 6, 1), date(2026, 6, 12)) == ["01 08:00", "04 08:00", "08 08:00", "11 08:00"]

    def test_counts_intervals_from_its_first_day(self) -> None:
        asked = recurrence("FREQ=DAILY;INTERVAL=3", valid_from=date(2026, 6, 2))
        assert walls(asked, date(2026, 6, 4), date(2026, 6, 12)) == ["05 08:00", "08 08:00", "11 08:00"]

    @pytest.mark.parametrize(
        ("rule", "expected"),
        [
            ("FREQ=DAILY;COUNT=3;BYHOUR=6,8", ["01 06:30", "01 08:30", "02 06:30"]),
            ("FREQ=DAILY;COUNT=2;BYMINUTE=0", ["01 16:00", "02 16:00"]),
            ("FREQ=DAILY;COUNT=2;BYHOUR=6;BYMINUTE=0,45", ["01 06:00", "01 06:45"]),
        ],
    )
    def test_has_its_own_times_on_the_first_day_too(self, rule: str, expected: list[str]) -> None:
        asked = recurrence(rule, start=time(16, 30), valid_from=date(2026, 6, 1))
        assert walls(asked, date(2026, 6, 1), date(2026, 6, 9)) == expected

    def test_leaves_out_excepted_days_and_what_a_blackout_touches(self) -> None:
        blackout = (
            utc("2026-06-03T06:59"),
            utc("2026-06-04T05:00"),
        )  # from the third's last minute; ends as the fourth's
        asked = recurrence("FREQ=DAILY", excepted=frozenset({date(2026, 6, 2)}), blackouts=(blackout,))
        assert walls(asked, date(2026, 6, 1), date(2026, 6, 5)) == ["01 08:00", "04 08:00", "05 08:00"]

    def test_ends_before_the_day_until_which_it_is_valid(self) -> None:
        asked = recurrence("FREQ=DAILY", valid_until=date(2026, 6, 3))
        assert walls(asked, date(2026, 6, 1), date(2026, 6, 9)) == ["01 08:00", "02 08:00"]

    @pytest.mark.parametrize(
        ("until", "last"), [("20260602", "02 08:00"), ("20260602T070000", "01 08:00"), ("20260602T050000Z", "02 08:00")]
    )
    def test_reads_until_as_a_day_a_local_time_and_utc(self, until: str, last: str) -> None:
        asked = recurrence(f"FREQ=DAILY;UNTIL={until}")
        assert walls(asked, date(2026, 6, 1), date(2026, 6, 9))[-1] == last

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "every day",
            "FREQ=SECONDLY",
            "FREQ=YEARLY",
            "FREQ=DAILY;FREQ=WEEKLY",
            "FREQ=DAILY;BYSECOND=1",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=DAILY;INTERVAL=1000",
            "FREQ=DAILY;INTERVAL=14;BYDAY=MO",
            "FREQ=DAILY;BYHOUR=24",
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31",
            "FREQ=DAILY;UNTIL=20261341",
            "FREQ=DAILY;UNTIL=99991231T235959Z",
            "FREQ=DAILY;UNTIL=00010101T000000Z",
            "FREQ=DAILY;COUNT=3;UNTIL=20260601",
            "FREQ=WEEKLY;BYMONTHDAY=1",
            "FREQ=WEEKLY;BYDAY=1MO",
            "FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=2",
            "FREQ=DAILY;BYHOUR=" + "1," * 300 + "1",
        ],
    )
    def test_is_refused_by_name_when_no_slots_can_have_it(self, text: str) -> None:
        with pytest.raises(RuleNotUnderstood) as caught:
            read_rule(text)
        assert caught.value.errors[0].pointer == "/rule"

    def test_makes_at_most_48_a_day_and_says_how_many_were_asked_for(self) -> None:
        hours, minutes = (",".join(map(str, range(most))) for most in (24, 60))
        with pytest.raises(TooManyOccurrences) as caught:
            read_rule(f"FREQ=DAILY;BYHOUR={hours};BYMINUTE={minutes}")
        assert caught.value.facts == {"occurrences_a_day": 1440, "most": 48}
        assert read_rule(f"FREQ=DAILY;BYHOUR={hours};BYMINUTE=0,30")

    def test_that_never_comes_is_found_out(self) -> None:
        first = date(2026, 1, 1)
        assert not comes_ever(recurrence("FREQ=MONTHLY;INTERVAL=12;BYMONTH=3", valid_from=first), from_=first)
        assert comes_ever(recurrence("FREQ=MONTHLY;BYDAY=5MO;BYMONTH=2"), from_=first)

    @pytest.mark.parametrize("end", ["COUNT=3", "UNTIL=20260103"])
    def test_that_is_over_is_found_out(self, end: str) -> None:
        asked = recurrence(f"FREQ=DAILY;{end}", valid_from=date(2026, 1, 1))
        assert comes_ever(asked, from_=date(2026, 1, 3))
        assert not comes_ever(asked, from_=date(2026, 1, 4))
