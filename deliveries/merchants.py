"""For whom a caller may send: itself, and a carrier for each merchant that it serves."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.principals import Principal
from kernel.errors import FieldError, Invalid


class MerchantUnknown(Invalid):
    """There is no such merchant that you may send for."""


def called(session: Session, name_or_id: str) -> Organisation:
    """Return the organisation of this id, or the only one of this name: for an operator. MerchantUnknown."""
    with suppress(ValueError):
        found = session.get(Organisation, UUID(name_or_id))
        if found is not None:
            return found
    named = session.scalars(select(Organisation).where(Organisation.name == name_or_id)).all()
    if not named:
        raise MerchantUnknown(f"there is no organisation '{name_or_id}'")
    if len(named) > 1:
        raise MerchantUnknown(f"{len(named)} organisations are called '{name_or_id}': say which by its id")
    return named[0]


def sendable(session: Session, ids: Collection[UUID], *, caller: Principal) -> frozenset[UUID]:
    """Return those of `ids` for which the caller may send."""
    own = Organisation.id == caller.organisation_id
    served = Organisation.carrier_id == caller.organisation_id
    return frozenset(session.scalars(select(Organisation.id).where(Organisation.id.in_(ids), or_(own, served))))


def check_sendable(merchant_id: UUID, allowed: Collection[UUID]) -> None:
    """Refuse a merchant that is not in `allowed`. MerchantUnknown."""
    if merchant_id not in allowed:
        raise MerchantUnknown(errors=[FieldError("/merchant_id", "is not a merchant that you may send for")])
