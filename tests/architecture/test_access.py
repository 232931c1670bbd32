"""Every endpoint against nobody, every role, and keys with and without its scope.

The table is written by hand and does not look at the code: what the code says is checked against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from accounts.keys import Scope
from accounts.models import Organisation, Role
from api.unit import App
from tests import factories
from tests.factories import bearer

MERCHANT, DISPATCHER, DRIVER, COUNTER, ADMIN = Role.MERCHANT, Role.DISPATCHER, Role.DRIVER, Role.COUNTER, Role.ADMIN

PLANNERS = (DISPATCHER, ADMIN)
SENDERS = (MERCHANT, *PLANNERS)


@dataclass(frozen=True)
class Open:
    """To whom an endpoint is open: anyone when no role is named, otherwise these, and keys of theirs with `scope`."""

    roles: frozenset[Role]
    scope: str | None


def to(*roles: Role, scope: str) -> Open:
    return Open(frozenset(roles), scope)


ANYONE = Open(frozenset(), None)

TABLE = {
    # Nothing to hide, or a secret in the request itself.
    "health.healthz": ANYONE,
    "health.readyz": ANYONE,
    "health.metrics": ANYONE,
    "reference.assets": ANYONE,
    "reference.docs": ANYONE,
    "reference.front_door": ANYONE,
    "reference.openapi": ANYONE,
    "auth.make_token": ANYONE,
    "auth.refresh_token": ANYONE,
    "auth.revoke_token": ANYONE,
    "places.show_city": ANYONE,
    "places.show_tile": ANYONE,
    "lockers.draw_code": ANYONE,
    "track.watch": ANYONE,
    "track.watch_events": ANYONE,
    "collecting.authorise_delegate": ANYONE,
    "collecting.list_delegates": ANYONE,
    "collecting.revoke_delegate": ANYONE,
    "collecting.announce_arrival": ANYONE,
    "collecting.ask_for_time": ANYONE,
    # Whoever signs in.
    "me.get_me": to(*Role, scope="accounts:read"),
    "me.change_my_password": to(*Role, scope="accounts:write"),
    "places.list_addresses": to(*Role, scope="places:read"),
    # Those who look after people and keys.
    "people.add_person": to(ADMIN, scope="accounts:write"),
    "people.change_person": to(ADMIN, scope="accounts:write"),
    "people.list_people": to(ADMIN, DISPATCHER, scope="accounts:read"),
    "people.get_person": to(ADMIN, DISPATCHER, scope="accounts:read"),
    "organisations.add_organisation": to(ADMIN, scope="accounts:write"),
    "organisations.list_organisations": to(ADMIN, DISPATCHER, scope="accounts:read"),
    "organisations.get_organisation": to(ADMIN, DISPATCHER, scope="accounts:read"),
    "keys.make_key": to(ADMIN, scope="accounts:write"),
    "keys.list_keys": to(ADMIN, scope="accounts:read"),
    "keys.revoke_key": to(ADMIN, scope="accounts:write"),
    # Those who send, and those who plan for them.
    "deliveries.create_delivery": to(*SENDERS, scope="deliveries:write"),
    "deliveries.create_deliveries": to(*SENDERS, scope="deliveries:write"),
    "deliveries.change_delivery": to(*SENDERS, scope="deliveries:write"),
    "deliveries.cancel_delivery": to(*SENDERS, scope="deliveries:write"),
    "deliveries.confirm_delivery": to(*SENDERS, scope="deliveries:write"),
    "deliveries.list_deliveries": to(*SENDERS, scope="deliveries:read"),
    "deliveries.read_delivery": to(*SENDERS, scope="deliveries:read"),
    "deliveries.read_history": to(*SENDERS, scope="deliveries:read"),
    # Those who look after lockers.
    "lockers.add_compartments": to(*PLANNERS, scope="points:write"),
    "lockers.change_compartment": to(*PLANNERS, COUNTER, scope="points:write"),
    "lockers.list_compartments": to(*PLANNERS, COUNTER, scope="points:read"),
    "lockers.remove_compartment": to(*PLANNERS, scope="points:write"),
    "lockers.install_device": to(ADMIN, scope="points:write"),
    "lockers.read_device": to(*PLANNERS, COUNTER, scope="points:read"),
    # Lockers themselves: keys that counter staff could have, and their own scope.
    "lockers.beat": to(COUNTER, scope="lockers:device"),
    "lockers.check_code": to(COUNTER, scope="lockers:device"),
    "lockers.read_manifest": to(COUNTER, scope="lockers:device"),
    "lockers.tell_events": to(COUNTER, scope="lockers:device"),
    "pickup_points.add_point": to(*PLANNERS, scope="points:write"),
    "pickup_points.change_point": to(*PLANNERS, scope="points:write"),
    "pickup_points.retire_point": to(*PLANNERS, scope="points:write"),
    "pickup_points.close_point": to(*PLANNERS, scope="points:write"),
    "pickup_points.lift_closure": to(*PLANNERS, scope="points:write"),
    "pickup_points.list_points": to(*Role, scope="points:read"),
    "pickup_points.read_point": to(*Role, scope="points:read"),
    "pickup_points.export_points": to(*Role, scope="points:read"),
    "pickup_points.check_availability": to(*Role, scope="points:read"),
    "pickup_points.list_closures": to(*Role, scope="points:read"),
    "proofs.list_proofs": to(*SENDERS, scope="deliveries:read"),
    "proofs.read_proof": to(*SENDERS, scope="deliveries:read"),
    "track.make_link": to(*SENDERS, scope="deliveries:write"),
    "track.revoke_link": to(*SENDERS, scope="deliveries:write"),
    "zones.list_zones": to(*SENDERS, scope="slots:read"),
    "zones.read_zone": to(*SENDERS, scope="slots:read"),
    "orders.place_order": to(*SENDERS, scope="deliveries:write"),
    "orders.list_orders": to(*SENDERS, scope="deliveries:read"),
    "orders.read_order": to(*SENDERS, scope="deliveries:read"),
    "orders.cancel_order": to(*SENDERS, scope="deliveries:write"),
    "orders.promise_order": to(*SENDERS, scope="deliveries:read"),
    "returns.give_return_leave": to(*SENDERS, scope="deliveries:write"),
    "returns.withdraw_return": to(*SENDERS, scope="deliveries:write"),
    "slots.list_zone_slots": to(*SENDERS, scope="slots:read"),
    "slots.list_point_slots": to(*SENDERS, scope="slots:read"),
    "delivery_options.offer_options": to(*SENDERS, scope="slots:read"),
    "holds.hold_slot": to(*SENDERS, scope="slots:write"),
    "holds.list_holds": to(*SENDERS, scope="slots:read"),
    "holds.read_hold": to(*SENDERS, scope="slots:read"),
    "holds.confirm_hold": to(*SENDERS, scope="slots:write"),
    "holds.extend_hold": to(*SENDERS, scope="slots:write"),
    "holds.release_hold": to(*SENDERS, scope="slots:write"),
    # Those who work at a counter, and those who send them there.
    "posts.assign_staff": to(ADMIN, scope="points:write"),
    "posts.list_staff": to(*PLANNERS, scope="points:read"),
    "posts.set_terms": to(*PLANNERS, scope="points:write"),
    "posts.read_terms": to(*PLANNERS, scope="points:read"),
    "counter.list_own_points": to(COUNTER, scope="counter:read"),
    "counter.list_expected": to(COUNTER, scope="counter:read"),
    "counter.check_parcels_in": to(COUNTER, scope="counter:write"),
    "counter.reject_parcel": to(COUNTER, scope="counter:write"),
    "counter.add_counter_evidence": to(COUNTER, scope="counter:write"),
    "counter.find_parcels": to(COUNTER, scope="counter:read"),
    "counter.look_codes_up": to(COUNTER, scope="counter:write"),
    "counter.extend_stays": to(COUNTER, scope="counter:write"),
    "counter.list_returns_due": to(COUNTER, scope="counter:read"),
    "counter.send_parcels_back": to(COUNTER, scope="counter:write"),
    "counter.take_drop_off": to(COUNTER, scope="counter:write"),
    "counter.take_stock": to(COUNTER, scope="counter:write"),
    "counter.read_stock_take": to(COUNTER, scope="counter:read"),
    "counter.confirm_stock_take": to(COUNTER, scope="counter:write"),
    "counter.discard_stock_take": to(COUNTER, scope="counter:write"),
    "counter.list_arrivals": to(COUNTER, scope="counter:read"),
    "counter.acknowledge_arrival": to(COUNTER, scope="counter:write"),
    "counter.read_figures": to(COUNTER, scope="counter:read"),
    "counter.list_orders_here": to(COUNTER, scope="counter:read"),
    "counter.accept_order": to(COUNTER, scope="counter:write"),
    "counter.prepare_order": to(COUNTER, scope="counter:write"),
    "counter.finish_order": to(COUNTER, scope="counter:write"),
    "counter.reject_order": to(COUNTER, scope="counter:write"),
    "counter.hand_parcels_over": to(COUNTER, scope="counter:write"),
    # Those who drive.
    "lockers.check_load": to(DRIVER, scope="driving:write"),
    "lockers.issue_pass": to(DRIVER, scope="driving:write"),
    "driver.read_own_route": to(DRIVER, scope="driving:write"),
    "driver.report_stop_event": to(DRIVER, scope="driving:write"),
    "driver.reorder_own_route": to(DRIVER, scope="driving:write"),
    "driver.add_check": to(DRIVER, scope="driving:write"),
    "driver.list_own_returns": to(DRIVER, scope="driving:write"),
    "driver.add_evidence": to(DRIVER, scope="driving:write"),
    "driver.send_positions": to(DRIVER, scope="tracking:write"),
    # Those who plan.
    "plans.request_plan": to(*PLANNERS, scope="routing:write"),
    "plans.cancel_plan": to(*PLANNERS, scope="routing:write"),
    "plans.finish_plan": to(*PLANNERS, scope="routing:write"),
    "plans.request_replan": to(*PLANNERS, scope="routing:write"),
    "plans.publish_plan": to(*PLANNERS, scope="routing:write"),
    "plans.list_plans": to(*PLANNERS, scope="routing:read"),
    "plans.read_plan": to(*PLANNERS, scope="routing:read"),
    "routes.read_route": to(*PLANNERS, scope="routing:read"),
    "slots.add_template": to(*PLANNERS, scope="slots:write"),
    "slots.change_template": to(*PLANNERS, scope="slots:write"),
    "slots.disable_template": to(*PLANNERS, scope="slots:write"),
    "slots.enable_template": to(*PLANNERS, scope="slots:write"),
    "slots.list_templates": to(*PLANNERS, scope="slots:read"),
    "slots.read_template": to(*PLANNERS, scope="slots:read"),
    "zones.add_zone": to(*PLANNERS, scope="slots:write"),
    "zones.change_zone": to(*PLANNERS, scope="slots:write"),
    "zones.retire_zone": to(*PLANNERS, scope="slots:write"),
    "vehicles.add_vehicle": to(*PLANNERS, scope="routing:write"),
    "vehicles.change_vehicle": to(*PLANNERS, scope="routing:write"),
    "vehicles.retire_vehicle": to(*PLANNERS, scope="routing:write"),
    "vehicles.list_vehicles": to(*PLANNERS, scope="routing:read"),
    "vehicles.read_vehicle": to(*PLANNERS, scope="routing:read"),
    "shifts.lay_out_shift": to(*PLANNERS, scope="routing:write"),
    "shifts.change_shift": to(*PLANNERS, scope="routing:write"),
    "shifts.cancel_shift": to(*PLANNERS, scope="routing:write"),
    "shifts.list_shifts": to(*PLANNERS, scope="routing:read"),
    "shifts.read_shift": to(*PLANNERS, scope="routing:read"),
}
CLOSED = {endpoint: access for endpoint, access in TABLE.items() if access.roles}


def rule_of(app: App, endpoint: str) -> Rule:
    (rule,) = app.url_map.iter_rules(endpoint)
    return rule


def call(client: FlaskClient, endpoint: str, headers: dict[str, str]) -> TestResponse:
    """Call the endpoint with ids that nobody has and an empty body."""
    app: Any = client.application
    rule = rule_of(app, endpoint)
    (method,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
    made_up: dict[str, Any] = {"UUIDConverter": uuid4(), "IntegerConverter": 1}
    values = {name: made_up.get(type(kind).__name__, "made-up") for name, kind in rule._converters.items()}
    _, path = rule.build(values) or ("", "")
    body = {} if method == "GET" else {"json": {}}
    return client.open(path, method=method, headers=headers, **body)


def kind_of(answer: TestResponse) -> str:
    """Return the problem's type when the door was shut, and 'open' otherwise, whatever came of it inside."""
    return str(answer.json["type"]) if answer.status_code in (401, 403) else "open"


@pytest.fixture
def home(session: Session) -> Organisation:
    return factories.carrier(session)


@pytest.fixture
def callers(app: App, session: Session, home: Organisation) -> dict[Role, dict[str, str]]:
    """The headers of a person of each role, the merchant in a merchant's organisation."""
    shop = factories.merchant(session, served_by=home)
    return {
        role: bearer(app, factories.person(session, role=role, organisation=shop if role is Role.MERCHANT else home))
        for role in Role
    }


class TestTable:
    def test_lists_every_endpoint_and_no_other(self, app: App) -> None:
        endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
        assert endpoints - set(TABLE) == set(), "missing in the table"
        assert set(TABLE) - endpoints == set(), "not in the application"

    def test_lets_administrators_do_what_dispatchers_may(self) -> None:
        assert [
            name for name, access in CLOSED.items() if DISPATCHER in access.roles and ADMIN not in access.roles
        ] == []

    def test_names_scopes_that_a_key_can_have(self) -> None:
        assert {access.scope for access in CLOSED.values()} <= set(Scope)


@pytest.mark.parametrize("endpoint", TABLE)
class TestEndpoint:
    def test_is_open_to_these_roles_and_shut_to_all_others(
        self, client: FlaskClient, callers: dict[Role, dict[str, str]], endpoint: str
    ) -> None:
        found = {role: kind_of(call(client, endpoint, headers)) for role, headers in callers.items()}
        roles = TABLE[endpoint].roles or set(Role)
        assert found == {role: "open" if role in roles else "/problems/role-not-allowed" for role in Role}

    def test_is_shut_to_nobody_unless_to_anyone(self, client: FlaskClient, endpoint: str) -> None:
        expected = "/problems/not-authenticated" if TABLE[endpoint].roles else "open"
        assert kind_of(call(client, endpoint, {})) == expected


@pytest.mark.parametrize("endpoint", CLOSED)
class TestKey:
    def test_needs_the_scope(
        self, app: App, client: FlaskClient, session: Session, home: Organisation, endpoint: str
    ) -> None:
        role, scope = min(CLOSED[endpoint].roles), CLOSED[endpoint].scope
        others = tuple(other for other in Scope if other != scope)
        without, _ = factories.api_key(session, organisation=home, role=role, scopes=others)
        with_it, _ = factories.api_key(session, organisation=home, role=role, scopes=(str(scope),))

        assert kind_of(call(client, endpoint, bearer(app, without))) == "/problems/scope-missing"
        assert kind_of(call(client, endpoint, bearer(app, with_it))) == "open"

    def test_does_not_make_up_for_the_role(
        self, app: App, client: FlaskClient, session: Session, home: Organisation, endpoint: str
    ) -> None:
        for role in set(Role) - CLOSED[endpoint].roles:
            key, _ = factories.api_key(session, organisation=home, role=role, scopes=tuple(Scope))
            assert kind_of(call(client, endpoint, bearer(app, key))) == "/problems/role-not-allowed"
