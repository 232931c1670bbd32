"""The counter: posts, terms, checks, hand-overs, returns, stock-takes, orders, arrivals"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016_counter"
down_revision = "0015_lockers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "collection_code_tries",
        sa.Column("point_id", sa.Uuid(), nullable=False),
        sa.Column("caller_id", sa.Uuid(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["point_id"], ["pickup_points.id"], name=op.f("fk_collection_code_tries_point_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("point_id", "caller_id", name=op.f("pk_collection_code_tries")),
    )
    op.create_table(
        "counter_posts",
        sa.Column("point_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("supervisor", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_counter_posts_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["point_id"], ["pickup_points.id"], name=op.f("fk_counter_posts_point_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("point_id", "person_id", name=op.f("pk_counter_posts")),
    )
    op.create_index(op.f("ix_counter_posts_person_id"), "counter_posts", ["person_id"], unique=False)
    op.create_table(
        "counter_terms",
        sa.Column("point_id", sa.Uuid(), nullable=False),
        sa.Column("most_extensions", sa.Integer(), nullable=False),
        sa.Column("extension_days", sa.Integer(), nullable=False),
        sa.Column("remind_before_s", sa.Integer(), nullable=False),
        sa.Column("order_cut_off", sa.Time(), nullable=True),
        sa.CheckConstraint("extension_days > 0", name=op.f("ck_counter_terms_extension_days_above_zero")),
        sa.CheckConstraint("most_extensions >= 0", name=op.f("ck_counter_terms_extensions_not_negative")),
        sa.CheckConstraint("remind_before_s >= 0", name=op.f("ck_counter_terms_reminder_not_negative")),
        sa.ForeignKeyConstraint(
            ["point_id"], ["pickup_points.id"], name=op.f("fk_counter_terms_point_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("point_id", name=op.f("pk_counter_terms")),
    )
    op.create_table(
        "hand_overs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("point_id", sa.Uuid(), nullable=False),
        sa.Column(
            "means",
            sa.Enum(
                "code", "identification", "override", name="means", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "receiver",
            sa.Enum("recipient", "delegate", name="receiver", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("receiver_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(means = 'override') = (reason IS NOT NULL)", name=op.f("ck_hand_overs_override_has_reason")
        ),
        sa.ForeignKeyConstraint(["handed_by"], ["people.id"], name=op.f("fk_hand_overs_handed_by")),
        sa.ForeignKeyConstraint(["point_id"], ["pickup_points.id"], name=op.f("fk_hand_overs_point_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_overs")),
    )
    op.create_index(op.f("ix_hand_overs_point_id"), "hand_overs", ["point_id"], unique=False)
    op.create_table(
        "return_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("point_id", sa.Uuid(), nullable=False),
        sa.Column("driver_id", sa.Uuid(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["driver_id"], ["people.id"], name=op.f("fk_return_runs_driver_id")),
        sa.ForeignKeyConstraint(["handed_by"], ["people.id"], name=op.f("fk_return_runs_handed_by")),
        sa.ForeignKeyConstraint(["point_id"], ["pickup_points.id"], name=op.f("fk_return_runs_point_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_runs")),
    )
    op.create_index(op.f("ix_return_runs_point_id"), "return_runs", ["point_id"], unique=False)
    op.create_table(
        "stock_takes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("point_id", sa.Uuid(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("confirmed_at IS NULL OR discarded_at IS NULL", name=op.f("ck_stock_takes_ends_once")),
        sa.ForeignKeyConstraint(["point_id"], ["pickup_points.id"], name=op.f("fk_stock_takes_point_id")),
        sa.ForeignKeyConstraint(["taken_by"], ["people.id"], name=op.f("fk_stock_takes_taken_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_takes")),
    )
    op.create_index(
        "uq_stock_takes_point_id",
        "stock_takes",
        ["point_id"],
        unique=True,
        postgresql_where=sa.text("confirmed_at IS NULL AND discarded_at IS NULL"),
    )
    op.create_table(
        "arrival_announcements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("point_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "on_the_way",
                "here",
                "served",
                "withdrawn",
                name="announcementstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("expected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bay", sa.Text(), nullable=True),
        sa.Column("car", sa.Text(), nullable=True),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("here_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["acknowledged_by"], ["people.id"], name=op.f("fk_arrival_announcements_acknowledged_by")
        ),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_arrival_announcements_delivery_id")),
        sa.ForeignKeyConstraint(["point_id"], ["pickup_points.id"], name=op.f("fk_arrival_announcements_point_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrival_announcements")),
    )
    op.create_index(
        "ix_arrival_announcements_point_id_state", "arrival_announcements", ["point_id", "state"], unique=False
    )
    op.create_index(
        "uq_arrival_announcements_delivery_id",
        "arrival_announcements",
        ["delivery_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('on_the_way', 'here')"),
    )
    op.create_table(
        "checks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("id_check", "age_check", name="checkkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "paper",
            sa.Enum(
                "passport",
                "id_card",
                "driving_licence",
                "residence_permit",
                "other",
                name="paper",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["checked_by"], ["people.id"], name=op.f("fk_checks_checked_by")),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_checks_delivery_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checks")),
    )
    op.create_index(op.f("ix_checks_delivery_id"), "checks", ["delivery_id"], unique=False)
    op.create_table(
        "collection_authorisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("delegate_name", sa.Text(), nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_collection_authorisations_delivery_id")
        ),
        sa.ForeignKeyConstraint(["noted_by"], ["people.id"], name=op.f("fk_collection_authorisations_noted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection_authorisations")),
    )
    op.create_index(
        op.f("ix_collection_authorisations_delivery_id"), "collection_authorisations", ["delivery_id"], unique=False
    )
    op.create_table(
        "collection_orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("point_id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "placed",
                "accepted",
                "preparing",
                "ready",
                "collected",
                "expired",
                "cancelled",
                "rejected",
                name="orderstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("promised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("preparing_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("placed_at <= promised_at", name=op.f("ck_collection_orders_promise_not_before_order")),
        sa.ForeignKeyConstraint(["carrier_id"], ["organisations.id"], name=op.f("fk_collection_orders_carrier_id")),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_collection_orders_delivery_id")),
        sa.ForeignKeyConstraint(["merchant_id"], ["organisations.id"], name=op.f("fk_collection_orders_merchant_id")),
        sa.ForeignKeyConstraint(["point_id"], ["pickup_points.id"], name=op.f("fk_collection_orders_point_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection_orders")),
        sa.UniqueConstraint("delivery_id", name=op.f("uq_collection_orders_delivery_id")),
        sa.UniqueConstraint("merchant_id", "external_id", name=op.f("uq_collection_orders_merchant_id_external_id")),
    )
    op.create_index("ix_collection_orders_point_id_state", "collection_orders", ["point_id", "state"], unique=False)
    op.create_table(
        "returns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("parcel_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("code_sha256", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_off_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("point_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(dropped_off_at IS NULL) = (point_id IS NULL)", name=op.f("ck_returns_dropped_off_somewhere")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_returns_created_by")),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_returns_delivery_id")),
        sa.ForeignKeyConstraint(["point_id"], ["pickup_points.id"], name=op.f("fk_returns_point_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returns")),
        sa.UniqueConstraint("code_sha256", name=op.f("uq_returns_code_sha256")),
    )
    op.create_index(
        "uq_returns_delivery_id",
        "returns",
        ["delivery_id"],
        unique=True,
        postgresql_where=sa.text("dropped_off_at IS NULL AND cancelled_at IS NULL"),
    )
    op.create_table(
        "stock_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stock_take_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column(
            "finding",
            sa.Enum(
                "found",
                "missing",
                "misplaced",
                "unexpected",
                "unknown",
                name="finding",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("shelf", sa.Text(), nullable=True),
        sa.Column("shelf_known", sa.Text(), nullable=True),
        sa.Column("stay_id", sa.Uuid(), nullable=True),
        sa.Column("stay_version", sa.Integer(), nullable=True),
        sa.Column("settled", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["stay_id"], ["stays.id"], name=op.f("fk_stock_lines_stay_id")),
        sa.ForeignKeyConstraint(
            ["stock_take_id"], ["stock_takes.id"], name=op.f("fk_stock_lines_stock_take_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_lines")),
        sa.UniqueConstraint("stock_take_id", "sequence", name=op.f("uq_stock_lines_stock_take_id_sequence")),
    )
    op.add_column(
        "stays",
        sa.Column(
            "kind",
            sa.Enum("inbound", "return", name="staykind", native_enum=False, create_constraint=True, length=40),
            server_default="inbound",
            nullable=False,
        ),
    )
    op.alter_column("stays", "kind", server_default=None)
    op.add_column("stays", sa.Column("extensions", sa.Integer(), server_default="0", nullable=False))
    op.alter_column("stays", "extensions", server_default=None)
    op.add_column("stays", sa.Column("damaged_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("stays", sa.Column("damage", sa.Text(), nullable=True))
    op.add_column("stays", sa.Column("ended_by", sa.Uuid(), nullable=True))
    op.add_column("stays", sa.Column("missing_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("stays", sa.Column("code_digest", sa.Text(), nullable=True))
    op.create_index(op.f("ix_stays_code_digest"), "stays", ["code_digest"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_stays_code_digest"), table_name="stays")
    op.drop_column("stays", "code_digest")
    op.drop_column("stays", "missing_at")
    op.drop_column("stays", "ended_by")
    op.drop_column("stays", "damage")
    op.drop_column("stays", "damaged_at")
    op.drop_column("stays", "extensions")
    op.drop_column("stays", "kind")
    op.drop_table("stock_lines")
    op.drop_index(
        "uq_returns_delivery_id",
        table_name="returns",
        postgresql_where=sa.text("dropped_off_at IS NULL AND cancelled_at IS NULL"),
    )
    op.drop_table("returns")
    op.drop_index("ix_collection_orders_point_id_state", table_name="collection_orders")
    op.drop_table("collection_orders")
    op.drop_index(op.f("ix_collection_authorisations_delivery_id"), table_name="collection_authorisations")
    op.drop_table("collection_authorisations")
    op.drop_index(op.f("ix_checks_delivery_id"), table_name="checks")
    op.drop_table("checks")
    op.drop_index(
        "uq_arrival_announcements_delivery_id",
        table_name="arrival_announcements",
        postgresql_where=sa.text("state IN ('on_the_way', 'here')"),
    )
    op.drop_index("ix_arrival_announcements_point_id_state", table_name="arrival_announcements")
    op.drop_table("arrival_announcements")
    op.drop_index(
        "uq_stock_takes_point_id",
        table_name="stock_takes",
        postgresql_where=sa.text("confirmed_at IS NULL AND discarded_at IS NULL"),
    )
    op.drop_table("stock_takes")
    op.drop_index(op.f("ix_return_runs_point_id"), table_name="return_runs")
    op.drop_table("return_runs")
    op.drop_index(op.f("ix_hand_overs_point_id"), table_name="hand_overs")
    op.drop_table("hand_overs")
    op.drop_table("counter_terms")
    op.drop_index(op.f("ix_counter_posts_person_id"), table_name="counter_posts")
    op.drop_table("counter_posts")
    op.drop_table("collection_code_tries")
