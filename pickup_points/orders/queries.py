"""What is asked about orders: by those who placed them, and by the counter that prepares them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from accounts.principals import Principal
from accounts.scoping import scoped
from kernel.errors import NotFound
from kernel.paging import Page, page
from pickup_points.orders.models import Order, OrderState


class OrderNotFound(NotFound):
    """There is no such order."""


def order(session: Session, order_id: UUID, *, caller: Principal, for_update: bool = False) -> Order:
    """Return an order of the caller's, locked when asked. OrderNotFound."""
    return _one(session, _own(caller).where(Order.id == order_id), for_update=for_update)


def orders(
    session: Session,
    *,
    caller: Principal,
    states: Collection[OrderState] = (),
    cursor: UUID | None = None,
    limit: int = 50,
) -> Page[Order]:
    """Return the caller's orders, newest first."""
    asked = _own(caller)
    if states:
        asked = asked.where(Order.state.in_(states))
    return page(session, asked, by=Order.id, cursor=cursor, limit=limit)


def order_at(session: Session, point_id: UUID, order_id: UUID) -> Order:
    """Return an order of the point, locked. OrderNotFound."""
    return _one(session, select(Order).where(Order.id == order_id, Order.point_id == point_id), for_update=True)


def orders_at(session: Session, point_id: UUID, *, states: Collection[OrderState]) -> Sequence[Order]:
    """Return the point's orders in these states, what is promised soonest in front."""
    asked = select(Order).where(Order.point_id == point_id, Order.state.in_(states))
    return session.scalars(asked.order_by(Order.promised_at, Order.id).limit(500)).all()


def order_of(session: Session, delivery_id: UUID) -> Order | None:
    """Return the delivery's order, locked, if it came from one."""
    return session.scalar(
        select(Order)
        .where(Order.delivery_id == delivery_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _own(caller: Principal) -> Select[Order]:
    return scoped(select(Order), caller=caller, carrier=Order.carrier_id, merchant=Order.merchant_id)


def _one(session: Session, asked: Select[Order], *, for_update: bool) -> Order:
    if for_update:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(asked)
    if found is None:
        raise OrderNotFound()
    return found
