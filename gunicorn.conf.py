"""Gunicorn's settings: one gevent process holds thousands of listeners."""

import os
import resource
import shutil
import tempfile
from pathlib import Path
from typing import Any

OPEN_FILES = 20_000

bind = f"127.0.0.1:{os.environ.get('PORT') or 8000}"
workers = int(os.environ.get("WEB_CONCURRENCY") or 1)
worker_class = "gevent"
worker_connections = 12_000
backlog = 4096
keepalive = 30
graceful_timeout = 3  # streams end themselves; honcho insists after five seconds
accesslog = None  # the app logs each request, with its id
errorlog = "-"
loglevel = "warning"
preload_app = False  # a forked copy would share sockets to the database
control_socket_disable = True  # a file in the home folder that we have no use for


def _metrics_folder() -> Path:
    root = os.environ.get("DOORSTEP_FOLDER") or str(Path(tempfile.gettempdir()) / f"doorstep-web-{os.geteuid()}")
    return Path(root) / "metrics"


# prometheus_client looks here when it is imported, in every worker: several processes, one answer.
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(_metrics_folder()))


def on_starting(server: Any) -> None:
    """Forget the counters of dead processes, and allow as many open files as listeners need."""
    folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def post_worker_init(worker: Any) -> None:
    """End the streams when this process is to stop, and let nothing stall the listeners."""
    from api import native  # noqa: PLC0415  after gevent has patched the standard library
    from api.live import HUB  # noqa: PLC0415

    native.warm()
    HUB.alive = lambda: bool(worker.alive)
    native.collect_rarely()


def child_exit(server: Any, worker: Any) -> None:
    """Tell the metrics that this process is gone, or its gauges would stay for ever."""
    from prometheus_client import multiprocess  # noqa: PLC0415  must see the folder named above

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
