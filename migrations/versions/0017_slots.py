"""Zones, slots and holds"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geography, Geometry
from sqlalchemy.dialects import postgresql

revision = "0017_slots"
down_revision = "0016_counter"
branch_labels = None
depends_on = None

_COUNT_HOLDS = """
CREATE FUNCTION count_holds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was boolean := TG_OP <> 'INSERT' AND OLD.state IN ('held', 'confirmed');
    is_now boolean := TG_OP <> 'DELETE' AND NEW.state IN ('held', 'confirmed');
BEGIN
    IF TG_OP = 'UPDATE' AND NOT was AND NEW.state <> OLD.state THEN
        RAISE EXCEPTION 'a hold ends once: it is %', OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_holds_ends_once', TABLE = 'holds';
    END IF;
    IF was AND is_now AND OLD.slot_id = NEW.slot_id AND OLD.parcels = NEW.parcels
        AND OLD.weight_g = NEW.weight_g AND OLD.volume_cm3 = NEW.volume_cm3 THEN
        RETURN NULL;
    END IF;
    IF was THEN
        UPDATE slots SET taken_count = taken_count - 1, taken_parcels = taken_parcels - OLD.parcels,
            taken_weight_g = taken_weight_g - OLD.weight_g, taken_volume_cm3 = taken_volume_cm3 - OLD.volume_cm3
        WHERE id = OLD.slot_id;
    END IF;
    IF is_now THEN
        UPDATE slots SET taken_count = taken_count + 1, taken_parcels = taken_parcels + NEW.parcels,
            taken_weight_g = taken_weight_g + NEW.weight_g, taken_volume_cm3 = taken_volume_cm3 + NEW.volume_cm3
        WHERE id = NEW.slot_id;
    END IF;
    RETURN NULL;
END $$
"""
_HOLDS_COUNTED = """
CREATE TRIGGER holds_counted AFTER INSERT OR UPDATE OR DELETE ON holds
FOR EACH ROW EXECUTE FUNCTION count_holds()
"""


def upgrade() -> None:
    op.create_geospatial_table(
        "zones",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column(
            "area",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["carrier_id"], ["organisations.id"], name=op.f("fk_zones_carrier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zones")),
    )
    op.create_geospatial_index(
        "ix_zones_area", "zones", ["area"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index(
        "uq_zones_carrier_id_name",
        "zones",
        ["carrier_id", "name"],
        unique=True,
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.create_table(
        "slot_templates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=True),
        sa.Column("point_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("start_time", sa.Time(), nullable=False),
        sa.Column("duration_s", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("excepted_dates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("blackouts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("lead_s", sa.Integer(), nullable=False),
        sa.Column("cutoff_days", sa.Integer(), nullable=True),
        sa.Column("cutoff_time", sa.Time(), nullable=True),
        sa.Column("days_ahead", sa.Integer(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("most_count", sa.Integer(), nullable=False),
        sa.Column("most_parcels", sa.Integer(), nullable=True),
        sa.Column("most_weight_g", sa.BigInteger(), nullable=True),
        sa.Column("most_volume_cm3", sa.BigInteger(), nullable=True),
        sa.Column("price_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("least_order_minor", sa.Integer(), nullable=True),
        sa.Column("tags", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(cutoff_days IS NULL) = (cutoff_time IS NULL)", name=op.f("ck_slot_templates_whole_cutoff")
        ),
        sa.CheckConstraint(
            "(zone_id IS NULL) <> (point_id IS NULL)", name=op.f("ck_slot_templates_of_a_zone_or_a_point")
        ),
        sa.CheckConstraint("days_ahead > 0", name=op.f("ck_slot_templates_made_ahead")),
        sa.CheckConstraint("duration_s > 0", name=op.f("ck_slot_templates_lasts")),
        sa.CheckConstraint("lead_s >= 0", name=op.f("ck_slot_templates_lead_not_negative")),
        sa.CheckConstraint("most_count >= 0", name=op.f("ck_slot_templates_count_not_negative")),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ck_slot_templates_price_not_negative")),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_from < valid_until", name=op.f("ck_slot_templates_valid_some_time")
        ),
        sa.ForeignKeyConstraint(["carrier_id"], ["organisations.id"], name=op.f("fk_slot_templates_carrier_id")),
        sa.ForeignKeyConstraint(["point_id"], ["pickup_points.id"], name=op.f("fk_slot_templates_point_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_slot_templates_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot_templates")),
    )
    op.create_index(op.f("ix_slot_templates_carrier_id"), "slot_templates", ["carrier_id"], unique=False)
    op.create_index("ix_slot_templates_point_id", "slot_templates", ["point_id"], unique=False)
    op.create_index("ix_slot_templates_zone_id", "slot_templates", ["zone_id"], unique=False)
    op.create_table(
        "slots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=True),
        sa.Column("point_id", sa.Uuid(), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_count", sa.Integer(), nullable=False),
        sa.Column("taken_parcels", sa.BigInteger(), nullable=False),
        sa.Column("taken_weight_g", sa.BigInteger(), nullable=False),
        sa.Column("taken_volume_cm3", sa.BigInteger(), nullable=False),
        sa.Column("most_count", sa.Integer(), nullable=False),
        sa.Column("most_parcels", sa.Integer(), nullable=True),
        sa.Column("most_weight_g", sa.BigInteger(), nullable=True),
        sa.Column("most_volume_cm3", sa.BigInteger(), nullable=True),
        sa.Column("price_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("least_order_minor", sa.Integer(), nullable=True),
        sa.Column("tags", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("(zone_id IS NULL) <> (point_id IS NULL)", name=op.f("ck_slots_of_a_zone_or_a_point")),
        sa.CheckConstraint("closes_at <= starts_at", name=op.f("ck_slots_closes_before_it_starts")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_slots_in_order")),
        sa.CheckConstraint("taken_count BETWEEN 0 AND most_count", name=op.f("ck_slots_within_count")),
        sa.CheckConstraint(
            "taken_parcels >= 0 AND taken_parcels <= most_parcels", name=op.f("ck_slots_within_parcels")
        ),
        sa.CheckConstraint(
            "taken_volume_cm3 >= 0 AND taken_volume_cm3 <= most_volume_cm3", name=op.f("ck_slots_within_volume")
        ),
        sa.CheckConstraint(
            "taken_weight_g >= 0 AND taken_weight_g <= most_weight_g", name=op.f("ck_slots_within_weight")
        ),
        sa.ForeignKeyConstraint(["carrier_id"], ["organisations.id"], name=op.f("fk_slots_carrier_id")),
        sa.ForeignKeyConstraint(["point_id"], ["pickup_points.id"], name=op.f("fk_slots_point_id")),
        sa.ForeignKeyConstraint(["template_id"], ["slot_templates.id"], name=op.f("fk_slots_template_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_slots_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slots")),
        sa.UniqueConstraint("template_id", "starts_at", name=op.f("uq_slots_template_id_starts_at")),
    )
    op.create_index("ix_slots_point_id_starts_at", "slots", ["point_id", "starts_at"], unique=False)
    op.create_index("ix_slots_zone_id_starts_at", "slots", ["zone_id", "starts_at"], unique=False)
    op.create_geospatial_table(
        "holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "held",
                "confirmed",
                "lapsed",
                "released",
                "cancelled",
                name="holdstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
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
            nullable=True,
        ),
        sa.Column("parcels", sa.Integer(), nullable=False),
        sa.Column("weight_g", sa.Integer(), nullable=False),
        sa.Column("volume_cm3", sa.BigInteger(), nullable=False),
        sa.Column("measures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("service_s", sa.Integer(), nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("extended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state IN ('confirmed', 'cancelled')) = (confirmed_at IS NOT NULL)",
            name=op.f("ck_holds_confirmed_at_some_time"),
        ),
        sa.CheckConstraint(
            "(state IN ('held', 'confirmed')) = (ended_at IS NULL)", name=op.f("ck_holds_ended_at_some_time")
        ),
        sa.CheckConstraint(
            "state <> 'confirmed' OR delivery_id IS NOT NULL", name=op.f("ck_holds_booked_for_a_delivery")
        ),
        sa.CheckConstraint("created_at < expires_at", name=op.f("ck_holds_held_some_time")),
        sa.CheckConstraint("parcels > 0", name=op.f("ck_holds_has_parcels")),
        sa.CheckConstraint("weight_g >= 0 AND volume_cm3 >= 0", name=op.f("ck_holds_load_not_negative")),
        sa.ForeignKeyConstraint(["carrier_id"], ["organisations.id"], name=op.f("fk_holds_carrier_id")),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_holds_delivery_id")),
        sa.ForeignKeyConstraint(["merchant_id"], ["organisations.id"], name=op.f("fk_holds_merchant_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name=op.f("fk_holds_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    op.create_index(
        "ix_holds_expires_at", "holds", ["expires_at"], unique=False, postgresql_where=sa.text("state = 'held'")
    )
    op.create_index(op.f("ix_holds_merchant_id"), "holds", ["merchant_id"], unique=False)
    op.create_index("ix_holds_slot_id_state", "holds", ["slot_id", "state"], unique=False)
    op.create_index(
        "uq_holds_delivery_id", "holds", ["delivery_id"], unique=True, postgresql_where=sa.text("state = 'confirmed'")
    )
    op.add_column("deliveries", sa.Column("promise_booked", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("deliveries", "promise_booked", server_default=None)
    op.execute(_COUNT_HOLDS)
    op.execute(_HOLDS_COUNTED)


def downgrade() -> None:
    op.drop_column("deliveries", "promise_booked")
    op.drop_index("uq_holds_delivery_id", table_name="holds", postgresql_where=sa.text("state = 'confirmed'"))
    op.drop_index("ix_holds_slot_id_state", table_name="holds")
    op.drop_index(op.f("ix_holds_merchant_id"), table_name="holds")
    op.drop_index("ix_holds_expires_at", table_name="holds", postgresql_where=sa.text("state = 'held'"))
    op.drop_geospatial_table("holds")
    op.execute("DROP FUNCTION count_holds")
    op.drop_index("ix_slots_zone_id_starts_at", table_name="slots")
    op.drop_index("ix_slots_point_id_starts_at", table_name="slots")
    op.drop_table("slots")
    op.drop_index("ix_slot_templates_zone_id", table_name="slot_templates")
    op.drop_index("ix_slot_templates_point_id", table_name="slot_templates")
    op.drop_index(op.f("ix_slot_templates_carrier_id"), table_name="slot_templates")
    op.drop_table("slot_templates")
    op.drop_index("uq_zones_carrier_id_name", table_name="zones", postgresql_where=sa.text("retired_at IS NULL"))
    op.drop_geospatial_index("ix_zones_area", table_name="zones", postgresql_using="gist", column_name="area")
    op.drop_geospatial_table("zones")
