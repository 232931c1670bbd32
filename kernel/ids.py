"""Identifiers: UUIDv7, so that rows sort by birth. Clients may make them too."""

from uuid import UUID

import uuid_utils


def new_id() -> UUID:
    """Return a fresh UUIDv7."""
    return UUID(int=uuid_utils.uuid7().int)
