"""Deliveries, their windows and parcels"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geography
from sqlalchemy.dialects import postgresql

revision = "0004_deliveries"
down_revision = "0003_places"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_geospatial_table(
        "deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "confirmed",
                "scheduled",
                "out_for_delivery",
                "delivered",
                "collected",
                "failed_attempt",
                "rescheduled",
                "redirected",
                "returning",
                "returned",
                "cancelled",
                name="deliverystate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("recipient_name", sa.Text(), nullable=False),
        sa.Column("recipient_phone", sa.Text(), nullable=True),
        sa.Column("recipient_email", sa.Text(), nullable=True),
        sa.Column("address_text", sa.Text(), nullable=False),
        sa.Column(
            "place",
            Geography(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeogFromText",
                name="geography",
            ),
            nullable=False,
        ),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("access_notes", sa.Text(), nullable=True),
        sa.Column("service_s", sa.Integer(), nullable=False),
        sa.Column("penalty_s", sa.Integer(), nullable=True),
        sa.Column("proof_requirements", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("promised_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("promised_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_promised_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_promised_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("promised_from < promised_until", name=op.f("ck_deliveries_promise_in_order")),
        sa.CheckConstraint("service_s >= 0", name=op.f("ck_deliveries_service_not_negative")),
        sa.ForeignKeyConstraint(["carrier_id"], ["organisations.id"], name=op.f("fk_deliveries_carrier_id")),
        sa.ForeignKeyConstraint(["merchant_id"], ["organisations.id"], name=op.f("fk_deliveries_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("merchant_id", "external_id", name=op.f("uq_deliveries_merchant_id_external_id")),
    )
    op.create_index("ix_deliveries_carrier_id_state", "deliveries", ["carrier_id", "state"], unique=False)
    op.create_index(op.f("ix_deliveries_merchant_id"), "deliveries", ["merchant_id"], unique=False)
    op.create_geospatial_index(
        "ix_deliveries_place", "deliveries", ["place"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_table(
        "delivery_windows",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_delivery_windows_in_order")),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_delivery_windows_delivery_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_windows")),
    )
    op.create_index(op.f("ix_delivery_windows_delivery_id"), "delivery_windows", ["delivery_id"], unique=False)
    op.create_table(
        "parcels",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column(
            "code_kind",
            sa.Enum("sscc", "s10", name="parcelcodekind", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("weight_g", sa.Integer(), nullable=False),
        sa.Column("length_mm", sa.Integer(), nullable=True),
        sa.Column("width_mm", sa.Integer(), nullable=True),
        sa.Column("height_mm", sa.Integer(), nullable=True),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.CheckConstraint("weight_g > 0", name=op.f("ck_parcels_has_weight")),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_parcels_delivery_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcels")),
    )
    op.create_index(op.f("ix_parcels_delivery_id"), "parcels", ["delivery_id"], unique=False)
    op.create_index("uq_parcels_code", "parcels", ["code"], unique=True, postgresql_where=sa.text("live"))


def downgrade() -> None:
    op.drop_index("uq_parcels_code", table_name="parcels", postgresql_where=sa.text("live"))
    op.drop_index(op.f("ix_parcels_delivery_id"), table_name="parcels")
    op.drop_table("parcels")
    op.drop_index(op.f("ix_delivery_windows_delivery_id"), table_name="delivery_windows")
    op.drop_table("delivery_windows")
    op.drop_geospatial_index(
        "ix_deliveries_place", table_name="deliveries", postgresql_using="gist", column_name="place"
    )
    op.drop_index(op.f("ix_deliveries_merchant_id"), table_name="deliveries")
    op.drop_index("ix_deliveries_carrier_id_state", table_name="deliveries")
    op.drop_geospatial_table("deliveries")
