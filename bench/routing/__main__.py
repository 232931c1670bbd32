"""Reads the flags, runs what was asked in turns, and prints the table: `python -m bench.routing`."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.routing import catalogue
from bench.routing.comparing import rows
from bench.routing.instance import Instance
from bench.routing.lines import Ledger
from bench.routing.made_up import made_up
from bench.routing.table import table
from bench.routing.trial import CONTENDERS, OURS, PEERS, run

MADE_UP = "made-up"
SECONDS = {"solomon": 10.0, "lilim": 60.0, "sartori": 60.0, MADE_UP: 5.0}
OTHERWISE_S = 30.0


def main() -> None:
    """Everything that the flags ask for."""
    asked = _asked()
    ledger = Ledger(asked.json)
    sets = asked.sets.split(",") if asked.sets else [MADE_UP]
    peers = [name for name in asked.peers.split(",") if name]
    contenders = [OURS, *(name for name in peers if name != "vrp-cli" or asked.vrp_cli)]
    if asked.only_peers:
        contenders.remove(OURS)
    seeds = [int(seed) for seed in asked.seeds.split(",")]
    try:
        for name in sets:
            _compare(name, contenders, seeds, asked=asked, ledger=ledger)
    except KeyboardInterrupt:
        print("\ninterrupted; what was run so far:")
    not_run = ["vrp-cli: no wheel for this Python, and --vrp-cli names no other"] if "vrp-cli" not in contenders else []
    print(table(rows(ledger.lines(sets=sets)), not_run=not_run))


def _asked() -> argparse.Namespace:
    flags = argparse.ArgumentParser(prog="make bench-routing", description=__doc__)
    flags.add_argument("--sets", help=f"any of {','.join(catalogue.PUBLIC_SETS)}; without it a small made-up one")
    flags.add_argument("--data", type=Path, help="the folder of the public instances")
    flags.add_argument("--only", default="*", help="patterns of instance names, with commas between")
    flags.add_argument("--seconds", type=float, help="for each run; by default what the set's promises are about")
    flags.add_argument("--seeds", default="1")
    flags.add_argument("--peers", default="pyvrp,ortools,vroom", help=f"any of {','.join(PEERS)}")
    flags.add_argument("--only-peers", action="store_true", help="leave ourselves out")
    flags.add_argument("--vrp-cli", type=Path, metavar="PYTHON", help="a Python that has vrp-cli")
    flags.add_argument("--json", type=Path, help="add a line for each run to this file")
    flags.add_argument("--resume", action="store_true", help="do not run again what the file already has")
    asked = flags.parse_args()
    unknown = set(filter(None, asked.peers.split(","))) - set(CONTENDERS)
    if unknown:
        flags.error(f"no such peer: {', '.join(sorted(unknown))}")
    if asked.sets and not asked.data:
        flags.error("--sets needs --data")
    return asked


def _compare(
    name: str, contenders: Sequence[str], seeds: Sequence[int], *, asked: argparse.Namespace, ledger: Ledger
) -> None:
    """Each seed over all instances before the next one, the solvers of an instance one after the other."""
    seconds = asked.seconds or SECONDS.get(name, OTHERWISE_S)
    instances = _instances(name, asked)
    for instance, solver, seed in _turns(instances, contenders, seeds):
        if asked.resume and (instance.set, instance.name, solver, seed, seconds) in ledger:
            continue
        line = run(instance, solver, seed=seed, seconds=seconds, python=asked.vrp_cli)
        ledger.add(line)
        told = f"{line.vehicles} vehicles, {line.cost:.1f}" if line.cost is not None else "; ".join(line.faults)
        print(f"{line.instance[-28:]:28} seed {seed} {solver:10} {line.used_s:7.1f} s  {told}", flush=True)


def _turns(
    instances: Sequence[Instance], contenders: Sequence[str], seeds: Sequence[int]
) -> Iterator[tuple[Instance, str, int]]:
    for seed in seeds:
        for number, instance in enumerate(instances):
            turned = number % len(contenders)
            for solver in [*contenders[turned:], *contenders[:turned]]:
                if CONTENDERS[solver].seeded or seed == seeds[0]:
                    yield instance, solver, seed


def _instances(name: str, asked: argparse.Namespace) -> list[Instance]:
    if name == MADE_UP:
        return [made_up(stops=stops, seed=stops) for stops in (40, 100)]
    return list(catalogue.public(name, data=asked.data, only=asked.only))


if __name__ == "__main__":
    main()
