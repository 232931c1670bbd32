"""Deliveries as rows of a CSV file: its columns, and each row as the document that `POST /v1/deliveries` takes."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError

from api import problems
from api.deliveries.drafts import DeliveryDraftSchema
from deliveries.drafts import Draft
from kernel.errors import FieldError, Invalid, Refusal

# What a file of rejects has beside the columns; ignored when it is imported again.
REJECTED = ("line", "problem")
_NUMBERS = ("service_s", "penalty_s", "priority", "setup_s")
_SEVERAL = ("proof_requirements", "required_skills", "excluded_skills")
_EACH_PARCEL = ("weight_g", "length_mm", "width_mm", "height_mm", "code", "description")
COLUMNS: Mapping[str, str] = {
    "external_id": "your own number, unique with the merchant; a second import then changes nothing",
    "recipient_name": "required",
    "phone": "with + and the country code",
    "email": "",
    "address": "a street and house number of the imported city; or give both of the next two",
    "longitude": "degrees",
    "latitude": "degrees",
    "access_notes": "for the courier",
    "windows": "FROM/UNTIL with offsets, several with ; between: 2026-06-15T12:00+03:00/2026-06-15T14:00+03:00",
    "weight_g": "required; this and the next five: several parcels with ; between",
    "length_mm": "",
    "width_mm": "",
    "height_mm": "",
    "code": "SSCC or S10",
    "description": "",
    "service_s": "seconds at the door, 120 unless given",
    "penalty_s": "what leaving it out of a plan may cost; empty: it must go",
    "priority": "the same as 0 to 100",
    "setup_s": "seconds to park; empty: as the plan says",
    "required_skills": "all that are needed, with ; between",
    "excluded_skills": "none of which may come, with ; between",
    "preferred_window": "when it would better come: FROM/UNTIL",
    "proof_requirements": "photo, signature, or both with ; between",
    "draft": "true: not to be planned yet",
}


class FileUnreadable(Invalid):
    """The file cannot be read as deliveries."""


@dataclass
class Row:
    """A line of the file: `line` counts from 1, the header is line 1. `draft` is None when there is a `problem`."""

    line: int
    cells: Mapping[str, str]
    draft: Draft | None = None
    problem: str = field(default="")


def read_rows(lines: Iterable[str]) -> Iterator[Row]:
    """Yield each row, good or with its problem. FileUnreadable when the header is not ours."""
    lines = iter(lines)
    header = next(lines, "").lstrip("\ufeff")
    delimiter = ";" if header.count(";") > header.count(",") else ","
    names = [name.strip().lower() for name in next(csv.reader([header], delimiter=delimiter), [])]
    _check_header(names)
    # Strict: a quote that is never closed must not swallow the lines behind it in silence.
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        first = reader.line_num + 2
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(first, {}, problem=f"lines {first} to {reader.line_num + 1} are not CSV: {error}")
            continue
        if any(cell.strip() for cell in cells):
            yield _row(first, names, cells)


def problem_of(refusal: Refusal) -> str:
    """Return what is wrong with a row in one line."""
    return _in_a_line(refusal.errors) or refusal.detail or problems.title_of(type(refusal))


def _check_header(names: list[str]) -> None:
    unknown = [name for name in names if name not in COLUMNS and name not in REJECTED]
    missing = [name for name in ("recipient_name", "weight_g") if name not in names]
    if not {"address", "longitude"} & set(names) or ("longitude" in names) != ("latitude" in names):
        missing.append("address, or longitude and latitude")
    twice = {name for name in names if names.count(name) > 1}
    for fault, columns in (("unknown", unknown), ("missing", missing), ("repeated", sorted(twice))):
        if columns:
            said = ", ".join(repr(column) for column in columns)
            raise FileUnreadable(f"the first line must name the columns; {fault}: {said}")


def _row(line: int, names: list[str], cells: list[str]) -> Row:
    row = Row(line, dict(zip(names, cells, strict=False)))
    if len(cells) > len(names):
        row.problem = f"has more cells than the first line has columns: {', '.join(cells[len(names) :])}"
        return row
    given = {name: cell.strip() for name, cell in row.cells.items() if cell.strip() and name not in REJECTED}
    try:
        row.draft = DeliveryDraftSchema().load(document(given))
    except ValidationError as wrong:
        row.problem = _in_a_line(problems.misfits(wrong.messages_dict))
    return row


def document(given: Mapping[str, str]) -> dict[str, Any]:
    """Return the JSON document of a row's filled cells. What is not a number stays text, for the schema to refuse."""
    made: dict[str, Any] = {name: given[name] for name in ("external_id", "access_notes") if name in given}
    made |= {name: _number(given[name]) for name in _NUMBERS if name in given}
    made |= {name: _parts(given[name]) for name in _SEVERAL if name in given}
    if "preferred_window" in given:
        made["preferred_window"] = _window(given["preferred_window"])
    if "draft" in given:
        made["draft"] = {"true": True, "false": False}.get(given["draft"].lower(), given["draft"])
    made["recipient"] = {
        name: given[column]
        for name, column in (("name", "recipient_name"), ("phone", "phone"), ("email", "email"))
        if column in given
    }
    made["address"] = _address(given)
    made["windows"] = [_window(part) for part in _parts(given.get("windows", ""))]
    made["parcels"] = _parcels(given)
    return made


def _address(given: Mapping[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = {"text": given["address"]} if "address" in given else {}
    if "longitude" in given or "latitude" in given:
        coordinates = [_number(given.get(name, "")) for name in ("longitude", "latitude")]
        made["place"] = {"type": "Point", "coordinates": coordinates}
    return made


def _window(text: str) -> dict[str, str]:
    starts_at, _, ends_at = text.partition("/")
    return {"starts_at": starts_at.strip(), "ends_at": ends_at.strip()}


def _parcels(given: Mapping[str, str]) -> list[dict[str, Any]]:
    columns = {name: given[name].split(";") for name in _EACH_PARCEL if name in given}
    count = max((len(cells) for cells in columns.values()), default=0)
    parcels: list[dict[str, Any]] = [{} for _ in range(count)]
    for name, cells in columns.items():
        for parcel, cell in zip(parcels, cells, strict=False):
            if cell.strip():
                parcel[name] = _number(cell) if name in _EACH_PARCEL[:4] else cell.strip()
    return parcels


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text.strip()


def _in_a_line(errors: Iterable[FieldError]) -> str:
    return "; ".join(f"{error.pointer.strip('/')}: {error.detail}" for error in errors)
