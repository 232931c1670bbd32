"""The command line of the stack: `python -m stack up [-- COMMAND...]`, and the parts that `up` starts."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from stack.folders import PROFILES, StackError


def main(words: list[str]) -> int:
    """Run what the words say; return the exit code."""
    words, command = _split(words)
    asked = _parser().parse_args(words)
    try:
        return _run(asked, command)
    except StackError as wrong:
        print(wrong, file=sys.stderr)
        return 1


def _run(asked: argparse.Namespace, command: list[str]) -> int:
    # Imported where it is used: a dozen of these processes stand side by side, and each should be small.
    if asked.what == "up":
        from stack.up import Day, up  # noqa: PLC0415

        given = {"procfile": Path(asked.procfile)} if asked.procfile else {}
        return up(Day(migrate=not asked.no_migrations, command=tuple(command), **given))
    if asked.what == "keep":
        from stack.keep import keep  # noqa: PLC0415

        return keep(asked.name, command)
    if asked.what == "streets":
        from stack.streets import serve  # noqa: PLC0415

        return serve(asked.profile)
    from stack.processes import run  # noqa: PLC0415

    return run(Path(asked.procfile), leave_out=asked.leave_out)


def _split(words: list[str]) -> tuple[list[str], list[str]]:
    """Part our words from the command after `--`."""
    if "--" not in words:
        return words, []
    at = words.index("--")
    return words[:at], words[at + 1 :]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m stack", description=__doc__)
    parts = parser.add_subparsers(dest="what", required=True)
    whole = parts.add_parser("up", help="servers, migrations and processes, until Ctrl-C or until COMMAND ends")
    whole.add_argument("--procfile", help="another Procfile")
    whole.add_argument("--no-migrations", action="store_true", help="leave the database as it is")
    parts.add_parser("keep", help="run COMMAND again whenever it ends").add_argument("name")
    parts.add_parser("streets", help="osrm-routed of one profile").add_argument("profile", choices=PROFILES)
    many = parts.add_parser("processes", help="the lines of a Procfile, each kept alive")
    many.add_argument("procfile")
    many.add_argument("leave_out", nargs="*", help="lines not to run")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
