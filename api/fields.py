"""What JSON looks like, for all resources: strict fields, so that a wrong type or a NUL byte is a clear refusal."""

from __future__ import annotations

import base64
import typing
from datetime import UTC, datetime
from typing import Any

import marshmallow as ma
import phonenumbers
from flask_smorest.fields import Upload
from marshmallow import fields, validate
from werkzeug.datastructures import FileStorage

from kernel.geo import Point

MOST = 2**31 - 1
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class Schema(ma.Schema):
    """A JSON object. Unknown names are refused, and answers keep the order of declaration."""

    class Meta:
        """Refuse what we do not know."""

        unknown = ma.RAISE


class ChangeSchema(Schema):
    """What to change: at least one thing."""

    @ma.validates_schema
    def _something(self, data: dict[str, Any], **_: Any) -> None:
        if not data:
            raise ma.ValidationError("name something to change")


class Text(fields.String):
    """A string PostgreSQL can hold, 1 to 500 characters unless told otherwise."""

    def __init__(self, *, least: int = 1, most: int = 500, **kwargs: Any) -> None:
        kwargs["validate"] = [validate.Length(min=least, max=most), *_listed(kwargs.get("validate"))]
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if "\x00" in text:
            raise ma.ValidationError("must not contain a NUL byte")
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            raise ma.ValidationError("must be valid Unicode")
        return text


class Whole(fields.Integer):
    """A JSON integer within bounds: `"5"`, `5.0` and `true` are not. In a query string, digits."""

    def __init__(self, *, least: int = 0, most: int = MOST, **kwargs: Any) -> None:
        kwargs["validate"] = [validate.Range(min=least, max=most), *_listed(kwargs.get("validate"))]
        super().__init__(**kwargs)

    def _validated(self, value: Any) -> int:
        if not (type(value) is int or (isinstance(value, str) and _is_query(self) and _is_digits(value))):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class Real(fields.Float):
    """A JSON number within bounds; in a query string, its digits."""

    def __init__(self, *, least: float, most: float, **kwargs: Any) -> None:
        kwargs["validate"] = [validate.Range(min=least, max=most), *_listed(kwargs.get("validate"))]
        super().__init__(**kwargs)

    def _validated(self, value: Any) -> float:
        if isinstance(value, str) and not _is_query(self):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class Truth(fields.Boolean):
    """`true` or `false` and nothing else."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(truthy={True, "true"}, falsy={False, "false"}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not (isinstance(value, bool) or (isinstance(value, str) and _is_query(self))):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class Time(fields.AwareDateTime):
    """RFC 3339 with an offset, between 2000 and 2100; written in UTC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str):
            raise self.make_error("invalid", input=value, obj_type="datetime")
        try:
            given = super()._deserialize(value, attr, data, **kwargs).astimezone(UTC)
        except OverflowError:
            raise self.make_error("invalid", input=value, obj_type="datetime") from None
        if not _EARLIEST <= given < _LATEST:
            raise ma.ValidationError("must lie between the years 2000 and 2100")
        return given

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Phone(Text):
    """A telephone number with its country code, kept as E.164."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(least=3, most=32, metadata={"examples": ["+358401234567"]}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            number = phonenumbers.parse(text, None)
        except phonenumbers.NumberParseException:
            raise ma.ValidationError("must start with + and the country code") from None
        if not phonenumbers.is_possible_number(number):
            raise ma.ValidationError("is not a possible telephone number")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class Email(fields.Email):
    """An e-mail address of at most 254 characters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(max=254), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return Text()._deserialize(super()._deserialize(value, attr, data, **kwargs), attr, data)


# Something that can be read, and not only spaces and control characters.
NOT_BLANK = validate.Regexp(r"[\s\S]*[^\x00-\x20\x7f-\xa0]", error="must not be blank")


class Name(Text):
    """What somebody or something is called: 1 to 200 characters, not only spaces."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(most=200, validate=NOT_BLANK, **kwargs)


class Skill(Text):
    """What a driver or a vehicle can do, as a word: small letters, digits, `-` and `_`."""

    def __init__(self, **kwargs: Any) -> None:
        word = validate.Regexp(r"[a-z0-9][a-z0-9_-]*\Z", error="must be small letters, digits, - and _")
        super().__init__(most=40, validate=word, **kwargs)


def skills(about: str, **kwargs: Any) -> fields.List[Any]:
    """Return the field of at most 20 skills."""
    metadata = {"description": about, "examples": [["cooled", "two_people"]]}
    return fields.List(Skill(), validate=validate.Length(max=20), metadata=metadata, **kwargs)


class Password(Text):
    """A password that somebody chooses: length is what makes one good (NIST SP 800-63B)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            least=10,
            most=200,
            load_only=True,
            metadata={"examples": ["correct horse battery"], "format": "password"},
            **kwargs,
        )


class File(Upload):  # type: ignore[misc]  # flask-smorest is untyped
    """A file of a form: a part that has a file's name."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> FileStorage:
        if not isinstance(value, FileStorage):
            raise ma.ValidationError("must be a file, not text")
        return value


class Place(fields.Field[Point]):
    """A GeoJSON point, `{"type": "Point", "coordinates": [longitude, latitude]}`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Point:
        if not (isinstance(value, dict) and set(value) == {"type", "coordinates"} and value["type"] == "Point"):
            raise ma.ValidationError("must be a GeoJSON Point with `type` and `coordinates`")
        coordinates = value["coordinates"]
        if not (isinstance(coordinates, list) and len(coordinates) == 2 and all(map(_is_number, coordinates))):
            raise ma.ValidationError({"coordinates": ["must be [longitude, latitude], two numbers"]})
        try:
            return Point(float(coordinates[0]), float(coordinates[1]))
        except (ValueError, OverflowError):
            raise ma.ValidationError({"coordinates": ["must lie on Earth: [longitude, latitude] in degrees"]}) from None

    def _serialize(self, value: Point | None, attr: str | None, obj: Any, **kwargs: Any) -> dict[str, Any] | None:
        return None if value is None else {"type": "Point", "coordinates": [value.longitude, value.latitude]}


def place2properties(self: Any, field: fields.Field[Any], **kwargs: Any) -> dict[str, Any]:
    """Document `Place` in the spec."""
    if not isinstance(field, Place):
        return {}
    return {
        "type": ["object", "null"] if field.allow_none else "object",
        "required": ["type", "coordinates"],
        "additionalProperties": False,
        "properties": {
            "type": {"const": "Point"},
            "coordinates": {
                "type": "array",
                "prefixItems": [
                    {"type": "number", "minimum": -180, "maximum": 180},
                    {"type": "number", "minimum": -90, "maximum": 90},
                ],
                "minItems": 2,
                "maxItems": 2,
            },
        },
        "examples": [{"type": "Point", "coordinates": [24.9414, 60.1719]}],
    }


class Key(fields.Field[bytes]):
    """Bytes in base64url, without padding."""

    def _serialize(self, value: bytes | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else base64.urlsafe_b64encode(value).decode().rstrip("=")


def key2properties(self: Any, field: fields.Field[Any], **kwargs: Any) -> dict[str, Any]:
    """Document `Key` in the spec."""
    return {"type": "string", "format": "byte"} if isinstance(field, Key) else {}


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _is_digits(text: str) -> bool:
    """Whether these are digits as JSON has them: Python's own reading takes ` 5`, `+5` and `1_0` as well."""
    return text.isascii() and text.removeprefix("-").isdigit()


def _is_query(field: fields.Field[Any]) -> bool:
    """Whether the field's schema reads a query string, where every value is text."""
    return bool(getattr(field.root, "from_text", False))


def _listed(validators: Any) -> list[Any]:
    if validators is None:
        return []
    return list(validators) if isinstance(validators, typing.Iterable) else [validators]


class Query(Schema):
    """A query string."""

    from_text = True


class PageQuery(Query):
    """Which part of a list."""

    cursor = fields.UUID(load_default=None, metadata={"description": "`next_cursor` of the page before"})
    limit = Whole(least=1, most=200, load_default=50, metadata={"description": "How many at most"})
