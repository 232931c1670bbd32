"""For whom a caller may send: itself, and a carrier for each merchant that it serves."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.principals import Principal
from kernel.errors import FieldError, Invalid


class MerchantUnknown(Invalid):
    """There is no such merchant that you may send for."""


def sendable(session: Session, ids: Collection[UUID], *, caller: Principal) -> frozenset[UUID]:
    """Return those of `ids` for which the caller may send."""
    own = Organisation.id == caller.organisation_id
    served = Organisation.carrier_id == caller.organisation_id
    return frozenset(session.scalars(select(Organisation.id).where(Organisation.id.in_(ids), or_(own, served))))


def check_sendable(merchant_id: UUID, allowed: Collection[UUID]) -> None:
    """Refuse a merchant that is not in `allowed`. MerchantUnknown."""
    if merchant_id not in allowed:
        raise MerchantUnknown(errors=[FieldError("/merchant_id", "is not a merchant that you may send for")])
