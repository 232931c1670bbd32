"""Points in OpenStreetMap's words, both ways: what is a locker there, a post office, a shop that takes parcels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kernel.geo import Point
from pickup_points.models import PickupPoint, PointKind, PointService, StepFree
from pickup_points.points.changing import PointDraft

# What a way or a node may be found by.
KEYS = ("amenity", "post_office", "vending")
_NAMELESS = {
    PointKind.LOCKER: "Parcel locker",
    PointKind.POST_OFFICE: "Post office",
    PointKind.SHOP: "Parcel shop",
    PointKind.DEPOT: "Depot",
}
_WHEELCHAIR = {
    "yes": StepFree.YES,
    "designated": StepFree.YES,
    "limited": StepFree.LIMITED,
    "no": StepFree.NO,
}
_AMENITY = {
    PointKind.LOCKER: ("amenity", "parcel_locker"),
    PointKind.POST_OFFICE: ("amenity", "post_office"),
    PointKind.SHOP: ("post_office", "post_partner"),
    PointKind.DEPOT: ("amenity", "post_depot"),
}
_AS_IS = ("brand", "operator", "ref", "opening_hours")


def draft_of(tags: Mapping[str, str], *, external_id: str, place: Point) -> PointDraft | None:
    """Return the point that the tags tell of; None: they tell of something else."""
    kind = _kind(tags)
    if kind is None:
        return None
    draft = PointDraft(
        external_id=external_id, kind=kind, name=_name(tags, kind), place=place, services=[*_services(tags, kind)]
    )
    for name in _AS_IS:
        if tags.get(name):
            draft[name] = tags[name]  # type: ignore[literal-required]  # one of the draft's own names
    if tags.get("wheelchair") in _WHEELCHAIR:
        draft["step_free"] = _WHEELCHAIR[tags["wheelchair"]]
    if tags.get("description"):
        draft["directions"] = tags["description"][:1000]
    address = _address(tags)
    if address:
        draft["address_text"] = address
    return draft


def tags_of(point: PickupPoint) -> dict[str, str]:
    """Return the point as tags, of which `draft_of` makes the same point again; a depot's stay ours alone."""
    key, value = _AMENITY[point.kind]
    tags = {key: value, "name": point.name}
    tags |= {name: told for name in _AS_IS if (told := getattr(point, name))}
    if point.step_free is not None:
        tags["wheelchair"] = point.step_free.value
    if point.directions:
        tags["description"] = point.directions
    if point.address_text:
        tags["addr:full"] = point.address_text
    services = set(point.services)
    tags["parcel_pickup"] = "yes" if PointService.COLLECT in services else "no"
    tags["parcel_mail_in"] = _mail_in(services)
    return tags


def _kind(tags: Mapping[str, str]) -> PointKind | None:
    if tags.get("amenity") == "parcel_locker" or "parcel_pickup" in tags.get("vending", "").split(";"):
        return PointKind.LOCKER
    if tags.get("amenity") == "post_office":
        return PointKind.POST_OFFICE
    if tags.get("post_office") in ("post_partner", "post_annex"):
        return PointKind.SHOP
    return None


def _name(tags: Mapping[str, str], kind: PointKind) -> str:
    sign = tags.get("brand") or tags.get("operator")
    return tags.get("name") or " ".join(filter(None, (sign, tags.get("ref")))) or _NAMELESS[kind]


def _services(tags: Mapping[str, str], kind: PointKind) -> Iterator[PointService]:
    """Yield what can be done there: without a word on sending, at a counter all, at a locker nothing but collect."""
    if tags.get("parcel_pickup") != "no":
        yield PointService.COLLECT
    mail_in = tags.get("parcel_mail_in", "no" if kind is PointKind.LOCKER else "yes")
    if mail_in in ("yes", "sending"):
        yield PointService.SEND
    if mail_in in ("yes", "returning"):
        yield PointService.RETURN


def _mail_in(services: set[str]) -> str:
    if {PointService.SEND, PointService.RETURN} <= services:
        return "yes"
    if PointService.RETURN in services:
        return "returning"
    return "sending" if PointService.SEND in services else "no"


def _address(tags: Mapping[str, str]) -> str:
    if tags.get("addr:full"):
        return tags["addr:full"]
    street = " ".join(filter(None, (tags.get("addr:street"), tags.get("addr:housenumber"))))
    town = " ".join(filter(None, (tags.get("addr:postcode"), tags.get("addr:city"))))
    return ", ".join(filter(None, (street, town)))
