"""Stop events, positions, arrivals and tracking links"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geography
from sqlalchemy.dialects import postgresql

revision = "0007_rounds"
down_revision = "0006_proofs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tracking_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_tracking_links_delivery_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracking_links")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_tracking_links_token_sha256")),
    )
    op.create_index(op.f("ix_tracking_links_delivery_id"), "tracking_links", ["delivery_id"], unique=False)
    op.create_geospatial_table(
        "positions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("driver_id", sa.Uuid(), nullable=False),
        sa.Column("route_id", sa.Uuid(), nullable=True),
        sa.Column("device_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
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
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("speed_mps", sa.Double(), nullable=True),
        sa.Column("heading_deg", sa.Double(), nullable=True),
        sa.Column("battery_percent", sa.Integer(), nullable=True),
        sa.Column(
            "verdict",
            sa.Enum(
                "accepted",
                "duplicate",
                "outdated",
                "future",
                "too_fast",
                "inaccurate",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["driver_id"], ["people.id"], name=op.f("fk_positions_driver_id")),
        sa.ForeignKeyConstraint(["route_id"], ["routes.id"], name=op.f("fk_positions_route_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_positions")),
    )
    op.create_index("ix_positions_driver_id_device_time", "positions", ["driver_id", "device_time"], unique=False)
    op.create_index("ix_positions_received_at", "positions", ["received_at"], unique=False, postgresql_using="brin")
    op.create_index(op.f("ix_positions_route_id"), "positions", ["route_id"], unique=False)
    op.create_table(
        "arrivals",
        sa.Column("stop_id", sa.Uuid(), nullable=False),
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("expected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("earliest_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("latest_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stops_before", sa.Integer(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "plan",
                "streets",
                "great_circle",
                name="arrivalsource",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["route_id"], ["routes.id"], name=op.f("fk_arrivals_route_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["stop_id"], ["stops.id"], name=op.f("fk_arrivals_stop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("stop_id", name=op.f("pk_arrivals")),
    )
    op.create_index(op.f("ix_arrivals_route_id"), "arrivals", ["route_id"], unique=False)
    op.create_geospatial_table(
        "stop_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stop_id", sa.Uuid(), nullable=False),
        sa.Column("driver_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "enroute", "arrived", "done", name="stopeventkind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("device_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcomes", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
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
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["driver_id"], ["people.id"], name=op.f("fk_stop_events_driver_id")),
        sa.ForeignKeyConstraint(["stop_id"], ["stops.id"], name=op.f("fk_stop_events_stop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop_events")),
    )
    op.create_index(op.f("ix_stop_events_stop_id"), "stop_events", ["stop_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_stop_events_stop_id"), table_name="stop_events")
    op.drop_geospatial_table("stop_events")
    op.drop_index(op.f("ix_arrivals_route_id"), table_name="arrivals")
    op.drop_table("arrivals")
    op.drop_index(op.f("ix_positions_route_id"), table_name="positions")
    op.drop_index("ix_positions_received_at", table_name="positions", postgresql_using="brin")
    op.drop_index("ix_positions_driver_id_device_time", table_name="positions")
    op.drop_geospatial_table("positions")
    op.drop_index(op.f("ix_tracking_links_delivery_id"), table_name="tracking_links")
    op.drop_table("tracking_links")
