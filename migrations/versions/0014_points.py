"""What a pickup point tells of itself"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014_points"
down_revision = "0013_pickup_points"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_pickup_points_place", table_name="pickup_points", postgresql_using="gist")
    in_service = sa.text("retired_at IS NULL")
    for name, where in (("place", "place"), ("map", sa.text("(place::geometry)"))):
        op.create_index(
            f"ix_pickup_points_carrier_id_{name}",
            "pickup_points",
            ["carrier_id", where],
            postgresql_using="gist",
            postgresql_where=in_service,
        )


def downgrade() -> None:
    for name in ("map", "place"):
        op.drop_index(f"ix_pickup_points_carrier_id_{name}", table_name="pickup_points", postgresql_using="gist")
    op.create_index("ix_pickup_points_place", "pickup_points", ["place"], postgresql_using="gist")
