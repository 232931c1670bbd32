"""Writing a city into its tables, in place of the one before, by COPY."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import batched
from typing import Any

import numpy as np
import shapely
from geoalchemy2.shape import from_shape
from numpy.typing import NDArray
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from kernel.ids import new_id
from places.models import City
from places.osm import CityData, FoundFeature, Progress
from places.register import StreetEntry

_MERCATOR_RADIUS_M = 6_378_137.0  # EPSG:3857 takes the Earth for a sphere of the WGS 84 equator
_MERCATOR_LATITUDE = 85.05112878  # where its square ends
_CHUNK = 5_000


def replace_city(
    session: Session,
    *,
    data: CityData,
    streets: Sequence[StreetEntry],
    source_name: str,
    source_sha256: str,
    now: datetime,
    progress: Progress,
) -> City:
    """Write the city in place of the one before, which goes with all its rows. The version rises by one."""
    before = session.scalar(select(City.version).with_for_update())
    session.execute(delete(City))
    city = City(
        name=data.name,
        zone=data.zone,
        coverage=from_shape(data.coverage, srid=4326),
        source_name=source_name,
        source_sha256=source_sha256,
        imported_at=now,
        version=(before or 0) + 1,
    )
    session.add(city)
    session.flush()
    _load_streets(session, city, streets, progress)
    _load_features(session, city, data.features, progress)
    for table in ("address_streets", "addresses", "map_features"):
        session.execute(text(f"ANALYZE {table}"))
    return city


def _load_streets(session: Session, city: City, streets: Sequence[StreetEntry], progress: Progress) -> None:
    progress.begin("Storing addresses", sum(len(street.houses) for street in streets))
    _copy(
        session,
        "address_streets (id, city_id, name, key, town, town_key)",
        ((street.id, city.id, street.name, street.key, street.town, street.town_key) for street in streets),
    )
    _copy(
        session,
        "addresses (id, street_id, street, house_number, postcode, city_name, place,"
        " house_key, house_parts, house_value)",
        _counted(_address_rows(streets), progress),
    )


def _address_rows(streets: Sequence[StreetEntry]) -> Iterator[tuple[Any, ...]]:
    for street in streets:
        for house in street.houses:
            place = f"SRID=4326;POINT({house.place.longitude} {house.place.latitude})"
            number = house.read
            yield (
                *(new_id(), street.id, street.name, house.number, house.postcode, street.town, place),
                *(number.key, list(number.parts), number.value),
            )


def _load_features(session: Session, city: City, features: Sequence[FoundFeature], progress: Progress) -> None:
    progress.begin("Storing the map", len(features))
    rows = (
        (new_id(), city.id, feature.layer, feature.kind, feature.name, feature.min_zoom, shape)
        for chunk in batched(features, _CHUNK)
        for feature, shape in zip(chunk, _in_mercator([feature.wkb for feature in chunk]), strict=True)
    )
    _copy(session, "map_features (id, city_id, layer, kind, name, min_zoom, shape)", _counted(rows, progress))


def _in_mercator(shapes: Sequence[str]) -> list[str]:
    """Return the shapes in EPSG:3857 as hexadecimal EWKB; all at once, as PostGIS would take them one by one."""
    flat = shapely.transform(shapely.from_wkb(shapes), _project)
    return list(shapely.to_wkb(shapely.set_srid(flat, 3857), hex=True, include_srid=True))


def _project(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    east, north = np.radians(degrees[:, 0]), np.radians(np.clip(degrees[:, 1], -_MERCATOR_LATITUDE, _MERCATOR_LATITUDE))
    return _MERCATOR_RADIUS_M * np.column_stack([east, np.log(np.tan(np.pi / 4 + north / 2))])


def _copy(session: Session, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    connection: Any = session.connection().connection.driver_connection
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _counted(rows: Iterable[tuple[Any, ...]], progress: Progress) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        yield row
        progress.advance()
