"""The spec against the application: Schemathesis asks what nobody thought of.

`CONTRACT_CASES` is the number of cases for each endpoint; `make bench-contract` asks for 10 000 in all.
"""

from __future__ import annotations

import os
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import Connection
from sqlalchemy.orm import Session
from tests.factories import bearer
from tests.world import World, populate

from accounts.models import Role
from api.unit import App

CASES = int(os.environ.get("CONTRACT_CASES", "10"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
# It never ends by itself; its own tests read it from a real server.
ENDLESS = ("/v1/track/{token}/events",)


@pytest.fixture
def spec(app: App, connection: Connection) -> Any:
    whole = schemathesis.openapi.from_wsgi("/openapi.json", app)
    for path in ENDLESS:
        whole = whole.exclude(path=path)
    return whole


@pytest.fixture
def world(session: Session) -> World:
    made = populate(session)
    session.commit()
    return made


schema = schemathesis.pytest.from_fixture("spec")


@schema.parametrize()
@settings(
    max_examples=CASES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_in_the_spec(case: Any, app: App, world: World) -> None:
    # Half of the cases meet things that exist.
    if case.path_parameters and len(repr(case.body)) % 2:
        case.path_parameters.update({name: world.ids[name] for name in case.path_parameters if name in world.ids})
    roles = case.operation.definition.raw.get("x-roles")
    headers = bearer(app, world.people[Role(roles[len(repr(case.query)) % len(roles)])]) if roles else {}

    case.call_and_validate(headers=headers, checks=CHECKS)


def test_the_world_is_known_to_the_spec(app: App) -> None:
    """A renamed path parameter would quietly leave the existing things untested."""
    named: set[str] = set()
    for methods in app.extensions["spec"].to_dict()["paths"].values():
        for parameter in methods.get("parameters", ()):
            if parameter.get("schema", {}).get("format") == "uuid":
                named.add(parameter["name"])
    assert named <= set(World.names())
    assert all(UUID(int=0) != identity for identity in named)
