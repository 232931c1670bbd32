"""The Celery process, the table of who reacts to which fact, the sweep and the ticking clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from celery import Celery
from celery.signals import worker_process_init

from accounts import families
from accounts.facts import (
    KeyMade,
    KeyRevoked,
    OrganisationAdded,
    PasswordChanged,
    PersonAdded,
    PersonChanged,
    SessionsRevoked,
    SignedIn,
)
from api import idempotency
from deliveries.facts import (
    AttemptFailed,
    CourierArrived,
    DeliveryAtPoint,
    DeliveryBooked,
    DeliveryCancelled,
    DeliveryChanged,
    DeliveryCollected,
    DeliveryConfirmed,
    DeliveryCreated,
    DeliveryDelivered,
    DeliveryOutForDelivery,
    DeliveryReturning,
    DeliveryScheduled,
    DeliveryUnbooked,
    DeliveryUnscheduled,
    ParcelsPickedUp,
    PickupFailed,
    PromiseMoved,
)
from driving.facts import DeliveryHeldBack, StopArrived, StopDone, StopEnroute
from kernel import clock, facts
from kernel.database import Sessions
from kernel.facts import Consumer, Fact, FactRow
from pickup_points.counter.facts import (
    CheckInMismatched,
    CollectionAcknowledged,
    CollectionAnnounced,
    CollectionServed,
    DelegateAuthorised,
    DelegateRevoked,
    HandOverRefused,
    ParcelsHandedOver,
    PointStaffed,
    ReturnAuthorised,
    ReturnDroppedOff,
    ReturnRunTaken,
    ReturnWithdrawn,
    StockDiffered,
    StockTaken,
)
from pickup_points.lockers.facts import (
    CompartmentChanged,
    CompartmentInOrder,
    CompartmentOutOfOrder,
    CompartmentRemoved,
    CompartmentsAdded,
    LockerInstalled,
    LockerLockedOut,
    LockerSeenAgain,
    ParcelMisplaced,
    ParcelMoved,
)
from pickup_points.orders.facts import OrderMoved, OrderPlaced
from pickup_points.points.facts import (
    ClosureLifted,
    PickupPointAdded,
    PickupPointChanged,
    PickupPointClosed,
    PickupPointRetired,
)
from pickup_points.room.facts import RoomAssigned, RoomLost, RoomMoved, RoomOverstayed, RoomReleased, RoomReserved
from pickup_points.stays.facts import (
    ParcelCheckedIn,
    ParcelCollected,
    ParcelReady,
    ParcelRefused,
    ParcelSentBack,
    StayCancelled,
    StayExpired,
    StayExtended,
    StayRedirected,
    StayReminded,
)
from pickup_points.tasks import CANCEL_STAYS, FOLLOW_ORDER
from places.facts import ZoneAdded, ZoneChanged, ZoneRetired
from proofs.facts import PaperChecked, ProofCaptured
from routing.facts import (
    DeliveryRefused,
    DropWithdrawn,
    PlanCancelled,
    PlanFailed,
    PlanFinishAsked,
    PlanPublished,
    PlanRequested,
    PlanSolved,
    RoutePublished,
    RouteReplanned,
    StopWithdrawn,
)
from routing.tasks import SHOW, SOLVE, WITHDRAW
from slots.facts import (
    BookingCancelled,
    HoldConfirmed,
    HoldExtended,
    HoldRanOut,
    HoldReleased,
    SlotHeld,
    SlotTemplateAdded,
    SlotTemplateChanged,
    SlotTemplateDisabled,
    SlotTemplateEnabled,
)
from slots.tasks import FREE_BOOKING
from tracking import retention
from tracking.facts import TrackingLinkMade, TrackingLinkRevoked
from tracking.tasks import REFRESH_ARRIVALS
from wiring import start

# Who reacts to which fact. A consumer is named as its task, which stands in its room's `tasks.py`.
# Every fact has an entry; the architecture tests see to it.
REACTIONS: Mapping[type[Fact], tuple[Consumer, ...]] = {
    OrganisationAdded: (),
    PersonAdded: (),
    PersonChanged: (),
    PasswordChanged: (),
    SignedIn: (),
    SessionsRevoked: (),
    KeyMade: (),
    KeyRevoked: (),
    DeliveryCreated: (),
    DeliveryConfirmed: (),
    DeliveryChanged: (SHOW,),
    DeliveryBooked: (),
    DeliveryUnbooked: (),
    DeliveryCancelled: (WITHDRAW, CANCEL_STAYS, FREE_BOOKING, FOLLOW_ORDER),
    DeliveryScheduled: (),
    DeliveryUnscheduled: (WITHDRAW,),
    DeliveryRefused: (),
    PromiseMoved: (),
    DeliveryOutForDelivery: (),
    CourierArrived: (),
    DeliveryDelivered: (),
    AttemptFailed: (),
    ParcelsPickedUp: (),
    PickupFailed: (),
    SlotTemplateAdded: (),
    SlotTemplateChanged: (),
    SlotTemplateDisabled: (),
    SlotTemplateEnabled: (),
    SlotHeld: (),
    HoldExtended: (),
    HoldConfirmed: (),
    HoldRanOut: (),
    HoldReleased: (),
    BookingCancelled: (),
    DeliveryAtPoint: (),
    DeliveryCollected: (FOLLOW_ORDER,),
    DeliveryReturning: (FOLLOW_ORDER,),
    ParcelCheckedIn: (),
    ParcelReady: (),
    StayReminded: (),
    StayExtended: (FOLLOW_ORDER,),
    StayExpired: (FOLLOW_ORDER,),
    ParcelCollected: (),
    ParcelSentBack: (),
    ParcelRefused: (),
    StayCancelled: (),
    PointStaffed: (),
    CheckInMismatched: (),
    HandOverRefused: (),
    ParcelsHandedOver: (),
    DelegateAuthorised: (),
    DelegateRevoked: (),
    CollectionAcknowledged: (),
    CollectionAnnounced: (),
    CollectionServed: (),
    OrderMoved: (),
    OrderPlaced: (),
    ReturnAuthorised: (),
    ReturnDroppedOff: (),
    ReturnRunTaken: (),
    ReturnWithdrawn: (),
    StockDiffered: (),
    StockTaken: (),
    ZoneAdded: (),
    ZoneChanged: (),
    ZoneRetired: (),
    PlanRequested: (SOLVE,),
    PaperChecked: (),
    ProofCaptured: (),
    RoutePublished: (REFRESH_ARRIVALS,),
    RouteReplanned: (REFRESH_ARRIVALS,),
    DropWithdrawn: (REFRESH_ARRIVALS,),
    StopWithdrawn: (REFRESH_ARRIVALS,),
    StopEnroute: (),
    StopArrived: (),
    StopDone: (),
    TrackingLinkMade: (),
    TrackingLinkRevoked: (),
    PlanSolved: (),
    PlanFailed: (),
    PlanCancelled: (),
    PlanFinishAsked: (),
    PlanPublished: (),
    PickupPointAdded: (),
    PickupPointChanged: (),
    PickupPointRetired: (),
    PickupPointClosed: (),
    ClosureLifted: (),
    RoomReserved: (),
    RoomAssigned: (),
    RoomReleased: (),
    RoomMoved: (),
    RoomLost: (),
    RoomOverstayed: (),
    CompartmentsAdded: (),
    CompartmentChanged: (),
    CompartmentOutOfOrder: (),
    CompartmentInOrder: (),
    CompartmentRemoved: (),
    LockerInstalled: (),
    LockerSeenAgain: (),
    LockerLockedOut: (),
    ParcelMisplaced: (),
    ParcelMoved: (),
    StayRedirected: (),
    DeliveryHeldBack: (),
}

# A queue by kind: a solve never keeps an arrival waiting.
QUEUES = {
    "routing.solve": "solve",
    "routing.foresee_day": "solve",
    "routing.solve_part": "parts",
    "tracking.*": "live",
    "notices.*": "notify",
}

SWEEP_AFTER = timedelta(seconds=5)

settings, engine = start()
celery = Celery("doorstep", broker=settings.redis_url, backend=settings.redis_url)
celery.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    result_expires=300,
    task_default_queue="default",
    task_routes=QUEUES,
    task_time_limit=120,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 900},
    beat_schedule={
        "sweep": {"task": "kernel.sweep", "schedule": 5.0, "options": {"expires": 5}},
        "pass-time": {"task": "pickup_points.pass_time", "schedule": 30.0, "options": {"expires": 30}},
        "foresee": {"task": "routing.foresee", "schedule": 30.0, "options": {"expires": 30}},
        "lapse": {"task": "slots.lapse", "schedule": 5.0, "options": {"expires": 5}},
        "slots": {"task": "slots.generate", "schedule": 300.0, "options": {"expires": 300}},
        "prune": {"task": "kernel.prune", "schedule": 3600.0},
        "keep_up_rents": {"task": "pickup_points.keep_up_rents", "schedule": 300.0, "options": {"expires": 300}},
    },
    beat_scheduler="celery.beat:Scheduler",  # its memory is the table above: no file to go stale
)


@worker_process_init.connect
def _own_connections(**_: object) -> None:
    # A forked child must not share its parent's sockets.
    engine.dispose(close=False)


def consumers() -> Iterable[Consumer]:
    """Return each consumer once."""
    return {consumer.name: consumer for all_of in REACTIONS.values() for consumer in all_of}.values()


def forward(placed: Sequence[FactRow]) -> None:
    """Send each placed fact's aggregate to those who react to it, once a consumer."""
    for name, aggregate_id in dict.fromkeys(_wanted(placed)):
        celery.send_task(name, kwargs={"aggregate_id": aggregate_id})


def _wanted(placed: Sequence[FactRow]) -> Iterator[tuple[str, str]]:
    for fact in placed:
        for consumer in REACTIONS.get(facts.KINDS[fact.kind], ()):
            yield consumer.name, str(fact.aggregate_id)


@celery.task(name="kernel.sweep")
def sweep() -> int:
    """Send again what is unhandled after some seconds: Redis may have lost the message. Return how many."""
    sent = 0
    for consumer in consumers():
        with Sessions.begin() as session:
            before = clock.now() - SWEEP_AFTER * clock.speed()
            waiting = facts.unhandled(session, consumer=consumer, before=before)
        for aggregate_id in waiting:
            celery.send_task(consumer.name, kwargs={"aggregate_id": str(aggregate_id)})
        sent += len(waiting)
    return sent


@celery.task(name="kernel.prune")
def prune() -> None:
    """Delete what has been kept long enough."""
    now = clock.now()
    with Sessions.begin() as session:
        facts.prune(session, before=now - timedelta(days=settings.facts_kept_days))
        idempotency.prune(session, before=now - idempotency.KEPT)
        families.prune(session, before=now)
        retention.prune_positions(session, before=now - timedelta(days=settings.positions_kept_days))
