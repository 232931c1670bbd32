"""A dispatcher reads who came closest to a delivery that was left out, and what would help."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from deliveries.models import Delivery
from kernel import clock
from kernel.clock import Clock
from kernel.geo import Point
from routing.given import Span
from routing.models import Plan, Shift, Unassigned
from routing.seconds import written
from routing.tasks import solve
from routing.wishes import Wishes
from tests.routing.conftest import House, minutes
from tests.routing.test_points_in_plans import into, local_hours, point
from tests.routing.test_trips import pickup


class TestWhatIsLeftOut:
    def test_says_who_comes_closest_and_what_would_help(self, house: House) -> None:
        shift = house.shift()
        house.delivery(300)
        heavy = house.delivery(500, weights_g=[1000] * 41)
        early = house.delivery(400, windows=[(house.now, shift.starts_at + minutes(1))])
        far = house.delivery(90_000)

        plan = house.solved(shift)

        assert plan.failure is None
        left = {each.delivery_id: each for each in plan.unassigned}
        assert left.keys() == {heavy.id, early.id, far.id}
        for each in left.values():
            assert each.nearest_vehicle == {"shift_id": str(shift.id), "name": "Bicycle (Aino Virtanen)"}
        assert told(left[heavy.id]) == ["2 parcels over", "fits if the vehicle holds 2 parcels more: +6 min, +0.6 km"]
        assert told(left[early.id])[0] == "3 min after its window ends"
        assert told(left[early.id])[1].startswith("fits if its window ends 3 min later: ")
        (late,) = told(left[far.id])
        assert late.endswith("min after the shift ends")

    def test_says_how_much_more_leaving_it_out_must_cost(self, house: House) -> None:
        shift = house.shift()
        dear = house.delivery(5000, penalty_s=60)

        plan = house.solved(shift)

        (left,) = plan.unassigned
        assert (left.delivery_id, left.reason, left.exceeded) == (dear.id, "COSTS_MORE", [])
        assert left.relaxation is not None
        again = house.delivery(5000, penalty_s=60 + left.relaxation["by"], recipient_name="Eino Leino")
        plan = house.solved(shift, deliveries=[again])
        assert plan.unassigned == []

    def test_prices_what_is_preferred_before_anybody_begins_from_then_on(self, house: House) -> None:
        """Else the same delay would cost less the later the shifts begin, and a penalty that is enough would not do."""
        shift = house.shift()
        better = {"preferred_from": shift.starts_at - minutes(120), "preferred_until": shift.starts_at - minutes(60)}
        wishes = Wishes(late_cost_per_h=3600, zone="Europe/Helsinki")

        def planned(penalty_s: int) -> Plan:
            plan_id = house.request(
                shift, deliveries=[house.delivery(500, penalty_s=penalty_s, **better)], wishes=wishes
            )
            solve(aggregate_id=str(plan_id))
            return house.plan(plan_id)

        (left,) = planned(60).unassigned
        assert left.relaxation is not None
        helps = left.relaxation["by"]
        assert helps > 3600
        assert f"adds {60 + helps} s" in left.detail
        assert planned(60 + helps).unassigned == []
        assert len(planned(60 + helps - 2).unassigned) == 1

    def test_fits_when_the_window_ends_so_much_later(self, house: House) -> None:
        shift = house.shift()
        ends = shift.starts_at + minutes(1)
        house.delivery(2000, windows=[(house.now, ends)])
        (left,) = house.solved(shift).unassigned
        assert left.relaxation is not None
        assert (left.relaxation["rule"], left.relaxation["unit"]) == ("window_end", "min")

        later = house.delivery(2000, windows=[(house.now, ends + minutes(left.relaxation["by"]))])

        assert house.solved(shift, deliveries=[later]).unassigned == []


class TestTheCost:
    def test_counts_all_that_had_to_be_served(self, house: House) -> None:
        shift = house.shift()
        late = [(shift.ends_at + minutes(1), shift.ends_at + minutes(60))]
        house.delivery(300, windows=late)
        house.delivery(400, windows=late, penalty_s=600)
        house.delivery(500, weights_g=[1000] * 41, pickup=pickup(300))

        plan = house.solved(shift)

        assert len(plan.unassigned) == 3
        assert plan.cost is not None
        assert plan.cost["must_left_out"] == 2


class TestAWindowThatNobodyWorksIn:
    def test_fits_when_it_begins_so_much_earlier(self, house: House) -> None:
        shift = house.shift()
        asked = (shift.ends_at + minutes(1), shift.ends_at + minutes(60))

        left = the_one_left_out(house, shift, asked)

        assert (left.reason, left.detail) == ("TIME_WINDOW", "none of its windows is open during the shifts")
        assert left.nearest_vehicle == {"shift_id": str(shift.id), "name": "Bicycle (Aino Virtanen)"}
        (exceeded,), relaxation = left.exceeded, left.relaxation
        assert (exceeded["rule"], exceeded["place"], exceeded["window"]) == ("window_start", "delivery", text(asked))
        assert exceeded["words"] == f"{exceeded['by']} min before its window begins"
        assert relaxation is not None
        assert 1 < relaxation["by"] == exceeded["by"] < 30
        earlier = (asked[0] - minutes(relaxation["by"]), asked[1])
        assert house.solved(shift, deliveries=[at_the_door(house, earlier)]).unassigned == []

    def test_fits_when_the_shift_begins_so_much_earlier(self, house: House) -> None:
        shift = house.shift(lasts=minutes(60))
        full = house.delivery(300, windows=[(shift.starts_at, shift.starts_at + minutes(3))], service_s=54 * 60)
        early = at_the_door(house, (shift.starts_at - minutes(30), shift.starts_at - minutes(5)))

        (left,) = house.solved(shift, deliveries=[full, early]).unassigned

        assert (left.delivery_id, [each["rule"] for each in left.exceeded]) == (early.id, ["shift_start"])
        assert left.relaxation is not None
        by = minutes(left.relaxation["by"])
        house.change(Shift, shift.id, starts_at=shift.starts_at - by)
        assert house.solved(shift, deliveries=[full, early]).unassigned == []

    def test_asks_nobody_to_begin_before_now(self, house: House) -> None:
        shift = house.shift(starts_in=minutes(-60))
        asked = (house.now - minutes(90), house.now - minutes(30))

        left = the_one_left_out(house, shift, asked)

        assert [(each["rule"], each["window"]) for each in left.exceeded] == [("window_end", text(asked))]
        assert left.exceeded[0]["by"] > 30
        assert left.relaxation is not None
        assert left.relaxation["rule"] == "window_end"

    def test_is_told_as_the_recipient_has_it_and_not_as_far_as_somebody_works(self, house: House) -> None:
        shift = house.shift()
        asked = (shift.ends_at, shift.ends_at + minutes(30))

        left = the_one_left_out(house, shift, asked)

        assert [each["window"] for each in left.exceeded] == [text(asked)]
        assert left.relaxation is not None
        assert left.relaxation["window"] == text(asked)

    def test_counts_as_one_with_another_that_it_touches(self, house: House) -> None:
        shift = house.shift()
        first, second, third = (shift.ends_at + minutes(each) for each in (0, 60, 90))

        left = the_one_left_out(house, shift, (first, second), (second, third))

        assert [each["window"] for each in left.exceeded] == [text((first, third))]

    def test_hides_no_other_fault(self, house: House) -> None:
        shift = house.shift()
        late = [(shift.ends_at + minutes(1), shift.ends_at + minutes(60))]
        house.delivery(500, weights_g=[1000] * 41, windows=late)

        (left,) = house.solved(shift).unassigned

        assert [each["rule"] for each in left.exceeded] == ["capacity", "window_start"]
        assert left.relaxation is None

    def test_of_a_pickup_is_not_taken_for_that_of_the_delivery(self, house: House) -> None:
        shift = house.shift()
        asked = (shift.ends_at + minutes(1), shift.ends_at + minutes(60))
        house.delivery(500, pickup=pickup(300, written_windows=[text(asked)]))

        (left,) = house.solved(shift).unassigned

        assert left.detail == "none of the windows of its pickup is open during the shifts"
        (exceeded,) = left.exceeded
        assert (exceeded["place"], exceeded["window"]) == ("pickup", text(asked))
        assert exceeded["words"].endswith("before the window of its pickup begins")

    def test_is_the_pickup_points_where_that_opens_too_late(self, house: House) -> None:
        shift = house.shift()
        hours = (shift.ends_at - house.now) / minutes(60)
        into(house, point(house, local_hours(house, hours + 0.25, hours + 2)))

        (left,) = house.solved(shift).unassigned

        (exceeded,) = left.exceeded
        assert (exceeded["rule"], exceeded["place"]) == ("window_start", "pickup_point")
        assert left.relaxation is not None

    def test_is_the_recipients_own_where_the_pickup_point_is_open(self, house: House) -> None:
        shift, at = house.shift(), point(house, "24/7")
        asked = (shift.starts_at - minutes(60), shift.starts_at - minutes(30))
        into(house, at, windows=(asked,))

        (left,) = house.solved(shift).unassigned

        assert left.detail == "none of its windows is open during the shifts"
        (exceeded,) = left.exceeded
        assert (exceeded["rule"], exceeded["place"], exceeded["window"]) == ("window_end", "delivery", text(asked))
        assert left.relaxation is not None
        later = (asked[0], asked[1] + minutes(left.relaxation["by"]))
        assert house.solved(shift, deliveries=[into(house, at, windows=(later,))]).unassigned == []

    def test_does_not_help_to_be_longer_where_the_pickup_point_is_closed_then(self, house: House) -> None:
        """Then the other one is told too, or a rule that helps alone."""
        shift = house.shift()
        starts_in = (shift.starts_at - house.now) / minutes(60)
        at = point(house, local_hours(house, starts_in - 0.75, starts_in - 0.25))
        into(house, at, windows=((shift.starts_at - minutes(45), shift.starts_at - minutes(30)),))

        (left,) = house.solved(shift).unassigned
        house.change(Shift, shift.id, starts_at=house.now - minutes(10))
        house.now += minutes(50)
        clock.use(Clock(anchor=datetime.now(UTC), starts_at=house.now, speed=1.0))
        (later,) = house.solved(shift).unassigned

        assert left.relaxation is not None
        assert left.relaxation["rule"] == "shift_start"
        assert [(each["rule"], each["place"]) for each in later.exceeded] == [
            ("window_end", "delivery"),
            ("window_end", "pickup_point"),
        ]
        assert later.exceeded[0]["by"] == later.exceeded[1]["by"] + 15
        assert later.relaxation is None

    def test_is_told_nothing_of_where_it_never_opens(self, house: House) -> None:
        into(house, point(house, f"{house.now - minutes(10 * 24 * 60):%Y %b %d} 10:00-12:00"))

        (left,) = house.solved(house.shift()).unassigned

        assert (left.nearest_vehicle, left.exceeded, left.relaxation) == (None, [], None)


class TestWhatIsFarAway:
    def test_is_told_in_hours(self, house: House) -> None:
        shift = house.shift()
        house.delivery(0, place=Point(latitude=40.7, longitude=-74.0), windows=[(shift.starts_at, shift.ends_at)])

        (left,) = house.solved(shift).unassigned

        assert [each["rule"] for each in left.exceeded] == ["window_end", "shift_end"]
        assert all(re.match(r"\d{3,} h( \d+ min)? after ", each["words"]) for each in left.exceeded)
        assert left.relaxation is None


def at_the_door(house: House, *windows: Span) -> Delivery:
    return house.delivery(500, windows=windows)


def the_one_left_out(house: House, shift: Shift, *windows: Span) -> Unassigned:
    (left,) = house.solved(shift, deliveries=[at_the_door(house, *windows)]).unassigned
    return left


def text(window: Span) -> dict[str, str]:
    starts_at, ends_at = (written(each.astimezone(UTC)) for each in window)
    return {"starts_at": starts_at, "ends_at": ends_at}


def told(left: Unassigned) -> list[str]:
    words = [each["words"] for each in left.exceeded]
    return words if left.relaxation is None else [*words, left.relaxation["words"]]
