"""The facts, who handled them, and stored answers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001_kernel"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for extension in ("postgis", "pg_trgm", "btree_gist"):
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    op.create_table(
        "facts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("aggregate_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("corrects", sa.Uuid(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["corrects"], ["facts.id"], name=op.f("fk_facts_corrects"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facts")),
        sa.UniqueConstraint("position", name=op.f("uq_facts_position")),
    )
    op.create_index("ix_facts_aggregate_id_position", "facts", ["aggregate_id", "position"], unique=False)
    op.create_index(op.f("ix_facts_corrects"), "facts", ["corrects"], unique=False)
    op.create_index("ix_facts_kind_position", "facts", ["kind", "position"], unique=False)
    op.create_index("ix_facts_unplaced", "facts", ["seq"], unique=False, postgresql_where="position IS NULL")
    op.create_table(
        "idempotency_answers",
        sa.Column("caller_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("caller_id", "key", name=op.f("pk_idempotency_answers")),
    )
    op.create_index(op.f("ix_idempotency_answers_stored_at"), "idempotency_answers", ["stored_at"], unique=False)
    op.create_table(
        "relay_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relay_state")),
    )
    op.execute("INSERT INTO relay_state (id, last_position) VALUES (1, 0)")
    op.create_table(
        "handled",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["position"], ["facts.position"], name=op.f("fk_handled_position"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("consumer", "position", name=op.f("pk_handled")),
    )
    op.create_index(op.f("ix_handled_position"), "handled", ["position"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_handled_position"), table_name="handled")
    op.drop_table("handled")
    op.drop_table("relay_state")
    op.drop_index(op.f("ix_idempotency_answers_stored_at"), table_name="idempotency_answers")
    op.drop_table("idempotency_answers")
    op.drop_index("ix_facts_unplaced", table_name="facts", postgresql_where="position IS NULL")
    op.drop_index("ix_facts_kind_position", table_name="facts")
    op.drop_index(op.f("ix_facts_corrects"), table_name="facts")
    op.drop_index("ix_facts_aggregate_id_position", table_name="facts")
    op.drop_table("facts")
