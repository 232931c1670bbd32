"""Customers hold, confirm and give back places that are nearly all taken, 50 of them a second, while parts are killed.

`make bench-slots` starts gunicorn, the workers and a private PostgreSQL and Redis in a folder of its own, lets the
customers come in an open loop, and compares what each was told with the database. `ARGS="--chaos"` kills a web
worker, Redis and PostgreSQL with -9 in the middle.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

LIMIT_MS = 250.0
RUSH_PLACES = 10
WARM_S = 15
KILLED = ("web worker", "redis", "postgres")


def main() -> int:
    """Start the servers and, inside them, ourselves once more; return 0 when everything held."""
    asked = _parser().parse_args()
    if asked.inside:
        return inside(asked)
    folder = Path(tempfile.mkdtemp(prefix="doorstep-bench-"))
    folder.chmod(0o755)
    environment = {
        **os.environ,
        "DOORSTEP_FOLDER": str(folder),
        "PORT": str(asked.port),
        "RATE_LIMIT": "1000000 per minute",
        "WEB_CONCURRENCY": str(asked.workers),
    }
    (folder / "Procfile").write_text(_procfile())
    ourselves = [sys.executable, str(Path(__file__)), "--inside", *sys.argv[1:]]
    command = [sys.executable, "-m", "stack", "up", "--procfile", str(folder / "Procfile"), "--", *ourselves]
    try:
        return subprocess.run(command, env=environment, cwd=REPOSITORY, check=False).returncode
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def inside(asked: argparse.Namespace) -> int:
    """Furnish, measure and judge. The servers are up and named in the environment."""
    from bench._slots_judging import judge  # noqa: PLC0415  only inside
    from bench._slots_load import Ledger  # noqa: PLC0415
    from bench._slots_world import furnish  # noqa: PLC0415
    from kernel import clock  # noqa: PLC0415
    from kernel.database import Sessions  # noqa: PLC0415
    from worker import engine  # noqa: PLC0415

    with Sessions.begin() as session:
        world = furnish(session, now=clock.now())
    ledger = Ledger()
    rush, kills = asyncio.run(_play(asked, world, ledger))
    verdicts = [*judge(engine, ledger)]
    report = _report(asked, ledger, rush, kills, verdicts)
    _print(report)
    if asked.json:
        asked.json.write_text(json.dumps(report, indent=2) + "\n")
    return 0 if all(verdict["holds"] for verdict in report["verdicts"]) else 1


async def _play(asked: argparse.Namespace, world: Any, ledger: Any) -> tuple[list[int], list[dict[str, Any]]]:
    from bench._http_line import Line  # noqa: PLC0415  only inside
    from bench._slots_load import Customers  # noqa: PLC0415

    line = Line(
        "127.0.0.1", asked.port, {"Authorization": f"Bearer {_token(world.secret)}", "Accept-Encoding": "identity"}
    )
    customers = Customers(line, world, ledger, random.Random(asked.seed))
    await customers.come(per_s=asked.rate / 2, seconds=WARM_S)  # the servers' own start is over, the caches are warm
    ledger.latencies_s.clear()
    kills: list[dict[str, Any]] = []
    async with asyncio.TaskGroup() as group:
        group.create_task(customers.come(per_s=asked.rate, seconds=asked.seconds))
        if asked.chaos:
            group.create_task(_kill_in_turn(asked.seconds, kills))
    timed = list(ledger.latencies_s)
    rush = await customers.rush(asked.rush)
    ledger.latencies_s[:] = timed
    line.close()
    return rush, kills


async def _kill_in_turn(seconds: float, kills: list[dict[str, Any]]) -> None:
    from bench.chaos import _living  # noqa: PLC0415  only inside

    began = time.monotonic()
    for number, part in enumerate(KILLED, 1):
        await asyncio.sleep(max(0.0, began + seconds * number / (len(KILLED) + 1) - time.monotonic()))
        for process in _living(part)[:1]:
            os.kill(process.pid, signal.SIGKILL)
            kills.append({"part": part, "after_s": round(time.monotonic() - began, 1)})
            print(f"-- killed the {part}, process {process.pid}", flush=True)


def _token(secret: str) -> str:
    body = json.dumps({"api_key": secret}).encode()
    request = urllib.request.Request(
        f"{os.environ['PUBLIC_URL']}/v1/auth/token", data=body, headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return str(json.load(answer)["access_token"])


def _report(
    asked: argparse.Namespace, ledger: Any, rush: list[int], kills: list[Any], verdicts: list[tuple[str, bool, str]]
) -> dict[str, Any]:
    took = sorted(ledger.latencies_s)
    p50, p95, p99 = (1000 * took[min(len(took) - 1, int(len(took) * share))] for share in (0.5, 0.95, 0.99))
    won = rush.count(201)
    rules = [*verdicts, (f"of {len(rush)} at once exactly {RUSH_PLACES} win", won == RUSH_PLACES, f"{won} won")]
    if asked.chaos:
        parts = ", ".join(kill["part"] for kill in kills)
        rules.append(("each part was killed", [kill["part"] for kill in kills] == [*KILLED], parts))
    else:
        rules.append((f"p99 under {LIMIT_MS:.0f} ms", p99 < LIMIT_MS, f"{p99:.0f} ms"))
    return {
        "clients_per_s": asked.rate,
        "seconds": asked.seconds,
        "requests": len(took),
        "sent_again": ledger.sent_again,
        "p50_ms": round(p50, 1),
        "p95_ms": round(p95, 1),
        "p99_ms": round(p99, 1),
        "p99_of_limit": round(p99 / LIMIT_MS, 3),
        "ended": dict(Counter(how for how, _ in ledger.ended.values())),
        "refused": dict(ledger.refused),
        "rush": dict(Counter(map(str, rush))),
        "kills": kills,
        "load_average": os.getloadavg()[0],
        "verdicts": [{"rule": rule, "holds": holds, "detail": detail} for rule, holds, detail in rules],
    }


def _print(report: dict[str, Any]) -> None:
    for name, value in report.items():
        if name != "verdicts":
            print(f"{name:14} {value}")
    for verdict in report["verdicts"]:
        print(f"{'holds ' if verdict['holds'] else 'BROKEN'} {verdict['rule']}: {verdict['detail']}")


def _procfile() -> str:
    """Return the Procfile without streets and solver: nothing here needs them."""
    lines = (REPOSITORY / "Procfile").read_text().splitlines()
    return "".join(f"{line}\n" for line in lines if line.split(":")[0] in ("web", "worker", "beat", "relay"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=50.0, help="customers a second")
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--rush", type=int, default=200, help="how many want ten places at once")
    parser.add_argument("--chaos", action="store_true", help="kill a web worker, Redis and PostgreSQL meanwhile")
    parser.add_argument("--workers", type=int, default=2, help="gunicorn's")
    parser.add_argument("--port", type=int, default=8420)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
