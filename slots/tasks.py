"""Celery's doors to slots: they are made ahead, holds lapse, and a cancelled delivery gives its booking back."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task
from sqlalchemy.orm import Session

from deliveries.facts import DeliveryCancelled
from kernel import clock, facts
from kernel.database import Sessions
from kernel.facts import Consumer, FactRow
from slots import generating, holding, keeping, queries


def _free_booking(session: Session, fact: FactRow) -> None:
    holding.free_booking(session, fact.aggregate_id, now=fact.at)


FREE_BOOKING = Consumer.of("slots.free_booking", {DeliveryCancelled: _free_booking})


@shared_task(name=FREE_BOOKING.name, time_limit=30)
def free_booking(*, aggregate_id: str) -> None:
    """Give back what was booked for a delivery that was cancelled."""
    facts.drain(Sessions, consumer=FREE_BOOKING, aggregate_id=UUID(aggregate_id))


@shared_task(name="slots.lapse")
def lapse() -> int:
    """End the holds whose time is over, a slot at a time. Return how many."""
    with Sessions.begin() as session:
        overdue = keeping.overdue_slots(session, now=clock.now())
    lapsed = 0
    for slot_id, carrier_id in overdue:
        with Sessions.begin() as session:
            slot = queries.slot(session, slot_id, carrier_id=carrier_id, for_update=True)
            lapsed += keeping.lapse_overdue(session, slot, now=clock.now())
    return lapsed


@shared_task(name="slots.generate")
def generate() -> int:
    """Make the slots of all templates ahead, a template at a time. Return how many are to come."""
    with Sessions.begin() as session:
        in_service = queries.templates_in_service(session)
    ahead = 0
    for template_id in in_service:
        with Sessions.begin() as session:
            template = queries.template_locked(session, template_id)
            ahead += generating.generate(session, template, now=clock.now())
    with Sessions.begin() as session:
        generating.prune(session, now=clock.now())
    return ahead
