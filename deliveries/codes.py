"""The numbers on labels: GS1's SSCC and UPU's S10, each held to its check digit."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stdnum import ean

from deliveries.models import ParcelCodeKind
from kernel.errors import Invalid

# ISO/IEC 15424: scanners that are told to say which symbol they read put three characters before what stands in it.
_SYMBOLOGY = re.compile(r"\A\s*\][A-Za-z][0-9A-Za-z]")
# GS1 General Specifications: the SSCC follows application identifier 00, in brackets where people read it.
_SSCC = re.compile(r"(?:\(00\)|00)?([0-9]{18})")
_S10 = re.compile(r"[A-Z]{2}([0-9]{8})([0-9])[A-Z]{2}")
_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


class ParcelCodeInvalid(Invalid):
    """A parcel's code is an SSCC or an S10 number with its right check digit."""


@dataclass(frozen=True)
class ParcelCode:
    """A number as it is kept: without spaces, hyphens or application identifier."""

    number: str
    kind: ParcelCodeKind


def read_code(text: str) -> ParcelCode:
    """Return the SSCC or S10 number that `text` is. ParcelCodeInvalid says what is wrong with it."""
    compact = re.sub(r"[ -]", "", _SYMBOLOGY.sub("", text)).upper()
    if found := _SSCC.fullmatch(compact):
        return ParcelCode(_checked_sscc(found[1]), ParcelCodeKind.SSCC)
    if found := _S10.fullmatch(compact):
        return ParcelCode(_checked_s10(compact, found[1], found[2]), ParcelCodeKind.S10)
    raise ParcelCodeInvalid("is neither an SSCC (18 digits) nor an S10 number (such as RR123456785FI)")


def s10_check_digit(serial: str) -> int:
    """Return the check digit of an S10 number's eight digits (UPU standard S10, 11 - sum mod 11; 10 is 0, 11 is 5)."""
    rest = 11 - sum(weight * int(digit) for weight, digit in zip(_S10_WEIGHTS, serial, strict=True)) % 11
    return {10: 0, 11: 5}.get(rest, rest)


def _checked_sscc(number: str) -> str:
    if ean.calc_check_digit(number[:-1]) != number[-1]:
        raise ParcelCodeInvalid("is an SSCC with a wrong check digit")
    return number


def _checked_s10(number: str, serial: str, check: str) -> str:
    if s10_check_digit(serial) != int(check):
        raise ParcelCodeInvalid("is an S10 number with a wrong check digit")
    return number
