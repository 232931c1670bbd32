"""Hands arrays to compiled code: a named tuple of them as one record of numbers and addresses."""

from typing import Any, NamedTuple

import numpy as np

from routing.solving.ruin_recreate.layout import record_of


class Packed:
    """`record` is what compiled functions take; it keeps the arrays alive."""

    def __init__(self, parts: NamedTuple) -> None:
        values = parts._asdict()
        for name, value in values.items():
            if isinstance(value, np.ndarray) and not value.flags.c_contiguous:
                raise ValueError(f"{name} is not contiguous")
        self._parts = parts
        self._row = np.zeros(1, record_of(type(parts)))
        for name, value in values.items():
            self._row[name] = value.ctypes.data if isinstance(value, np.ndarray) else value

    @property
    def record(self) -> Any:
        """One word for compiled code."""
        return self._row[0]
