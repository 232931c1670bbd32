"""Lockers: devices, doors and codes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015_lockers"
down_revision = "0014_points"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _upgrade_compartments()
    _upgrade_rents()
    _create_devices()
    _create_events()


def _upgrade_compartments() -> None:
    op.add_column("compartments", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("compartments", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.alter_column("compartments", "version", server_default=None)
    op.drop_constraint("uq_compartments_point_id_name", "compartments", type_="unique")
    op.create_index(
        "uq_compartments_point_id_name",
        "compartments",
        ["point_id", "name"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )


def _upgrade_rents() -> None:
    op.add_column("compartment_rents", sa.Column("point_id", sa.Uuid(), nullable=True))
    op.execute(
        "UPDATE compartment_rents SET point_id = compartments.point_id"
        " FROM compartments WHERE compartments.id = compartment_rents.compartment_id"
    )
    op.alter_column("compartment_rents", "point_id", nullable=False)
    op.add_column("compartment_rents", sa.Column("place", sa.Integer(), nullable=True))
    op.add_column("compartment_rents", sa.Column("places", sa.Integer(), nullable=True))
    op.add_column(
        "compartment_rents",
        sa.Column("parcels", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default="[]"),
    )
    op.alter_column("compartment_rents", "parcels", server_default=None)
    op.add_column("compartment_rents", sa.Column("displaced_at", sa.DateTime(timezone=True), nullable=True))
    op.alter_column("compartment_rents", "compartment_id", existing_type=sa.UUID(), nullable=True)
    op.create_index(op.f("ix_compartment_rents_point_id"), "compartment_rents", ["point_id"], unique=False)
    op.create_unique_constraint(op.f("uq_pickup_points_id_most_parcels"), "pickup_points", ["id", "most_parcels"])
    op.create_foreign_key(
        op.f("fk_compartment_rents_point_id_places"),
        "compartment_rents",
        "pickup_points",
        ["point_id", "places"],
        ["id", "most_parcels"],
        onupdate="CASCADE",
    )
    op.create_foreign_key(
        op.f("fk_compartment_rents_point_id"), "compartment_rents", "pickup_points", ["point_id"], ["id"]
    )
    op.create_check_constraint(
        op.f("ck_compartment_rents_of_a_door_or_a_place"),
        "compartment_rents",
        "(compartment_id IS NULL) = (place IS NOT NULL)",
    )
    op.create_check_constraint(
        op.f("ck_compartment_rents_place_within_count"),
        "compartment_rents",
        "place IS NULL OR released_at IS NOT NULL OR place BETWEEN 1 AND places",
    )
    op.execute(
        "ALTER TABLE compartment_rents ADD CONSTRAINT ex_compartment_rents_one_in_a_place EXCLUDE USING gist"
        " (point_id WITH =, place WITH =, tstzrange(starts_at, ends_at) WITH &&)"
        " WHERE (state <> 'released' AND place IS NOT NULL)"
    )


def _create_devices() -> None:
    op.create_table(
        "locker_devices",
        sa.Column("point_id", sa.Uuid(), nullable=False),
        sa.Column("api_key_id", sa.Uuid(), nullable=False),
        sa.Column("rotation", sa.Integer(), nullable=False),
        sa.Column("installed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("firmware", sa.Text(), nullable=True),
        sa.Column("temperature_c", sa.Double(), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("rotation > 0", name=op.f("ck_locker_devices_rotation_above_zero")),
        sa.ForeignKeyConstraint(["api_key_id"], ["api_keys.id"], name=op.f("fk_locker_devices_api_key_id")),
        sa.ForeignKeyConstraint(["point_id"], ["pickup_points.id"], name=op.f("fk_locker_devices_point_id")),
        sa.PrimaryKeyConstraint("point_id", name=op.f("pk_locker_devices")),
        sa.UniqueConstraint("api_key_id", name=op.f("uq_locker_devices_api_key_id")),
    )
    op.create_table(
        "locker_passes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("point_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("driver_id", sa.Uuid(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["driver_id"], ["people.id"], name=op.f("fk_locker_passes_driver_id")),
        sa.ForeignKeyConstraint(["point_id"], ["pickup_points.id"], name=op.f("fk_locker_passes_point_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_locker_passes")),
        sa.UniqueConstraint("point_id", "period", "number", name=op.f("uq_locker_passes_point_id_period_number")),
    )


def _create_events() -> None:
    op.create_table(
        "locker_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("point_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "opened",
                "closed",
                "dropped",
                "moved",
                "collected",
                "taken_back",
                "code_refused",
                "locked_out",
                name="lockereventkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("compartment_id", sa.Uuid(), nullable=True),
        sa.Column("parcel_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("pass_number", sa.Integer(), nullable=True),
        sa.Column("device_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("problem", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(["compartment_id"], ["compartments.id"], name=op.f("fk_locker_events_compartment_id")),
        sa.ForeignKeyConstraint(["point_id"], ["pickup_points.id"], name=op.f("fk_locker_events_point_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_locker_events")),
    )
    op.create_index("ix_locker_events_point_id_sequence", "locker_events", ["point_id", "sequence"], unique=False)


def downgrade() -> None:
    for table in ("locker_events", "locker_passes", "locker_devices"):
        op.drop_table(table)
    # A counter's places have no compartment to go back to.
    op.execute("UPDATE stays SET rent_id = NULL FROM compartment_rents r WHERE r.id = rent_id AND r.place IS NOT NULL")
    op.execute("DELETE FROM compartment_rents WHERE place IS NOT NULL")
    op.drop_constraint("ex_compartment_rents_one_in_a_place", "compartment_rents", type_="exclude")
    op.drop_constraint(op.f("ck_compartment_rents_place_within_count"), "compartment_rents", type_="check")
    op.drop_constraint(op.f("ck_compartment_rents_of_a_door_or_a_place"), "compartment_rents", type_="check")
    op.drop_constraint(op.f("fk_compartment_rents_point_id"), "compartment_rents", type_="foreignkey")
    op.drop_constraint(op.f("fk_compartment_rents_point_id_places"), "compartment_rents", type_="foreignkey")
    op.drop_constraint(op.f("uq_pickup_points_id_most_parcels"), "pickup_points", type_="unique")
    op.drop_index(op.f("ix_compartment_rents_point_id"), table_name="compartment_rents")
    op.alter_column("compartment_rents", "compartment_id", existing_type=sa.UUID(), nullable=False)
    for column in ("displaced_at", "parcels", "places", "place", "point_id"):
        op.drop_column("compartment_rents", column)
    op.drop_index("uq_compartments_point_id_name", table_name="compartments")
    op.create_unique_constraint("uq_compartments_point_id_name", "compartments", ["point_id", "name"])
    op.drop_column("compartments", "version")
    op.drop_column("compartments", "removed_at")
