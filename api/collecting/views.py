"""What a recipient does over the tracking link before they collect."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.access import public
from api.blueprint import Blueprint
from api.collecting.schemas import AuthorisationSchema, AuthorisationsSchema, DelegateSchema
from api.unit import session
from deliveries.progress import DeliveryNotInState
from kernel import clock
from pickup_points import delegates
from pickup_points.counter_models import Authorisation
from pickup_points.delegates import AuthorisationNotFound, TooManyDelegates
from tracking import links
from tracking.links import LinkNotFound
from tracking.models import TrackingLink

blueprint = Blueprint("collecting", __name__, url_prefix="/v1/track", description="Before you collect.")


@blueprint.route("/<token>/authorisations", methods=["POST"])
@public
@blueprint.arguments(DelegateSchema)
@blueprint.response(201, AuthorisationSchema)
@blueprint.refuses(LinkNotFound, DeliveryNotInState, TooManyDelegates)
def authorise_delegate(asked: dict[str, Any], token: str) -> Authorisation:
    """Let somebody collect for you, by name. They show a paper at the counter, or your code."""
    return delegates.authorise(session(), _link(token).delivery_id, **asked, noted_by=None, now=clock.now())


@blueprint.route("/<token>/authorisations")
@public
@blueprint.response(200, AuthorisationsSchema)
@blueprint.refuses(LinkNotFound)
def list_delegates(token: str) -> dict[str, Any]:
    """List who may collect for you."""
    return {"items": delegates.live(session(), _link(token).delivery_id, now=clock.now())}


@blueprint.route("/<token>/authorisations/<uuid:authorisation_id>", methods=["DELETE"])
@public
@blueprint.response(204)
@blueprint.refuses(LinkNotFound, AuthorisationNotFound)
def revoke_delegate(token: str, authorisation_id: UUID) -> None:
    """Let somebody not collect for you any more."""
    delegates.revoke(session(), _link(token).delivery_id, authorisation_id, now=clock.now())


def _link(token: str) -> TrackingLink:
    return links.link_of(session(), token, now=clock.now())
