"""API keys: made, listed, taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from accounts import keys, queries
from accounts.models import ApiKey, Role
from accounts.queries import KeyNotFound, OrganisationNotFound
from accounts.staffing import RoleDoesNotFit
from api.access import caller, open_to
from api.auth.tokens import NOT_STORED
from api.blueprint import Blueprint
from api.fields import PageQuery
from api.keys.schemas import KeyDraftSchema, KeySchema, MadeKeySchema
from api.pages import page_schema, paged
from api.unit import session
from kernel import clock
from kernel.paging import Page

blueprint = Blueprint("keys", __name__, url_prefix="/v1/api-keys", description="API keys for programs.")


@blueprint.route("", methods=["POST"])
@open_to(Role.ADMIN, scope="accounts:write")
@blueprint.arguments(KeyDraftSchema)
@blueprint.response(201, MadeKeySchema)
@blueprint.refuses(RoleDoesNotFit, OrganisationNotFound)
def make_key(draft: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Make a key for a program of your organisation, or of a merchant that it serves.

    The secret is in this answer and nowhere else: only its SHA-256 is kept, so a repeated request is refused.
    """
    organisation_id = draft.pop("organisation_id") or caller().organisation_id
    organisation = queries.organisation(session(), organisation_id, caller=caller())
    key, secret = keys.make_key(session(), organisation=organisation, by=caller().person_id, now=clock.now(), **draft)
    shown = {name: getattr(key, name) for name in KeySchema().fields}
    return shown | {"api_key": secret}, 201, NOT_STORED


@blueprint.route("", methods=["GET"])
@open_to(Role.ADMIN, scope="accounts:read")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_schema(KeySchema))
def list_keys(query: dict[str, Any]) -> tuple[Page[ApiKey], int, dict[str, str]]:
    """List the keys of your organisation and of its merchants, newest first."""
    return paged(queries.keys(session(), caller=caller(), **query))


@blueprint.route("/<uuid:key_id>", methods=["DELETE"])
@open_to(Role.ADMIN, scope="accounts:write")
@blueprint.response(204)
@blueprint.refuses(KeyNotFound)
def revoke_key(key_id: UUID) -> tuple[str, int]:
    """Take a key back: it and its access tokens open nothing from now on. Again: nothing happens."""
    key = queries.key(session(), key_id, caller=caller(), for_update=True)
    keys.revoke_key(session(), key, by=caller().person_id, now=clock.now())
    return "", 204
