"""The counter"""

from __future__ import annotations

revision = "0016_counter"
down_revision = "0015_lockers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
