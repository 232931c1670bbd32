"""Pickups on the way, and trips back to load"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geography
from sqlalchemy.dialects import postgresql

revision = "0012_trips"
down_revision = "0011_explanations"
branch_labels = None
depends_on = None

JSONB = postgresql.JSONB(astext_type=sa.Text())
_BEFORE = (
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
)
_AFTER = ("picked_up", *_BEFORE[:15], "failed_not_ready", *_BEFORE[15:])


def upgrade() -> None:
    op.add_column("shifts", sa.Column("reloads", JSONB, nullable=True))
    op.create_geospatial_table(
        "delivery_pickups",
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("contact_name", sa.Text(), nullable=True),
        sa.Column("contact_phone", sa.Text(), nullable=True),
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
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_delivery_pickups_delivery_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_delivery_pickups")),
    )
    kind = sa.Enum(
        "delivery", "pickup", "reload", name="stopkind", native_enum=False, create_constraint=True, length=40
    )
    op.add_column("stops", sa.Column("kind", kind, nullable=False, server_default="delivery"))
    op.alter_column("stops", "kind", server_default=None)
    _hold_outcomes(_AFTER)
    op.create_table(
        "fetches",
        sa.Column("stop_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(*_AFTER, name="outcome", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_fetches_delivery_id")),
        sa.ForeignKeyConstraint(["stop_id"], ["stops.id"], name=op.f("fk_fetches_stop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("stop_id", "delivery_id", name=op.f("pk_fetches")),
    )
    op.create_index(op.f("ix_fetches_delivery_id"), "fetches", ["delivery_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_fetches_delivery_id"), table_name="fetches")
    op.drop_table("fetches")
    _hold_outcomes(_BEFORE)
    op.drop_column("stops", "kind")
    op.drop_geospatial_table("delivery_pickups")
    op.drop_column("shifts", "reloads")


def _hold_outcomes(codes: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_drops_outcome"), "drops", type_="check")
    listed = ", ".join(f"'{code}'" for code in codes)
    op.create_check_constraint(op.f("ck_drops_outcome"), "drops", f"outcome IN ({listed})")
