"""Lockers: devices, doors and codes"""

from __future__ import annotations

revision = "0015_lockers"
down_revision = "0014_points"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
