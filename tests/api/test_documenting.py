"""What the spec says of schemas, callers, keys and versions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.test_contract import specification

SPEC = specification()
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, item in SPEC["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
}


def headers(operation: dict[str, Any]) -> set[str]:
    return {each["name"] for each in operation.get("parameters", []) if each["in"] == "header"}


class TestSpec:
    def test_describes_every_schema(self) -> None:
        assert [name for name, schema in SPEC["components"]["schemas"].items() if not schema.get("description")] == []

    def test_gives_every_operation_a_name_of_its_own(self) -> None:
        names = [operation["operationId"] for operation in OPERATIONS.values()]
        assert len(names) == len(set(names))

    def test_sums_every_operation_up_in_a_sentence(self) -> None:
        summaries = [operation["summary"] for operation in OPERATIONS.values()]
        assert [said for said in summaries if not said.endswith(".") or ". " in said] == []

    def test_says_who_may_call(self) -> None:
        assert OPERATIONS["GET /v1/plans"]["description"] == (
            "For admin, dispatcher; an API key needs the scope `routing:read`."
        )

    @pytest.mark.parametrize("name", ["POST /v1/deliveries", "POST /v1/people", "POST /v1/plans/{plan_id}/publish"])
    def test_promises_a_key_where_it_counts(self, name: str) -> None:
        assert "Idempotency-Key" in headers(OPERATIONS[name])

    @pytest.mark.parametrize("name", ["POST /v1/auth/token", "POST /v1/driver/positions", "POST /v1/driver/evidence"])
    def test_promises_no_key_where_it_is_not_heeded(self, name: str) -> None:
        assert "Idempotency-Key" not in headers(OPERATIONS[name])

    def test_names_the_header_behind_every_304(self) -> None:
        polled = {name for name, each in OPERATIONS.items() if "304" in each["responses"]}
        assert polled == {name for name, each in OPERATIONS.items() if "If-None-Match" in headers(each)}
        assert "GET /v1/plans/{plan_id}" in polled

    def test_has_both_answers_of_an_unready_server(self) -> None:
        unready = OPERATIONS["GET /readyz"]["responses"]["503"]["content"]
        assert set(unready) == {"application/json", "application/problem+json"}
