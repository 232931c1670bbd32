"""Explanations: which vehicle comes closest to what a plan leaves out, and what would help"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011_explanations"
down_revision = "0010_replans"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("nearest_vehicle", "relaxation"):
        op.add_column("unassigned", sa.Column(name, postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column(
        "unassigned",
        sa.Column("exceeded", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default="[]"),
    )
    op.alter_column("unassigned", "exceeded", server_default=None)


def downgrade() -> None:
    for name in ("relaxation", "exceeded", "nearest_vehicle"):
        op.drop_column("unassigned", name)
