"""Celery's door to tracking."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task
from sqlalchemy.orm import Session

from kernel import clock, facts
from kernel.database import Sessions
from kernel.facts import Consumer, FactRow
from routing.facts import DropWithdrawn, RoutePublished, RouteReplanned, StopWithdrawn
from tracking import refreshing


def _refresh(session: Session, fact: FactRow) -> None:
    refreshing.refresh(session, route_id=fact.aggregate_id, travel=None, now=clock.now())


REFRESH_ARRIVALS = Consumer.of(
    "tracking.refresh_arrivals",
    {RoutePublished: _refresh, RouteReplanned: _refresh, StopWithdrawn: _refresh, DropWithdrawn: _refresh},
)


@shared_task(name="tracking.refresh_arrivals", time_limit=30)
def refresh_arrivals(*, aggregate_id: str) -> None:
    """Bring a route's arrivals up to date after what routing did to it."""
    facts.drain(Sessions, consumer=REFRESH_ARRIVALS, aggregate_id=UUID(aggregate_id))
