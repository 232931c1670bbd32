"""The command line: `flask --app wsgi ...`. Each module is a room's door for an operator."""

from __future__ import annotations

from click import Command

from api.commands.accounts import accounts
from api.commands.city import city
from api.commands.deliveries import deliveries
from api.commands.points import points

COMMANDS: tuple[Command, ...] = (
    accounts,
    city,
    deliveries,
    points,
)
