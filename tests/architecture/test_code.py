"""What the code promises about itself: commits, endpoints, facts, queues."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import worker
from api import access
from api.unit import App
from kernel import facts

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("api", "care", "notices", "driving", "tracking", "slots", "routing", "pickup_points", "proofs")
ROOMS += ("deliveries", "places", "accounts", "kernel")
OURS = {name: kind for name, kind in facts.KINDS.items() if not name.startswith("test.")}


def operations(app: App) -> list[tuple[str, str, dict[str, Any]]]:
    paths = app.extensions["spec"].to_dict()["paths"]
    return [
        (path, method, operation)
        for path, methods in paths.items()
        for method, operation in methods.items()
        if method != "parameters"
    ]


class TestCommit:
    def test_is_called_by_nobody_in_the_rooms(self) -> None:
        # The unit of work, the tasks and the relay open `Sessions.begin()`, which commits at its end.
        callers = [
            str(path.relative_to(ROOT))
            for room in ROOMS
            for path in (ROOT / room).rglob("*.py")
            if re.search(r"\.commit\(", path.read_text())
        ]
        assert callers == []

    def test_units_are_opened_only_at_the_doors(self) -> None:
        doors = re.compile(r"api/(unit|commands/\w+)\.py|\w+/tasks\.py|kernel/(database|relay)\.py")
        openers = [
            str(path.relative_to(ROOT))
            for room in ROOMS
            for path in (ROOT / room).rglob("*.py")
            if re.search(r"\bSessions(\.begin)?\(", path.read_text())
        ]
        assert [path for path in openers if not doors.fullmatch(path)] == []


class TestEndpoint:
    def test_says_who_may_call_it(self, app: App) -> None:
        silent = [name for name, view in app.view_functions.items() if not access.is_declared(view)]
        assert silent == []

    def test_is_in_the_spec(self, app: App) -> None:
        rules = {(re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)) for rule in app.url_map.iter_rules()}
        assert rules == {path for path, _, _ in operations(app)}

    def test_has_a_summary_and_problems(self, app: App) -> None:
        for path, method, operation in operations(app):
            assert operation.get("summary"), f"{method} {path} has no summary"
            assert operation["summary"].endswith("."), f"{method} {path}: a summary is a sentence"
            assert any(status >= "400" for status in operation["responses"]), f"{method} {path} has no problems"
            assert any(status < "400" for status in operation["responses"]), f"{method} {path} never succeeds"

    def test_shows_an_example_of_what_it_takes(self, app: App) -> None:
        spec = app.extensions["spec"].to_dict()
        bare = []
        for path, method, operation in operations(app):
            for media in operation.get("requestBody", {}).get("content", {}).values():
                if "example" not in media and "examples" not in media and not _has_example(spec, media["schema"]):
                    bare.append(f"{method} {path}")
        assert bare == []


def _has_example(spec: dict[str, Any], schema: dict[str, Any]) -> bool:
    if "$ref" in schema:
        schema = spec["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    if "example" in schema or "examples" in schema:
        return True
    return any(_has_example(spec, part) for part in schema.get("properties", {}).values())


class TestFact:
    def test_has_an_entry_in_the_table_of_reactions(self) -> None:
        assert {kind.kind for kind in worker.REACTIONS} == set(OURS)

    def test_is_handled_by_exactly_those_whom_the_table_names(self) -> None:
        by_table = {(fact.kind, one.name) for fact, all_of in worker.REACTIONS.items() for one in all_of}
        by_consumer = {(kind, one.name) for one in worker.consumers() for kind in one.kinds}
        assert by_table == by_consumer

    def test_wakes_a_task_of_the_consumers_name(self) -> None:
        worker.celery.finalize()
        assert {one.name for one in worker.consumers()} <= set(worker.celery.tasks)


class TestQueue:
    def test_has_a_worker(self) -> None:
        served = set()
        for line in (ROOT / "Procfile").read_text().splitlines():
            words = shlex.split(line)
            if "-Q" in words:
                served |= set(words[words.index("-Q") + 1].split(","))
        assert served == {"default", *worker.QUEUES.values()}
