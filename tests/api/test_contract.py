"""The spec against the application: Schemathesis asks what nobody thought of.

`CONTRACT_CASES` is the number of cases for each endpoint, right and wrong; `make bench-contract` asks for 10 000.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy, booleans, none, sampled_from
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from accounts.models import Role
from api.app import create_app
from api.unit import App
from kernel.settings import load
from tests.factories import bearer
from tests.world import World, populate

CASES = int(os.environ.get("CONTRACT_CASES", "12"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
# Schemathesis reads what it gets, and does not unpack it first.
IDENTITY = {"Accept-Encoding": "identity"}
# It never ends by itself; its own tests read it from a real server.
ENDLESS = "GET /v1/track/{token}/events"


def specification() -> dict[str, Any]:
    """The spec, from an application that is never asked anything."""
    app = create_app(
        load(database_url="postgresql://x", redis_url="redis://x", secret_key="x" * 32, evidence_url="memory://")
    )
    document: dict[str, Any] = app.extensions["spec"].to_dict()
    return document


SPEC = specification()
OPERATIONS = [
    operation.ok()
    for operation in schemathesis.openapi.from_dict(SPEC).get_all_operations()
    if operation.ok().label != ENDLESS
]
GENERATION = settings(
    max_examples=CASES, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)


@pytest.fixture
def world(session: Session) -> World:
    made = populate(session)
    session.commit()
    return made


def cases(operation: Any) -> SearchStrategy[Any]:
    """Right requests, and wrong ones where there is anything to get wrong."""
    right = operation.as_strategy(GenerationMode.POSITIVE)
    takes = operation.path_parameters or operation.query or operation.headers or operation.body
    return right | operation.as_strategy(GenerationMode.NEGATIVE) if takes else right


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_every_answer_is_in_the_spec(
    operation: Any, app: App, world: World, connection: Connection, record_property: Callable[[str, object], None]
) -> None:
    roles = [Role(role) for role in operation.definition.raw.get("x-roles", ())]
    asked = 0

    def ask(case: Any, existing: bool, role: Role | None) -> None:
        nonlocal asked
        asked += 1
        if existing:
            case.path_parameters.update({name: world.ids[name] for name in case.path_parameters if name in world.ids})
        with connection.begin_nested() as savepoint:
            answer = case.call(app=app, headers=IDENTITY | (bearer(app, world.people[role]) if role else {}))
            savepoint.rollback()
        case.validate_response(answer, checks=CHECKS)

    role = sampled_from(roles) if roles else none()
    given(case=cases(operation), existing=booleans(), role=role)(GENERATION(ask))()
    record_property("cases", asked)


def test_the_world_is_known_to_the_spec() -> None:
    """A renamed path parameter would quietly leave the existing things untested."""
    named = {
        parameter["name"]
        for methods in SPEC["paths"].values()
        for operation in methods.values()
        for parameter in (operation if isinstance(operation, list) else operation.get("parameters", ()))
        if parameter["in"] == "path" and parameter["schema"].get("format") == "uuid"
    }
    assert named <= set(World.names())
