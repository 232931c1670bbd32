"""Joining and leaving the private servers: the first one in starts them, the last one out stops them."""

from __future__ import annotations

import atexit
import os
import secrets
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, TracebackType

from stack import postgres, redis_server
from stack.folders import Folders, Users, locate, locked


@dataclass(frozen=True)
class PrivateServers:
    """Where the servers are. They run at least until `release`, the end of a `with` block or of this process."""

    database_url: str
    redis_url: str
    folder: Path
    _leave: ExitStack = field(repr=False, compare=False)
    _joined: tuple[ModuleType, ...] = field(repr=False, compare=False)
    _owner: int = field(default_factory=os.getpid, repr=False, compare=False)

    def __enter__(self) -> PrivateServers:
        return self

    def __exit__(self, kind: type[BaseException] | None, what: BaseException | None, at: TracebackType | None) -> None:
        self.release()

    def release(self) -> None:
        """Leave the servers; the last one out stops them. Again, or in a forked child: nothing happens."""
        if os.getpid() == self._owner:  # in a child the lock is still the parent's
            self._leave.close()

    def mend(self) -> list[str]:
        """Start again what was killed; return its names. The addresses stay the same."""
        folders = locate()
        return [_name(server) for server in self._joined if not server.answers(folders) and _ensure(server, folders)]


def attach() -> PrivateServers:
    """Start what does not run and stay attached. A server named by `DATABASE_URL` or `REDIS_URL` is left alone.

    Raises StackError when a server cannot be started.
    """
    folders = locate()
    named = {postgres: os.environ.get("DATABASE_URL"), redis_server: os.environ.get("REDIS_URL")}
    joined = tuple(server for server, address in named.items() if not address)
    with ExitStack() as leave:
        for server in joined:
            _join(server, folders, leave)
        servers = PrivateServers(
            database_url=named[postgres] or postgres.url(folders),
            redis_url=named[redis_server] or redis_server.url(folders),
            folder=folders.data,
            _leave=leave.pop_all(),
            _joined=joined,
        )
    atexit.register(servers.release)
    return servers


def private_defaults(folder: Path) -> dict[str, str]:
    """Return the settings that the environment leaves open and this machine can fill: its folder, the secret key."""
    defaults: dict[str, str] = {}
    if not os.environ.get("DOORSTEP_FOLDER"):
        defaults["doorstep_folder"] = str(folder)
    if not os.environ.get("SECRET_KEY"):
        defaults["secret_key"] = _secret_key(folder / "secret_key")
    if not os.environ.get("EVIDENCE_URL"):
        evidence = folder / "evidence"
        evidence.mkdir(mode=0o700, parents=True, exist_ok=True)
        defaults["evidence_url"] = evidence.as_uri()
    return defaults


def _join(server: ModuleType, folders: Folders, leave: ExitStack) -> None:
    start_lock = _start_lock(server, folders)

    def step_out() -> None:
        with locked(start_lock):
            if users.leave():
                server.stop(folders)

    with locked(start_lock):
        users = Users(folders.data / f"{_name(server)}.users")
        leave.callback(step_out)
        server.ensure(folders)


def _ensure(server: ModuleType, folders: Folders) -> bool:
    with locked(_start_lock(server, folders)):
        server.ensure(folders)
    return True


def _start_lock(server: ModuleType, folders: Folders) -> Path:
    return folders.data / f"{_name(server)}.start"


def _name(server: ModuleType) -> str:
    return server.__name__.rpartition(".")[2]


def _secret_key(path: Path) -> str:
    """Return the key of this folder, made at the first call; of two first callers one wins."""
    if not path.exists():
        draft = path.with_name(f"secret_key.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
