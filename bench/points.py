"""The nearest of 100 000 pickup points: in the database against 15 ms, by the index, and over the API."""

from __future__ import annotations

import argparse
import csv
import json
import logging
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import structlog
from flask.testing import FlaskClient
from flask_jwt_extended import create_access_token
from sqlalchemy import ClauseElement, Engine, Executable, Select, create_engine, insert, make_url, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

import stack
from accounts.models import Organisation, OrganisationKind, Person, Role
from accounts.principals import Principal
from api.app import create_app
from api.unit import App
from kernel.database import Sessions
from kernel.geo import Point
from kernel.ids import new_id
from kernel.settings import load
from pickup_points.models import PickupPoint, PointKind, PointService
from pickup_points.points.searching import asked
from pickup_points.points.wanted import Wanted
from tests.conftest import upgrade

LIMIT_MS = 15.0
WARM = 10
INDEX = "ix_pickup_points_carrier_id_place"
HOURS = ("24/7", "Mo-Fr 08:00-20:00; Sa 10:00-18:00; PH off", "Mo-Su 07:00-22:00", None)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SPREAD_DEGREES = 0.05  # some kilometres around a real one


@dataclass(frozen=True)
class Figures:
    """One kind of search, in milliseconds; the ratio is to the limit."""

    search: str
    points: int
    cases: int
    limit: int
    database_p50_ms: float
    database_p95_ms: float
    p95_of_limit: float
    by_the_index_share: float
    api_p50_ms: float
    api_p95_ms: float


class Explained(Executable, ClauseElement):
    """A question whose answer is how the database answered it, and how long that took."""

    inherit_cache = False

    def __init__(self, question: Select[Any, Any]) -> None:
        self.question = question


@compiles(Explained)
def _explained(element: Explained, compiler: SQLCompiler, **kwargs: Any) -> str:
    return f"EXPLAIN (ANALYZE, FORMAT JSON) {compiler.process(element.question, **kwargs)}"


def real_places(folder: Path) -> list[Point]:
    """Return where the points of the public feeds are."""
    places: list[Point] = []
    for name in ("baltic_pickup_points.csv", "inpost_points_sample.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as lines:
            places += [Point(float(row["lon"]), float(row["lat"])) for row in csv.DictReader(lines)]
    return [place for place in places if place != Point(0, 0)]


def spread(places: Sequence[Point], count: int, chance: random.Random) -> Iterator[Point]:
    """Yield so many points around the real ones."""
    for number in range(count):
        place = places[number % len(places)]
        yield Point(place.longitude + chance.gauss(0, SPREAD_DEGREES), place.latitude + chance.gauss(0, SPREAD_DEGREES))


def fill(session: Session, carrier: Organisation, places: Iterator[Point], chance: random.Random) -> None:
    """Write the points, a tenth of another carrier in the same places."""
    other = Organisation(name="Other", kind=OrganisationKind.CARRIER, created_at=NOW)
    session.add(other)
    session.flush()
    rows = [
        {
            "id": new_id(),
            "carrier_id": other.id if chance.random() < 0.1 else carrier.id,
            "kind": chance.choice([*PointKind]),
            "name": "Point",
            "place": place,
            "zone": "Europe/Riga",
            "country": "LV",
            "opening_hours": chance.choice(HOURS),
            "services": chance.choice([["collect"], ["collect", "return"], ["collect", "send", "return"]]),
            "shelf_required": False,
            "hold_days": 7,
            "preparation_s": 0,
            "created_at": NOW,
            "version": 1,
        }
        for place in places
    ]
    for start in range(0, len(rows), 5000):
        session.execute(insert(PickupPoint), rows[start : start + 5000])


@contextmanager
def database() -> Iterator[tuple[Engine, str, str]]:
    """Make a database of its own, migrated, and drop it."""
    with stack.attach() as servers:
        url = make_url(servers.database_url)
        admin = create_engine(url, isolation_level="AUTOCOMMIT")
        name = f"bench_points_{new_id().hex[:12]}"
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        own = url.set(database=name).render_as_string(hide_password=False)
        engine = create_engine(own)
        try:
            upgrade(own)
            Sessions.configure(bind=engine)
            yield engine, own, servers.redis_url
        finally:
            engine.dispose()
            with admin.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
            admin.dispose()


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the plan's nodes."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def in_database(wanted: Wanted, *, caller: Principal, limit: int) -> tuple[float, bool]:
    """Return how long the database took, in milliseconds, and whether by the index alone."""
    with Sessions() as session:
        told = session.execute(Explained(asked(wanted, caller=caller, cursor=None, limit=limit))).scalar_one()[0]
    found = [*nodes(told["Plan"])]
    by_index = any(node.get("Index Name") == INDEX for node in found)
    read_whole = any(node["Node Type"] == "Seq Scan" for node in found)
    return told["Planning Time"] + told["Execution Time"], by_index and not read_whole


def over_api(client: FlaskClient, headers: dict[str, str], query: str) -> float:
    """Return how long the answer took, in milliseconds."""
    began = time.perf_counter()
    answer = client.get(f"/v1/pickup-points?{query}", headers=headers)
    took_ms = (time.perf_counter() - began) * 1000
    if answer.status_code != 200:
        raise SystemExit(f"{query}: {answer.status_code} {answer.text[:300]}")
    return took_ms


def at(share: float, values: list[float]) -> float:
    """Return the quantile."""
    return round(sorted(values)[min(len(values) - 1, int(share * len(values)))], 2)


type Asking = tuple[str, Callable[[Point], Wanted], str]

SEARCHES: Sequence[Asking] = (
    ("nearest", lambda near: Wanted(near=near), ""),
    (
        "nearest lockers or shops with returns",
        lambda near: Wanted(near=near, kinds=[PointKind.LOCKER, PointKind.SHOP], services=[PointService.RETURN]),
        "&kind=locker&kind=shop&service=return",
    ),
    ("within 2 km", lambda near: Wanted(near=near, radius_m=2000), "&radius_m=2000"),
)


def measure(
    asking: Asking, near: Sequence[Point], points: int, caller: Principal, call: Callable[[str], float]
) -> Figures:
    """Ask the database and the API for each place."""
    name, wanted, query = asking
    limit = 20
    for place in near[:WARM]:  # a connection's first question loads PostGIS
        in_database(wanted(place), caller=caller, limit=limit + 1)
        call(f"near={place.longitude},{place.latitude}&limit={limit}{query}")
    told = [in_database(wanted(place), caller=caller, limit=limit + 1) for place in near]
    times = [took for took, _ in told]
    api = [call(f"near={place.longitude},{place.latitude}&limit={limit}{query}") for place in near]
    return Figures(
        search=name,
        points=points,
        cases=len(near),
        limit=limit,
        database_p50_ms=at(0.5, times),
        database_p95_ms=at(0.95, times),
        p95_of_limit=round(at(0.95, times) / LIMIT_MS, 3),
        by_the_index_share=round(sum(by for _, by in told) / len(told), 3),
        api_p50_ms=at(0.5, api),
        api_p95_ms=at(0.95, api),
    )


def made_app(own: str, redis_url: str) -> App:
    """Return the application on the bench's database."""
    return create_app(
        load(
            database_url=own,
            redis_url=redis_url,
            secret_key="x" * 40,
            evidence_url="memory://",
            rate_limit="1000000/minute",
        )
    )


def main() -> None:
    """Fill a database, ask it, print and write the figures."""
    flags = argparse.ArgumentParser(description=__doc__)
    flags.add_argument("--data", type=Path, required=True, help="the folder with the public feeds")
    flags.add_argument("--points", type=int, default=100_000)
    flags.add_argument("--cases", type=int, default=300)
    flags.add_argument("--seed", type=int, default=1)
    flags.add_argument("--json", type=Path, help="write the figures here")
    told = flags.parse_args()
    chance = random.Random(told.seed)
    places = real_places(told.data)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))

    with database() as (engine, own, redis_url):
        with Sessions.begin() as session:
            carrier = Organisation(name="Bench", kind=OrganisationKind.CARRIER, created_at=NOW)
            who = Person(
                organisation=carrier,
                role=Role.DISPATCHER,
                name="B",
                email="b@example.org",
                phone=None,
                password_hash="",
                active=True,
                created_at=NOW,
            )
            session.add(who)
            session.flush()
            fill(session, carrier, spread(places, told.points, chance), chance)
            caller = Principal(who.id, carrier.id, carrier.id, True, Role.DISPATCHER)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE pickup_points"))
        app = made_app(own, redis_url)
        with app.app_context():
            token = create_access_token(identity=str(caller.id), additional_claims={"bearer": "person"})
        client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
        near = [*spread(chance.sample(places, told.cases), told.cases, chance)]
        figures = [
            measure(each, near, told.points, caller, lambda query: over_api(client, headers, query))
            for each in SEARCHES
        ]

    for each in figures:
        print("\n".join(f"{name:<20} {value}" for name, value in asdict(each).items()), end="\n\n")
    if told.json is not None:
        told.json.write_text(json.dumps([asdict(each) for each in figures], indent=2) + "\n")


if __name__ == "__main__":
    main()
