"""A port: the place where the process ends. `wiring.py` plugs the real adapter in, a test a fake one."""

from __future__ import annotations


class Port[T]:
    """Holds the one adapter of this process for one need, such as street times."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._adapter: T | None = None

    def plug(self, adapter: T) -> None:
        """Use `adapter` from now on."""
        self._adapter = adapter

    def get(self) -> T:
        """Return the adapter. RuntimeError when nothing was plugged in: a fault of wiring."""
        if self._adapter is None:
            raise RuntimeError(f"nothing is plugged into the port '{self._name}'")
        return self._adapter
