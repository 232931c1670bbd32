"""Health and readiness."""

from __future__ import annotations

from flask.testing import FlaskClient


class TestHealth:
    def test_tells_the_time_it_goes_by(self, client: FlaskClient) -> None:
        answer = client.get("/healthz")
        assert (answer.status_code, answer.json["status"], answer.json["speed"]) == (200, "ok", 1.0)
        assert answer.headers["X-Request-ID"]

    def test_is_ready_when_database_and_redis_answer(self, client: FlaskClient) -> None:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json["checks"]["database"]) == (200, "ok")

    def test_shows_metrics(self, client: FlaskClient) -> None:
        client.get("/healthz")
        assert b"doorstep_requests_total" in client.get("/metrics").data


class TestProblem:
    def test_answers_a_path_that_is_not_there(self, client: FlaskClient) -> None:
        answer = client.get("/v1/nothing")
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
        assert answer.json["type"] == "/problems/not-found"

    def test_names_the_methods_that_are_allowed(self, client: FlaskClient) -> None:
        answer = client.post("/healthz")
        assert (answer.status_code, "GET" in answer.headers["Allow"]) == (405, True)
