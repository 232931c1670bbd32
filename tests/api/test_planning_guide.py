"""`docs/planning.md` says what works: each of its requests is sent, in its order, and answered with what was asked."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from accounts.models import Role
from tests import factories
from tests.api.test_plans import Desk, desk
from tests.conftest import ROOT

__all__ = ["desk"]
GUIDE = (ROOT / "docs" / "planning.md").read_text()
REQUEST = re.compile(r"```http\nPOST (\S+)\n(.*?)\n```", re.S)
NAMES = {"/v1/vehicles": "VEHICLE_ID", "/v1/shifts": "SHIFT_ID", "/v1/deliveries": "DELIVERY_ID"}
# Beside what a request may hold these say which thing it is about.
WHOLE = {
    "/v1/deliveries": "DeliveryDraft",
    "/v1/vehicles": "VehicleDraft",
    "/v1/shifts": "ShiftDraft",
    "/v1/plans": "PlanRequest",
}
PLAIN = {"external_id", "access_notes", "draft", "proof_requirements"}  # no constraints
PLAIN |= {"penalty_s", "delivery_ids", "pickup_point_id"}  # told of in words


def same(sent: Any, shown: Any) -> bool:
    """Whether all that was sent is shown; times may be told in another zone, and answers say more."""
    if isinstance(sent, dict):
        return all(name in shown and same(value, shown[name]) for name, value in sent.items())
    if isinstance(sent, list):
        return len(sent) == len(shown) and all(map(same, sent, shown))
    if isinstance(sent, str) and re.match(r"\d{4}-\d\d-\d\dT", sent):
        return datetime.fromisoformat(sent) == datetime.fromisoformat(shown)
    return bool(sent == shown)


class TestTheGuide:
    def test_shows_requests_that_are_answered_with_what_they_ask(self, desk: Desk) -> None:
        other = factories.person(desk.session, role=Role.DRIVER, organisation=desk.carrier)
        known = {
            "MERCHANT_ID": str(desk.merchant.id),
            "OTHER_DRIVER_ID": str(other.id),
            "DRIVER_ID": str(desk.driver.id),
        }
        for path, text in REQUEST.findall(GUIDE):
            for name, value in known.items():
                text = text.replace(f'"{name}"', f'"{value}"')  # noqa: PLW2901  each name in its turn
            asked = json.loads(text)

            answer = desk.post(path, asked)

            assert answer.status_code in (201, 202), answer.json
            assert same(asked, desk.get(answer.headers["Location"]).json), path
            if path in NAMES:
                known[NAMES[path]] = answer.json["id"]

    def test_speaks_of_everything_that_can_be_asked(self, desk: Desk) -> None:
        schemas = desk.client.get("/openapi.json").json["components"]["schemas"]
        shown: dict[str, set[str]] = {path: set() for path in WHOLE}
        for path, text in REQUEST.findall(GUIDE):
            shown[path] |= json.loads(text).keys()

        for path, schema in WHOLE.items():
            assert set(schemas[schema]["properties"]) - PLAIN == shown[path], path
        assert all(f"`{name}" in GUIDE for name in ("penalty_s", "delivery_ids", "pickup_point_id"))
