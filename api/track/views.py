"""The recipient's link: made and revoked by those who send and plan, opened by whoever has the token."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, abort, current_app, request
from sqlalchemy.orm import Session

from accounts.principals import Role
from api import etags
from api.access import caller, open_to, public
from api.blueprint import Blueprint
from api.live import HUB, Listener
from api.track.schemas import LinkSchema, NewLinkSchema, TrackedSchema
from api.track.streaming import MOST_OF_ONE_LINK, Beginning, stream
from api.unit import own_units, session, unit
from deliveries.queries import DeliveryNotFound
from kernel import clock, facts
from tracking import links, watching
from tracking.links import ExpiryInvalid, LinkNotFound
from tracking.models import TrackingLink
from tracking.visibility import Seen

blueprint = Blueprint("track", __name__, url_prefix="/v1", description="The recipient's link, and what it shows.")

_PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
_STREAM = _PRIVATE | {"X-Accel-Buffering": "no"}
_SEEN = TrackedSchema()
_LAST_EVENT_ID = {
    "in": "header",
    "name": "Last-Event-ID",
    "description": "The last id that was received: the stream goes on behind it.",
    "schema": {"type": "string"},
    "example": "1042",
}


@blueprint.route("/deliveries/<uuid:delivery_id>/tracking-links", methods=["POST"])
@open_to(Role.MERCHANT, Role.DISPATCHER, Role.ADMIN, scope="deliveries:write")
@blueprint.arguments(NewLinkSchema, example={"expires_at": "2026-07-01T12:00:00Z"})
@blueprint.response(201, LinkSchema)
@blueprint.refuses(DeliveryNotFound, ExpiryInvalid)
def make_link(wanted: dict[str, Any], delivery_id: UUID) -> dict[str, Any]:
    """Make a link through which the recipient can watch the delivery.

    The token is answered this once: only its SHA-256 is kept.
    """
    link, token = links.make(
        session(), delivery_id, expires_at=wanted.get("expires_at"), caller=caller(), now=clock.now()
    )
    url = f"{current_app.config['SETTINGS'].public_url.rstrip('/')}/v1/track/{token}"
    return {"id": link.id, "token": token, "url": url, "expires_at": link.expires_at}


@blueprint.route("/deliveries/<uuid:delivery_id>/tracking-links/<uuid:link_id>", methods=["DELETE"])
@open_to(Role.MERCHANT, Role.DISPATCHER, Role.ADMIN, scope="deliveries:write")
@blueprint.response(204)
@blueprint.refuses(DeliveryNotFound, LinkNotFound)
def revoke_link(delivery_id: UUID, link_id: UUID) -> None:
    """Make a link show nothing any more; open streams of it end."""
    links.revoke(session(), delivery_id, link_id, caller=caller(), now=clock.now())


@blueprint.route("/track/<token>")
@public
@blueprint.response(200, TrackedSchema)
@blueprint.alt_response(304, description="You have this version already.")
@blueprint.refuses(LinkNotFound)
def watch(token: str) -> Response | tuple[Seen, int, dict[str, str]]:
    """Return what the recipient may see now.

    The courier's position shows only while you are next; once the delivery has ended, only how it ended.
    """
    link = links.link_of(session(), token, now=clock.now())
    watched = watching.watch(session(), link, now=clock.now())
    return etags.not_modified(watched.version) or (watched.seen, 200, etags.etag(watched.version) | _PRIVATE)


@blueprint.route("/track/<token>/events")
@public
@own_units
@blueprint.doc(parameters=[_LAST_EVENT_ID])
@blueprint.response(200, {"type": "string"}, content_type="text/event-stream")
@blueprint.refuses(LinkNotFound)
def watch_events(token: str) -> Response:
    """Stream what the recipient may see, as server-sent events.

    `snapshot` first: the document of the plain path. Then `status` with what happened, `arrival` and `position` as
    they change. Ids rise; `Last-Event-ID` resumes without a gap. A stream ends after about 15 minutes: connect again.
    """
    now = clock.now()
    with unit() as short:
        link = links.link_of(short, token, now=now)
    listener = HUB.listen(link.delivery_id, owner_id=link.id, most=MOST_OF_ONE_LINK)
    if listener is None:
        abort(429, f"a link has at most {MOST_OF_ONE_LINK} open streams")
    beginning = _begin(link, listener)
    life_s = (link.expires_at - now).total_seconds() / clock.speed()
    answer = Response(
        stream(listener, beginning, link_id=link.id, life_s=life_s), content_type="text/event-stream", headers=_STREAM
    )
    # A stream that nobody ever reads does not get as far as its own end.
    answer.call_on_close(lambda: HUB.leave(listener))
    return answer


def _begin(link: TrackingLink, listener: Listener) -> Beginning:
    try:
        with unit() as short:
            return _beginning(short, link)
    except BaseException:
        HUB.leave(listener)
        raise


def _beginning(short: Session, link: TrackingLink) -> Beginning:
    """Return the snapshot, and the facts behind the client's last id. Read after the listener was put in place."""
    newest = facts.last_position(short)
    given = request.headers.get("Last-Event-ID", "")
    resumes = given.isascii() and given.isdigit() and len(given) < 19 and int(given) <= newest
    position = int(given) if resumes else newest
    missed = watching.happened(short, link.delivery_id, after=position)
    watched = watching.watch(short, link, now=clock.now())
    return Beginning(position, _SEEN.dump(watched.seen), missed)
