"""Finding and handing over."""

from __future__ import annotations

from typing import Any

from api.counter.desk import NO_SEAT, blueprint, reads, seat, writes
from api.counter.handing import HandOverRequestSchema, HandOverSchema, LookUpSchema, OpenedSchema
from api.counter.schemas import KeptListSchema, ParcelsQuery
from api.unit import session
from deliveries.progress import DeliveryNotInState
from kernel import clock
from pickup_points.counter import handing_over, shelf, unlocking
from pickup_points.counter.code_tries import CodesLocked
from pickup_points.counter.delegates import TooManyDelegates
from pickup_points.counter.handing_over import Given, NothingToGoBy, RecipientsDiffer
from pickup_points.counter.judging import Asked, DelegateNotAuthorised, IdentityNotProven, NotOpened, WrongPerson
from pickup_points.counter.posts import SupervisorNeeded
from pickup_points.counter.unlocking import CodeOfAnotherPoint, Opened, WrongCode
from pickup_points.stays.queries import StayNotFound
from pickup_points.stays.staying import StayNotInState
from proofs.checking import Look
from proofs.requirements import ProofMissing

_LOOK_UP = {"codes": ["12345678"]}
_HAND_OVER = {
    "codes": ["12345678"],
    "receiver": "recipient",
    "looks": [{"kind": "id_check", "paper": "id_card", "passed": True}],
}


@blueprint.route("/parcels")
@reads
@blueprint.arguments(ParcelsQuery, location="query")
@blueprint.response(200, KeptListSchema)
@blueprint.refuses(*NO_SEAT)
def find_parcels(query: dict[str, Any]) -> dict[str, Any]:
    """Find what lies at your point, the likest first: by code, by name with a slip or two, by a phone's last digits.

    Without `q`, all of it, what came first in front. Nothing outside your point is ever found.
    """
    point = seat(query["point_id"]).point
    if query["q"] is None:
        found = shelf.kept(session(), point.id)
    else:
        found = shelf.search(session(), point.id, query["q"], limit=query["limit"])
    on_shelf = [each for each in found if query["shelf"] in (None, each.stay.shelf)]
    return {"items": on_shelf[: query["limit"]]}


@blueprint.route("/look-ups", methods=["POST"])
@writes
@blueprint.arguments(LookUpSchema, example=_LOOK_UP)
@blueprint.response(200, OpenedSchema)
@blueprint.refuses(*NO_SEAT, CodesLocked, WrongCode, CodeOfAnotherPoint)
def look_codes_up(asked: dict[str, Any]) -> Opened:
    """See what a code opens before you fetch it: parcels, shelves, names, and what must be shown.

    Wrong codes are counted: after five in a row nothing is listened to for a minute, then for longer each time.
    """
    return unlocking.opened_by(session(), seat(asked["point_id"]), asked["codes"], now=clock.now())


@blueprint.route("/hand-overs", methods=["POST"])
@writes
@blueprint.arguments(HandOverRequestSchema, example=_HAND_OVER)
@blueprint.response(201, HandOverSchema)
@blueprint.refuses(
    *NO_SEAT,
    CodesLocked,
    WrongCode,
    CodeOfAnotherPoint,
    NotOpened,
    NothingToGoBy,
    RecipientsDiffer,
    StayNotFound,
    StayNotInState,
    DeliveryNotInState,
    SupervisorNeeded,
    DelegateNotAuthorised,
    TooManyDelegates,
    WrongPerson,
    IdentityNotProven,
    ProofMissing,
)
def hand_parcels_over(asked: dict[str, Any]) -> Given:
    """Hand parcels over, all that are asked for or none.

    It rests on a collection code, on a paper that names the recipient, or on a supervisor's reason. A delegate is
    named by the recipient, or written down when they bring the code and a paper. What the delivery asks for
    (a signature, a look at a paper, the age) is there first. Whoever is refused is counted.
    """
    at = seat(asked.pop("point_id"))
    looks = tuple(Look(**look) for look in asked.pop("looks"))
    wanted = Asked(codes=tuple(asked.pop("codes")), stay_ids=tuple(asked.pop("stay_ids")), looks=looks, **asked)
    return handing_over.hand_over(session(), at, wanted, now=clock.now())
