"""Reading a recurrence rule: an RRULE of RFC 5545, kept to what slots need, and bounded before it is ever expanded."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, time
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from kernel.errors import FieldError, Invalid
from slots import wall_clock

MOST_A_DAY = 48  # a slot each half hour
LONGEST_RULE = 500
# How far apart two may be. Also what keeps a rule that never fits from being searched for long.
_MOST_INTERVAL = {"DAILY": 31, "WEEKLY": 52, "MONTHLY": 24}
_PARTS = (
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "WKST",
    "BYDAY",
    "BYMONTHDAY",
    "BYMONTH",
    "BYHOUR",
    "BYMINUTE",
    "BYSETPOS",
)
_WEEKDAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"\d{8}(T\d{6}Z?)?")


class RuleNotUnderstood(Invalid):
    """The recurrence rule is none that slots can have."""


class TooManyOccurrences(Invalid):
    """The recurrence rule makes more slots a day than there may be."""


def read_rule(text: str) -> str:
    """Return the rule in capitals and without its name. RuleNotUnderstood, TooManyOccurrences."""
    rule = text.strip().upper().removeprefix("RRULE:")
    parts = _parts(rule)
    faults = [*_faults(parts)]
    if faults:
        raise RuleNotUnderstood("; ".join(faults), errors=[FieldError("/rule", fault) for fault in faults])
    a_day = _count(parts, "BYHOUR") * _count(parts, "BYMINUTE")
    if a_day > MOST_A_DAY:
        detail = f"{a_day} a day, and {MOST_A_DAY} are the most"
        raise TooManyOccurrences(detail, errors=[FieldError("/rule", detail)], occurrences_a_day=a_day, most=MOST_A_DAY)
    return rule


def compiled(rule: str, *, first: datetime, zone: ZoneInfo) -> rrule:
    """Return the rule from `first` on, a time on the wall, as something to ask for occurrences on the wall."""
    parts = _parts(rule)
    if "UNTIL" in parts:
        parts["UNTIL"] = _until(parts["UNTIL"], zone)
    # An hour or a minute that the rule names it has on its first day too, however early.
    first = first.replace(
        hour=0 if "BYHOUR" in parts else first.hour, minute=0 if "BYMINUTE" in parts else first.minute
    )
    made = rrulestr(";".join(f"{name}={value}" for name, value in parts.items()), dtstart=first)
    assert isinstance(made, rrule)  # one rule makes no set
    return made


def _parts(rule: str) -> dict[str, str]:
    if len(rule) > LONGEST_RULE:
        raise _refusal(f"longer than {LONGEST_RULE} characters")
    parts: dict[str, str] = {}
    for part in rule.split(";"):
        name, equals, value = part.partition("=")
        if not (name and equals and value):
            raise _refusal(f"'{part}' is not NAME=VALUE")
        if name in parts:
            raise _refusal(f"{name} is named twice")
        parts[name] = value
    return parts


def _refusal(fault: str) -> RuleNotUnderstood:
    return RuleNotUnderstood(fault, errors=[FieldError("/rule", fault)])


def _faults(parts: Mapping[str, str]) -> Iterator[str]:
    frequency = parts.get("FREQ", "")
    if frequency not in _MOST_INTERVAL:
        yield f"FREQ is one of {', '.join(_MOST_INTERVAL)}"
        return
    for name, value in parts.items():
        if name not in _PARTS:
            yield f"{name} is none of {', '.join(_PARTS)}"
        elif not _FITS[name](value):
            yield f"{name}={value} is out of range"
    if _number(parts.get("INTERVAL", "1")) > _MOST_INTERVAL[frequency]:
        yield f"INTERVAL is at most {_MOST_INTERVAL[frequency]} with FREQ={frequency}"
    yield from _contradictions(parts, frequency)


def _contradictions(parts: Mapping[str, str], frequency: str) -> Iterator[str]:
    """What RFC 5545 forbids, and what could never come or would be looked for all too long."""
    if "COUNT" in parts and "UNTIL" in parts:
        yield "COUNT and UNTIL exclude each other"
    if frequency == "WEEKLY" and "BYMONTHDAY" in parts:
        yield "BYMONTHDAY does not go with FREQ=WEEKLY"
    if frequency != "MONTHLY" and re.search(r"\d", parts.get("BYDAY", "")):
        yield "only FREQ=MONTHLY counts the weekdays of BYDAY"
    if "BYSETPOS" in parts and (frequency != "MONTHLY" or not re.fullmatch(r"[A-Z,]+", parts.get("BYDAY", ""))):
        yield "BYSETPOS chooses among the plain weekdays of BYDAY with FREQ=MONTHLY"
    if "BYSETPOS" in parts and "BYMONTHDAY" in parts:
        yield "BYSETPOS does not go with BYMONTHDAY"
    if not _has_such_a_day(parts):
        yield "no month of BYMONTH has a day of BYMONTHDAY"
    if frequency == "DAILY" and "BYDAY" in parts and _number(parts.get("INTERVAL", "1")) % 7 == 0:
        yield "say every so many weeks with FREQ=WEEKLY"


def _has_such_a_day(parts: Mapping[str, str]) -> bool:
    if not {"BYMONTHDAY", "BYMONTH"} <= parts.keys():
        return True
    days, months = (
        [_number(each.lstrip("+-")) for each in parts[name].split(",")] for name in ("BYMONTHDAY", "BYMONTH")
    )
    return any(day <= monthrange(2024, month)[1] for month in months if 1 <= month <= 12 for day in days)


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,5}", text) else 0


def _count(parts: Mapping[str, str], name: str) -> int:
    return len(set(parts[name].split(","))) if name in parts else 1


def _numbers(least: int, most: int, *, signed: bool = False) -> Callable[[str], bool]:
    shape = re.compile(r"[+-]?[0-9]{1,5}" if signed else r"[0-9]{1,5}")

    def fits(value: str) -> bool:
        return all(shape.fullmatch(each) and least <= abs(int(each)) <= most for each in value.split(","))

    return fits


def _one(fits: Callable[[str], bool]) -> Callable[[str], bool]:
    return lambda value: "," not in value and fits(value)


def _is_until(value: str) -> bool:
    try:
        return bool(_UNTIL.fullmatch(value)) and 2000 <= _moment(value).year < 2100
    except ValueError:
        return False


def _moment(value: str) -> datetime:
    # A day stands for the whole of it.
    if len(value) == 8:
        return datetime.combine(datetime.strptime(value, "%Y%m%d"), time(23, 59, 59))  # noqa: DTZ007  on the wall
    return datetime.strptime(value.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007  on the wall, or moved there


def _until(value: str, zone: ZoneInfo) -> str:
    moment = _moment(value)
    if value.endswith("Z"):
        moment = wall_clock.shown(moment, zone)
    return moment.strftime("%Y%m%dT%H%M%S")


_FITS: Mapping[str, Callable[[str], bool]] = {
    "FREQ": lambda _: True,
    "INTERVAL": _one(_numbers(1, 99)),
    "COUNT": _one(_numbers(1, 10_000)),
    "UNTIL": _is_until,
    "WKST": lambda value: value in ("MO", "TU", "WE", "TH", "FR", "SA", "SU"),
    "BYDAY": lambda value: all(_WEEKDAY.fullmatch(each) for each in value.split(",")),
    "BYMONTHDAY": _numbers(1, 31, signed=True),
    "BYMONTH": _numbers(1, 12),
    "BYHOUR": _numbers(0, 23),
    "BYMINUTE": _numbers(0, 59),
    "BYSETPOS": _numbers(1, 4, signed=True),
}
