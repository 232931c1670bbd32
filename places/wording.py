"""How addresses are written: folding letters, reading house numbers, taking a typed address apart."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher

# Letters that Unicode does not take apart.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})

_NUMBER = r"\d+(?:[^\W\d_]{1,3}(?!\w)|\s[^\W\d_](?!\w))?"  # 12, 12b, 12 B, 12bis
_HOUSE = rf"{_NUMBER}(?:\s?[-–/]\s?(?:{_NUMBER}|[^\W\d_](?!\w)))*"  # 4-6, 283/4, 12/A
_HOUSE_ONLY = re.compile(_HOUSE)
_HOUSE_WORD = re.compile(rf"(?<!\S){_HOUSE}(?!\S)")
_POSTCODE = re.compile(r"(?<!\S)(?:\d{4,6}|\d{3}\s\d{2})(?!\S)")
_LETTER = re.compile(r"[^\W\d_]")
_LONG_WORD = re.compile(r"[^\W\d_]{3}")
# One wrong letter in nine, as difflib counts it. `Iso` and `Pieni Roobertinkatu`, which are two streets, are at 0.83.
_SAME_NAME = 0.88
_RANGE_LIMIT = 60  # a wider "range" is a writing habit (building-flat), not a row of houses


@dataclass(frozen=True)
class HouseNumber:
    """A house number as the index holds it. `parts` are all the numbers it answers to, `value` is how it sorts."""

    key: str
    parts: tuple[str, ...]
    value: int


@dataclass(frozen=True)
class TypedAddress:
    """An address as somebody typed it, taken apart and folded. Empty strings and None where nothing was said."""

    street: str
    house: HouseNumber | None
    postcode: str
    town: str


def fold(text: str) -> str:
    """Return the text without case, marks and punctuation: `Äyräspää, 1-3` becomes `ayraspaa 1 3`."""
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.findall(r"\w+", letters.replace("_", " ")))


def read_house_number(text: str) -> HouseNumber:
    """Return what a house number stands for: `4-8` answers to 4, 6 and 8; `283/4` to 283 and 4; `12 B` to 12b."""
    pieces = [piece.strip().casefold() for piece in re.split(r"[;,]", text)]
    numbers = [_tight(piece) for piece in pieces if _HOUSE_ONLY.fullmatch(piece)]
    if not numbers:
        key = fold(text)
        return HouseNumber(key, (key,), _first_number(key))
    parts = dict.fromkeys(part for number in numbers for part in _parts(number))
    # Where a house has two numbers (Czech, Slovak), the second is the one in the street.
    named = [part for part in numbers[0].split("/") if part[:1].isdigit()]
    return HouseNumber(numbers[0], tuple(parts), _first_number(named[-1]))


def read_typed(text: str) -> TypedAddress:
    """Take a typed address apart: `Mannerheimintie 12 B, 00100 Helsinki`, `12 Main Street`, `fabianinkatu`."""
    street, number, rest = _split(text)
    postcode = _POSTCODE.search(rest)
    town = _POSTCODE.sub(" ", rest)
    return TypedAddress(
        street=fold(street),
        house=read_house_number(number) if number else None,
        postcode=postcode.group().replace(" ", "") if postcode else "",
        town=" ".join(word for word in fold(town).split() if len(word) > 1 and not word[0].isdigit()),
    )


def same_name(typed: str, key: str) -> bool:
    """Say whether two folded names differ by a slip of the fingers only. Numbers in them must agree."""
    if re.findall(r"\d+", typed) != re.findall(r"\d+", key):
        return False
    return SequenceMatcher(None, typed, key, autojunk=False).ratio() >= _SAME_NAME


def _split(text: str) -> tuple[str, str, str]:
    """Return street, house number and what follows. A house's own name may stand before: `Station, Kaivokatu 1`."""
    pieces = [piece.strip() for piece in text.split(",")]
    for index, piece in enumerate(pieces):
        house = _house_in(piece)
        if house is None:
            continue
        rest = " ".join(pieces[index + 1 :])
        if piece[: house.start()].strip():
            return piece[: house.start()], house.group(), f"{piece[house.end() :]} {rest}"
        if index == 0:
            return piece[house.end() :], house.group(), rest
    return pieces[0], "", " ".join(pieces[1:])


def _house_in(text: str) -> re.Match[str] | None:
    """Return the house number: the first after a word, or a later one after a longer word (`Rue du 8 Mai 12`)."""
    found = [match for match in _HOUSE_WORD.finditer(text) if len(match.group()) < 5 or not match.group().isdigit()]
    chosen = next((match for match in found if _LETTER.search(text[: match.start()])), None)
    if chosen is None:
        return found[0] if found else None
    for later in found[found.index(chosen) + 1 :]:
        if _LONG_WORD.search(text[chosen.end() : later.start()]):
            chosen = later
    return chosen


def _tight(number: str) -> str:
    return re.sub(r"\s", "", number).replace("–", "-")


def _parts(number: str) -> list[str]:
    named = [part for part in re.split(r"[-/]", number) if part[0].isdigit()]
    ends = number.split("-")
    if len(ends) == 2 and ends[0].isdigit() and ends[1].isdigit():
        low, high = int(ends[0]), int(ends[1])
        step = 2 if (high - low) % 2 == 0 else 1
        if low < high <= low + _RANGE_LIMIT:
            named = [str(value) for value in range(low, high + 1, step)]
    return [number, *named]


def _first_number(text: str) -> int:
    digits = re.search(r"\d{1,9}", text)
    return int(digits.group()) if digits else 0
