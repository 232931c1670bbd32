"""Delivery options"""

from __future__ import annotations

revision = "0018_options"
down_revision = "0017_slots"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
