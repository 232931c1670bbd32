"""The private Redis: loopback only, a password of its own, every write on disk, back after any crash.

It listens on a port, not on a socket: redis-py, Celery and the rate limiter write socket addresses in three ways.
"""

from __future__ import annotations

import secrets
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from stack import living
from stack.folders import Folders, StackError

ANSWER_S = 60.0
STOP_S = 10.0
TRIES = 5
GREETING = b"+OK\r\n+PONG\r\n"


def url(folders: Folders) -> str:
    """Return the address, password included; StackError before the first start."""
    port, password = _read_address(folders)
    return f"redis://:{password}@127.0.0.1:{port}/0"


def answers(folders: Folders) -> bool:
    """Whether our server takes commands. Nobody is asked, and told the password, unless it runs."""
    if not _alive(folders):
        return False
    try:
        port, password = _read_address(folders)
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            return connection.makefile("rb").read(len(GREETING)) == GREETING
    except (OSError, StackError):
        return False


def ensure(folders: Folders) -> None:
    """Start the server if it is not running. Call it under the start lock."""
    if answers(folders):
        return

    folders.redis.mkdir(mode=0o700, parents=True, exist_ok=True)
    if _alive(folders):
        # It may be reading its log of writes after a crash.
        living.wait_until(lambda: answers(folders) or not _alive(folders), timeout_s=ANSWER_S, every_s=0.1)
        if answers(folders):
            return
        _end(folders)
    for _ in range(TRIES):
        _choose_address(folders)
        if _start(folders):
            return
    log = folders.redis / "server.log"
    raise StackError(f"Redis did not start:\n{log.read_text(errors='replace')[-2000:] if log.exists() else ''}")


def stop(folders: Folders) -> None:
    """End the server with its data on disk; nothing to do when it does not run."""
    living.send(_alive(folders), number=signal.SIGTERM)
    if not living.wait_until(lambda: not _alive(folders), timeout_s=STOP_S):
        _end(folders)


def _start(folders: Folders) -> bool:
    program = shutil.which("redis-server")
    if program is None:
        raise StackError("Redis is not installed: run `make setup`, or set REDIS_URL")
    subprocess.run(
        [program, str(_write_settings(folders))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folders.redis,
        start_new_session=True,
        check=False,
    )
    # It goes into the background first and finds its port taken after that: give up as soon as it is gone.
    living.wait_until(lambda: bool(_alive(folders)), timeout_s=1)
    living.wait_until(lambda: answers(folders) or not _alive(folders), timeout_s=ANSWER_S)
    return answers(folders)


def _write_settings(folders: Folders) -> Path:
    port, password = _read_address(folders)
    lines = [
        "bind 127.0.0.1",
        f"port {port}",
        f"requirepass {password}",
        f'dir "{folders.redis}"',
        "appendonly yes",
        "daemonize yes",
        f'pidfile "{folders.redis / "redis.pid"}"',
        f'logfile "{folders.redis / "server.log"}"',
        "maxclients 15000",
    ]
    settings = folders.redis / "redis.conf"
    settings.touch(mode=0o600)
    settings.write_text("\n".join(lines) + "\n")
    return settings


def _choose_address(folders: Folders) -> None:
    """Keep the port of last time when nobody took it meanwhile, so that clients find the server again."""
    try:
        port, password = _read_address(folders)
        if _is_free(port):
            return
    except StackError:
        password = secrets.token_urlsafe(24)
    draft = _address(folders).with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(f"{free_port()} {password}\n")
    draft.rename(_address(folders))


def free_port() -> int:
    """Return a loopback port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _alive(folders: Folders) -> list[int]:
    return living.in_folder(folders.redis, program="redis-server")


def _end(folders: Folders) -> None:
    living.send(_alive(folders), number=signal.SIGKILL)
    if not living.wait_until(lambda: not _alive(folders), timeout_s=STOP_S):
        raise StackError(f"processes that cannot be ended hold {folders.redis}")


def _read_address(folders: Folders) -> tuple[int, str]:
    try:
        port, password = _address(folders).read_text().split()
        return int(port), password
    except (OSError, ValueError):
        raise StackError(f"{_address(folders)} does not name a port and a password") from None


def _address(folders: Folders) -> Path:
    return folders.redis / "address"
