"""Where this machine keeps the private servers: one folder for data, one short folder for sockets, and their locks.

Two clones of the repository never share anything: both folders are named by a hash of the clone's path.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROFILES = ("car", "bicycle", "foot")
SOCKET_PATH_BYTES = 107
SOCKET_NAME = ".s.PGSQL.5432"
REPOSITORY = Path(__file__).resolve().parent.parent


class StackError(Exception):
    """The private servers cannot be had; the message says why and what to do."""


@dataclass(frozen=True)
class Folders:
    """`data` survives a restart of the machine, `sockets` need not."""

    data: Path
    sockets: Path

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data folder."""
        return self.data / "postgres"

    @property
    def redis(self) -> Path:
        """Redis's data folder."""
        return self.data / "redis"


def locate() -> Folders:
    """Return this clone's folders, made if need be. `DOORSTEP_FOLDER` puts the data elsewhere."""
    chosen = os.environ.get("DOORSTEP_FOLDER")
    name = _short_hash(Path(chosen).resolve() if chosen else REPOSITORY)
    data = Path(chosen).resolve() if chosen else _data_home() / name
    folders = Folders(data=data, sockets=_sockets(name))
    data.mkdir(parents=True, exist_ok=True)
    return folders


def is_root() -> bool:
    """Whether we may, and so must, run PostgreSQL as somebody else."""
    return os.geteuid() == 0


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file for a short while; the kernel frees it when we are killed."""
    handle = _open_lock(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


class Users:
    """The users of one server, counted by the kernel: each holds a shared lock until it leaves or is killed."""

    def __init__(self, path: Path) -> None:
        self._handle = _open_lock(path)
        fcntl.flock(self._handle, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """Give the share back; True when nobody else holds one. Call it under the server's start lock."""
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            return False
        finally:
            # Unlocking by hand, not only by closing: a forked child may have the same open file.
            fcntl.flock(self._handle, fcntl.LOCK_UN)
            os.close(self._handle)


def _open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def _data_home() -> Path:
    if is_root():
        return Path("/var/lib/doorstep")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "doorstep"


def _sockets(name: str) -> Path:
    if is_root():
        return Path("/run/doorstep") / name
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and os.access(runtime, os.W_OK):
        folder = Path(runtime) / "doorstep" / name
        if len(os.fsencode(folder / SOCKET_NAME)) + len(".lock") <= SOCKET_PATH_BYTES:
            return folder
    return _private_temporary() / name


def _private_temporary() -> Path:
    folder = Path(tempfile.gettempdir()) / f"doorstep-{os.geteuid()}"
    if len(os.fsencode(folder)) > SOCKET_PATH_BYTES // 2:
        folder = Path("/tmp") / folder.name
    folder.mkdir(mode=0o700, exist_ok=True)
    # Anyone may make a folder there: a stranger's would hand them our database.
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise StackError(f"{folder} belongs to somebody else: set XDG_RUNTIME_DIR to a folder of your own")
    return folder
