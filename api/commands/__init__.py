"""The command line: `flask --app wsgi ...`. Each module is a room's door for an operator."""

from __future__ import annotations

from click import Command

from api.commands.accounts import accounts

COMMANDS: tuple[Command, ...] = (accounts,)
