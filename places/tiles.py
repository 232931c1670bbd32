"""The street picture: vector tiles of streets, buildings and water, cut by PostGIS."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.errors import NotFound

MOST_ZOOM = 20

# One pass a layer, each an own part of the tile; parts may simply stand one after the other (Mapbox Vector Tile 2.1).
# Four pixels of margin around the tile, so that lines drawn wide do not end at its edge.
_TILE = text("""
    WITH envelope AS (SELECT ST_TileEnvelope(:z, :x, :y) AS box, ST_TileEnvelope(:z, :x, :y, margin => 0.016) AS wide),
    cut AS (
        SELECT layer, kind, name,
               ST_AsMVTGeom(shape, envelope.box, extent => 4096, buffer => 64, clip_geom => true) AS shape
        FROM map_features, envelope
        WHERE map_features.shape && envelope.wide AND min_zoom <= :z
    )
    SELECT coalesce(string_agg(part, ''::bytea), ''::bytea) FROM (
        SELECT ST_AsMVT(cut, cut.layer, 4096, 'shape') AS part FROM cut WHERE shape IS NOT NULL GROUP BY layer
    ) AS parts
""")


class NoSuchTile(NotFound):
    """There is no such tile: zoom is 0 to 20, x and y below 2 to the power of zoom."""


def tile(session: Session, *, z: int, x: int, y: int) -> bytes:
    """Return the vector tile with the layers `streets`, `buildings` and `water`; empty where nothing is."""
    if not (0 <= z <= MOST_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        # In words alone: JSON's writer takes no whole number of more than 64 bits.
        raise NoSuchTile(f"zoom {z}, x {x}, y {y}")
    return bytes(session.scalar(_TILE, {"z": z, "x": x, "y": y}) or b"")
