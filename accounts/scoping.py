"""What a caller may see: the one place that narrows a list or an item to it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, false
from sqlalchemy.orm import InstrumentedAttribute

from accounts.principals import Principal, Role

type OrganisationColumn = InstrumentedAttribute[Any] | ColumnElement[Any]


def scoped[*Ts](
    statement: Select[*Ts],
    *,
    caller: Principal,
    carrier: OrganisationColumn | None = None,
    merchant: OrganisationColumn | None = None,
) -> Select[*Ts]:
    """Narrow `statement` to what belongs to the caller's organisation.

    `carrier` and `merchant` are the columns with the id of the organisation that drives and of the one that sends. A
    merchant's people see rows whose `merchant` is their organisation, a carrier's people rows whose `carrier` is
    theirs; without such a column they see nothing.
    """
    return statement.where(_own(caller, carrier, merchant))


def _own(
    caller: Principal, carrier: OrganisationColumn | None, merchant: OrganisationColumn | None
) -> ColumnElement[bool]:
    if caller.role is Role.MERCHANT:
        return false() if merchant is None else merchant == caller.organisation_id
    if not caller.is_carrier or carrier is None:
        return false()
    return carrier == caller.organisation_id
