"""The web process: `gunicorn wsgi:app`, and the command line, `flask --app wsgi ...`."""

from __future__ import annotations

import signal
import threading

from api.app import create_app
from kernel import relay
from sim.commands import demo, sim
from wiring import start

settings, engine = start()
app = create_app(settings)
app.cli.add_command(demo)
app.cli.add_command(sim)


@app.cli.command("relay")
def run_relay() -> None:
    """Number committed facts and tell those who react. One works, others wait in reserve."""
    from worker import forward  # noqa: PLC0415  the web process needs no Celery

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    relay.run(engine, forward=forward, stopping=stop.is_set)
