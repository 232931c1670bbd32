"""Receiving: what is coming, what was scanned, what is not taken in, what it looks like."""

from __future__ import annotations

from contextlib import closing
from typing import Any
from uuid import UUID

from api import native
from api.access import caller
from api.counter.desk import NO_SEAT, blueprint, reads, seat, writes
from api.counter.schemas import (
    CheckInSchema,
    CounterEvidenceSchema,
    DesksSchema,
    ExpectedQuery,
    InboundListSchema,
    ReceiptSchema,
    RejectionSchema,
    StaySchema,
)
from api.problems import described
from api.proofs.schemas import ProofSchema
from api.unit import own_units, session, unit
from api.uploads import largest_body
from deliveries.progress import DeliveryNotInState
from kernel import clock
from kernel.errors import Refusal
from kernel.geo import Point
from pickup_points.counter import check_in, evidence, posts, rejecting
from pickup_points.counter.check_in import CheckedInAlready, ExpectedElsewhere, NotForPoint, Receipt, Scan
from pickup_points.counter.damage import PhotoMissing
from pickup_points.counter.evidence import CaptureTimeInvalid, EvidenceNeedsPerson, NotAtYourPoint
from pickup_points.counter.scanning import CodeUnknown
from pickup_points.models import Stay
from proofs import capture, pictures
from proofs.capture import Capture, ProofIdTaken
from proofs.models import Proof
from proofs.pictures import NotAPicture, fingerprint
from proofs.store import EvidenceUnavailable
from tracking.inbound import Inbound, inbound

_CHECK_IN = {
    "scans": [{"code": "340123450000000000", "shelf": "B3"}, {"code": "RR123456785FI", "shelf": "B4"}],
    "told": 2,
}
_REJECTION = {
    "code": "340123450000000000",
    "reason": "damaged",
    "proof_ids": ["01985c1e-3b1c-7d3e-9f63-0a4f5a1f7c12"],
}


@blueprint.route("/points")
@reads
@blueprint.response(200, DesksSchema)
def list_own_points() -> dict[str, Any]:
    """List the points where you work. A key of the carrier works at all of them."""
    return {
        "items": [
            {
                "point_id": point.id,
                "name": point.name,
                "kind": point.kind,
                "address": point.address_text,
                "zone": point.zone,
                "shelf_required": point.shelf_required,
                "supervisor": supervisor,
            }
            for point, supervisor in posts.seats(session(), caller=caller())
        ]
    }


@blueprint.route("/expected")
@reads
@blueprint.arguments(ExpectedQuery, location="query")
@blueprint.response(200, InboundListSchema)
@blueprint.refuses(*NO_SEAT)
def list_expected(query: dict[str, Any]) -> dict[str, Any]:
    """List what is coming to your point, and when its courier is thought to be there."""
    point = seat(query["point_id"]).point
    found: list[Inbound] = [*inbound(session(), point.id, before=query["before"])]
    return {"items": found}


@blueprint.route("/check-ins", methods=["POST"])
@writes
@blueprint.arguments(CheckInSchema, example=_CHECK_IN)
@blueprint.response(200, ReceiptSchema)
@blueprint.refuses(*NO_SEAT)
def check_parcels_in(asked: dict[str, Any]) -> dict[str, Any]:
    """Check in what the courier left, one parcel or many.

    Each scan has its own answer: a parcel that is in already, is expected elsewhere or unknown costs no other. Who
    is ready is told at once. A count that does not match is answered, and kept as an exception.
    """
    scans = [Scan(**each | {"proof_ids": tuple(each["proof_ids"])}) for each in asked["scans"]]
    receipt = check_in.check_in(session(), seat(asked["point_id"]), scans, told=asked["told"], now=clock.now())
    return _shown(receipt)


@blueprint.route("/rejections", methods=["POST"])
@writes
@blueprint.arguments(RejectionSchema, example=_REJECTION)
@blueprint.response(201, StaySchema)
@blueprint.refuses(
    *NO_SEAT, CodeUnknown, CheckedInAlready, ExpectedElsewhere, NotForPoint, PhotoMissing, DeliveryNotInState
)
def reject_parcel(asked: dict[str, Any]) -> Stay:
    """Do not take a parcel in: the courier keeps it, and the carrier answers for it. Damage is shown on a photo."""
    return rejecting.reject(
        session(),
        seat(asked["point_id"]),
        asked["code"],
        reason=asked["reason"],
        proof_ids=tuple(asked["proof_ids"]),
        now=clock.now(),
    )


@blueprint.route("/evidence", methods=["POST"])
@writes
@own_units
@largest_body(pictures.LARGEST_UPLOAD)
@blueprint.arguments(CounterEvidenceSchema, location="multipart")
@blueprint.response(201, ProofSchema)
@blueprint.refuses(
    *NO_SEAT,
    NotAtYourPoint,
    ProofIdTaken,
    CaptureTimeInvalid,
    EvidenceNeedsPerson,
    NotAPicture,
    EvidenceUnavailable,
)
def add_counter_evidence(form: dict[str, Any]) -> Proof:
    """Hand in a photo or a signature for a delivery at your point.

    The picture is checked, stripped of everything but its pixels and stored with its SHA-256. The same picture with
    the same id once more is answered as the first time.
    """
    with closing(form.pop("file")) as file:
        upload = file.read()
    longitude, latitude, point_id = form.pop("longitude"), form.pop("latitude"), form.pop("point_id")
    said = Capture(place=None if longitude is None else Point(longitude, latitude), **form)
    known = _expect(said, point_id, received_sha256=fingerprint(upload))
    if known is not None:
        return known

    picture = native.run(pictures.develop, upload, kind=said.kind)
    native.run(capture.store, said, picture)
    with unit() as short:
        at = posts.seat(short, point_id, caller=caller())
        return evidence.take(short, at, said, picture=picture, now=clock.now())


def _expect(said: Capture, point_id: UUID | None, *, received_sha256: str) -> Proof | None:
    with unit() as short:
        at = posts.seat(short, point_id, caller=caller())
        return evidence.expect(short, at, said, received_sha256=received_sha256, now=clock.now())


def _shown(receipt: Receipt) -> dict[str, Any]:
    return {
        "items": [_item(index, outcome) for index, outcome in enumerate(receipt.outcomes)],
        "scanned": receipt.scanned,
        "told": receipt.told,
        "matches": receipt.matches,
        "missing": receipt.missing,
    }


def _item(index: int, outcome: Stay | Refusal) -> dict[str, Any]:
    if isinstance(outcome, Refusal):
        problem = described(outcome, under=f"/scans/{index}")
        return {"index": index, "status": problem["status"], "problem": problem}
    return {"index": index, "status": 201, "stay": outcome}
