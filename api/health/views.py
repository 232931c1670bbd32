"""Health, readiness and metrics."""

from __future__ import annotations

import os
from typing import Any

from flask import Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from api.access import public
from api.blueprint import Blueprint
from api.health.schemas import HealthSchema, ReadinessSchema
from api.limits import unlimited
from api.unit import own_units
from kernel import clock, database, ticks
from places.streets import PROFILES, STREETS

blueprint = Blueprint("health", __name__, description="Is it alive, is it ready, how is it doing.")


@blueprint.route("/healthz")
@unlimited
@public
@own_units
@blueprint.response(200, HealthSchema)
def healthz() -> dict[str, Any]:
    """Say that the process is alive, and what time it goes by.

    `speed` is 1 except in a demonstration, whose clock runs faster.
    """
    return {"status": "ok", "time": clock.now(), "speed": clock.speed()}


@blueprint.route("/readyz")
@unlimited
@public
@own_units
@blueprint.response(200, ReadinessSchema)
@blueprint.alt_response(503, schema=ReadinessSchema, description="Not ready.")
def readyz() -> tuple[dict[str, Any], int]:
    """Say whether the database, Redis and the streets answer.

    Without streets the service still works with great-circle times, so they alone do not make it unready.
    """
    unready = STREETS.get().unready()
    checks = {
        "database": "ok" if database.answers() else "not answering",
        "redis": "ok" if ticks.CHANNEL.get().alive() else "not answering",
        "streets": {profile: unready.get(profile, "ok") for profile in PROFILES},
    }
    ready = checks["database"] == checks["redis"] == "ok"
    return {"ready": ready, "checks": checks}, 200 if ready else 503


@blueprint.route("/metrics")
@unlimited
@public
@own_units
@blueprint.response(200, {"type": "string"}, content_type="text/plain")
def metrics() -> Response:
    """Return the metrics of all processes of this server in Prometheus's text format."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)
