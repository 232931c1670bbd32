"""Replans: what a plan changes of published routes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010_replans"
down_revision = "0008_plan_constraints"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("plans", sa.Column("replans", sa.Uuid(), nullable=True))
    for name in ("terms", "basis", "changes"):
        op.add_column("plans", sa.Column(name, postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.create_foreign_key(op.f("fk_plans_replans"), "plans", "plans", ["replans"], ["id"], ondelete="CASCADE")
    op.create_index(op.f("ix_plans_replans"), "plans", ["replans"], unique=False)
    op.add_column("routes", sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("routes", "revision", server_default=None)
    op.add_column("routes", sa.Column("latest_change", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("routes", sa.Column("resumes_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("routes", "resumes_at")
    op.drop_column("routes", "latest_change")
    op.drop_column("routes", "revision")
    op.drop_index(op.f("ix_plans_replans"), table_name="plans")
    op.drop_constraint(op.f("fk_plans_replans"), "plans", type_="foreignkey")
    for name in ("changes", "basis", "terms"):
        op.drop_column("plans", name)
    op.drop_column("plans", "replans")
