"""Scoping: who sees which rows."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Organisation, OrganisationKind, Role
from accounts.principals import Principal
from accounts.queries import served_by
from accounts.scoping import scoped
from kernel.ids import new_id
from tests import factories


def principal(home: Organisation, role: Role) -> Principal:
    return Principal(
        id=new_id(),
        organisation_id=home.id,
        carrier_id=home.served_by,
        is_carrier=home.kind is OrganisationKind.CARRIER,
        role=role,
    )


def seen(session: Session, caller: Principal, *, carrier: bool = True, merchant: bool = True) -> set[UUID]:
    """Ask for organisations as if they were deliveries: driven by their carrier, sent by themselves."""
    statement = scoped(
        select(Organisation.id),
        caller=caller,
        carrier=served_by() if carrier else None,
        merchant=Organisation.id if merchant else None,
    )
    return set(session.scalars(statement))


class TestScoped:
    def test_shows_each_its_own(self, session: Session) -> None:
        home, other = factories.carrier(session), factories.carrier(session)
        shop, rival = factories.merchant(session, served_by=home), factories.merchant(session, served_by=home)
        factories.merchant(session, served_by=other)

        assert seen(session, principal(shop, Role.MERCHANT)) == {shop.id}
        assert seen(session, principal(home, Role.MERCHANT)) == {home.id}
        for role in (Role.DISPATCHER, Role.DRIVER, Role.COUNTER, Role.ADMIN):
            assert seen(session, principal(home, role)) == {home.id, shop.id, rival.id}

    def test_shows_nothing_where_nothing_is_the_callers(self, session: Session) -> None:
        home = factories.carrier(session)
        shop = factories.merchant(session, served_by=home)

        assert seen(session, principal(shop, Role.MERCHANT), merchant=False) == set()
        assert seen(session, principal(home, Role.DISPATCHER), carrier=False) == set()
        assert seen(session, principal(shop, Role.DISPATCHER)) == set()
