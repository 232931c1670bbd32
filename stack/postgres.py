"""The private PostgreSQL: made once, started when it is not running, brought back after any crash.

`pg_isready` is the only truth: `pg_ctl status` and `postmaster.pid` also "see" zombies and reused pids.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from stack import living
from stack.folders import SOCKET_NAME, Folders, StackError, is_root

DATABASE = "doorstep"
EXTENSIONS = ("postgis", "pg_trgm", "btree_gist")
USER = "postgres"
ANSWER_S = 60.0
ORPHANS_LEAVE_S = 5.0
STOP_S = 30.0
OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "jit": "off",  # costs more than our short queries take
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "1000",
}


def url(folders: Folders) -> str:
    """Return the address of our database for SQLAlchemy."""
    return f"postgresql+psycopg://{USER}@/{DATABASE}?host={folders.sockets}"


def answers(folders: Folders) -> bool:
    """Whether the server takes connections."""
    done = _run([_program("pg_isready"), "-q", "-t", "5", "-h", str(folders.sockets), "-U", USER], check=False)
    return done.returncode == 0


def ensure(folders: Folders) -> None:
    """Make and start the server if need be, with our database in it. Call it under the start lock."""
    if not answers(folders):
        if not (folders.postgres / "PG_VERSION").exists():
            _make_cluster(folders)
        _clear_the_way(folders)
    if not answers(folders):
        _start(folders)
    _make_database(folders)


def stop(folders: Folders) -> None:
    """End the server at once but cleanly; nothing to do when it does not run."""
    if not living.in_folder(folders.postgres, program="postgres"):
        return

    _run(
        [_program("pg_ctl"), "-D", str(folders.postgres), "-m", "fast", "-w", "-t", str(int(STOP_S)), "stop"],
        check=False,
    )
    _end_orphans(folders)


def _clear_the_way(folders: Folders) -> None:
    """Wait for a server that is coming up; remove what a killed one left behind."""
    _own_folder(folders.sockets)
    if _postmaster(folders) and _reachable(folders):
        if living.wait_until(lambda: answers(folders) or not _postmaster(folders), timeout_s=ANSWER_S, every_s=0.1):
            if answers(folders):
                return
        else:
            raise StackError(f"PostgreSQL runs but does not answer; see {folders.postgres / 'server.log'}")

    _end_orphans(folders)
    socket = folders.sockets / SOCKET_NAME
    for stale in (folders.postgres / "postmaster.pid", socket, socket.with_name(SOCKET_NAME + ".lock")):
        stale.unlink(missing_ok=True)


def _postmaster(folders: Folders) -> int | None:
    """Return the pid of the living server, not of a backend that outlived it."""
    alive = living.in_folder(folders.postgres, program="postgres")
    try:
        written = int((folders.postgres / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return written if written in alive else None


def _reachable(folders: Folders) -> bool:
    """Whether its socket is still there, or not yet: a logout may have swept the folder away under the server."""
    socket = folders.sockets / SOCKET_NAME
    return living.wait_until(lambda: socket.exists() or not _postmaster(folders), timeout_s=2)


def _end_orphans(folders: Folders) -> None:
    """See that no process works on the data any more: backends of a killed server leave within moments."""

    def gone() -> bool:
        return not living.in_folder(folders.postgres, program="postgres")

    for number in (signal.SIGQUIT, signal.SIGKILL):
        if living.wait_until(gone, timeout_s=1.0 if _postmaster(folders) is None else 0):
            return
        living.send(living.in_folder(folders.postgres, program="postgres"), number=number)
        if living.wait_until(gone, timeout_s=ORPHANS_LEAVE_S):
            return
    raise StackError(f"processes that cannot be ended hold {folders.postgres}")


def _make_cluster(folders: Folders) -> None:
    """Make the data folder whole or not at all: an interrupted initdb leaves only the draft."""
    if is_root() and not _user_exists():
        subprocess.run(["useradd", "--system", "--user-group", "--home-dir", "/var/lib/postgresql", USER], check=True)
    draft = folders.postgres.with_name("postgres.draft")
    shutil.rmtree(draft, ignore_errors=True)
    _own_folder(draft)
    _run([_program("initdb"), "-D", str(draft), "-U", USER, "--auth=trust", "--encoding=UTF8", *_locale()])
    draft.rename(folders.postgres)


def _start(folders: Folders) -> None:
    log = folders.postgres / "server.log"
    options = OPTIONS | {"unix_socket_directories": str(folders.sockets)}
    flags = " ".join(f"-c {name}='{value}'" for name, value in options.items())
    pg_ctl = [_program("pg_ctl"), "-D", str(folders.postgres), "-l", str(log), "-o", flags]
    done = _run([*pg_ctl, "-w", "-t", str(int(ANSWER_S)), "start"], check=False)
    if done.returncode != 0 or not living.wait_until(lambda: answers(folders), timeout_s=ANSWER_S):
        tail = log.read_text(errors="replace")[-2000:] if log.exists() else done.stdout
        raise StackError(f"PostgreSQL did not start:\n{tail}")


def _make_database(folders: Folders) -> None:
    """Put the extensions into the template, so that every database made here has them, then make ours."""
    if _ask(folders, "postgres", f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"):
        return

    for extension in EXTENSIONS:
        _ask(folders, "template1", f"CREATE EXTENSION IF NOT EXISTS {extension}")
    _ask(folders, "postgres", f"CREATE DATABASE {DATABASE}")


def _ask(folders: Folders, database: str, sql: str) -> str:
    """Return what the statement answers. By `psql`: a process that only needs the address loads no driver."""
    flags = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
    return _run(
        [_program("psql"), *flags, "-h", str(folders.sockets), "-U", USER, "-d", database, "-c", sql]
    ).stdout.strip()


def _own_folder(folder: Path) -> None:
    """Make the folder PostgreSQL's own, closed to others: the socket asks for no password."""
    folder.mkdir(parents=True, exist_ok=True)
    if is_root():
        shutil.chown(folder, USER, USER)
    folder.chmod(0o700)


def _run(command: list[str], *, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs as the user it insists on, away from folders that user cannot read."""
    identity: dict[str, Any] = {"user": USER, "group": USER, "extra_groups": []} if is_root() else {}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    done = subprocess.run(
        command,
        cwd="/",
        env=environment | {"LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # the terminal's Ctrl-C is ours to act on
        check=False,
        **identity,
    )
    if check and done.returncode != 0:
        raise StackError(f"{Path(command[0]).name} failed:\n{done.stdout}")
    return done


def _program(name: str) -> str:
    return str(programs() / name)


@cache
def programs() -> Path:
    """Return the folder of the newest PostgreSQL that has PostGIS; Debian keeps it off the PATH."""
    found = [folder for pattern in _PLACES for folder in Path("/").glob(pattern) if (folder / "pg_ctl").exists()]
    found.sort(key=_version, reverse=True)
    for folder in found:
        if any(folder.parent.glob("**/postgis.control")) or _debian_extension(folder).exists():
            return folder
    on_path = shutil.which("pg_ctl")
    if on_path:
        return Path(on_path).resolve().parent
    raise StackError("PostgreSQL with PostGIS is not installed: run `make setup`, or set DATABASE_URL")


_PLACES = (
    "usr/lib/postgresql/*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
    "usr/pgsql-*/bin",
)


def _version(folder: Path) -> int:
    return int("".join(re.findall(r"\d+", folder.parent.name)) or 0)


def _debian_extension(folder: Path) -> Path:
    return Path("/usr/share/postgresql") / folder.parent.name / "extension" / "postgis.control"


def _user_exists() -> bool:
    try:
        pwd.getpwnam(USER)
    except KeyError:
        return False
    return True


def _locale() -> list[str]:
    return ["--locale=C.UTF-8"] if Path("/proc").is_dir() else ["--locale=C"]
