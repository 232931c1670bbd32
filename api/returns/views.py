"""Leave to bring parcels back without a label."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from accounts.principals import Role
from api.access import caller, open_to
from api.blueprint import Blueprint
from api.returns.schemas import ReturnDraftSchema, ReturnSchema
from api.unit import session
from deliveries.progress import DeliveryNotInState
from deliveries.queries import DeliveryNotFound
from kernel import clock
from pickup_points.counter import returns
from pickup_points.counter.returns import ParcelsNotOfDelivery, ReturnNotFound, ReturnOpen

blueprint = Blueprint("returns", __name__, url_prefix="/v1", description="What recipients bring back.")

_SENDERS = (Role.MERCHANT, Role.DISPATCHER, Role.ADMIN)
_SECRET = {"Cache-Control": "no-store"}


@blueprint.route("/deliveries/<uuid:delivery_id>/returns", methods=["POST"])
@open_to(*_SENDERS, scope="deliveries:write")
@blueprint.arguments(ReturnDraftSchema, example={"reason": "does not fit"})
@blueprint.response(201, ReturnSchema)
@blueprint.refuses(DeliveryNotFound, DeliveryNotInState, ParcelsNotOfDelivery, ReturnOpen)
def give_return_leave(asked: dict[str, Any], delivery_id: UUID) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Let the recipient bring parcels back to any point of the carrier that takes returns.

    The code is told this once: only its SHA-256 is kept. No label is needed.
    """
    made, code = returns.give_leave(session(), delivery_id, **asked, caller=caller(), now=clock.now())
    shown = {
        "id": made.id,
        "delivery_id": made.delivery_id,
        "parcel_ids": made.parcel_ids,
        "code": code,
        "expires_at": made.expires_at,
    }
    return shown, 201, _SECRET


@blueprint.route("/deliveries/<uuid:delivery_id>/returns/<uuid:return_id>", methods=["DELETE"])
@open_to(*_SENDERS, scope="deliveries:write")
@blueprint.response(204)
@blueprint.refuses(DeliveryNotFound, ReturnNotFound)
def withdraw_return(delivery_id: UUID, return_id: UUID) -> None:
    """Take the leave back, until it was used."""
    returns.withdraw(session(), delivery_id, return_id, caller=caller(), now=clock.now())
