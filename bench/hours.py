"""Real opening hours: how many are understood, why the rest are not, and whether any of them crashes."""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from kernel.geo import Point
from pickup_points.points.hours import Hours, HoursNotUnderstood, parsed

ZONE, COUNTRY, PLACE = "Europe/Prague", "CZ", Point(14.42, 50.08)
FROM = datetime(2027, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
SHOWN = 12


@dataclass(frozen=True)
class Figures:
    """Counts of distinct values, and weighted by how often each stands in the map."""

    values: int
    understood: int
    understood_share: float
    weighted_share: float
    refused_with_reason: int
    crashed: int
    a_year_of_spans_p95_ms: float


@dataclass
class Judged:
    """What became of the values, with how often each stands in the map."""

    understood: dict[str, int]
    refused: dict[str, str]
    crashed: dict[str, str]
    took_ms: list[float]


def judge(values: dict[str, int]) -> Judged:
    """Read each value, and ask it for a year."""
    judged = Judged({}, {}, {}, [])
    for text, count in values.items():
        began = time.perf_counter()
        try:
            rules = parsed(text, zone=ZONE, country=COUNTRY, place=PLACE)
            hours = Hours(rules, (), ZoneInfo(ZONE))
            hours.open_spans(FROM, FROM + YEAR)
            hours.next_opening(FROM)
        except HoursNotUnderstood as refusal:
            judged.refused[text] = refusal.errors[0].detail
        except BaseException as fault:  # a panic of the native library is no Exception
            if isinstance(fault, KeyboardInterrupt):
                raise
            judged.crashed[text] = repr(fault)
        else:
            judged.understood[text] = count
            judged.took_ms.append((time.perf_counter() - began) * 1000)
    return judged


def read(folder: Path) -> dict[str, int]:
    """Return each value with its count: lines of `count<TAB>value`."""
    lines = (folder / "from_osm_extracts.tsv").read_text(encoding="utf-8").splitlines()
    return {text: int(count) for count, _, text in (line.partition("\t") for line in lines)}


def figures(values: dict[str, int], judged: Judged) -> Figures:
    """Return what is shown."""
    took = sorted(judged.took_ms)
    return Figures(
        values=len(values),
        understood=len(judged.understood),
        understood_share=round(len(judged.understood) / len(values), 4),
        weighted_share=round(sum(judged.understood.values()) / sum(values.values()), 4),
        refused_with_reason=sum(bool(reason) for reason in judged.refused.values()),
        crashed=len(judged.crashed),
        a_year_of_spans_p95_ms=round(took[int(0.95 * len(took))], 3),
    )


def main() -> None:
    """Judge the values of `--data`, print the most frequent refusals and write the figures."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--data", type=Path, required=True, help="the folder with from_osm_extracts.tsv")
    asked.add_argument("--json", type=Path, help="write the figures here")
    told = asked.parse_args()

    values = read(told.data)
    judged = judge(values)
    found = figures(values, judged)
    for name, value in asdict(found).items():
        print(f"{name:<26} {value}")
    print(f"\nthe most frequent of the {len(judged.refused)} refused:")
    for text in sorted(judged.refused, key=lambda each: -values[each])[:SHOWN]:
        print(f"  {values[text]:>4}  {text}: {judged.refused[text]}")
    for text, fault in judged.crashed.items():
        print(f"  crashed: {text!r}: {fault}")
    if told.json is not None:
        told.json.write_text(json.dumps(asdict(found) | {"refused": judged.refused}, indent=1, ensure_ascii=False))
    sys.exit(1 if judged.crashed else 0)


if __name__ == "__main__":
    main()
