"""A batch over HTTP: drafts judged one by one, and what is said of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from marshmallow import ValidationError
from sqlalchemy.orm import Session

from accounts.principals import Principal
from api import problems
from api.deliveries.drafts import DeliveryDraftSchema
from deliveries.drafts import Draft
from deliveries.models import Delivery
from kernel.errors import Refusal
from pickup_points.points import sending


def create(session: Session, given: Sequence[Any], *, caller: Principal, now: datetime) -> list[dict[str, Any]]:
    """Return for each of `given` its status with the delivery or the problem, as `BatchItemSchema` says."""
    items: dict[int, dict[str, Any]] = {}
    drafts: dict[int, Draft] = {}
    schema = DeliveryDraftSchema()
    for index, document in enumerate(given):
        try:
            drafts[index] = schema.load(document)
        except ValidationError as wrong:
            items[index] = _refused(index, problems.described_misfit(wrong.messages_dict, under=_under(index)))

    made = sending.create_batch(session, [*drafts.values()], caller=caller, now=now)
    for index, outcome in zip(drafts, made, strict=True):
        items[index] = _item(index, outcome)
    return [items[index] for index in range(len(given))]


def _item(index: int, outcome: Delivery | Refusal) -> dict[str, Any]:
    if isinstance(outcome, Refusal):
        return _refused(index, problems.described(outcome, under=_under(index)))
    return {"index": index, "status": 201, "delivery": outcome}


def _refused(index: int, problem: dict[str, Any]) -> dict[str, Any]:
    return {"index": index, "status": problem["status"], "problem": problem}


def _under(index: int) -> str:
    return f"/deliveries/{index}"
