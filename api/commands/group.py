"""A group of commands that answers a database that is away with one line, not with a traceback."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError


class Group(AppGroup):
    """Flask's group of commands, for operators."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. ClickException when the database does not answer."""
        try:
            return super().invoke(ctx)
        except OperationalError as down:
            raise click.ClickException(f"the database does not answer: {str(down.orig).strip()}") from None
