"""Reads the flags, runs what was asked in turns, and prints the table: `python -m bench.routing`."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.routing import growth_told, matrix_set, one_driver_set, statable
from bench.routing.catalogue import NoInstances
from bench.routing.comparing import rows
from bench.routing.contest import MADE_UP, SETS, Wish, turns
from bench.routing.lines import Ledger, Line
from bench.routing.rich import rich_example
from bench.routing.table import table
from bench.routing.trial import OURS, PEERS

OWN_TABLES = ("growth", matrix_set.NAME, one_driver_set.NAME)
EVERY_SET = (*SETS, matrix_set.NAME, one_driver_set.NAME)
SCRATCH = Path(".doorstep/bench")


def main() -> None:
    """Everything that the flags ask for."""
    flags = _flags()
    asked = flags.parse_args()
    sets = asked.sets.split(",") if asked.sets else [MADE_UP]
    wish = _wish(flags, asked, sets)
    ledger = Ledger(asked.json)
    try:
        for name in sets:
            _run(name, wish, ledger, resume=asked.resume)
    except NoInstances as refusal:
        flags.error(str(refusal))
    except KeyboardInterrupt:
        print("\ninterrupted; what was run so far:")
    for text in _told(sets, wish, ledger):
        print(text)


def _flags() -> argparse.ArgumentParser:
    flags = argparse.ArgumentParser(prog="make bench-routing", description=__doc__)
    flags.add_argument("--sets", help=f"any of {','.join(EVERY_SET)}; without it a small made-up one")
    flags.add_argument("--data", type=Path, help="the folder of the public instances and extracts")
    flags.add_argument("--only", default="*", help="patterns of instance names, with commas between")
    flags.add_argument("--seconds", type=float, help="for each run; by default what the set's promises are about")
    flags.add_argument("--seeds", default="1")
    flags.add_argument("--peers", default="pyvrp,ortools,vroom", help=f"any of {','.join(PEERS)}")
    flags.add_argument("--only-peers", action="store_true", help="leave ourselves out")
    flags.add_argument("--vrp-cli", type=Path, metavar="PYTHON", help="a Python that has vrp-cli")
    flags.add_argument("--json", type=Path, help="add a line for each run to this file")
    flags.add_argument("--resume", action="store_true", help="do not run again what the file already has")
    flags.add_argument("--scratch", type=Path, default=SCRATCH, help="where street graphs and matrices are kept")
    return flags


def _wish(flags: argparse.ArgumentParser, asked: argparse.Namespace, sets: Sequence[str]) -> Wish:
    peers = [peer for peer in asked.peers.split(",") if peer]
    for what, names, known in (("peer", peers, PEERS), ("set", sets, (*SETS, MADE_UP, *OWN_TABLES))):
        unknown = [name for name in names if name not in known]
        if unknown:
            flags.error(f"no such {what}: {', '.join(unknown)}")
    if asked.sets and not asked.data:
        flags.error("--sets needs --data")
    return Wish(
        data=asked.data or Path(),
        scratch=asked.scratch,
        only=asked.only,
        seconds=asked.seconds,
        seeds=[int(seed) for seed in asked.seeds.split(",")],
        peers=peers,
        ourselves=not asked.only_peers,
        vrp_cli=asked.vrp_cli,
    )


def _run(name: str, wish: Wish, ledger: Ledger, *, resume: bool) -> None:
    if name == matrix_set.NAME:
        for line in matrix_set.lines(data=wish.data, scratch=wish.scratch):
            ledger.add(line)
        return
    if name == one_driver_set.NAME:
        for line in one_driver_set.lines(data=wish.data, scratch=wish.scratch, seconds=wish.seconds):
            ledger.add(line)
        return
    for turn in turns(name, wish):
        if not (resume and turn.key in ledger):
            line = turn.run()
            ledger.add(line)
            print(_in_short(line), flush=True)


def _in_short(line: Line) -> str:
    found = f"{line.vehicles} vehicles, {line.cost:.1f}" if line.cost is not None else "; ".join(line.faults)
    return f"{line.instance[-28:]:28} seed {line.seed} {line.solver:13} {line.used_s:7.1f} s  {found}"


def _told(sets: Sequence[str], wish: Wish, ledger: Ledger) -> Iterator[str]:
    compared = [name for name in sets if name not in OWN_TABLES]
    not_run = ["vrp-cli: no wheel for this Python, and --vrp-cli names no other"] if not wish.vrp_cli else []
    if compared:
        yield from (f"longer than allowed: {_in_short(line)}" for line in ledger.lines(sets=compared) if line.overran)
        yield table(rows(ledger.lines(sets=compared)), not_run=not_run)
    if "rich" in sets:
        yield from ("", *statable.told(rich_example()))
    if "growth" in sets and ledger.lines(sets=["growth"]):
        yield from growth_told.told([line for line in ledger.lines(sets=["growth"]) if line.solver == OURS])
    if matrix_set.NAME in sets:
        yield from matrix_set.told(ledger.lines(sets=[matrix_set.NAME]))
    if one_driver_set.NAME in sets:
        yield from one_driver_set.told(ledger.lines(sets=[one_driver_set.NAME]))


if __name__ == "__main__":
    main()
