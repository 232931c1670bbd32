from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest
import redis

import stack
from stack import living, postgres, redis_server
from stack.folders import REPOSITORY, SOCKET_NAME, Folders, is_root

from .conftest import Start

USER = "import stack, sys; servers = stack.attach(); print('in', flush=True); sys.stdin.read()"


def _ask(servers: stack.PrivateServers, sql: str, *, database: str = "doorstep") -> list[tuple[object, ...]]:
    address = servers.database_url.replace("+psycopg", "").replace("/doorstep?", f"/{database}?")
    with psycopg.connect(address, autocommit=True) as connection:
        answer = connection.execute(sql)
        return answer.fetchall() if answer.description else []


def _run(folders: Folders) -> tuple[bool, bool]:
    return postgres.answers(folders), redis_server.answers(folders)


class TestAttach:
    def test_starts_both_servers_and_the_last_one_out_stops_them(self, folders: Folders) -> None:
        with stack.attach() as servers:
            extensions = {name for (name,) in _ask(servers, "SELECT extname FROM pg_extension")}
            assert {"postgis", "pg_trgm", "btree_gist"} <= extensions
            with redis.Redis.from_url(servers.redis_url) as client:
                assert client.ping()

        assert _run(folders) == (False, False)
        assert living.in_folder(folders.postgres, program="postgres") == []
        assert living.in_folder(folders.redis, program="redis-server") == []

    def test_gives_every_new_database_the_extensions(self, folders: Folders) -> None:
        with stack.attach() as servers:
            _ask(servers, "CREATE DATABASE another")
            assert _ask(servers, "SELECT 1 FROM pg_extension WHERE extname = 'postgis'", database="another") == [(1,)]
            _ask(servers, "DROP DATABASE another")

    def test_leaves_named_servers_alone(self, folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/city")
        monkeypatch.setenv("REDIS_URL", "redis://elsewhere:6379/0")

        with stack.attach() as servers:
            assert (servers.database_url, servers.redis_url) == (
                "postgresql://elsewhere/city",
                "redis://elsewhere:6379/0",
            )
            assert _run(folders) == (False, False)

    def test_lets_others_stay(self, folders: Folders, start: Start) -> None:
        other = start("-c", USER)
        assert other.stdout is not None
        assert other.stdout.readline() == "in\n"

        stack.attach().release()
        assert _run(folders) == (True, True)

        other.communicate("", timeout=30)
        assert _run(folders) == (False, False)

    def test_counts_nobody_who_was_killed(self, folders: Folders, start: Start) -> None:
        other = start("-c", USER)
        assert other.stdout is not None
        assert other.stdout.readline() == "in\n"
        other.kill()
        other.wait()
        assert _run(folders) == (True, True)

        stack.attach().release()

        assert _run(folders) == (False, False)

    def test_is_not_ended_by_a_forked_child(self, folders: Folders, start: Start) -> None:
        forks = (
            "import os, stack; servers = stack.attach(); child = os.fork()\n"
            "if not child: servers.release(); os._exit(0)\n"
            "os.waitpid(child, 0)\n"
            "stack.attach().release()\n"
            "from stack import postgres, folders; print(postgres.answers(folders.locate()))\n"
        )
        said, _ = start("-c", forks).communicate(timeout=60)
        assert said == "True\n"


class TestCrash:
    @pytest.mark.parametrize("everyone", [True, False], ids=["all of PostgreSQL", "only the postmaster"])
    def test_costs_no_committed_row(self, folders: Folders, everyone: bool) -> None:
        with stack.attach() as servers:
            _ask(servers, "CREATE TABLE IF NOT EXISTS kept (n int)")
            _ask(servers, "TRUNCATE kept; INSERT INTO kept VALUES (7)")
            pids = living.in_folder(folders.postgres, program="postgres")
            postmaster = int((folders.postgres / "postmaster.pid").read_text().split()[0])
            living.send(pids if everyone else [postmaster], number=signal.SIGKILL)

            with stack.attach() as again:
                assert _ask(again, "SELECT n FROM kept") == [(7,)]

    def test_of_redis_costs_no_key(self, folders: Folders) -> None:
        with stack.attach() as servers, redis.Redis.from_url(servers.redis_url) as client:
            client.set("kept", "7")
            living.send(living.in_folder(folders.redis, program="redis-server"), number=signal.SIGKILL)

            assert servers.mend() == ["redis_server"]
            assert client.get("kept") == b"7"

    def test_may_leave_a_pid_file_that_names_somebody_else(self, folders: Folders) -> None:
        stack.attach().release()
        socket_lock = folders.sockets / (SOCKET_NAME + ".lock")
        for stale in (folders.postgres / "postmaster.pid", socket_lock):
            stale.write_text(f"{os.getpid()}\n{folders.postgres}\n1\n5432\n{folders.sockets}\n\n  1 1\n")
        (folders.redis / "redis.pid").write_text(f"{os.getpid()}\n")

        with stack.attach():
            assert _run(folders) == (True, True)

    def test_in_the_middle_of_making_the_cluster_is_made_good(self, folders: Folders) -> None:
        draft = folders.postgres.with_name("postgres.draft")
        draft.mkdir()
        (draft / "PG_VERSION").write_text("15\n")

        with stack.attach():
            assert postgres.answers(folders)

    def test_frees_redis_port_for_others_and_another_is_found(self, folders: Folders) -> None:
        with stack.attach() as servers:
            port = int(servers.redis_url.rpartition(":")[2].partition("/")[0])

        with socket.create_server(("127.0.0.1", port)), stack.attach() as servers:
            assert f":{port}/" not in servers.redis_url
            assert redis_server.answers(folders)

    def test_of_both_is_mended_for_those_who_stay(self, folders: Folders) -> None:
        with stack.attach() as servers:
            living.send(living.in_folder(folders.postgres, program="postgres"), number=signal.SIGKILL)
            living.send(living.in_folder(folders.redis, program="redis-server"), number=signal.SIGKILL)

            assert servers.mend() == ["postgres", "redis_server"]
            assert _run(folders) == (True, True)
            assert servers.mend() == []


class TestPrivateDefaults:
    def test_are_made_once_and_closed_to_others(self, folders: Folders) -> None:
        first = stack.private_defaults(folders.data)

        assert len(first["secret_key"]) >= 32
        assert first["evidence_url"] == f"file://{folders.data}/evidence"
        assert stack.private_defaults(folders.data) == first
        assert (folders.data / "secret_key").stat().st_mode & 0o077 == 0

    def test_fill_only_what_is_open(self, folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SECRET_KEY", "x" * 40)
        monkeypatch.setenv("EVIDENCE_URL", "s3://bucket")

        assert stack.private_defaults(folders.data) == {}


def _python_for(user: str) -> str | None:
    """Return a Python that this user may run; root's own may lie where nobody else can go."""
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            done = subprocess.run([python, "-c", ""], user=user, group=65534, extra_groups=[], cwd="/", check=False)
        except OSError:
            continue
        if done.returncode == 0:
            return python
    return None


@pytest.mark.skipif(not is_root(), reason="only root can become somebody else")
class TestOrdinaryUser:
    def test_has_servers_of_their_own(self) -> None:
        user = pwd.getpwnam("nobody")
        python = _python_for(user.pw_name)
        if python is None:
            pytest.skip("no Python that an ordinary user may run")
        home = Path(tempfile.mkdtemp(prefix="doorstep-home-"))
        os.chown(home, user.pw_uid, user.pw_gid)
        # A clone may lie where only its owner can read.
        shutil.copytree(REPOSITORY / "stack", home / "code" / "stack", ignore=shutil.ignore_patterns("__pycache__"))
        script = (
            "import os, stack; from stack import folders, postgres, redis_server\n"
            "servers = stack.attach(); where = folders.locate()\n"
            "print(os.geteuid(), postgres.answers(where), redis_server.answers(where), servers.folder, where.sockets)\n"
            "servers.release(); print(postgres.answers(where), redis_server.answers(where))\n"
        )
        environment = {"HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "PATH": os.environ["PATH"]}

        done = subprocess.run(
            [python, "-c", script],
            user=user.pw_name,
            group=user.pw_gid,
            extra_groups=[],
            cwd="/",
            env=environment | {"PYTHONPATH": str(home / "code"), "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(home)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

        shutil.rmtree(home)
        assert done.returncode == 0, done.stderr
        first, second = done.stdout.splitlines()
        uid, *answers, data, sockets = first.split()
        assert (int(uid), answers) == (user.pw_uid, ["True", "True"])
        assert data.startswith(str(home / "data" / "doorstep"))
        assert sockets.startswith(str(home / f"doorstep-{user.pw_uid}"))
        assert second == "False False"
