"""What a delivery asks of the plan: its terms do not contradict each other, and the drivers that it names exist."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Person, Role
from deliveries.models import Delivery
from kernel.errors import FieldError, Invalid


class TermsContradict(Invalid):
    """What the delivery asks of the plan contradicts itself."""


class UnknownDrivers(Invalid):
    """Some of these are not active drivers of the carrier."""


def known_drivers(session: Session, ids: Collection[UUID], *, carrier_id: UUID) -> frozenset[UUID]:
    """Return those of `ids` that are active drivers of the carrier."""
    if not ids:
        return frozenset()
    return frozenset(
        session.scalars(
            select(Person.id).where(
                Person.id.in_(ids),
                Person.organisation_id == carrier_id,
                Person.role == Role.DRIVER,
                Person.active.is_(True),
            )
        )
    )


def check_drivers(*, preferred: UUID | None, refused: Iterable[UUID], known: Collection[UUID]) -> None:
    """Refuse to name who does not drive for the carrier. UnknownDrivers."""
    named = [("/refused_driver_ids/" + str(index), driver) for index, driver in enumerate(refused)]
    if preferred is not None:
        named.insert(0, ("/preferred_driver_id", preferred))
    errors = [FieldError(pointer, "is not an active driver") for pointer, driver in named if driver not in known]
    if errors:
        raise UnknownDrivers(errors=errors)


def check_terms(delivery: Delivery) -> None:
    """Refuse what cannot be meant. TermsContradict names each field."""
    errors = [*_faults(delivery)]
    if errors:
        raise TermsContradict(errors=errors)


def check_places(delivery: Delivery) -> None:
    """Refuse to fetch parcels where they go, or to choose where to bring what is fetched. TermsContradict."""
    if delivery.pickup is None:
        return
    if delivery.alternatives:
        raise TermsContradict(errors=[FieldError("/alternatives", "cannot go with a pickup: give one of the two")])
    if delivery.pickup.place == delivery.place:
        raise TermsContradict(errors=[FieldError("/pickup/address", "is where the delivery goes")])


def _faults(delivery: Delivery) -> Iterator[FieldError]:
    if delivery.penalty_s is not None and delivery.priority is not None:
        yield FieldError("/priority", "says the same as penalty_s: give one of the two")
    for index, skill in enumerate(delivery.excluded_skills):
        if skill in delivery.required_skills:
            yield FieldError(f"/excluded_skills/{index}", "is required as well")
    preferred = delivery.preferred_window
    if preferred is not None and preferred.ends_at <= preferred.starts_at:
        yield FieldError("/preferred_window/ends_at", "must be later than starts_at")
    if delivery.preferred_driver_id is not None and str(delivery.preferred_driver_id) in delivery.refused_driver_ids:
        yield FieldError("/preferred_driver_id", "is refused as well")
