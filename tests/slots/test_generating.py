"""Slots made ahead: as often as one likes, and never at the cost of who has a place."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Role
from accounts.principals import Principal
from kernel.ids import new_id
from pickup_points.models import Closure, PointKind
from slots import generating, templates
from slots.drafts import NeverComes, TemplateContradicts, Terms
from slots.models import Blackout, CutOff, Slot, SlotTemplate
from slots.templates import PlaceOfSlotsUnknown, TemplateDisabled, TemplateEnabled
from tests import factories
from tests.slots.conftest import Shop


@pytest.fixture
def dispatcher(session: Session, shop: Shop) -> Principal:
    who = factories.person(session, role=Role.DISPATCHER, organisation=shop.carrier)
    return Principal(
        id=who.id, organisation_id=shop.carrier.id, carrier_id=shop.carrier.id, is_carrier=True, role=Role.DISPATCHER
    )


def terms(**changes: object) -> Terms:
    said = {
        "name": "Afternoon",
        "rule": "FREQ=DAILY",
        "start_time": time(16),
        "duration_s": 7200,
        "valid_from": date(2026, 6, 1),
        "most_count": 5,
        "currency": "EUR",
        "days_ahead": 3,
    }
    return Terms(**said | changes)  # type: ignore[arg-type]


def slots_of(session: Session, template: SlotTemplate) -> list[Slot]:
    session.flush()
    asked = select(Slot).where(Slot.template_id == template.id).order_by(Slot.starts_at)
    return list(session.scalars(asked.execution_options(populate_existing=True)))


def live(session: Session, template: SlotTemplate) -> list[Slot]:
    return [each for each in slots_of(session, template) if each.withdrawn_at is None]


def day(number: int, hour: int = 13) -> datetime:
    return datetime(2026, 6, number, hour, tzinfo=UTC)


class TestGenerate:
    def test_makes_the_days_ahead_and_no_slot_that_has_begun(self, session: Session, shop: Shop, now: datetime) -> None:
        template = factories.slot_template(session, zone=shop.zone)
        template.days_ahead = 3

        assert generating.generate(session, template, now=now) == 4
        assert [each.starts_at for each in slots_of(session, template)] == [day(15), day(16), day(17), day(18)]
        assert generating.generate(session, template, now=day(15)) == 3

    def test_changes_nothing_when_it_is_done_again(self, session: Session, shop: Shop, now: datetime) -> None:
        template = factories.slot_template(session, zone=shop.zone)
        generating.generate(session, template, now=now)
        before = [(each.id, each.created_at) for each in slots_of(session, template)]
        generating.generate(session, template, now=now)
        assert [(each.id, each.created_at) for each in slots_of(session, template)] == before

    def test_makes_as_many_as_a_template_may_have(self, session: Session, shop: Shop, now: datetime) -> None:
        hours = ",".join(map(str, range(24)))
        template = factories.slot_template(session, zone=shop.zone, rule=f"FREQ=DAILY;BYHOUR={hours};BYMINUTE=0,30")
        template.days_ahead = 60

        made = generating.generate(session, template, now=now)
        assert made > 60 * 48
        assert len(live(session, template)) == made

    @pytest.mark.parametrize(
        ("lead_s", "cutoff", "expected"),
        [
            (0, None, day(16)),
            (7200, None, day(16, 11)),
            (0, (1, time(18)), day(15, 15)),
            (0, (0, time(10)), day(16, 7)),
            (0, (0, time(23)), day(16)),  # a cut-off after its start says nothing
            (48 * 3600, (1, time(18)), day(14)),
        ],
    )
    def test_closes_by_lead_time_or_cut_off_whichever_is_earlier(
        self,
        session: Session,
        shop: Shop,
        lead_s: int,
        cutoff: tuple[int, time] | None,
        expected: datetime,
        now: datetime,
    ) -> None:
        template = factories.slot_template(session, zone=shop.zone, lead_s=lead_s, cutoff=cutoff)
        generating.generate(session, template, now=now)
        assert slots_of(session, template)[1].closes_at == expected

    def test_keeps_the_cut_off_local_on_the_day_of_the_change(self, session: Session, shop: Shop) -> None:
        template = factories.slot_template(session, zone=shop.zone, cutoff=(1, time(18)), start_time=time(9))
        generating.generate(session, template, now=datetime(2026, 10, 24, 5, tzinfo=UTC))
        _, sunday, monday = slots_of(session, template)[:3]
        assert sunday.closes_at == datetime(2026, 10, 24, 15, tzinfo=UTC)
        assert monday.closes_at == datetime(2026, 10, 25, 16, tzinfo=UTC)

    def test_at_a_point_keeps_to_its_hours_closures_and_preparation(
        self, session: Session, shop: Shop, now: datetime
    ) -> None:
        point = factories.pickup_point(
            session,
            carrier=shop.carrier,
            kind=PointKind.SHOP,
            opening_hours="Mo-Fr 08:00-18:00; Sa 10:00-17:00",
            preparation_s=3600,
        )
        session.add(Closure(point_id=point.id, starts_at=day(17, 14), ends_at=day(17, 16), reason="stock-taking"))
        session.flush()
        template = factories.slot_template(session, point=point)
        template.days_ahead = 6
        generating.generate(session, template, now=now)

        found = slots_of(session, template)
        # Not on the 17th, when it is closed in the middle; Saturday ends too early, and Sunday is closed.
        assert [each.starts_at for each in found] == [day(15), day(16), day(18), day(19)]
        assert {each.starts_at - each.closes_at for each in found} == {timedelta(hours=1)}

    def test_prunes_old_slots_in_which_nobody_ever_was(self, session: Session, shop: Shop, now: datetime) -> None:
        old = now - timedelta(days=91)
        empty, used = (factories.slot(session, starts_at=old - timedelta(hours=3 * n), zone=shop.zone) for n in (1, 2))
        factories.slot(session, starts_at=now - timedelta(days=80), zone=shop.zone)
        factories.hold(session, slot=used, merchant=shop.merchant, expires_at=old)

        assert generating.prune(session, now=now) == 1
        assert session.get(Slot, empty.id, populate_existing=True) is None


class TestChange:
    def test_is_followed_by_the_slots_in_which_nobody_is(
        self, session: Session, shop: Shop, dispatcher: Principal, now: datetime
    ) -> None:
        template = templates.add_template(session, terms(), zone_id=shop.zone.id, caller=dispatcher, now=now)
        taken = slots_of(session, template)[1]
        factories.hold(session, slot=taken, merchant=shop.merchant, expires_at=now + timedelta(minutes=15))

        templates.change_template(
            session, template, {"price_minor": 990, "most_count": 1, "duration_s": 3600}, caller=dispatcher, now=now
        )
        found = slots_of(session, template)
        assert [(each.price_minor, each.most_count) for each in found] == [(990, 1), (0, 5), (990, 1), (990, 1)]
        assert [(each.ends_at - each.starts_at) // timedelta(hours=1) for each in found] == [1, 2, 1, 1]
        assert [each.withdrawn_at for each in found] == [None] * 4

    def test_withdraws_what_it_makes_no_more_and_takes_it_back(
        self, session: Session, shop: Shop, dispatcher: Principal, now: datetime
    ) -> None:
        template = templates.add_template(session, terms(), zone_id=shop.zone.id, caller=dispatcher, now=now)
        taken = slots_of(session, template)[1]
        factories.hold(session, slot=taken, merchant=shop.merchant, expires_at=now + timedelta(minutes=15))

        blackout = Blackout(starts_at=day(16, 0), ends_at=day(18, 0))
        templates.change_template(session, template, {"blackouts": [blackout]}, caller=dispatcher, now=now)
        assert [each.starts_at for each in live(session, template)] == [day(15), day(18)]

        templates.change_template(session, template, {"blackouts": []}, caller=dispatcher, now=now)
        assert [each.starts_at for each in live(session, template)] == [day(15), day(16), day(17), day(18)]
        assert taken.id in {each.id for each in live(session, template)}

    def test_is_judged_as_a_whole(self, session: Session, shop: Shop, dispatcher: Principal, now: datetime) -> None:
        template = templates.add_template(session, terms(), zone_id=shop.zone.id, caller=dispatcher, now=now)
        with pytest.raises(TemplateContradicts):
            templates.change_template(session, template, {"valid_until": date(2026, 6, 1)}, caller=dispatcher, now=now)


class TestAdd:
    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"valid_until": date(2026, 6, 1)}, "/valid_until"),
            ({"valid_until": date(2026, 6, 15)}, "/valid_until"),  # over by today
            ({"blackouts": [Blackout(starts_at=day(16), ends_at=day(16))]}, "/blackouts/0/ends_at"),
        ],
    )
    def test_refuses_what_contradicts_itself(
        self,
        session: Session,
        shop: Shop,
        dispatcher: Principal,
        now: datetime,
        changes: dict[str, object],
        pointer: str,
    ) -> None:
        with pytest.raises(TemplateContradicts) as caught:
            templates.add_template(session, terms(**changes), zone_id=shop.zone.id, caller=dispatcher, now=now)
        assert [error.pointer for error in caught.value.errors] == [pointer]

    @pytest.mark.parametrize(
        "rule", ["FREQ=MONTHLY;INTERVAL=12;BYMONTH=3", "FREQ=DAILY;COUNT=3", "FREQ=DAILY;UNTIL=20260610"]
    )
    def test_refuses_a_rule_that_never_comes_or_never_again(
        self, session: Session, shop: Shop, dispatcher: Principal, now: datetime, rule: str
    ) -> None:
        never = terms(rule=rule)
        with pytest.raises(NeverComes):
            templates.add_template(session, never, zone_id=shop.zone.id, caller=dispatcher, now=now)

    def test_needs_one_place_of_the_own_carrier(
        self, session: Session, shop: Shop, dispatcher: Principal, now: datetime
    ) -> None:
        other = factories.zone(session, carrier=factories.carrier(session))
        point = factories.pickup_point(session, carrier=shop.carrier)
        for where in (
            {},
            {"zone_id": other.id},
            {"zone_id": shop.zone.id, "point_id": point.id},
            {"point_id": new_id()},
        ):
            with pytest.raises(PlaceOfSlotsUnknown):
                templates.add_template(session, terms(), **where, caller=dispatcher, now=now)

    def test_remembers_its_cut_off(self, session: Session, shop: Shop, dispatcher: Principal, now: datetime) -> None:
        cutoff = CutOff(days=1, time=time(18))
        asked = terms(cutoff=cutoff, excepted_dates=[date(2026, 6, 17)])
        template = templates.add_template(session, asked, zone_id=shop.zone.id, caller=dispatcher, now=now)
        session.refresh(template)
        assert (template.cutoff, template.excepted_days) == (cutoff, [date(2026, 6, 17)])


class TestDisable:
    def test_is_undone_by_enabling(self, session: Session, shop: Shop, dispatcher: Principal, now: datetime) -> None:
        template = templates.add_template(session, terms(), zone_id=shop.zone.id, caller=dispatcher, now=now)
        with pytest.raises(TemplateEnabled):
            templates.enable_template(session, template, caller=dispatcher, now=now)
        templates.disable_template(session, template, caller=dispatcher, now=now)
        with pytest.raises(TemplateDisabled):
            templates.disable_template(session, template, caller=dispatcher, now=now)
        templates.enable_template(session, template, caller=dispatcher, now=now + timedelta(days=2))
        assert len(live(session, template)) == 6
