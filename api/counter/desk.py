"""The counter's blueprint, and the seat from which everything there is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from accounts.principals import Role
from api.access import caller, open_to
from api.blueprint import Blueprint
from api.unit import session
from pickup_points.counter import posts
from pickup_points.counter.posts import PointNotNamed, Seat
from pickup_points.points.queries import PointNotFound

blueprint = Blueprint(
    "counter",
    __name__,
    url_prefix="/v1/counter",
    description="What a pickup point's counter talks to. `point_id` is needed only of those who work at several.",
)
NO_SEAT = (PointNotFound, PointNotNamed)


def reads[F: Callable[..., Any]](view: F) -> F:
    """Let counter staff see."""
    return open_to(Role.COUNTER, scope="counter:read")(view)


def writes[F: Callable[..., Any]](view: F) -> F:
    """Let counter staff act."""
    return open_to(Role.COUNTER, scope="counter:write")(view)


def seat(point_id: UUID | None) -> Seat:
    """Return the caller's seat. PointNotFound, PointNotNamed."""
    return posts.seat(session(), point_id, caller=caller())
