"""Signing in, staying signed in, signing out."""

from __future__ import annotations

from typing import Any

from accounts import families, keys, passwords, signing_in
from accounts.families import TokenReplayed
from accounts.models import TokenFamily
from accounts.principals import NoLongerValid
from accounts.signing_in import WrongCredentials
from api import native
from api.access import public
from api.auth import tokens, tries
from api.auth.schemas import CredentialsSchema, RefreshSchema, TokensSchema
from api.auth.tokens import RefreshTokenInvalid
from api.blueprint import Blueprint
from api.unit import own_units, session, unit
from kernel import clock

blueprint = Blueprint("auth", __name__, url_prefix="/v1/auth", description="Signing in and out.")


@blueprint.route("/token", methods=["POST"])
@public
@own_units
@blueprint.arguments(CredentialsSchema)
@blueprint.response(200, TokensSchema)
@blueprint.refuses(WrongCredentials)
def make_token(credentials: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Exchange a password or an API key for an access token.

    Wrong passwords are limited for each account and address. A key's token has no refresh token: exchange it again.
    """
    if "api_key" in credentials:
        return _by_key(credentials["api_key"]), 200, tokens.NOT_STORED
    tries.count(credentials["email"])
    family = _by_password(**credentials)
    tries.forget(credentials["email"])
    return tokens.of_session(family), 200, tokens.NOT_STORED


@blueprint.route("/refresh", methods=["POST"])
@public
@blueprint.arguments(RefreshSchema)
@blueprint.response(200, TokensSchema)
@blueprint.refuses(RefreshTokenInvalid, TokenReplayed, NoLongerValid)
def refresh_token(given: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Exchange a refresh token for new tokens; a second use of the same one ends the session."""
    family = families.rotate(session(), **tokens.read_refresh_token(given["refresh_token"]), now=clock.now())
    return tokens.of_session(family), 200, tokens.NOT_STORED


@blueprint.route("/revoke", methods=["POST"])
@public
@blueprint.arguments(RefreshSchema)
@blueprint.response(204)
@blueprint.refuses(RefreshTokenInvalid)
def revoke_token(given: dict[str, Any]) -> tuple[str, int]:
    """Sign out: end the session that the refresh token belongs to. Again: nothing happens."""
    family_id = tokens.read_refresh_token(given["refresh_token"])["family_id"]
    families.sign_out(session(), family_id=family_id, now=clock.now())
    return "", 204


def _by_key(secret: str) -> dict[str, Any]:
    with unit() as short:
        return tokens.of_key(keys.use_key(short, secret=secret, now=clock.now()))


def _by_password(email: str, password: str) -> TokenFamily:
    with unit() as short:
        candidate = signing_in.candidate(short, email=email)

    proven = native.run(passwords.matches, candidate.password_hash, password)
    outdated = proven and passwords.is_outdated(candidate.password_hash)
    fresh_hash = native.run(passwords.hashed, password) if outdated else None

    with unit() as short:
        return signing_in.sign_in(
            short, candidate, proven=proven, fresh_hash=fresh_hash, lasts=tokens.session_lasts(), now=clock.now()
        )
