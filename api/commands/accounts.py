"""`flask --app wsgi accounts ...`: the first administrator, and the way back in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from marshmallow import ValidationError, fields
from sqlalchemy.exc import OperationalError

from accounts import founding, passwords, queries, staffing
from accounts.models import Role
from api.commands.group import Group
from api.fields import Email, Name, Password
from api.problems import title_of
from api.unit import unit
from kernel import clock
from kernel.errors import Refusal

accounts = Group("accounts", help="Organisations and people.")


class Checked(click.ParamType[Any]):
    """An option that the field of the API checks."""

    def __init__(self, name: str, field: fields.Field[Any]) -> None:
        self.name = name
        self.field = field

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the value, or end with the field's own words."""
        try:
            return self.field.deserialize(value)
        except ValidationError as wrong:
            self.fail(" ".join(map(str, wrong.messages)), param, ctx)


EMAIL = Checked("e-mail", Email())
NAME = Checked("name", Name())
PASSWORD = Checked("password", Password())


@accounts.command("create-admin")
@click.option("--organisation", type=NAME, prompt=True, help="The carrier; made when there is none of that name.")
@click.option("--email", type=EMAIL, prompt="E-mail", help="To sign in with.")
@click.option("--name", type=NAME, prompt=True, help="The person's name.")
@click.option("--password", type=PASSWORD, prompt=True, hide_input=True, confirmation_prompt=True)
def create_admin(organisation: str, email: str, name: str, password: str) -> None:
    """Make an administrator, and the carrier when there is none of that name."""
    password_hash = passwords.hashed(password)
    with _clear_errors(), unit() as session:
        carrier = founding.found_carrier(session, name=organisation, now=clock.now())
        staffing.add_person(
            session,
            organisation=carrier,
            role=Role.ADMIN,
            name=name,
            email=email,
            phone=None,
            password_hash=password_hash,
            by=None,
            now=clock.now(),
        )
    click.echo(f"{name} <{email}> administers {organisation}.")


@accounts.command("reset-password")
@click.option("--email", type=EMAIL, prompt="E-mail", help="Whose password.")
@click.option("--password", type=PASSWORD, prompt=True, hide_input=True, confirmation_prompt=True)
def reset_password(email: str, password: str) -> None:
    """Give somebody a new password and end their sessions."""
    password_hash = passwords.hashed(password)
    with _clear_errors(), unit() as session:
        person = queries.by_email(session, email)
        staffing.change_password(session, person, password_hash=password_hash, by=None, now=clock.now())
    click.echo(f"{person.name} <{person.email}> has a new password.")


@contextmanager
def _clear_errors() -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        raise click.ClickException(refusal.detail or title_of(type(refusal))) from None
    except OperationalError as lost:
        raise click.ClickException(f"the database does not answer: {str(lost.orig).splitlines()[0]}") from None
