"""The runner: private servers, migrations, processes; watches them, and leaves nothing running behind it."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from stack import child
from stack.folders import PROFILES, REPOSITORY, StackError, is_root, locate
from stack.private import PrivateServers, attach, private_defaults
from stack.redis_server import free_port

LOOK_S = 1.0
COMMAND_GRACE_S = 5.0
PROCESSES_GRACE_S = 12.0
ANSWER_S = 60.0


@dataclass(frozen=True)
class Day:
    """What to run: the Procfile, whether to migrate first, and a command in front of it (empty: until Ctrl-C)."""

    procfile: Path = REPOSITORY / "Procfile"
    migrate: bool = True
    command: tuple[str, ...] = ()


def up(day: Day) -> int:
    """Run the day until Ctrl-C, until a process cannot be kept alive, or until the command ends; its exit code."""
    _check_settings()
    signals = child.Signals()
    _check_port()
    with _only_runner(), attach() as servers:
        environment = settings(servers)
        if day.migrate and not signals.stopping:
            _migrate(environment)
        with _processes(day, environment) as processes:
            if _has_web(day) and not _web_answers(environment, processes, servers, signals):
                return processes.poll() or (0 if signals.stopping else 1)
            if not day.command:
                print(_welcome(environment["PORT"]), flush=True)
                return _stand_by(processes, servers, signals)
            return _run_in_front(day.command, environment, processes, servers, signals)


def _welcome(port: str) -> str:
    here = f"http://127.0.0.1:{port}"
    return (
        f"\nDoorstep answers at {here}, its reference is {here}/docs. Ctrl-C stops it all."
        "\nNew here? Import a city and make an administrator: README.md, 'A first delivery'.\n"
    )


def settings(servers: PrivateServers) -> dict[str, str]:
    """Return the environment for every process: what is set stays, the rest names our own servers."""
    port = os.environ.get("PORT") or "8000"
    ours = {name.upper(): value for name, value in private_defaults(servers.folder).items()}
    ours |= {
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "DOORSTEP_FOLDER": str(servers.folder),
        "PORT": port,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONUNBUFFERED": "1",
    }
    ours |= {_streets_name(profile): f"http://127.0.0.1:{free_port()}" for profile in PROFILES}
    if is_root():
        ours["PYTHONWARNINGS"] = "ignore:You're running the worker with superuser"  # Celery's, at every start
    kept = {name: value for name, value in os.environ.items() if value and name != "PATH"}
    return ours | kept


@contextmanager
def _only_runner() -> Iterator[None]:
    """Hold the one place of a runner; two would send every beat twice."""
    handle = os.open(locate().data / "runner.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise StackError("this clone is already running (another `make run` or `make demo`)") from None
    finally:
        os.close(handle)


def _check_settings() -> None:
    """Refuse what the processes would refuse, before anything is started; the application prints the faults."""
    done = subprocess.run([sys.executable, "-m", "kernel.settings"], cwd=REPOSITORY, check=False)
    if done.returncode != 0:
        raise StackError("nothing was started")


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise StackError(f"PORT={text} is not a port: it is a number from 1 to 65535")
    return int(text)


def _check_port() -> None:
    port = _port()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise StackError(f"port {port} is taken: choose another, as in PORT={port + 1} make run") from None


def _migrate(environment: dict[str, str]) -> None:
    done = subprocess.run([sys.executable, "-m", "alembic", "upgrade", "head"], env=environment, check=False)
    if done.returncode != 0:
        raise StackError("the migrations failed")


@contextmanager
def _processes(day: Day, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    left_out = [f"streets-{profile}" for profile in PROFILES if os.environ.get(_streets_name(profile))]
    command = [sys.executable, "-m", "stack", "processes", str(day.procfile), *left_out]
    with _output(day) as output:
        process = child.start(command, environment=environment, output=output)
        try:
            yield process
        finally:
            child.end(process, grace_s=PROCESSES_GRACE_S)


@contextmanager
def _output(day: Day) -> Iterator[IO[bytes] | None]:
    """Say where the processes write: to a file when a command has the terminal."""
    if not day.command:
        yield None
        return
    path = locate().data / "processes.log"
    print(f"The processes write to {path}", flush=True)
    with path.open("wb") as file:
        yield file


def _look_after(servers: PrivateServers, signals: child.Signals) -> None:
    """Mend, then rest. Mending asks through child processes, whose ends must not wake us at once again."""
    for name in servers.mend():
        print(f"{name} was gone; started it again", flush=True)
    signals.forget()
    signals.wait(LOOK_S)


def _stand_by(processes: subprocess.Popen[bytes], servers: PrivateServers, signals: child.Signals) -> int:
    while not signals.stopping:
        if processes.poll() is not None:
            return processes.returncode or 1
        _look_after(servers, signals)
    return 0


def _run_in_front(
    command: tuple[str, ...],
    environment: dict[str, str],
    processes: subprocess.Popen[bytes],
    servers: PrivateServers,
    signals: child.Signals,
) -> int:
    front = child.start(list(command), environment=environment, foreground=True)
    try:
        while front.poll() is None and processes.poll() is None and not signals.stopping:
            _look_after(servers, signals)
    finally:
        _end_front(front)
    if processes.poll() is not None:
        raise StackError(f"the processes ended; see {servers.folder / 'processes.log'}")
    return front.returncode if front.returncode >= 0 else 128 - front.returncode


def _end_front(front: subprocess.Popen[bytes]) -> None:
    """End the command: a terminal's Ctrl-C has reached it already, a signal sent to us alone has not."""
    for number in (None, signal.SIGINT, signal.SIGKILL):
        if number is not None:
            front.send_signal(number)
        try:
            front.wait(COMMAND_GRACE_S if number else 1.0)
        except subprocess.TimeoutExpired:
            continue
        return


def _has_web(day: Day) -> bool:
    return any(line.startswith("web:") for line in day.procfile.read_text().splitlines())


def _web_answers(
    environment: dict[str, str],
    processes: subprocess.Popen[bytes],
    servers: PrivateServers,
    signals: child.Signals,
) -> bool:
    """Wait until the web process takes requests; False when the day ends before."""
    address = f"http://127.0.0.1:{environment['PORT']}/healthz"
    for _ in range(int(ANSWER_S / 0.2)):
        if signals.stopping or processes.poll() is not None:
            return False
        if _is_up(address):
            return True
        servers.mend()
        signals.wait(0.2)
    raise StackError(f"{address} does not answer; see {servers.folder / 'processes.log'}")


def _is_up(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _streets_name(profile: str) -> str:
    return f"STREETS_{profile.upper()}_URL"
