"""Foreseen days and routes, and the room that holds keep in shifts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geography
from sqlalchemy.dialects import postgresql

revision = "0018_options"
down_revision = "0017_slots"
branch_labels = None
depends_on = None

JSONB = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    op.create_table(
        "foreseen_days",
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_from", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_out", JSONB, nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["carrier_id"], ["organisations.id"], name=op.f("fk_foreseen_days_carrier_id")),
        sa.PrimaryKeyConstraint("carrier_id", "day", name=op.f("pk_foreseen_days")),
    )
    op.create_table(
        "foreseen_routes",
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("stops", JSONB, nullable=False),
        sa.Column("last_leg_s", sa.Integer(), nullable=False),
        sa.Column("last_leg_m", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["carrier_id", "day"],
            ["foreseen_days.carrier_id", "foreseen_days.day"],
            name=op.f("fk_foreseen_routes_carrier_id_day"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["shift_id"], ["shifts.id"], name=op.f("fk_foreseen_routes_shift_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shift_id", name=op.f("pk_foreseen_routes")),
    )
    op.create_geospatial_table(
        "route_rooms",
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
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
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("behind_id", sa.Uuid(), nullable=True),
        sa.Column("before_id", sa.Uuid(), nullable=True),
        sa.Column("way_in_s", sa.Integer(), nullable=False),
        sa.Column("way_in_m", sa.Integer(), nullable=False),
        sa.Column("way_out_s", sa.Integer(), nullable=False),
        sa.Column("way_out_m", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_route_rooms_in_order")),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], name=op.f("fk_route_rooms_hold_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_route_rooms_shift_id")),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_route_rooms")),
        sa.UniqueConstraint("shift_id", "turn", name=op.f("uq_route_rooms_shift_id_turn")),
    )


def downgrade() -> None:
    op.drop_geospatial_table("route_rooms")
    op.drop_table("foreseen_routes")
    op.drop_table("foreseen_days")
