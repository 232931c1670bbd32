"""Pickup points, their compartments, and the parcels that stay there"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geography
from sqlalchemy.dialects import postgresql

revision = "0013_pickup_points"
down_revision = "0012_trips"
branch_labels = None
depends_on = None

_OUTCOMES_BEFORE = (
    "picked_up",
    "delivered_to_recipient",
    "delivered_to_third_party",
    "delivered_to_mailbox",
    "delivered_to_safe_place",
    "delivered_to_neighbour",
    "delivered_other",
    "failed_not_home",
    "failed_refused",
    "failed_cant_find_address",
    "failed_no_access",
    "failed_no_parking",
    "failed_no_time",
    "failed_parcel_not_on_board",
    "failed_damaged",
    "failed_closed",
    "failed_not_ready",
    "failed_missing_required_proof",
    "failed_payment_not_received",
    "failed_weather",
    "failed_other",
    "unattempted",
)
_OUTCOMES_AFTER = (*_OUTCOMES_BEFORE[:6], "delivered_to_point", *_OUTCOMES_BEFORE[6:])
_STATES_BEFORE = (
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
)
_STATES_AFTER = (*_STATES_BEFORE[:4], "at_point", *_STATES_BEFORE[4:])


def upgrade() -> None:
    op.create_geospatial_table(
        "pickup_points",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "locker",
                "shop",
                "post_office",
                "depot",
                name="pointkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=True),
        sa.Column("operator", sa.Text(), nullable=True),
        sa.Column("ref", sa.Text(), nullable=True),
        sa.Column("address_text", sa.Text(), nullable=True),
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
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("directions", sa.Text(), nullable=True),
        sa.Column("opening_hours", sa.Text(), nullable=True),
        sa.Column(
            "step_free",
            sa.Enum("yes", "limited", "no", name="stepfree", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("services", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("most_parcels", sa.Integer(), nullable=True),
        sa.Column("shelf_required", sa.Boolean(), nullable=False),
        sa.Column("hold_days", sa.Integer(), nullable=False),
        sa.Column("preparation_s", sa.Integer(), nullable=False),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("hold_days > 0", name=op.f("ck_pickup_points_hold_days_above_zero")),
        sa.CheckConstraint("most_parcels >= 0", name=op.f("ck_pickup_points_most_parcels_not_negative")),
        sa.CheckConstraint("preparation_s >= 0", name=op.f("ck_pickup_points_preparation_not_negative")),
        sa.ForeignKeyConstraint(["carrier_id"], ["organisations.id"], name=op.f("fk_pickup_points_carrier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pickup_points")),
        sa.UniqueConstraint("carrier_id", "external_id", name=op.f("uq_pickup_points_carrier_id_external_id")),
    )
    op.create_geospatial_index(
        "ix_pickup_points_place", "pickup_points", ["place"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_table(
        "compartments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("point_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.Text(), nullable=False),
        sa.Column("length_mm", sa.Integer(), nullable=False),
        sa.Column("width_mm", sa.Integer(), nullable=False),
        sa.Column("height_mm", sa.Integer(), nullable=False),
        sa.Column("most_weight_g", sa.Integer(), nullable=True),
        sa.Column("out_of_order_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("out_of_order_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("length_mm > 0 AND width_mm > 0 AND height_mm > 0", name=op.f("ck_compartments_has_room")),
        sa.CheckConstraint("most_weight_g > 0", name=op.f("ck_compartments_carries_something")),
        sa.ForeignKeyConstraint(
            ["point_id"], ["pickup_points.id"], name=op.f("fk_compartments_point_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compartments")),
        sa.UniqueConstraint("point_id", "name", name=op.f("uq_compartments_point_id_name")),
    )
    op.create_table(
        "point_closures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("point_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_point_closures_in_order")),
        sa.ForeignKeyConstraint(
            ["point_id"], ["pickup_points.id"], name=op.f("fk_point_closures_point_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_closures")),
    )
    op.create_index(op.f("ix_point_closures_point_id"), "point_closures", ["point_id"], unique=False)
    op.create_table(
        "compartment_rents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("compartment_id", sa.Uuid(), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.Column("delivery_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "reserved",
                "occupied",
                "released",
                name="rentstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("compartment_id"), "="),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text("state <> 'released'"),
            using="gist",
            name="ex_compartment_rents_one_at_a_time",
        ),
        sa.CheckConstraint(
            "(state = 'released') = (released_at IS NOT NULL)", name=op.f("ck_compartment_rents_released_at_some_time")
        ),
        sa.CheckConstraint(
            "hold_id IS NOT NULL OR delivery_id IS NOT NULL", name=op.f("ck_compartment_rents_for_somebody")
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_compartment_rents_in_order")),
        sa.ForeignKeyConstraint(
            ["compartment_id"], ["compartments.id"], name=op.f("fk_compartment_rents_compartment_id")
        ),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_compartment_rents_delivery_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compartment_rents")),
    )
    op.create_index(op.f("ix_compartment_rents_compartment_id"), "compartment_rents", ["compartment_id"], unique=False)
    op.create_index(op.f("ix_compartment_rents_delivery_id"), "compartment_rents", ["delivery_id"], unique=False)
    op.create_index(op.f("ix_compartment_rents_hold_id"), "compartment_rents", ["hold_id"], unique=False)
    op.create_table(
        "stays",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("point_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("parcel_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "expected",
                "checked_in",
                "ready",
                "reminded",
                "collected",
                "expired",
                "sent_back",
                "refused",
                "cancelled",
                name="staystate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("shelf", sa.Text(), nullable=True),
        sa.Column("rent_id", sa.Uuid(), nullable=True),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_stays_delivery_id")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcels.id"], name=op.f("fk_stays_parcel_id")),
        sa.ForeignKeyConstraint(["point_id"], ["pickup_points.id"], name=op.f("fk_stays_point_id")),
        sa.ForeignKeyConstraint(["rent_id"], ["compartment_rents.id"], name=op.f("fk_stays_rent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stays")),
    )
    op.create_index(op.f("ix_stays_delivery_id"), "stays", ["delivery_id"], unique=False)
    op.create_index(op.f("ix_stays_parcel_id"), "stays", ["parcel_id"], unique=False)
    op.create_index("ix_stays_point_id_state", "stays", ["point_id", "state"], unique=False)
    op.create_index(op.f("ix_stays_rent_id"), "stays", ["rent_id"], unique=False)
    op.create_index(
        "uq_stays_parcel_id",
        "stays",
        ["parcel_id"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('collected', 'sent_back', 'refused', 'cancelled')"),
    )
    op.add_column("deliveries", sa.Column("pickup_point_id", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_deliveries_pickup_point_id"), "deliveries", ["pickup_point_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_deliveries_pickup_point_id"), "deliveries", "pickup_points", ["pickup_point_id"], ["id"]
    )
    _hold_words(_OUTCOMES_AFTER, _STATES_AFTER)


def downgrade() -> None:
    op.drop_constraint(op.f("fk_deliveries_pickup_point_id"), "deliveries", type_="foreignkey")
    op.drop_index(op.f("ix_deliveries_pickup_point_id"), table_name="deliveries")
    op.drop_column("deliveries", "pickup_point_id")
    op.drop_index(
        "uq_stays_parcel_id",
        table_name="stays",
        postgresql_where=sa.text("state NOT IN ('collected', 'sent_back', 'refused', 'cancelled')"),
    )
    op.drop_index(op.f("ix_stays_rent_id"), table_name="stays")
    op.drop_index("ix_stays_point_id_state", table_name="stays")
    op.drop_index(op.f("ix_stays_parcel_id"), table_name="stays")
    op.drop_index(op.f("ix_stays_delivery_id"), table_name="stays")
    op.drop_table("stays")
    op.drop_index(op.f("ix_compartment_rents_hold_id"), table_name="compartment_rents")
    op.drop_index(op.f("ix_compartment_rents_delivery_id"), table_name="compartment_rents")
    op.drop_index(op.f("ix_compartment_rents_compartment_id"), table_name="compartment_rents")
    op.drop_table("compartment_rents")
    op.drop_index(op.f("ix_point_closures_point_id"), table_name="point_closures")
    op.drop_table("point_closures")
    op.drop_table("compartments")
    op.drop_geospatial_index(
        "ix_pickup_points_place", table_name="pickup_points", postgresql_using="gist", column_name="place"
    )
    op.drop_geospatial_table("pickup_points")
    _hold_words(_OUTCOMES_BEFORE, _STATES_BEFORE)


def _hold_words(outcomes: tuple[str, ...], states: tuple[str, ...]) -> None:
    for table, column, name, words in (
        ("drops", "outcome", "outcome", outcomes),
        ("fetches", "outcome", "outcome", outcomes),
        ("deliveries", "state", "deliverystate", states),
    ):
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
        listed = ", ".join(f"'{word}'" for word in words)
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, f"{column} IN ({listed})")
