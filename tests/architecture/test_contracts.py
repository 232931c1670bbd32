"""The import contracts: every package is under them, and each one bites when it is broken on purpose."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
PACKAGES = LINTER["root_packages"]
# These are about the project, not in it.
AROUND = {"tests", "migrations", "bench"}

# contract: (a file, a line that breaks it)
BREACHES = {
    "rooms": ("deliveries/breach.py", "import routing"),
    "http": ("routing/breach.py", "import flask"),
    "celery": ("routing/breach.py", "import celery"),
    "tasks": ("driving/breach.py", "import routing.tasks"),
    "solvers": ("routing/breach.py", "import ortools"),
    "vendors": ("proofs/breach.py", "import obstore"),
    "sim-out": ("sim/breach.py", "import deliveries"),
    "sim-in": ("driving/breach.py", "import sim"),
    "stack-out": ("stack/breach.py", "import kernel"),
    "pickup-points": ("pickup_points/points/breach.py", "import pickup_points.stays"),
    "kernel": ("kernel/breach.py", ""),
}


def lint(folder: Path, contract: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache", "--contract", contract],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(folder)},
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "routing" / "tasks.py").touch()
    return tmp_path


class TestContracts:
    def test_cover_every_package(self) -> None:
        packages = {found.parent.name for found in ROOT.glob("*/__init__.py")}
        assert packages - AROUND == set(PACKAGES)

    def test_each_have_a_breach_to_try(self) -> None:
        assert {contract["id"] for contract in LINTER["contracts"]} == set(BREACHES)

    @pytest.mark.parametrize("contract", BREACHES)
    def test_bite(self, copy: Path, contract: str) -> None:
        name, line = BREACHES[contract]
        (copy / name).write_text(f"{line}\n")

        found = lint(copy, contract)

        assert "1 broken" in found.stdout, found.stdout + found.stderr
        assert found.returncode == 1
