"""The arithmetic of a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sim.diary import Visit
from sim.listening import Estimate
from sim.rounds import Window
from sim.summary import Delay, arrival_error, delay, in_force, punctuality, quantile

NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def visit(*, started_at: datetime | None) -> Visit:
    window = Window(NOON, NOON + 60 * MINUTE)
    return Visit("d", "Katu 1", "Aino", planned_at=NOON, promise=window, started_at=started_at)


class TestPunctuality:
    def test_judges_against_a_half_open_window(self) -> None:
        judged = punctuality(
            [
                visit(started_at=NOON),
                visit(started_at=NOON + 60 * MINUTE),
                visit(started_at=NOON - MINUTE),
                visit(started_at=None),
            ]
        )
        assert (judged.on_time, judged.late, judged.early) == (1, 1, 1)
        assert judged.share == pytest.approx(1 / 3)

    def test_of_nobody_is_unknown(self) -> None:
        assert punctuality([]).share is None


class TestArrivalError:
    def test_takes_the_estimate_that_was_in_force_so_long_before(self) -> None:
        told = {
            "a": [Estimate(NOON - 40 * MINUTE, NOON + 5 * MINUTE), Estimate(NOON - 20 * MINUTE, NOON)],
            "b": [Estimate(NOON - 5 * MINUTE, NOON)],  # nobody had told anything so early
            "c": [Estimate(NOON - 50 * MINUTE, NOON - 3 * MINUTE)],
            "never arrived": [Estimate(NOON, NOON)],
        }
        arrived = {"a": NOON, "b": NOON, "c": NOON}
        error = arrival_error(told, arrived, ahead=30 * MINUTE)
        assert (error.samples, error.median_s) == (2, 240)

    def test_of_nothing_is_unknown(self) -> None:
        assert arrival_error({}, {}, ahead=30 * MINUTE).median_s is None


class TestDelay:
    def test_is_told_as_median_and_tail(self) -> None:
        assert delay(second * timedelta(seconds=1) for second in (9, 1, 3)) == Delay(3, 7.8)

    def test_of_nothing_is_unknown(self) -> None:
        assert delay([]) == Delay(None, None)


class TestInForce:
    def test_is_the_last_one_until_then(self) -> None:
        first, second = Estimate(NOON, NOON), Estimate(NOON + MINUTE, NOON)
        assert in_force([first, second], at=NOON + MINUTE) is second
        assert in_force([first, second], at=NOON) is first
        assert in_force([first, second], at=NOON - MINUTE) is None


class TestQuantile:
    @pytest.mark.parametrize(("share", "expected"), [(0, 1), (0.5, 2.5), (0.9, 3.7), (1, 4)])
    def test_lies_between_the_two_nearest(self, share: float, expected: float) -> None:
        assert quantile([1, 2, 3, 4], share) == expected
