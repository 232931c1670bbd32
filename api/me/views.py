"""The caller, seen by itself."""

from __future__ import annotations

from typing import Any

from accounts import passwords, queries, staffing
from accounts.models import Person, Role
from accounts.staffing import CurrentPasswordWrong, KeyHasNoPassword
from api import native
from api.access import caller, open_to
from api.auth import tries
from api.blueprint import Blueprint
from api.me.schemas import MeSchema, PasswordChangeSchema
from api.unit import own_units, session, unit
from kernel import clock

blueprint = Blueprint("me", __name__, url_prefix="/v1/me", description="Who am I.")


@blueprint.route("", methods=["GET"])
@open_to(*Role, scope="accounts:read")
@blueprint.response(200, MeSchema)
def get_me() -> dict[str, Any]:
    """Return who calls."""
    bearer = queries.bearer(session(), caller=caller())
    person = bearer if isinstance(bearer, Person) else None
    return {
        "id": bearer.id,
        "bearer": caller().bearer,
        "name": bearer.name,
        "role": bearer.role,
        "email": person.email if person else None,
        "phone": person.phone if person else None,
        "scopes": None if caller().scopes is None else sorted(caller().scopes or ()),
        "organisation": bearer.organisation,
    }


@blueprint.route("/password", methods=["PUT"])
@open_to(*Role, scope="accounts:write")
@own_units
@blueprint.arguments(PasswordChangeSchema)
@blueprint.response(204)
@blueprint.refuses(CurrentPasswordWrong, KeyHasNoPassword)
def change_my_password(given: dict[str, str]) -> tuple[str, int]:
    """Change your own password. You are signed out everywhere, here too."""
    with unit() as short:
        person = staffing.who_has_a_password(short, caller=caller())
    tries.count(person.email)
    proven = native.run(passwords.matches, person.password_hash, given["current_password"])
    password_hash = native.run(passwords.hashed, given["password"]) if proven else ""
    with unit() as short:
        staffing.replace_password(
            short, person.id, seen=person.password_hash, proven=proven, password_hash=password_hash, now=clock.now()
        )
    tries.forget(person.email)
    return "", 204
