"""What we can see of a request afterwards: its id, one log line, and the metrics."""

from __future__ import annotations

import re
import time

import structlog
from flask import Flask, Response, g, request
from prometheus_client import Counter, Histogram

from kernel.ids import new_id

log = structlog.get_logger()
REQUESTS = Counter("doorstep_requests_total", "Requests answered", ["method", "endpoint", "status"])
SECONDS = Histogram("doorstep_request_seconds", "Time to the first byte of an answer", ["method", "endpoint"])
_SANE_ID = re.compile(r"[\w.:-]{8,128}")
_QUIET = ("health.healthz", "health.readyz", "health.metrics")


def register(app: Flask) -> None:
    """Give each request an id, a log line and a place in the metrics."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _SANE_ID.fullmatch(given) else str(new_id())
    g.began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(answer: Response) -> Response:
    if "began" not in g:
        return answer
    answer.headers["X-Request-ID"] = g.request_id
    seconds = time.perf_counter() - g.began
    endpoint = request.endpoint or "none"
    REQUESTS.labels(request.method, endpoint, answer.status_code).inc()
    SECONDS.labels(request.method, endpoint).observe(seconds)
    if endpoint not in _QUIET:
        caller = str(g.caller.id) if "caller" in g else None
        log.info(
            "request",
            method=request.method,
            path=request.url_rule.rule if request.url_rule else request.path,
            status=answer.status_code,
            ms=round(seconds * 1000, 1),
            caller=caller,
        )
    return answer
