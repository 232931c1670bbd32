"""What a pickup point tells of itself"""

from __future__ import annotations

revision = "0014_points"
down_revision = "0013_pickup_points"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
