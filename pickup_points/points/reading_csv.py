"""Reading points from a CSV file whose columns may be called anything: a table says which of them are ours."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from kernel.errors import FieldError, Invalid, Refusal
from kernel.geo import Point
from pickup_points.models import PointKind, PointService, StepFree
from pickup_points.points.changing import PointDraft
from pickup_points.points.importing import Told

COLUMNS = {
    "external_id": "whoever runs it calls it so; the same again is the same point",
    "name": "",
    "kind": "locker, shop, post_office or depot; words of known carriers are understood",
    "latitude": "degrees",
    "longitude": "degrees",
    "brand": "",
    "operator": "",
    "ref": "the number on its wall",
    "address_text": "",
    "zone": "IANA; else that of its place",
    "country": "ISO 3166-1 alpha-2; else that of the zone",
    "directions": "",
    "opening_hours": "as OSM writes them",
    "always_open": "true: 24/7, whatever opening_hours say",
    "step_free": "yes, limited or no",
    "services": "collect, send, return, with | between them",
    "most_parcels": "what a counter holds",
    "hold_days": "how long a parcel waits",
    "in_service": "false, or a status other than operating: it is suspended",
}
_NEEDED = ("external_id", "name", "latitude", "longitude")

type Mapped = Mapping[str, Sequence[str]]

# Headers of public feeds, as they were published.
_KNOWN: Sequence[tuple[frozenset[str], Mapped]] = (
    (
        frozenset({"country", "name", "status", "type", "location_247", "functions", "line1", "line2"}),
        {
            "external_id": ["name"],
            "name": ["name"],
            "kind": ["type"],
            "latitude": ["lat"],
            "longitude": ["lon"],
            "address_text": ["line1", "line2"],
            "country": ["country"],
            "opening_hours": ["opening_hours"],
            "always_open": ["location_247"],
            "services": ["functions"],
            "in_service": ["status"],
        },
    ),
    (
        frozenset({"operator", "country", "id", "name", "address", "type", "opening_hours_raw"}),
        {
            "external_id": ["operator", "country", "id", "name", "address"],
            "name": ["name"],
            "kind": ["type"],
            "latitude": ["lat"],
            "longitude": ["lon"],
            "operator": ["operator"],
            "address_text": ["address"],
            "country": ["country"],
            "opening_hours": ["opening_hours_raw"],
        },
    ),
)
_KINDS = {
    PointKind.LOCKER: ("locker", "parcel_locker", "pickupstation", "lpexpress", "unisend", "udrop", "apt", "ipb", "3"),
    PointKind.SHOP: ("shop", "pok", "pop", "pudo", "pudo_mini", "1"),
    PointKind.POST_OFFICE: ("post_office", "lv_pasts"),
    PointKind.DEPOT: ("depot",),
}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words}
_TRUE = ("true", "yes", "1", "operating")
_AS_IS = ("brand", "operator", "ref", "directions", "zone")


class ColumnsUnknown(Invalid):
    """The file's columns cannot be told: name ours, and theirs that they are made of."""


class CellWrong(Invalid):
    """A cell of this line cannot be read."""


class TwiceInFile(Invalid):
    """The file has a point of this external id already."""


def read_columns(text: str) -> Mapped:
    """Read `ours=theirs,ours=theirs+theirs`. ColumnsUnknown."""
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    wrong = [ours for ours, _, theirs in pairs if ours.strip() not in COLUMNS or not theirs.strip()]
    if wrong or not pairs:
        raise ColumnsUnknown(f"not understood: {', '.join(wrong) or text!r}; ours are {', '.join(COLUMNS)}")
    return {ours.strip(): [each.strip() for each in theirs.split("+")] for ours, _, theirs in pairs}


def read_csv(lines: Iterable[str], *, columns: Mapped | None = None, kind: PointKind | None = None) -> Iterator[Told]:
    """Yield the points of the file, each named by its line. ColumnsUnknown.

    `kind` is that of points whose line does not say one; an external id of several columns has `:` between them.
    """
    reader = csv.DictReader(lines)
    mapped = _mapped(reader.fieldnames or (), columns)
    seen: dict[str, int] = {}
    for cells in reader:
        line = reader.line_num
        try:
            draft = _draft(cells, mapped, kind)
            first = seen.setdefault(str(draft["external_id"]), line)
            if first != line:
                raise TwiceInFile(f"line {first} has it too", errors=[FieldError("/external_id", f"as line {first}")])
            yield Told(f"line {line}", draft)
        except Refusal as refusal:
            yield Told(f"line {line}", refusal)


def _mapped(header: Sequence[str], columns: Mapped | None) -> Mapped:
    if columns is None:
        columns = next((theirs for known, theirs in _KNOWN if known <= {*header}), None)
    if columns is None:
        columns = {name: [name] for name in COLUMNS if name in header}
    lacking = [name for name in _NEEDED if name not in columns]
    strange = [each for theirs in columns.values() for each in theirs if each not in header]
    if lacking or strange:
        said = [f"lacks {', '.join(lacking)}"] if lacking else []
        said += [f"has no column {', '.join(strange)}"] if strange else []
        raise ColumnsUnknown(f"the file {' and '.join(said)}; it has {', '.join(header)}")
    return columns


def _draft(cells: Mapping[str, Any], mapped: Mapped, kind: PointKind | None) -> PointDraft:
    def cell(name: str, between: str = ", ") -> str | None:
        parts = [(cells.get(theirs) or "").strip() for theirs in mapped.get(name, ())]
        return between.join(filter(None, parts)) or None

    draft = PointDraft(
        external_id=_needed(cell("external_id", ":"), "external_id"),
        name=_needed(cell("name"), "name")[:200],
        place=_place(cell("latitude"), cell("longitude")),
        kind=_kind(cell("kind"), kind),
    )
    told: dict[str, Any] = {name: cell(name) for name in _AS_IS} | {
        "address_text": cell("address_text"),
        "country": _country(cell("country")),
        "opening_hours": "24/7" if _truth(cell("always_open")) else cell("opening_hours"),
        "step_free": _one_of(StepFree, cell("step_free"), "step_free"),
        "services": _services(cell("services")),
        "most_parcels": _whole(cell("most_parcels"), "most_parcels", least=0),
        "hold_days": _whole(cell("hold_days"), "hold_days", least=1),
        "suspended": None if cell("in_service") is None else not _truth(cell("in_service")),
    }
    return {**draft, **{name: value for name, value in told.items() if value is not None}}  # type: ignore[typeddict-item]


def _needed(value: str | None, name: str) -> str:
    if value is None:
        raise _wrong(name, f"{name} is missing")
    return value


def _place(latitude: str | None, longitude: str | None) -> Point:
    try:
        return Point(float(_needed(longitude, "longitude")), float(_needed(latitude, "latitude")))
    except ValueError:
        raise _wrong("place", f"{latitude}, {longitude} is no latitude and longitude in degrees") from None


def _kind(word: str | None, otherwise: PointKind | None) -> PointKind:
    """Return the kind of the first word of several that is known."""
    for each in (word or "").lower().split("|"):
        if each in _KIND_OF:
            return _KIND_OF[each]
    if otherwise is None:
        raise _wrong("kind", f"'{word or ''}' is none that is known: say of which kind such points are")
    return otherwise


def _services(words: str | None) -> list[PointService] | None:
    """Return what can be done there, by what carriers call it: `parcel_collect`, `courier_reverse_return_send`."""
    if words is None:
        return None
    each = words.lower().split("|")
    found = [service for service in PointService if any(_names(word, service) for word in each)]
    return found or None


def _names(word: str, service: PointService) -> bool:
    if service is PointService.SEND and "return" in word:
        return False
    return service.value in word


def _country(code: str | None) -> str | None:
    return code.upper() if code is not None and len(code) == 2 and code.isalpha() else None


def _truth(word: str | None) -> bool:
    return word is not None and word.lower() in _TRUE


def _one_of(kinds: type[StepFree], word: str | None, name: str) -> StepFree | None:
    try:
        return None if word is None else kinds(word.lower())
    except ValueError:
        raise _wrong(name, f"'{word}' is none of {', '.join(kinds)}") from None


def _whole(text: str | None, name: str, *, least: int) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and least <= int(text) <= 100_000):
        raise _wrong(name, f"'{text}' is no whole number from {least} on")
    return int(text)


def _wrong(name: str, detail: str) -> CellWrong:
    return CellWrong(f"{name}: {detail}", errors=[FieldError(f"/{name}", detail)])
