"""The web process: `gunicorn wsgi:app`, and the command line, `flask --app wsgi ...`."""

from __future__ import annotations

import sys

from api.app import create_app
from kernel.settings import BadSettings
from wiring import load_settings, plug_in

try:
    settings = load_settings()
except BadSettings as bad:
    sys.exit(str(bad))
engine = plug_in(settings)
app = create_app(settings)
