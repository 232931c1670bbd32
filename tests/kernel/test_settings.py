"""Settings: every fault is named at once, in words of the environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kernel.settings import BadSettings, load

GOOD = {
    "database_url": "postgresql://u@h/d",
    "redis_url": "redis://h:1/0",
    "secret_key": "x" * 32,
    "evidence_url": "memory:///",
}
ROOT = Path(__file__).resolve().parents[2]


class TestLoad:
    def test_names_the_driver_of_the_database(self) -> None:
        assert load(**GOOD).database_url == "postgresql+psycopg://u@h/d"

    @pytest.mark.parametrize(
        ("name", "value", "says"),
        [
            ("database_url", "garbage", "DATABASE_URL: must start with postgresql://"),
            ("redis_url", "http://h", "REDIS_URL: must start with redis://"),
            ("secret_key", "short", "SECRET_KEY: must have at least 32 characters"),
            ("evidence_url", "zz://x", "EVIDENCE_URL: must start with one of file://"),
            ("streets_car_url", "foo", "STREETS_CAR_URL: must start with http://"),
            ("doorstep_clock", "noon", "DOORSTEP_CLOCK: must be STARTS_AT/ANCHOR/SPEED"),
        ],
    )
    def test_says_what_is_wrong_with_a_value(self, name: str, value: str, says: str) -> None:
        with pytest.raises(BadSettings, match="cannot be used") as refused:
            load(**GOOD | {name: value})
        assert says in str(refused.value)

    def test_names_all_faults_at_once(self) -> None:
        with pytest.raises(BadSettings) as refused:
            load(**GOOD | {"redis_url": "x", "secret_key": "x"})
        assert ("REDIS_URL" in str(refused.value), "SECRET_KEY" in str(refused.value)) == (True, True)


class TestCheck:
    def test_judges_only_what_is_set(self) -> None:
        clean = {name: value for name, value in os.environ.items() if name.lower() not in GOOD}
        for extra, code in (({}, 0), ({"SECRET_KEY": "short"}, 1)):
            done = subprocess.run(
                [sys.executable, "-m", "kernel.settings"],
                cwd=ROOT,
                env=clean | extra,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == code, done.stderr
