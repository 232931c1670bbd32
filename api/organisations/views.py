"""The merchants that a carrier serves."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from accounts import founding, queries
from accounts.models import Organisation, Role
from accounts.queries import OrganisationNotFound
from api.access import caller, open_to
from api.blueprint import Blueprint
from api.fields import PageQuery
from api.organisations.schemas import OrganisationDraftSchema, OrganisationSchema
from api.pages import page_schema, paged
from api.unit import session
from kernel import clock
from kernel.paging import Page

blueprint = Blueprint(
    "organisations", __name__, url_prefix="/v1/organisations", description="The merchants that a carrier serves."
)


@blueprint.route("", methods=["POST"])
@open_to(Role.ADMIN, scope="accounts:write")
@blueprint.arguments(OrganisationDraftSchema)
@blueprint.response(201, OrganisationSchema)
def add_organisation(draft: dict[str, Any]) -> Organisation:
    """Add a merchant that your carrier serves."""
    return founding.add_merchant(
        session(), carrier_id=caller().carrier_id, name=draft["name"], by=caller().person_id, now=clock.now()
    )


@blueprint.route("", methods=["GET"])
@open_to(Role.ADMIN, Role.DISPATCHER, scope="accounts:read")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_schema(OrganisationSchema))
def list_organisations(query: dict[str, Any]) -> tuple[Page[Organisation], int, dict[str, str]]:
    """List the merchants that your carrier serves, newest first."""
    return paged(queries.organisations(session(), caller=caller(), **query))


@blueprint.route("/<uuid:organisation_id>", methods=["GET"])
@open_to(Role.ADMIN, Role.DISPATCHER, scope="accounts:read")
@blueprint.response(200, OrganisationSchema)
@blueprint.refuses(OrganisationNotFound)
def get_organisation(organisation_id: UUID) -> Organisation:
    """Return your organisation or a merchant that it serves."""
    return queries.organisation(session(), organisation_id, caller=caller())
