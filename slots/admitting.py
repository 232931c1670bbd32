"""Who gets into a slot: while it takes people at all, and as far as there is room. The database has the last word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from kernel.errors import Conflict, Refusal
from pickup_points.room.packing import Measures
from slots.models import Slot
from slots.queries import Left


class SlotFull(Conflict):
    """There is no room left in this slot."""


class SlotClosed(Conflict):
    """This slot takes nobody new any more: its lead time or its cut-off has come."""


class SlotDisabled(Conflict):
    """The carrier does not offer this slot for now."""


class SlotWithdrawn(Conflict):
    """The carrier does not serve this slot any more."""


class OrderTooSmall(Conflict):
    """The order is worth less than this slot asks for."""


# What a constraint of the database means, whoever would write past the checks below.
OVER_CAPACITY: dict[str, type[Refusal]] = {
    "ck_slots_within_count": SlotFull,
    "ck_slots_within_parcels": SlotFull,
    "ck_slots_within_weight": SlotFull,
    "ck_slots_within_volume": SlotFull,
}


@dataclass(frozen=True)
class Load:
    """What a customer's parcels take of a slot."""

    measures: Sequence[Measures]

    @property
    def parcels(self) -> int:
        """How many."""
        return len(self.measures)

    @cached_property
    def weight_g(self) -> int:
        """What they weigh together."""
        return sum(each.weight_g for each in self.measures)

    @cached_property
    def volume_cm3(self) -> int:
        """The room they take, each rounded up; a parcel of which a side is unknown takes none."""
        return sum(-(-each.volume_mm3 // 1000) for each in self.measures)


def refusal(slot: Slot, left: Left, load: Load, *, order_minor: int | None, now: datetime) -> Refusal | None:
    """Return why the load does not get into the slot, None when it does."""
    if slot.withdrawn_at is not None:
        return SlotWithdrawn(withdrawn_at=slot.withdrawn_at)
    if slot.disabled_at is not None:
        return SlotDisabled(disabled_at=slot.disabled_at)
    if slot.closes_at <= now:
        return SlotClosed(f"it closed at {slot.closes_at.isoformat()}", closed_at=slot.closes_at)
    least = slot.least_order_minor
    if least is not None and order_minor is not None and order_minor < least:
        return OrderTooSmall(least_order_minor=least, currency=slot.currency)
    return _full(left, load)


def check(slot: Slot, left: Left, load: Load, *, order_minor: int | None, now: datetime) -> None:
    """Refuse what `refusal` names. SlotWithdrawn, SlotDisabled, SlotClosed, OrderTooSmall, SlotFull."""
    refused = refusal(slot, left, load, order_minor=order_minor, now=now)
    if refused is not None:
        raise refused


def _full(left: Left, load: Load) -> SlotFull | None:
    asked = {"count": 1, "parcels": load.parcels, "weight_g": load.weight_g, "volume_cm3": load.volume_cm3}
    for name, wanted in asked.items():
        free = getattr(left, name)
        if free is not None and wanted > free:
            return SlotFull(
                f"{name}: {wanted} asked for, {max(0, free)} left", of=name, asked=wanted, left=max(0, free)
            )
    return None
