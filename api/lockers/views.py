"""Lockers: the one blueprint, with every view that hangs on it."""

from __future__ import annotations

from api.lockers import devices, driver, recipient
from api.lockers.doors import blueprint

__all__ = ["blueprint", "devices", "driver", "recipient"]
