"""The counter: which way a stay goes, how often it was put off, what was damaged"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016_counter"
down_revision = "0015_lockers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kind = sa.Enum("inbound", "return", name="staykind", native_enum=False, create_constraint=True, length=40)
    op.add_column("stays", sa.Column("kind", kind, server_default="inbound", nullable=False))
    op.alter_column("stays", "kind", server_default=None)
    op.add_column("stays", sa.Column("extensions", sa.Integer(), server_default="0", nullable=False))
    op.alter_column("stays", "extensions", server_default=None)
    op.add_column("stays", sa.Column("damaged_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("stays", sa.Column("damage", sa.Text(), nullable=True))
    op.add_column("stays", sa.Column("ended_by", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("stays", "ended_by")
    op.drop_column("stays", "damage")
    op.drop_column("stays", "damaged_at")
    op.drop_column("stays", "extensions")
    op.drop_column("stays", "kind")
