"""Native work off the event loop: in a process of its own, because gevent patches a whole process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from api import native

UNDER_GEVENT = """
from gevent import monkey
monkey.patch_all()
import threading, time
import gevent
from api import native

sleep = monkey.get_original("time", "sleep")  # as C code does: blocks the thread it runs in
beats = []
def beat():
    while True:
        beats.append(1)
        gevent.sleep(0.001)
gevent.spawn(beat)

native.run(sleep, 0.3)
during = len(beats)
try:
    native.run(int, "x")
except ValueError as raised:
    print(during > 20, raised)
"""


class TestRun:
    def test_lets_others_run_meanwhile_under_gevent(self) -> None:
        root = Path(__file__).resolve().parents[2]
        done = subprocess.run(
            [sys.executable, "-c", UNDER_GEVENT], cwd=root, capture_output=True, text=True, check=False, timeout=60
        )
        assert (done.stdout, done.stderr) == ("True invalid literal for int() with base 10: 'x'\n", "")

    def test_is_a_plain_call_elsewhere(self) -> None:
        assert native.run(int, "ff", base=16) == 255
        with pytest.raises(ValueError, match="invalid literal"):
            native.run(int, "x")
