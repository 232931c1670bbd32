"""Counting what lies at a point."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.unit import App
from kernel.facts import FactRow
from tests import factories
from tests.counters import Counter, counter


@pytest.fixture
def desk(session: Session, app: App, client: FlaskClient) -> Counter:
    return counter(session, app, client)


def findings(take: dict[str, Any]) -> dict[str, str]:
    return {line["code"]: line["finding"] for line in take["lines"]}


class TestStockTake:
    def test_names_each_difference_and_changes_nothing(self, desk: Counter) -> None:
        found, missing, moved, gone = (desk.coming() for _ in range(4))
        desk.check_in(found, missing, moved, gone, shelf="A1")
        assert desk.post("/hand-overs", {"codes": [desk.code_of(gone)]}).status_code == 201
        never_came = desk.coming()
        code = {name: each.parcels[0].code for name, each in locals().items() if hasattr(each, "parcels")}

        counted = [
            {"code": code["found"], "shelf": "A1"},
            {"code": code["moved"], "shelf": "B9"},
            {"code": code["gone"]},
            {"code": code["never_came"]},
            {"code": "no label of ours"},
        ]
        answer = desk.post("/stock-takes", {"counted": counted})

        assert answer.status_code == 201
        assert findings(answer.json) == {
            code["found"]: "found",
            code["moved"]: "misplaced",
            code["gone"]: "unexpected",
            code["never_came"]: "unexpected",
            "no label of ours": "unknown",
            code["missing"]: "missing",
        }
        assert never_came.state == "out_for_delivery"
        shelves = {item["code"]: item["stay"]["shelf"] for item in desk.get("/parcels").json["items"]}
        assert shelves == {code["found"]: "A1", code["moved"]: "A1", code["missing"]: "A1"}

    def test_once_confirmed_moves_shelves_marks_what_is_missing_and_tells(self, desk: Counter) -> None:
        missing, moved = desk.coming(), desk.coming()
        desk.check_in(missing, moved, shelf="A1")
        lost, found = missing.parcels[0].code, moved.parcels[0].code
        take = desk.post("/stock-takes", {"counted": [{"code": found, "shelf": "B9"}]}).json
        answer = desk.post(f"/stock-takes/{take['id']}/confirm", {})
        assert {line["settled"] for line in answer.json["lines"]} == {True}

        desk.session.expire_all()
        here = {item["code"]: item["stay"] for item in desk.get("/parcels").json["items"]}
        assert here[found]["shelf"] == "B9"
        assert here[lost]["missing_at"] is not None
        told = desk.session.scalars(select(FactRow).where(FactRow.kind == "point.stock_differed")).all()
        assert sorted(fact.data["finding"] for fact in told) == ["misplaced", "missing"]
        again = desk.post(f"/stock-takes/{take['id']}/confirm", {})
        assert again.json["type"] == "/problems/stock-take-settled"

    def test_leaves_alone_what_moved_on_since_it_was_counted(self, desk: Counter) -> None:
        delivery = desk.coming()
        desk.check_in(delivery)
        take = desk.post("/stock-takes", {"counted": []}).json
        assert desk.post("/hand-overs", {"codes": [desk.code_of(delivery)]}).status_code == 201
        (line,) = desk.post(f"/stock-takes/{take['id']}/confirm", {}).json["lines"]
        assert (line["finding"], line["settled"]) == ("missing", False)
        assert desk.session.scalars(select(FactRow).where(FactRow.kind == "point.stock_differed")).all() == []

    def test_is_open_once_at_a_point(self, desk: Counter) -> None:
        take = desk.post("/stock-takes", {"counted": []}).json
        assert desk.post("/stock-takes", {"counted": []}).json["type"] == "/problems/stock-take-open"
        assert desk.post(f"/stock-takes/{take['id']}/discard", {}).status_code == 200
        assert desk.post("/stock-takes", {"counted": []}).status_code == 201

    def test_of_another_point_is_not_found(self, desk: Counter) -> None:
        other = counter(desk.session, desk.app, desk.client)
        take = other.post("/stock-takes", {"counted": []}).json
        assert desk.get(f"/stock-takes/{take['id']}").json["type"] == "/problems/stock-take-not-found"

    def test_counts_a_parcel_once_however_it_was_scanned(self, desk: Counter) -> None:
        delivery = desk.coming()
        desk.check_in(delivery)
        code = delivery.parcels[0].code
        counted = [{"code": code}, {"code": f"(00){code}"}, {"code": code}, {"code": str(delivery.parcels[0].id)}]
        take = desk.post("/stock-takes", {"counted": counted}).json
        assert findings(take) == {code: "found"}
        assert len(take["lines"]) == 1

    def test_knows_no_parcel_of_another_carrier(self, desk: Counter) -> None:
        foreign = factories.delivery(desk.session, merchant=factories.merchant(desk.session))
        take = desk.post("/stock-takes", {"counted": [{"code": str(foreign.parcels[0].id)}]}).json
        assert [line["finding"] for line in take["lines"]] == ["unknown"]
