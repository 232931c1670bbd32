"""What deliveries, vehicles, shifts and plans may ask of the optimiser"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geography
from sqlalchemy.dialects import postgresql

revision = "0008_plan_constraints"
down_revision = "0007_rounds"
branch_labels = None
depends_on = None

JSONB = postgresql.JSONB(astext_type=sa.Text())
OBJECTIVE = sa.Enum(
    "least_time",
    "least_distance",
    "fewest_vehicles",
    name="objective",
    native_enum=False,
    create_constraint=True,
    length=40,
)


def upgrade() -> None:
    _deliveries()
    _vehicles()
    _shifts()
    _plans()
    op.create_index("ix_stops_place", "stops", ["place"], postgresql_using="gist")
    op.add_column("drops", sa.Column("alternative_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_drops_alternative_id"),
        "drops",
        "delivery_alternatives",
        ["alternative_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_index(op.f("ix_drops_alternative_id"), "drops", ["alternative_id"])


def _deliveries() -> None:
    op.add_column("deliveries", sa.Column("priority", sa.Integer(), nullable=True))
    op.add_column("deliveries", sa.Column("setup_s", sa.Integer(), nullable=True))
    op.add_column("deliveries", sa.Column("preferred_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("deliveries", sa.Column("preferred_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("deliveries", sa.Column("preferred_driver_id", sa.Uuid(), nullable=True))
    for name in ("required_skills", "excluded_skills", "refused_driver_ids"):
        _add_filled("deliveries", name, JSONB, "[]")
    _add_filled("deliveries", "collects", JSONB, "{}")
    op.create_foreign_key(
        op.f("fk_deliveries_preferred_driver_id"), "deliveries", "people", ["preferred_driver_id"], ["id"]
    )
    for name, holds in (
        ("setup_not_negative", "setup_s >= 0"),
        ("priority_in_range", "priority BETWEEN 0 AND 100"),
        ("one_price", "priority IS NULL OR penalty_s IS NULL"),
        ("preferred_in_order", "preferred_from < preferred_until"),
    ):
        op.create_check_constraint(op.f(f"ck_deliveries_{name}"), "deliveries", holds)
    op.create_geospatial_table(
        "delivery_alternatives",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
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
        sa.Column("access_notes", sa.Text(), nullable=True),
        sa.Column("service_s", sa.Integer(), nullable=True),
        sa.Column("windows", JSONB, nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_delivery_alternatives_delivery_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_alternatives")),
        sa.UniqueConstraint("delivery_id", "sequence", name=op.f("uq_delivery_alternatives_delivery_id_sequence")),
    )


def _vehicles() -> None:
    _add_filled("vehicles", "skills", JSONB, "[]")
    _add_filled("vehicles", "kerb_side", sa.Boolean(), "false")
    _add_filled("vehicles", "fixed_cost", sa.Integer(), "0")
    _add_filled("vehicles", "cost_per_h", sa.Integer(), "3600")
    _add_filled("vehicles", "cost_per_km", sa.Integer(), "0")
    op.create_check_constraint(
        op.f("ck_vehicles_costs_not_negative"),
        "vehicles",
        "fixed_cost >= 0 AND cost_per_h >= 0 AND cost_per_km >= 0",
    )


def _shifts() -> None:
    _add_filled("shifts", "breaks", JSONB, "[]")
    op.execute(
        """
        UPDATE shifts SET breaks = jsonb_build_array(jsonb_build_object(
            'earliest_at', to_char(break_earliest_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'),
            'latest_at', to_char(break_latest_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'),
            'duration_s', break_s
        )) WHERE break_earliest_at IS NOT NULL AND break_latest_at IS NOT NULL AND break_s IS NOT NULL
        """
    )
    for name in ("break_earliest_at", "break_latest_at", "break_s"):
        op.drop_column("shifts", name)
    _add_filled("shifts", "skills", JSONB, "[]")
    for name in ("max_duration_s", "max_distance_m", "max_stops"):
        op.add_column("shifts", sa.Column(name, sa.Integer(), nullable=True))
    op.create_check_constraint(
        op.f("ck_shifts_limits_above_zero"), "shifts", "max_duration_s > 0 AND max_distance_m > 0 AND max_stops > 0"
    )


def _plans() -> None:
    _add_filled("plans", "objective", OBJECTIVE, "least_time")
    op.add_column("plans", sa.Column("balance", JSONB, nullable=True))
    for name in ("traffic", "allowed_shifts"):
        _add_filled("plans", name, JSONB, "[]")
    _add_filled("plans", "zone", sa.Text(), "UTC")
    op.add_column("plans", sa.Column("best_unassigned", sa.Integer(), nullable=True))
    op.add_column("plans", sa.Column("finish_asked_at", sa.DateTime(timezone=True), nullable=True))
    for name in ("setup_s", "early_cost_per_h", "late_cost_per_h", "preference_cost", "familiarity_cost"):
        _add_filled("plans", name, sa.Integer(), "0")


def _add_filled(table: str, name: str, kind: Any, value: str) -> None:
    """Add a column that has a value in every row there is; new rows bring their own."""
    op.add_column(table, sa.Column(name, kind, nullable=False, server_default=value))
    op.alter_column(table, name, server_default=None)


def downgrade() -> None:
    op.drop_index(op.f("ix_drops_alternative_id"), table_name="drops")
    op.drop_column("drops", "alternative_id")
    op.drop_index("ix_stops_place", table_name="stops")
    for name in ("familiarity_cost", "preference_cost", "late_cost_per_h", "early_cost_per_h", "setup_s", "zone"):
        op.drop_column("plans", name)
    for name in ("best_unassigned", "finish_asked_at", "allowed_shifts", "traffic", "balance", "objective"):
        op.drop_column("plans", name)
    for name in ("max_stops", "max_distance_m", "max_duration_s", "skills"):
        op.drop_column("shifts", name)
    op.add_column("shifts", sa.Column("break_earliest_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("shifts", sa.Column("break_latest_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("shifts", sa.Column("break_s", sa.Integer(), nullable=True))
    op.execute(
        """
        UPDATE shifts SET
            break_earliest_at = (breaks -> 0 ->> 'earliest_at')::timestamptz,
            break_latest_at = (breaks -> 0 ->> 'latest_at')::timestamptz,
            break_s = (breaks -> 0 ->> 'duration_s')::integer
        """
    )
    op.drop_column("shifts", "breaks")
    for name in ("cost_per_km", "cost_per_h", "fixed_cost", "kerb_side", "skills"):
        op.drop_column("vehicles", name)
    op.drop_geospatial_table("delivery_alternatives")
    for name in ("preferred_driver_id", "preferred_until", "preferred_from", "setup_s", "priority"):
        op.drop_column("deliveries", name)
    for name in ("collects", "refused_driver_ids", "excluded_skills", "required_skills"):
        op.drop_column("deliveries", name)
