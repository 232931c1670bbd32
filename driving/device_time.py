"""How far a device's clock is believed."""

from __future__ import annotations

from datetime import datetime, timedelta

from kernel.errors import FieldError, Invalid

AHEAD = timedelta(minutes=2)


class DeviceTimeInvalid(Invalid):
    """The device's time cannot be right."""


def check(device_time: datetime, *, now: datetime, field: str) -> None:
    """Refuse what lies more than two minutes ahead of our clock; late is normal, offline. DeviceTimeInvalid."""
    if device_time > now + AHEAD:
        raise refusal(field, "lies in the future")


def refusal(field: str, detail: str) -> DeviceTimeInvalid:
    """Return the refusal that names the field."""
    return DeviceTimeInvalid(f"{field} {detail}", errors=[FieldError(f"/{field}", detail)])
