"""People: who may sign in, and as what."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from accounts import passwords, queries, staffing
from accounts.models import Person, Role
from accounts.queries import OrganisationNotFound, PersonNotFound
from accounts.staffing import EmailTaken, LastAdmin, RoleDoesNotFit
from api import idempotency, native
from api.access import caller, open_to
from api.blueprint import Blueprint
from api.etags import IF_MATCH, etag, require_match
from api.pages import page_schema, paged
from api.people.schemas import PeopleQuery, PersonChangeSchema, PersonDraftSchema, PersonSchema
from api.problems import PreconditionFailed, PreconditionMissing
from api.unit import own_units, session, unit
from kernel import clock
from kernel.paging import Page

blueprint = Blueprint("people", __name__, url_prefix="/v1/people", description="Who may sign in, and as what.")


@blueprint.route("", methods=["POST"])
@open_to(Role.ADMIN, scope="accounts:write")
@own_units
@blueprint.arguments(PersonDraftSchema)
@blueprint.response(201, PersonSchema)
@blueprint.refuses(EmailTaken, RoleDoesNotFit, OrganisationNotFound, *idempotency.REFUSALS)
def add_person(draft: dict[str, Any]) -> ResponseReturnValue:
    """Add somebody to your organisation, or to a merchant that it serves."""
    password_hash = native.run(passwords.hashed, draft.pop("password"))
    with unit() as short:
        return idempotency.once(short, lambda: _added(short, draft, password_hash))


@blueprint.route("", methods=["GET"])
@open_to(Role.ADMIN, Role.DISPATCHER, scope="accounts:read")
@blueprint.arguments(PeopleQuery, location="query")
@blueprint.response(200, page_schema(PersonSchema))
def list_people(query: dict[str, Any]) -> tuple[Page[Person], int, dict[str, str]]:
    """List the people of your organisation and of its merchants, newest first."""
    return paged(queries.people(session(), caller=caller(), **query))


@blueprint.route("/<uuid:person_id>", methods=["GET"])
@open_to(Role.ADMIN, Role.DISPATCHER, scope="accounts:read")
@blueprint.response(200, PersonSchema)
@blueprint.refuses(PersonNotFound)
def get_person(person_id: UUID) -> tuple[Person, int, dict[str, str]]:
    """Return a person of your organisation or of a merchant that it serves."""
    person = queries.person(session(), person_id, caller=caller())
    return person, 200, etag(person.version)


@blueprint.route("/<uuid:person_id>", methods=["PATCH"])
@open_to(Role.ADMIN, scope="accounts:write")
@own_units
@blueprint.arguments(PersonChangeSchema)
@blueprint.response(200, PersonSchema)
@blueprint.refuses(PersonNotFound, EmailTaken, RoleDoesNotFit, LastAdmin, PreconditionFailed, PreconditionMissing)
@blueprint.doc(parameters=[IF_MATCH])
def change_person(change: dict[str, Any], person_id: UUID) -> tuple[Person, int, dict[str, str]]:
    """Change somebody, switch them off or on, or give them a new password."""
    password = change.pop("password", None)
    password_hash = native.run(passwords.hashed, password) if password else None
    with unit() as short:
        person = queries.person(short, person_id, caller=caller(), for_update=True)
        require_match(person.version)
        by, now = caller().person_id, clock.now()
        staffing.change_person(short, person, change=change, by=by, now=now)
        if password_hash:
            staffing.change_password(short, person, password_hash=password_hash, by=by, now=now)
        return person, 200, etag(person.version)


def _added(short: Session, draft: dict[str, Any], password_hash: str) -> Response:
    organisation_id = draft.pop("organisation_id") or caller().organisation_id
    person = staffing.add_person(
        short,
        organisation=queries.organisation(short, organisation_id, caller=caller()),
        password_hash=password_hash,
        by=caller().person_id,
        now=clock.now(),
        **draft,
    )
    answer = jsonify(PersonSchema().dump(person))
    answer.status_code = 201
    answer.headers.update(etag(person.version))
    return answer
