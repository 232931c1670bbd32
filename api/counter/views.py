"""The counter: the one blueprint, with every view that hangs on it."""

from __future__ import annotations

from api.counter import giving_out, overseeing, preparing, receiving, staying_on
from api.counter.desk import blueprint

__all__ = ["blueprint", "giving_out", "overseeing", "preparing", "receiving", "staying_on"]
