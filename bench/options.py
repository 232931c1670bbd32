"""Options for one address: seven days, ten windows each, the ten nearest points, thousands of stops planned.

`make bench-options`. The whole POST is timed in one process over Flask's own client, against the limit of 100 ms. Then
places are held for so many of the offered slots, and every day is solved anew from nothing: how many are served within
their promise.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from flask.testing import FlaskClient
from sqlalchemy import create_engine, make_url, select, text

import stack
from api import native
from api.app import create_app
from bench._options_world import DAYS, Week, anywhere, furnish
from kernel import logs, ticks
from kernel.adapters.redis_channel import RedisChannel
from kernel.database import Sessions, connect
from kernel.settings import load
from places.adapters.great_circle import GreatCircleStreets
from places.adapters.osrm import OsrmStreets
from places.streets import STREETS, Streets
from routing.given import GivenDelivery, Job
from routing.models import Shift
from routing.rounds import rounds_of
from routing.solving.limit import Limit
from routing.solving.solve import solve
from routing.translation import Question
from slots.models import Hold
from slots.room_models import RouteRoom
from tests.conftest import upgrade
from tests.factories import bearer

LIMIT_MS = 100.0


def main() -> None:
    """Read the flags, measure, print and write the JSON."""
    flags = argparse.ArgumentParser(description=__doc__)
    flags.add_argument("--stops", type=int, default=5000, help="planned in the week")
    flags.add_argument("--asked", type=int, default=200)
    flags.add_argument("--booked", type=int, default=200, help="offered slots that are held and then planned anew")
    flags.add_argument("--solve-s", type=float, default=15.0, help="for each day")
    flags.add_argument("--streets", help="an osrm-routed for cars")
    flags.add_argument("--seed", type=int, default=1)
    flags.add_argument("--json", type=Path)
    asked = flags.parse_args()
    now = datetime.now(UTC).replace(microsecond=0)
    streets: Streets = OsrmStreets({"car": asked.streets}) if asked.streets else GreatCircleStreets()
    native.collect_rarely()  # as every web process does
    with own_servers(streets) as (client, app):
        began_s = time.perf_counter()
        with Sessions.begin() as session:
            week = furnish(session, stops=asked.stops, now=now, seed=asked.seed)
        print(f"{asked.stops} stops planned over {DAYS} days, laid out in {time.perf_counter() - began_s:.0f} s")
        headers = bearer(app, week.asker)
        figures = timed(client, headers, week, asked)
        print(json.dumps(figures, indent=2))
        if asked.booked:
            figures |= {"served": served(client, headers, week, asked, streets)}
            print(json.dumps(figures["served"], indent=2))
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=2) + "\n")


@contextmanager
def own_servers(streets: Streets) -> Iterator[tuple[FlaskClient, Any]]:
    """A database of its own on this machine's private servers, and the application on it."""
    with stack.attach() as servers:
        url = make_url(servers.database_url)
        admin = create_engine(url, isolation_level="AUTOCOMMIT")
        name = f"bench_{uuid4().hex[:8]}"
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        own = url.set(database=name).render_as_string(hide_password=False)
        upgrade(own)
        given = stack.private_defaults(servers.folder) | {"database_url": own, "redis_url": servers.redis_url}
        settings = load(**given | {"rate_limit": "1000000 per minute"})
        logs.configure(level="WARNING", form=settings.log_format)
        engine = connect(own)
        Sessions.configure(bind=engine)
        ticks.CHANNEL.plug(RedisChannel(settings.redis_url))
        STREETS.plug(streets)
        app = create_app(settings)
        try:
            yield app.test_client(), app
        finally:
            engine.dispose()
            with admin.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def timed(client: FlaskClient, headers: dict[str, str], week: Week, asked: argparse.Namespace) -> dict[str, Any]:
    """Ask for one address after the other; the first request makes the days, the next ones find them."""
    chance = random.Random(asked.seed)
    took_ms, cpu_ms, offered, out = [], [], [], Counter[str]()
    for _ in range(asked.asked + 10):
        body = question(anywhere(chance), week) | {"parcels": basket(chance)}
        began_s, began_cpu_s = time.perf_counter(), time.process_time()
        answer = client.post("/v1/delivery-options", json=body, headers=headers)
        took_ms.append(1000 * (time.perf_counter() - began_s))
        cpu_ms.append(1000 * (time.process_time() - began_cpu_s))
        assert answer.status_code == 200, answer.json
        offered.append(len(answer.json["options"]))
        out.update(each["reason"] for each in answer.json["ineligible"])
    p50, p95, p99 = np.percentile(took_ms[10:], (50, 95, 99)).tolist()
    cpu_p50, cpu_p95 = np.percentile(cpu_ms[10:], (50, 95)).tolist()
    return {
        "stops": asked.stops,
        "streets": "osrm" if asked.streets else "great circle",
        "requests": asked.asked,
        "options_a_request": round(sum(offered) / len(offered), 1),
        "ineligible": dict(out),
        "first_ms": round(took_ms[0]),
        "p50_ms": round(p50, 1),
        "p95_ms": round(p95, 1),
        "p99_ms": round(p99, 1),
        "p95_of_limit": round(p95 / LIMIT_MS, 2),
        "own_processor_p50_ms": round(cpu_p50, 1),
        "own_processor_p95_ms": round(cpu_p95, 1),
        "load_before": round(os.getloadavg()[0], 1),
    }


def basket(chance: random.Random) -> list[dict[str, int]]:
    """One to three parcels of half a kilogram to five."""
    return [{"weight_g": chance.randrange(500, 5000)} for _ in range(chance.randint(1, 3))]


def question(place: Any, week: Week) -> dict[str, Any]:
    """A basket of one parcel to this place, the whole week."""
    return {
        "address": {"place": {"type": "Point", "coordinates": [place.longitude, place.latitude]}},
        "parcels": [{"weight_g": 1000}],
        "from_date": week.first.date().isoformat(),
        "days": DAYS,
    }


def served(
    client: FlaskClient, headers: dict[str, str], week: Week, asked: argparse.Namespace, streets: Streets
) -> dict[str, Any]:
    """Hold a slot drawn from what each of so many addresses is offered, then solve every day anew."""
    chance = random.Random(asked.seed + 1)
    held, refused = 0, 0
    while held < asked.booked and refused < asked.booked:
        body = question(anywhere(chance), week) | {"kinds": ["home", "evening"]}
        options = [
            each
            for each in client.post("/v1/delivery-options", json=body, headers=headers).json["options"]
            if each["feasibility"] == "routes" and each["point"] is None
        ]
        if not options:
            refused += 1
            continue
        wish = {"slot_id": chance.choice(options)["slot_id"], "address": body["address"], "parcels": body["parcels"]}
        answer = client.post("/v1/holds", json=wish | {"keep_s": 3600}, headers=headers)
        held, refused = held + (answer.status_code == 201), refused + (answer.status_code != 201)
    days = [solved_anew(week.first + timedelta(days=day), asked, streets) for day in range(DAYS)]
    return {
        "held": held,
        "offers_that_could_not_be_held": refused,
        "served_in_their_promise": sum(each["served"] for each in days),
        "stops_left_out": sum(each["left_out"] for each in days),
        "days": days,
    }


def solved_anew(midnight: datetime, asked: argparse.Namespace, streets: Streets) -> dict[str, int]:
    """Plan one day from nothing: what was planned, and what is held."""
    with Sessions.begin() as session:
        shift_ids = session.scalars(
            select(Shift.id).where(Shift.starts_at >= midnight, Shift.starts_at < midnight + timedelta(days=1))
        ).all()
        rounds = rounds_of(session, shift_ids)
        rooms = session.execute(
            select(RouteRoom, Hold).join(Hold, Hold.id == RouteRoom.hold_id).where(RouteRoom.shift_id.in_(shift_ids))
        ).all()
    planned = [each for round in rounds for stop in round.stops for each in stop.deliveries]
    wanted = [_given(room, hold) for room, hold in rooms]
    job = Job(uuid4(), asked.seed, None, midnight, tuple(each.shift for each in rounds), (*planned, *wanted), ())
    question = Question(job)
    problem = question.problem(question.matrices(streets))
    solution = solve(problem, limit=Limit(seconds=asked.solve_s), seed=asked.seed)
    begins = {visit.stop_id: visit.start_s for route in solution.routes for visit in route.visits}
    spans = {str(each.id): each.windows[0] for each in wanted}
    kept = [
        name
        for name, (starts_at, ends_at) in spans.items()
        if name in begins and starts_at <= question.origin.instant(begins[name]) < ends_at
    ]
    return {"stops": len(problem.stops), "held": len(wanted), "served": len(kept), "left_out": len(solution.unassigned)}


def _given(room: RouteRoom, hold: Hold) -> GivenDelivery:
    """The held stop as a delivery, within the slot that was promised."""
    return GivenDelivery(
        id=hold.id,
        place=room.place,
        windows=((room.starts_at, room.ends_at),),
        service_s=hold.service_s,
        demands=(hold.parcels, hold.weight_g, hold.volume_cm3),
        penalty_s=None,
        contact=(str(hold.id), None, None),
    )


if __name__ == "__main__":
    main()
