"""The city, its addresses and its map"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geography, Geometry
from sqlalchemy.dialects import postgresql

revision = "0003_places"
down_revision = "0002_accounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_geospatial_table(
        "cities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("attribution", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column(
            "coverage",
            Geometry(
                geometry_type="POLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("source_name", sa.Text(), nullable=False),
        sa.Column("source_sha256", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cities")),
    )
    op.create_index("uq_cities_only_one", "cities", [sa.literal_column("(true)")], unique=True)
    op.create_table(
        "address_streets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("town", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("town_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["city_id"], ["cities.id"], name=op.f("fk_address_streets_city_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_streets")),
        sa.UniqueConstraint("city_id", "key", "town_key", name=op.f("uq_address_streets_city_id_key_town_key")),
    )
    op.create_index("ix_address_streets_key", "address_streets", ["key"], unique=False)
    op.create_index(
        "ix_address_streets_key_like",
        "address_streets",
        ["key"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"key": "gin_trgm_ops"},
        postgresql_with={"fastupdate": "off"},
    )
    op.create_geospatial_table(
        "addresses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("street_id", sa.Uuid(), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("house_number", sa.Text(), nullable=False),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("city_name", sa.Text(), nullable=True),
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
        sa.Column("house_key", sa.Text(), nullable=False),
        sa.Column("house_parts", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("house_value", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["street_id"], ["address_streets.id"], name=op.f("fk_addresses_street_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addresses")),
    )
    op.create_geospatial_index(
        "ix_addresses_place", "addresses", ["place"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index("ix_addresses_street_id", "addresses", ["street_id"], unique=False)
    op.create_geospatial_table(
        "map_features",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("city_id", sa.Uuid(), nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("min_zoom", sa.Integer(), nullable=False),
        sa.Column(
            "shape",
            Geometry(
                srid=3857,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_map_features_city_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_map_features")),
    )
    op.create_geospatial_index(
        "ix_map_features_shape", "map_features", ["shape"], unique=False, postgresql_using="gist", postgresql_ops={}
    )


def downgrade() -> None:
    op.drop_geospatial_index(
        "ix_map_features_shape", table_name="map_features", postgresql_using="gist", column_name="shape"
    )
    op.drop_geospatial_table("map_features")
    op.drop_index("ix_addresses_street_id", table_name="addresses")
    op.drop_geospatial_index("ix_addresses_place", table_name="addresses", postgresql_using="gist", column_name="place")
    op.drop_geospatial_table("addresses")
    op.drop_index(
        "ix_address_streets_key_like",
        table_name="address_streets",
        postgresql_using="gin",
        postgresql_ops={"key": "gin_trgm_ops"},
    )
    op.drop_index("ix_address_streets_key", table_name="address_streets")
    op.drop_table("address_streets")
    op.drop_index("uq_cities_only_one", table_name="cities")
    op.drop_geospatial_table("cities")
