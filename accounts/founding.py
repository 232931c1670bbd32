"""Organisations come to be: a carrier by the command line, its merchants by its administrator."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.facts import OrganisationAdded
from accounts.models import Organisation, OrganisationKind
from kernel import facts
from kernel.errors import Conflict


class CarrierAmbiguous(Conflict):
    """Several carriers have this name."""


def found_carrier(session: Session, *, name: str, now: datetime) -> Organisation:
    """Return the carrier called `name`, made when there is none. CarrierAmbiguous."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"carrier:{name}", 0))))
    named = session.scalars(
        select(Organisation).where(Organisation.kind == OrganisationKind.CARRIER, Organisation.name == name)
    ).all()
    if len(named) > 1:
        raise CarrierAmbiguous()
    return named[0] if named else _added(session, name=name, carrier_id=None, by=None, now=now)


def add_merchant(session: Session, *, carrier_id: UUID, name: str, by: UUID | None, now: datetime) -> Organisation:
    """Add a merchant that the carrier serves."""
    return _added(session, name=name, carrier_id=carrier_id, by=by, now=now)


def _added(session: Session, *, name: str, carrier_id: UUID | None, by: UUID | None, now: datetime) -> Organisation:
    kind = OrganisationKind.MERCHANT if carrier_id else OrganisationKind.CARRIER
    organisation = Organisation(name=name, kind=kind, carrier_id=carrier_id, created_at=now)
    session.add(organisation)
    session.flush()
    facts.record(session, OrganisationAdded(organisation_id=organisation.id, carrier_id=carrier_id, at=now, by=by))
    return organisation
