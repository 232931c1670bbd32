"""What is asked about deliveries. Every question of a caller is narrowed to what that caller may see."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session, selectinload

from accounts.principals import Principal
from accounts.scoping import scoped
from deliveries.models import PLANNABLE, Delivery, DeliveryState, DeliveryWindow
from kernel.errors import NotFound
from kernel.paging import Page, page


class DeliveryNotFound(NotFound):
    """There is no such delivery."""


def delivery(session: Session, delivery_id: UUID, *, caller: Principal, for_update: bool = False) -> Delivery:
    """Return a delivery with its windows and parcels, locked when asked. DeliveryNotFound."""
    found = session.scalar(_own(_whole(for_update=for_update), caller).where(Delivery.id == delivery_id))
    if found is None:
        raise DeliveryNotFound()
    return found


def by_ids(session: Session, ids: Collection[UUID], *, for_update: bool = False) -> Sequence[Delivery]:
    """Return those of `ids` that there are, by id, so that two who lock them do not wait for each other in a ring."""
    return session.scalars(_whole(for_update=for_update).where(Delivery.id.in_(ids)).order_by(Delivery.id)).all()


def plannable(
    session: Session, *, carrier_id: UUID, delivery_ids: Collection[UUID] | None, for_update: bool = False
) -> Sequence[Delivery]:
    """Return the carrier's deliveries that a plan may take up, by id: all, or those of `delivery_ids`.

    Whatever is in `delivery_ids` and not plannable, or not the carrier's, is left out: compare to find it.
    """
    asked = _whole(for_update=for_update).where(Delivery.carrier_id == carrier_id, Delivery.state.in_(PLANNABLE))
    if delivery_ids is not None:
        asked = asked.where(Delivery.id.in_(delivery_ids))
    return session.scalars(asked.order_by(Delivery.id)).all()


def listed(
    session: Session,
    *,
    caller: Principal,
    states: Collection[DeliveryState] = (),
    external_id: str | None = None,
    merchant_id: UUID | None = None,
    after: datetime | None = None,
    before: datetime | None = None,
    cursor: UUID | None = None,
    limit: int = 50,
) -> Page[Delivery]:
    """Return the caller's deliveries, newest first. `after` and `before` ask for a window in `[after, before)`."""
    asked = _own(_whole(), caller)
    if states:
        asked = asked.where(Delivery.state.in_(states))
    if external_id is not None:
        asked = asked.where(Delivery.external_id == external_id)
    if merchant_id is not None:
        asked = asked.where(Delivery.merchant_id == merchant_id)
    if after is not None or before is not None:
        asked = asked.where(_has_window(after, before))
    return page(session, asked, by=Delivery.id, cursor=cursor, limit=limit)


def _own(asked: Select[Delivery], caller: Principal) -> Select[Delivery]:
    return scoped(asked, caller=caller, carrier=Delivery.carrier_id, merchant=Delivery.merchant_id)


def _has_window(after: datetime | None, before: datetime | None) -> ColumnElement[bool]:
    window = [DeliveryWindow.delivery_id == Delivery.id]
    if after is not None:
        window.append(DeliveryWindow.ends_at > after)
    if before is not None:
        window.append(DeliveryWindow.starts_at < before)
    return exists().where(*window)


def _whole(*, for_update: bool = False) -> Select[Delivery]:
    asked = select(Delivery).options(
        selectinload(Delivery.windows),
        selectinload(Delivery.parcels),
        selectinload(Delivery.alternatives),
        selectinload(Delivery.pickup),
    )
    if for_update:
        # What another transaction committed while we waited for the lock counts, not what we read before.
        return asked.with_for_update().execution_options(populate_existing=True)
    return asked
