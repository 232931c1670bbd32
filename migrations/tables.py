"""Imports every module that declares a table, so that `Base.metadata` is whole."""

from __future__ import annotations

from importlib import import_module

DECLARING = (
    "kernel.facts",
    "api.idempotency",
    "accounts.models",
    "places.models",
    "deliveries.models",
    "proofs.models",
    "pickup_points.models",
    "pickup_points.points.terms",
    "pickup_points.lockers.models",
    "pickup_points.counter.models",
    "pickup_points.orders.models",
    "routing.models",
    "routing.foreseen",
    "slots.models",
    "slots.room_models",
    "tracking.models",
    "driving.models",
)


def import_all() -> None:
    """Import them."""
    for module in DECLARING:
        import_module(module)
