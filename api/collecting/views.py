"""What a recipient does over the tracking link before they collect."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.access import public
from api.blueprint import Blueprint
from api.collecting.schemas import (
    AuthorisationSchema,
    AuthorisationsSchema,
    ComingSchema,
    DelegateSchema,
    WaitingParcelsSchema,
)
from api.counter.keeping import AnnouncementSchema
from api.unit import session
from deliveries.progress import DeliveryNotInState
from kernel import clock
from pickup_points.counter import announcing, delegates, extending
from pickup_points.counter.announcing import Coming, EtaInvalid, NothingToCollect
from pickup_points.counter.delegates import AuthorisationNotFound, TooManyDelegates
from pickup_points.counter.extending import NoMoreTime, NothingWaits
from pickup_points.counter.models import Announcement, Authorisation
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


@blueprint.route("/<token>/arrival-announcements", methods=["POST"])
@public
@blueprint.arguments(ComingSchema)
@blueprint.response(200, AnnouncementSchema)
@blueprint.refuses(LinkNotFound, NothingToCollect, EtaInvalid)
def announce_arrival(said: dict[str, Any], token: str) -> Announcement:
    """Say that you are on the way, and that you are here: the counter sees it, and how long you wait."""
    return announcing.announce(session(), _link(token).delivery_id, Coming(**said), now=clock.now())


@blueprint.route("/<token>/extensions", methods=["POST"])
@public
@blueprint.response(200, WaitingParcelsSchema)
@blueprint.refuses(LinkNotFound, NothingWaits, NoMoreTime)
def ask_for_time(token: str) -> dict[str, Any]:
    """Ask for more time to collect, as often as the point allows."""
    return {"items": extending.extend_for_recipient(session(), _link(token).delivery_id, now=clock.now())}


def _link(token: str) -> TrackingLink:
    return links.link_of(session(), token, now=clock.now())
