"""The specification against the application: cases that Schemathesis makes up, and the answers it did not allow."""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[1]
TEST = "tests/api/test_contract.py"
SPARE = 1.25  # endpoints that take nothing have one case only


def operations() -> int:
    """Return how many endpoints are asked."""
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", TEST, "--collect-only", "-q"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return sum("test_every_answer_is_in_the_spec" in line for line in listed.stdout.splitlines())


def run(cases_each: int, report: Path) -> int:
    """Ask, and write pytest's report. Return its exit code."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", TEST, "-q", "-n", "2", f"--junitxml={report}"],
        cwd=ROOT,
        check=False,
        env=os.environ | {"CONTRACT_CASES": str(cases_each)},
    ).returncode


def counted(report: Path) -> int:
    """Return how many cases were asked in all."""
    found = ElementTree.parse(report).iterfind(".//property[@name='cases']")
    return sum(int(entry.get("value", "0")) for entry in found)


def main() -> None:
    """Ask at least as many cases as wanted and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000, help="at least so many in all")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    arguments = parser.parse_args()

    endpoints = operations()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        code = run(math.ceil(arguments.cases * SPARE / endpoints), report)
        figures = {"endpoints": endpoints, "cases": counted(report), "answers_outside_the_spec": int(code != 0)}
    print(f"{figures['cases']} cases on {endpoints} endpoints: {'all in the specification' if code == 0 else 'FAILED'}")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
