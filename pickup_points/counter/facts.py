"""What happened at a counter: who works there, what was refused and given out, counted and taken along; who comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class PointStaffed(Fact, kind="point.staffed", about="point_id"):
    """These work at the point's counter from now on, and nobody else."""

    point_id: UUID
    person_ids: list[UUID]
    supervisor_ids: list[UUID]


@dataclass(frozen=True, kw_only=True)
class CheckInMismatched(Fact, kind="point.check_in_mismatched", about="point_id"):
    """What was scanned is not what was said to come.

    `told` is how many parcels were handed over by the courier's word, None when nobody said;
    `missing_stay_ids` are of deliveries of which other parcels came.
    """

    point_id: UUID
    told: int | None
    scanned: int
    missing_stay_ids: list[UUID]


@dataclass(frozen=True, kw_only=True)
class HandOverRefused(Fact, kind="point.hand_over_refused", about="point_id"):
    """Somebody asked for parcels and was not given them.

    `why` is the problem's name.
    """

    point_id: UUID
    stay_ids: list[UUID]
    why: str
    wrong_codes: int


@dataclass(frozen=True, kw_only=True)
class ParcelsHandedOver(Fact, kind="point.parcels_handed_over", about="point_id"):
    """One person was given one or more parcels.

    `means` is code, identification or override; only an override has a `reason`.
    """

    point_id: UUID
    hand_over_id: UUID
    stay_ids: list[UUID]
    means: str
    receiver: str
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class DelegateAuthorised(Fact, kind="delivery.delegate_authorised", about="delivery_id"):
    """Somebody else may collect it.

    `noted` is true when the counter wrote it down, false when the recipient did.
    """

    delivery_id: UUID
    authorisation_id: UUID
    noted: bool


@dataclass(frozen=True, kw_only=True)
class DelegateRevoked(Fact, kind="delivery.delegate_revoked", about="delivery_id"):
    """Somebody may not collect it any more."""

    delivery_id: UUID
    authorisation_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReturnRunTaken(Fact, kind="point.return_run_taken", about="point_id"):
    """A courier took parcels along from the point."""

    point_id: UUID
    return_run_id: UUID
    stay_ids: list[UUID]
    driver_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class ReturnAuthorised(Fact, kind="return.authorised", about="delivery_id"):
    """The recipient may bring parcels back."""

    delivery_id: UUID
    return_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReturnWithdrawn(Fact, kind="return.withdrawn", about="delivery_id"):
    """The recipient may not bring them back any more."""

    delivery_id: UUID
    return_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReturnDroppedOff(Fact, kind="return.dropped_off", about="delivery_id"):
    """The recipient has brought the parcels: the point answers for them."""

    delivery_id: UUID
    return_id: UUID
    point_id: UUID


@dataclass(frozen=True, kw_only=True)
class StockDiffered(Fact, kind="point.stock_differed", about="point_id"):
    """A count did not find what should be there, or found what should not.

    `finding` is missing, misplaced, unexpected or unknown.
    """

    point_id: UUID
    stock_take_id: UUID
    finding: str
    code: str | None
    stay_id: UUID | None
    shelf: str | None
    shelf_known: str | None


@dataclass(frozen=True, kw_only=True)
class StockTaken(Fact, kind="point.stock_taken", about="point_id"):
    """A count was confirmed."""

    point_id: UUID
    stock_take_id: UUID
    found: int
    differences: int


@dataclass(frozen=True, kw_only=True)
class CollectionAnnounced(Fact, kind="collection.announced", about="delivery_id"):
    """Somebody comes to collect.

    `state` is on_the_way, here or withdrawn.
    """

    delivery_id: UUID
    point_id: UUID
    announcement_id: UUID
    state: str
    expected_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class CollectionAcknowledged(Fact, kind="collection.acknowledged", about="delivery_id"):
    """The counter has seen who comes, and says so."""

    delivery_id: UUID
    point_id: UUID
    announcement_id: UUID


@dataclass(frozen=True, kw_only=True)
class CollectionServed(Fact, kind="collection.served", about="delivery_id"):
    """Who was there has the parcels, `waited_s` seconds after saying so."""

    delivery_id: UUID
    point_id: UUID
    announcement_id: UUID
    waited_s: int | None
