"""What drivers and dispatchers ask about routes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from accounts.models import Organisation, OrganisationKind, Person, Role
from accounts.principals import Principal
from kernel.database import Sessions
from routing import queries
from routing.models import Route, Shift, StopState
from routing.queries import AFTER_SHIFT, BEFORE_SHIFT, NoRouteToday, RouteNotFound, StopNotFound
from tests import factories
from tests import routing_rows as rows


def principal(person: Person) -> Principal:
    return Principal(
        id=person.id,
        organisation_id=person.organisation_id,
        carrier_id=person.organisation_id,
        is_carrier=True,
        role=person.role,
    )


@pytest.fixture
def merchant(session: Session) -> Organisation:
    return factories.merchant(session)


@pytest.fixture
def carrier(session: Session, merchant: Organisation) -> Organisation:
    found = session.get(Organisation, merchant.carrier_id)
    assert found is not None
    assert found.kind is OrganisationKind.CARRIER
    return found


@pytest.fixture
def driver(session: Session, carrier: Organisation) -> Person:
    return factories.person(session, role=Role.DRIVER, organisation=carrier)


def routed(session: Session, on: Shift, merchant: Organisation, now: datetime, *, published: bool = True) -> Route:
    groups = [[rows.delivery(session, merchant=merchant, now=now)] for _ in range(2)]
    return rows.published_route(session, on=on, stops=groups, now=now, published=published)


class TestTheRouteToDriveNow:
    def test_is_the_published_one_of_the_shift_that_holds_now(
        self, session: Session, carrier: Organisation, merchant: Organisation, driver: Person, now: datetime
    ) -> None:
        mine = rows.shift(session, carrier=carrier, now=now, driver=driver)
        route = routed(session, mine, merchant, now)
        routed(session, rows.shift(session, carrier=carrier, now=now), merchant, now)
        session.expunge_all()

        found = queries.published_route_of(session, driver_id=driver.id, now=now)

        assert found.id == route.id
        assert [stop.sequence for stop in found.stops] == [1, 2]
        assert found.shift.driver_id == driver.id
        assert found.vehicle.name == "Bicycle"
        assert [parcel.weight_g for stop in found.stops for drop in stop.drops for parcel in drop.delivery.parcels]

    def test_is_not_there_before_its_time_nor_long_after(
        self, session: Session, carrier: Organisation, merchant: Organisation, driver: Person, now: datetime
    ) -> None:
        mine = rows.shift(session, carrier=carrier, now=now, driver=driver)
        routed(session, mine, merchant, now)
        first, last = mine.starts_at - BEFORE_SHIFT, mine.ends_at + AFTER_SHIFT
        second = timedelta(seconds=1)

        for there in (first, last - second):
            assert queries.published_route_of(session, driver_id=driver.id, now=there)
        for too in (first - second, last):
            with pytest.raises(NoRouteToday):
                queries.published_route_of(session, driver_id=driver.id, now=too)

    def test_is_not_there_before_it_is_published(
        self, session: Session, carrier: Organisation, merchant: Organisation, driver: Person, now: datetime
    ) -> None:
        routed(session, rows.shift(session, carrier=carrier, now=now, driver=driver), merchant, now, published=False)

        with pytest.raises(NoRouteToday):
            queries.published_route_of(session, driver_id=driver.id, now=now)

    def test_is_the_earliest_with_something_left_to_do(
        self, session: Session, carrier: Organisation, merchant: Organisation, driver: Person, now: datetime
    ) -> None:
        hour = timedelta(hours=1)
        morning = routed(
            session, rows.shift(session, carrier=carrier, now=now, driver=driver, lasts=hour), merchant, now
        )
        noon = rows.shift(session, carrier=carrier, now=now, driver=driver, starts_in=2 * hour, lasts=hour)
        later = routed(session, noon, merchant, now)

        assert queries.published_route_of(session, driver_id=driver.id, now=now + hour).id == morning.id
        for stop in morning.stops:
            stop.state = StopState.DONE
        session.flush()
        assert queries.published_route_of(session, driver_id=driver.id, now=now + hour).id == later.id
        for stop in later.stops:
            stop.withdrawn_at = now
        session.flush()
        assert queries.published_route_of(session, driver_id=driver.id, now=now + hour).id == later.id


class TestARoute:
    def test_is_seen_by_its_carriers_dispatcher_only(
        self, session: Session, carrier: Organisation, merchant: Organisation, now: datetime
    ) -> None:
        route = routed(session, rows.shift(session, carrier=carrier, now=now), merchant, now)

        ours = principal(factories.person(session, organisation=carrier))
        assert queries.route(session, route.id, caller=ours).id == route.id
        with pytest.raises(RouteNotFound):
            queries.route(session, route.id, caller=principal(factories.person(session)))

    def test_has_a_version_that_rises_when_it_is_said_to_have_changed(
        self, session: Session, carrier: Organisation, merchant: Organisation, now: datetime
    ) -> None:
        route = routed(session, rows.shift(session, carrier=carrier, now=now), merchant, now)
        before = route.version

        route.changed()
        session.flush()

        assert route.version == before + 1


class TestAPublishedStop:
    def test_comes_with_its_route_and_what_is_to_be_brought(
        self, session: Session, carrier: Organisation, merchant: Organisation, now: datetime
    ) -> None:
        route = routed(session, rows.shift(session, carrier=carrier, now=now), merchant, now)
        session.expunge_all()

        stop = queries.published_stop(session, route.stops[0].id, for_update=True)

        assert stop.route.driver_id == route.driver_id
        assert stop.route.shift.id == route.shift_id
        assert stop.drops[0].delivery.parcels

    def test_is_not_found_in_a_plan_that_nobody_drives(
        self, session: Session, carrier: Organisation, merchant: Organisation, now: datetime
    ) -> None:
        route = routed(session, rows.shift(session, carrier=carrier, now=now), merchant, now, published=False)

        with pytest.raises(StopNotFound):
            queries.published_stop(session, route.stops[0].id)

    def test_locks_its_route_against_reports_on_another_stop(self, committing: Engine, now: datetime) -> None:
        with Sessions.begin() as session:
            merchant = factories.merchant(session)
            carrier = session.get_one(Organisation, merchant.carrier_id)
            first, second = routed(session, rows.shift(session, carrier=carrier, now=now), merchant, now).stops

        with Sessions.begin() as one, Sessions() as two:
            queries.published_stop(one, first.id, for_update=True)
            two.execute(text("SET LOCAL lock_timeout = '100ms'"))
            with pytest.raises(OperationalError):
                queries.published_stop(two, second.id, for_update=True)
            two.rollback()
            two.execute(select(Route.id).where(Route.id == first.route_id))
