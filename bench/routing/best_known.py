"""The best known answers that lie beside the instances."""

import csv
from dataclasses import replace
from pathlib import Path

from bench.routing.instance import Best, Instance, Objective


def with_best_known(instance: Instance, folder: Path) -> Instance:
    """The instance with what the files of `folder` know of it; Homberger's is for another objective than ours here."""
    if instance.set == "ortec":
        found = _ortec(folder / "ortec" / f"{instance.name}.sol")
    elif instance.set == "sartori":
        found = _sartori(folder / "sartori" / "bks.dat", instance.name)
    elif instance.objective is Objective.VEHICLES_FIRST:
        found = _table(folder / ("pdptw_bks.csv" if instance.pairs else "vrptw_bks.csv"), instance.name)
    else:
        found = None
    return replace(instance, best=found)


def _ortec(path: Path) -> Best | None:
    costs = [line.split()[-1] for line in path.read_text().splitlines() if line.startswith("Cost")]
    return Best(vehicles=None, distance=float(costs[0])) if costs else None


def _table(path: Path, name: str) -> Best | None:
    """The recomputed answer where it has as few vehicles as the published one, whose last digits are often too good."""
    for row in csv.DictReader(path.read_text().splitlines()):
        if row["instance"] == name.lower():
            checked = row["verified_vehicles"] == row["vroom_bks_vehicles"]
            column = "verified_distance" if checked else "vroom_bks_distance"
            return Best(vehicles=int(row["vroom_bks_vehicles"]), distance=float(row[column]))
    return None


def _sartori(path: Path, name: str) -> Best | None:
    for row in csv.DictReader(path.read_text().splitlines(), delimiter=";"):
        if row["instance"] == name:
            return Best(vehicles=int(row["vehicles"]), distance=float(row["cost"]))
    return None
