"""Deliveries to pickup points in plans: one stop for all of them, while the point is open."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from deliveries.models import Delivery
from kernel.database import Sessions
from kernel.ids import new_id
from pickup_points.models import Closure, PickupPoint
from routing.given import GivenDelivery, GivenPoint, Span
from routing.grouping import FURTHER_AT_POINT_S, halts
from routing.models import Plan, Stop
from routing.publishing import PlanOutdated
from tests import factories
from tests import routing_rows as rows
from tests.routing.conftest import House
from tests.routing.test_publishing import publish, solved


def point(house: House, opening_hours: str | None, *, metres: float = 400) -> PickupPoint:
    with Sessions.begin() as session:
        carrier = session.merge(house.carrier)
        return factories.pickup_point(
            session, carrier=carrier, place=rows.near(metres), opening_hours=opening_hours, name="R-kioski"
        )


def close(at: PickupPoint, starts_at: datetime, ends_at: datetime) -> None:
    with Sessions.begin() as session:
        session.add(Closure(point_id=at.id, starts_at=starts_at, ends_at=ends_at, reason=None))


def into(house: House, at: PickupPoint, name: str = "Aino", windows: tuple[Span, ...] = ()) -> Delivery:
    return house.delivery(0, place=at.place, pickup_point_id=at.id, recipient_name=name, windows=windows)


def stops(plan: Plan) -> list[Stop]:
    return [stop for route in plan.routes for stop in route.stops]


def local_hours(house: House, starts: float, ends: float) -> str:
    """Opening hours so many hours after the test's time, as the point's zone has them."""
    zone = timedelta(hours=3)  # Helsinki in June
    times = [(house.now + timedelta(hours=hours) + zone).strftime("%H:%M") for hours in (starts, ends)]
    return f"{times[0]}-{times[1]}"


class TestPlan:
    def test_makes_one_stop_of_all_that_goes_to_a_point(self, house: House) -> None:
        at = point(house, None)
        coming = [into(house, at, name) for name in ("Aino", "Eino", "Väinö")]
        home = house.delivery(0, place=at.place)

        plan = house.solved(house.shift(), deliveries=[*coming, home])

        dropped = {frozenset(drop.delivery_id for drop in stop.drops): stop for stop in stops(plan)}
        assert set(dropped) == {frozenset(each.id for each in coming), frozenset({home.id})}
        assert dropped[frozenset(each.id for each in coming)].service_s == 120 + 2 * FURTHER_AT_POINT_S

    def test_comes_while_the_point_is_open(self, house: House) -> None:
        at = point(house, local_hours(house, 3, 5))
        into(house, at)

        (stop,) = stops(house.solved(house.shift()))

        opens_at = house.now.replace(second=0, microsecond=0) + timedelta(hours=3)
        assert opens_at <= stop.planned_start_at < opens_at + timedelta(hours=2)

    def test_comes_behind_a_closure(self, house: House) -> None:
        at = point(house, "24/7")
        close(at, house.now, house.now + timedelta(hours=4))
        into(house, at)

        (stop,) = stops(house.solved(house.shift()))

        assert stop.planned_start_at >= house.now + timedelta(hours=4)

    def test_leaves_out_what_goes_to_a_closed_point_and_names_its_hours(self, house: House) -> None:
        hours = f"{(house.now + timedelta(days=2)):%b %d} 10:00-12:00"
        shut, home = into(house, point(house, hours)), house.delivery(300)

        plan = house.solved(house.shift())

        assert [[drop.delivery_id for drop in stop.drops] for stop in stops(plan)] == [[home.id]]
        (left,) = plan.unassigned
        assert (left.delivery_id, left.reason) == (shut.id, "TIME_WINDOW")
        assert "R-kioski" in left.detail
        assert hours in left.detail

    def test_leaves_out_what_wants_to_come_while_the_point_is_closed(self, house: House) -> None:
        at = point(house, local_hours(house, 3, 5))
        window = (house.now + timedelta(hours=1), house.now + timedelta(hours=2))
        into(house, at, windows=(window,))

        (left,) = house.solved(house.shift()).unassigned

        assert "while one of its windows is" in left.detail


class TestPublishing:
    def test_is_refused_when_the_point_has_closed_meanwhile(self, house: House) -> None:
        at = point(house, "24/7")
        coming = into(house, at)
        plan = solved(house, house.shift(), [coming])
        close(at, house.now, house.now + timedelta(days=1))

        with pytest.raises(PlanOutdated) as refused:
            publish(house, plan)

        assert refused.value.facts["delivery_ids"] == [coming.id]

    def test_does_not_mind_hours_that_let_it_in_all_the_same(self, house: House) -> None:
        at = point(house, "24/7")
        plan = solved(house, house.shift(), [into(house, at)])
        close(at, house.now + timedelta(hours=5), house.now + timedelta(days=1))

        publish(house, plan)


class TestServed:
    def test_is_what_windows_and_hours_have_in_common(self, now: datetime) -> None:
        hour = timedelta(hours=1)
        opens = ((now, now + 2 * hour), (now + 3 * hour, now + 9 * hour))
        given = GivenDelivery(
            id=new_id(),
            place=rows.DEPOT,
            windows=((now + hour, now + 4 * hour),),
            service_s=60,
            demands=(1, 1, 1),
            penalty_s=None,
            contact=(),
            point=GivenPoint(new_id(), opens=opens),
        )

        assert given.served == ((now + hour, now + 2 * hour), (now + 3 * hour, now + 4 * hour))
        (halt,) = halts([given], shifts=[])
        assert halt.windows == given.served
