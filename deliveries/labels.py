"""Parcels as they were asked for, made ready to be kept."""

from __future__ import annotations

from collections.abc import Sequence

from deliveries.codes import ParcelCode, ParcelCodeInvalid, read_code
from deliveries.drafts import DraftParcel
from deliveries.models import Parcel
from deliveries.uniqueness import check_codes_differ
from kernel.errors import FieldError
from kernel.ids import new_id


def read_parcels(asked: Sequence[DraftParcel]) -> list[Parcel]:
    """Return the parcels in the order asked. ParcelCodeInvalid names each wrong code; ParcelCodeTaken a twin."""
    codes = _read_codes(asked)
    check_codes_differ([code.number if code else None for code in codes])
    return [
        Parcel(
            id=new_id(),
            weight_g=parcel.weight_g,
            length_mm=parcel.length_mm,
            width_mm=parcel.width_mm,
            height_mm=parcel.height_mm,
            description=parcel.description,
            code=code.number if code else None,
            code_kind=code.kind if code else None,
            live=True,
        )
        for parcel, code in zip(asked, codes, strict=True)
    ]


def _read_codes(asked: Sequence[DraftParcel]) -> list[ParcelCode | None]:
    codes: list[ParcelCode | None] = []
    errors: list[FieldError] = []
    for index, parcel in enumerate(asked):
        try:
            codes.append(None if parcel.code is None else read_code(parcel.code))
        except ParcelCodeInvalid as refusal:
            errors.append(FieldError(f"/parcels/{index}/code", refusal.detail))
    if errors:
        raise ParcelCodeInvalid(errors=errors)
    return codes
