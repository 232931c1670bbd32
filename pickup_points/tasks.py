"""Celery's doors to the room."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from deliveries.facts import DeliveryCancelled, DeliveryCollected, DeliveryReturning
from kernel import clock, facts
from kernel.database import Sessions
from kernel.facts import Consumer
from pickup_points.counter import announcing
from pickup_points.orders import preparing
from pickup_points.room import occupying
from pickup_points.stays import keeping_time
from pickup_points.stays.cancelling import cancel_stays
from pickup_points.stays.facts import StayExpired, StayExtended

CANCEL_STAYS = Consumer.of("pickup_points.cancel_stays", {DeliveryCancelled: cancel_stays})
FOLLOW_ORDER = Consumer.of(
    "pickup_points.follow_order",
    {
        DeliveryCollected: preparing.follow,
        DeliveryCancelled: preparing.follow,
        DeliveryReturning: preparing.follow,
        StayExpired: preparing.follow,
        StayExtended: preparing.follow,
    },
)


@shared_task(name=CANCEL_STAYS.name)
def cancel_expected(*, aggregate_id: str) -> None:
    """Expect the parcels of a cancelled delivery no longer."""
    facts.drain(Sessions, consumer=CANCEL_STAYS, aggregate_id=UUID(aggregate_id))


@shared_task(name="pickup_points.keep_up_rents")
def keep_up_rents() -> int:
    """Expect what was not emptied in time to be free later, and free what nobody came with. Return how many."""
    with Sessions.begin() as session:
        return occupying.keep_up(session, now=clock.now())


@shared_task(name=FOLLOW_ORDER.name)
def follow_order(*, aggregate_id: str) -> None:
    """Let an order follow what became of its parcels."""
    facts.drain(Sessions, consumer=FOLLOW_ORDER, aggregate_id=UUID(aggregate_id))


@shared_task(name="pickup_points.pass_time")
def pass_time() -> None:
    """Ready, remind and expire what is due, until nothing is; forget who said hours ago that they come."""
    now = clock.now()
    while True:
        with Sessions.begin() as session:
            passed = keeping_time.pass_time(session, now=now)
        if max(passed.ready, passed.reminded, passed.expired) < keeping_time.MOST:
            break
    with Sessions.begin() as session:
        announcing.forget_stale(session, now=now)
