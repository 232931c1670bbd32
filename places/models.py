"""The imported city: its extent and zone, its addresses, what its map shows; and the areas that a carrier draws."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import ForeignKey, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base
from kernel.geo import Point, PointType
from kernel.ids import new_id

ATTRIBUTION = "© OpenStreetMap contributors"


class City(Base):
    """The one city that is imported. Importing another replaces it, and its `version` rises."""

    __tablename__ = "cities"
    # The one row: a second one would have to hold the same value, and the unique index refuses it.
    __table_args__ = (Index("uq_cities_only_one", text("(true)"), unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    attribution: Mapped[str] = mapped_column(default=ATTRIBUTION)
    zone: Mapped[str]  # IANA, such as Europe/Helsinki
    # Where deliveries may be: the streets' extent, SRID 4326. A geometry, as containment is asked in the plane.
    coverage: Mapped[WKBElement] = mapped_column(Geometry("POLYGON", srid=4326, spatial_index=False))
    source_name: Mapped[str]
    source_sha256: Mapped[str]
    imported_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(Integer)


class Street(Base):
    """A street that has addresses, once for each town that has one of its name. What a typed address meets first."""

    __tablename__ = "address_streets"
    __table_args__ = (
        UniqueConstraint("city_id", "key", "town_key"),
        Index(
            "ix_address_streets_key_like",
            "key",
            postgresql_using="gin",
            postgresql_ops={"key": "gin_trgm_ops"},
            # Written once an import and read ever after: no list of pending entries to search beside it.
            postgresql_with={"fastupdate": "off"},
        ),
        Index("ix_address_streets_key", "key"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    city_id: Mapped[UUID] = mapped_column(ForeignKey("cities.id", ondelete="CASCADE"))
    name: Mapped[str]
    town: Mapped[str | None]
    # Name and town as `wording.fold` makes them; the town is empty where the map names none.
    key: Mapped[str]
    town_key: Mapped[str]


class Address(Base):
    """One house on one street, as the map has it. Copy what you need: the next import replaces every row."""

    __tablename__ = "addresses"
    __table_args__ = (
        Index("ix_addresses_street_id", "street_id"),
        Index("ix_addresses_place", "place", postgresql_using="gist"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    street_id: Mapped[UUID] = mapped_column(ForeignKey("address_streets.id", ondelete="CASCADE"))
    street: Mapped[str]
    house_number: Mapped[str]
    postcode: Mapped[str | None]
    city_name: Mapped[str | None]
    # The entrance, or the middle of the house.
    place: Mapped[Point] = mapped_column(PointType)
    # As `wording.read_house_number` makes them: the number whole, all numbers it stands for, and how it sorts.
    house_key: Mapped[str]
    house_parts: Mapped[list[str]] = mapped_column(ARRAY(Text))
    house_value: Mapped[int] = mapped_column(Integer)

    @property
    def text(self) -> str:
        """Return the address in one line: street and number, postcode and town where the map has them."""
        town = " ".join(part for part in (self.postcode, self.city_name) if part)
        return ", ".join(part for part in (f"{self.street} {self.house_number}", town) if part)


class Zone(Base):
    """An area that a carrier serves in its own way. Retired, never deleted: its slots and bookings stay."""

    __tablename__ = "zones"
    __table_args__ = (
        Index("ix_zones_area", "area", postgresql_using="gist"),
        Index(
            "uq_zones_carrier_id_name", "carrier_id", "name", unique=True, postgresql_where=text("retired_at IS NULL")
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    carrier_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    name: Mapped[str]
    time_zone: Mapped[str]  # IANA: the local times of its slots are in it
    # A geometry, as containment is asked in the plane: an edge is straight on the map that it was drawn on.
    area: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", srid=4326, spatial_index=False))
    retired_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy declares it so


class Layer(StrEnum):
    """What a map feature is drawn as; the names of the layers in a vector tile."""

    STREETS = "streets"
    BUILDINGS = "buildings"
    WATER = "water"


class MapFeature(Base):
    """One street, building or water area for the vector tiles."""

    __tablename__ = "map_features"
    __table_args__ = (Index("ix_map_features_shape", "shape", postgresql_using="gist"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    city_id: Mapped[UUID] = mapped_column(ForeignKey("cities.id", ondelete="CASCADE"))
    layer: Mapped[str]
    kind: Mapped[str]  # OSM's own word: residential, primary, riverbank ...
    name: Mapped[str | None]
    # From which zoom on it is drawn, so that a low zoom reads few rows.
    min_zoom: Mapped[int] = mapped_column(Integer)
    # Web Mercator, metres: what a tile is cut in.
    shape: Mapped[WKBElement] = mapped_column(Geometry("GEOMETRY", srid=3857, spatial_index=False))
