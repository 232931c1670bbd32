"""Vehicles, shifts, plans, routes and stops"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geography, Geometry
from sqlalchemy.dialects import postgresql

revision = "0005_routing"
down_revision = "0004_deliveries"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "solving",
                "solved",
                "failed",
                "cancelled",
                "published",
                name="planstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("shift_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("delivery_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("limit_s", sa.Integer(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("best_cost", sa.BigInteger(), nullable=True),
        sa.Column("cost", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("estimated_share", sa.Double(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["carrier_id"], ["organisations.id"], name=op.f("fk_plans_carrier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
    )
    op.create_index(op.f("ix_plans_carrier_id"), "plans", ["carrier_id"], unique=False)
    op.create_table(
        "vehicles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "profile",
            sa.Enum("car", "bicycle", "foot", name="profile", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("capacities", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["carrier_id"], ["organisations.id"], name=op.f("fk_vehicles_carrier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicles")),
    )
    op.create_index(op.f("ix_vehicles_carrier_id"), "vehicles", ["carrier_id"], unique=False)
    op.create_geospatial_table(
        "shifts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("driver_id", sa.Uuid(), nullable=False),
        sa.Column("vehicle_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "start_place",
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
        sa.Column(
            "end_place",
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
        sa.Column("break_earliest_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("break_latest_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("break_s", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("driver_id"), "="),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text("cancelled_at IS NULL"),
            using="gist",
            name="ex_shifts_driver_once",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("vehicle_id"), "="),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text("cancelled_at IS NULL"),
            using="gist",
            name="ex_shifts_vehicle_once",
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_shifts_in_order")),
        sa.ForeignKeyConstraint(["carrier_id"], ["organisations.id"], name=op.f("fk_shifts_carrier_id")),
        sa.ForeignKeyConstraint(["driver_id"], ["people.id"], name=op.f("fk_shifts_driver_id")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_shifts_vehicle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
    )
    op.create_index(op.f("ix_shifts_carrier_id"), "shifts", ["carrier_id"], unique=False)
    op.create_index(op.f("ix_shifts_driver_id"), "shifts", ["driver_id"], unique=False)
    op.create_index(op.f("ix_shifts_vehicle_id"), "shifts", ["vehicle_id"], unique=False)
    op.create_table(
        "unassigned",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_unassigned_delivery_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_unassigned_plan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plan_id", "delivery_id", name=op.f("pk_unassigned")),
    )
    op.create_index(op.f("ix_unassigned_delivery_id"), "unassigned", ["delivery_id"], unique=False)
    op.create_geospatial_table(
        "routes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("driver_id", sa.Uuid(), nullable=False),
        sa.Column("vehicle_id", sa.Uuid(), nullable=False),
        sa.Column("departs_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration_s", sa.Integer(), nullable=False),
        sa.Column("distance_m", sa.Integer(), nullable=False),
        sa.Column(
            "line",
            Geometry(
                geometry_type="LINESTRING",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("breaks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["carrier_id"], ["organisations.id"], name=op.f("fk_routes_carrier_id")),
        sa.ForeignKeyConstraint(["driver_id"], ["people.id"], name=op.f("fk_routes_driver_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_routes_plan_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_routes_shift_id")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_routes_vehicle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routes")),
    )
    op.create_index(op.f("ix_routes_carrier_id"), "routes", ["carrier_id"], unique=False)
    op.create_index(op.f("ix_routes_driver_id"), "routes", ["driver_id"], unique=False)
    op.create_index(op.f("ix_routes_plan_id"), "routes", ["plan_id"], unique=False)
    op.create_index(op.f("ix_routes_shift_id"), "routes", ["shift_id"], unique=False)
    op.create_index(op.f("ix_routes_vehicle_id"), "routes", ["vehicle_id"], unique=False)
    op.create_index(
        "uq_routes_shift_published",
        "routes",
        ["shift_id"],
        unique=True,
        postgresql_where=sa.text("published_at IS NOT NULL"),
    )
    op.create_geospatial_table(
        "stops",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
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
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "enroute",
                "arrived",
                "done",
                name="stopstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("service_s", sa.Integer(), nullable=False),
        sa.Column("leg_duration_s", sa.Integer(), nullable=False),
        sa.Column("leg_distance_m", sa.Integer(), nullable=False),
        sa.Column("leg_by_streets", sa.Boolean(), nullable=False),
        sa.Column("planned_arrival_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_departure_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enroute_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["route_id"], ["routes.id"], name=op.f("fk_stops_route_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stops")),
        sa.UniqueConstraint("route_id", "sequence", name=op.f("uq_stops_route_id_sequence")),
    )
    op.create_table(
        "drops",
        sa.Column("stop_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
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
                "failed_missing_required_proof",
                "failed_payment_not_received",
                "failed_weather",
                "failed_other",
                "unattempted",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_drops_delivery_id")),
        sa.ForeignKeyConstraint(["stop_id"], ["stops.id"], name=op.f("fk_drops_stop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("stop_id", "delivery_id", name=op.f("pk_drops")),
    )
    op.create_index(op.f("ix_drops_delivery_id"), "drops", ["delivery_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_drops_delivery_id"), table_name="drops")
    op.drop_table("drops")
    op.drop_geospatial_table("stops")
    op.drop_index(
        "uq_routes_shift_published", table_name="routes", postgresql_where=sa.text("published_at IS NOT NULL")
    )
    op.drop_index(op.f("ix_routes_vehicle_id"), table_name="routes")
    op.drop_index(op.f("ix_routes_shift_id"), table_name="routes")
    op.drop_index(op.f("ix_routes_plan_id"), table_name="routes")
    op.drop_index(op.f("ix_routes_driver_id"), table_name="routes")
    op.drop_index(op.f("ix_routes_carrier_id"), table_name="routes")
    op.drop_geospatial_table("routes")
    op.drop_index(op.f("ix_unassigned_delivery_id"), table_name="unassigned")
    op.drop_table("unassigned")
    op.drop_index(op.f("ix_shifts_vehicle_id"), table_name="shifts")
    op.drop_index(op.f("ix_shifts_driver_id"), table_name="shifts")
    op.drop_index(op.f("ix_shifts_carrier_id"), table_name="shifts")
    op.drop_geospatial_table("shifts")
    op.drop_index(op.f("ix_vehicles_carrier_id"), table_name="vehicles")
    op.drop_table("vehicles")
    op.drop_index(op.f("ix_plans_carrier_id"), table_name="plans")
    op.drop_table("plans")
