"""Celery's doors to the room."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from deliveries.facts import DeliveryCancelled
from kernel import clock, facts
from kernel.database import Sessions
from kernel.facts import Consumer
from pickup_points import occupying
from pickup_points.cancelling import cancel_stays

CANCEL_STAYS = Consumer.of("pickup_points.cancel_stays", {DeliveryCancelled: cancel_stays})


@shared_task(name=CANCEL_STAYS.name)
def cancel_expected(*, aggregate_id: str) -> None:
    """Expect the parcels of a cancelled delivery no longer."""
    facts.drain(Sessions, consumer=CANCEL_STAYS, aggregate_id=UUID(aggregate_id))


@shared_task(name="pickup_points.keep_up_rents")
def keep_up_rents() -> int:
    """Expect what was not emptied in time to be free later, and free what nobody came with. Return how many."""
    with Sessions.begin() as session:
        return occupying.keep_up(session, now=clock.now())
