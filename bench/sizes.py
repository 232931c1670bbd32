"""Sizes of modules and functions, import cycles and stray commits, against the house's own targets."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from statistics import median

import grimp

REPOSITORY = Path(__file__).resolve().parent.parent
TARGET_LINES_A_MODULE = (90, 250)
TARGET_LINES_A_FUNCTION = (8, 30)
MAY_COMMIT = ("kernel/facts.py", "kernel/relay.py", "api/unit.py", "*/tasks.py", "stack/*")
NOT_OURS = {"migrations", "tests", "bench", "web", "docs"}


@dataclass(frozen=True)
class Row:
    """One line of the table; `failed` ends the check."""

    name: str
    ours: str
    target: str
    failed: bool = False


@dataclass(frozen=True)
class Module:
    """One source file of ours, parsed."""

    path: Path
    lines: int
    tree: ast.Module

    @classmethod
    def read(cls, path: Path) -> Module:
        """Read and parse the file."""
        text = path.read_text()
        return cls(path.relative_to(REPOSITORY), len(text.splitlines()), ast.parse(text))

    def functions(self) -> Iterator[int]:
        """Yield the lines of each function and method, decorators left out."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield (node.end_lineno or node.lineno) - node.lineno + 1

    def commits(self) -> Iterator[str]:
        """Yield where something is committed, unless this is one of the places that may."""
        if any(fnmatch(str(self.path), pattern) for pattern in MAY_COMMIT):
            return
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit":
                yield f"{self.path}:{node.lineno}"


def main() -> int:
    """Print the table; return 1 when a rule that allows no exception is broken."""
    modules = [Module.read(path) for path in sorted(_sources())]
    written = [module for module in modules if module.lines > 1]  # an empty __init__.py would flatter the median
    lengths = [length for module in modules for length in module.functions()]
    cycles = list(_cycles())
    commits = [place for module in modules for place in module.commits()]
    rows = [
        _sizes("lines a module, median / p90", [module.lines for module in written], TARGET_LINES_A_MODULE),
        _sizes("lines a function, median / p90", lengths, TARGET_LINES_A_FUNCTION),
        Row("packages in an import cycle", ", ".join(cycles) or "0", "0", failed=bool(cycles)),
        Row("commit() out of place", ", ".join(commits) or "0", "0", failed=bool(commits)),
    ]
    print(f"{'':32} {'ours':<12} target")
    for row in rows:
        print(f"{row.name:32} {row.ours:<12} {row.target}{'   BROKEN' if row.failed else ''}")
    return int(any(row.failed for row in rows))


def _sources() -> Iterator[Path]:
    yield from REPOSITORY.glob("*.py")
    for package in REPOSITORY.glob("*/__init__.py"):
        if package.parent.name not in NOT_OURS:
            yield from package.parent.rglob("*.py")


def _sizes(name: str, numbers: list[int], target: tuple[int, int]) -> Row:
    ordered = sorted(numbers)
    p90 = ordered[min(int(len(ordered) * 0.9), len(ordered) - 1)]
    return Row(name, f"{median(ordered):.0f} / {p90}", f"<= {target[0]} / <= {target[1]}")


def _cycles() -> Iterator[str]:
    """Yield each group of packages, sub-packages apart from their parents, whose imports run in a circle."""
    sys.path.insert(0, str(REPOSITORY))
    roots = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
    graph = grimp.build_graph(*roots, cache_dir=None)
    edges: dict[str, set[str]] = {}
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            importer, target = _package(graph, module), _package(graph, imported)
            if not _related(importer, target):
                edges.setdefault(importer, set()).add(target)
    yield from circles(edges)


def _package(graph: grimp.ImportGraph, module: str) -> str:
    return module if "." not in module or graph.find_children(module) else module.rpartition(".")[0]


def _related(one: str, other: str) -> bool:
    """Whether one is the other or stands inside it: a package may use its parts, and they each other."""
    return one == other or one.startswith(other + ".") or other.startswith(one + ".")


def circles(edges: dict[str, set[str]]) -> Iterator[str]:
    """Yield each group of nodes that reach one another."""
    reach = {node: _reachable(node, edges) for node in edges}
    seen: set[str] = set()
    for node in sorted(edges):
        group = {other for other in reach[node] if node in reach.get(other, set())}
        if group and not group & seen:
            seen |= group
            yield " <-> ".join(sorted(group))


def _reachable(start: str, edges: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(edges.get(start, ()))
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(edges.get(node, ()))
    return found


if __name__ == "__main__":
    sys.exit(main())
