"""Zones, slots and holds"""

from __future__ import annotations

revision = "0017_slots"
down_revision = "0016_counter"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
