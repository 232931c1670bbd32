"""Replans: what a plan changes of published routes, and the drivers who refused a delivery"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010_replans"
down_revision = "0007_rounds"
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
    op.create_table(
        "refusals",
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("driver_id", sa.Uuid(), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_refusals_delivery_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["driver_id"], ["people.id"], name=op.f("fk_refusals_driver_id")),
        sa.PrimaryKeyConstraint("delivery_id", "driver_id", name=op.f("pk_refusals")),
    )


def downgrade() -> None:
    op.drop_table("refusals")
    op.drop_column("routes", "resumes_at")
    op.drop_column("routes", "latest_change")
    op.drop_column("routes", "revision")
    op.drop_index(op.f("ix_plans_replans"), table_name="plans")
    op.drop_constraint(op.f("fk_plans_replans"), "plans", type_="foreignkey")
    for name in ("changes", "basis", "terms"):
        op.drop_column("plans", name)
    op.drop_column("plans", "replans")
