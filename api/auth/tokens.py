"""Tokens on the wire: signed, an access token for a person or a key, a refresh token for a session."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import current_app
from flask_jwt_extended import create_access_token, create_refresh_token, decode_token
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt.exceptions import PyJWTError

from accounts.models import ApiKey, TokenFamily
from accounts.principals import Bearer
from api.access import NotAuthenticated

# On every answer that holds a secret. Idempotency keys heed it too: they keep no such answer.
NOT_STORED = {"Cache-Control": "no-store"}


class RefreshTokenInvalid(NotAuthenticated):
    """This is not a refresh token of ours, or it has expired."""


def session_lasts() -> timedelta:
    """Return how long a session can be refreshed."""
    lasts: timedelta = current_app.config["JWT_REFRESH_TOKEN_EXPIRES"]
    return lasts


def of_session(family: TokenFamily) -> dict[str, Any]:
    """Return the tokens of a person's session: an access token and the refresh token that is good once."""
    refresh = create_refresh_token(
        identity=str(family.person_id),
        additional_claims={"family": str(family.id), "jti": str(family.current_jti)},
    )
    return _tokens(family.person_id, "person", refresh)


def of_key(key: ApiKey) -> dict[str, Any]:
    """Return a key's access token. When it expires, the key is exchanged again."""
    return _tokens(key.id, "key", None)


def read_refresh_token(token: str) -> dict[str, UUID]:
    """Return the `family_id` and `jti` that a refresh token names. RefreshTokenInvalid."""
    try:
        claims = decode_token(token)
    except (JWTExtendedException, PyJWTError) as refused:
        raise RefreshTokenInvalid(str(refused)) from None
    if claims["type"] != "refresh":
        raise RefreshTokenInvalid("this is an access token")
    return {"family_id": UUID(claims["family"]), "jti": UUID(claims["jti"])}


def _tokens(subject: UUID, bearer: Bearer, refresh: str | None) -> dict[str, Any]:
    lasts: timedelta = current_app.config["JWT_ACCESS_TOKEN_EXPIRES"]
    return {
        "access_token": create_access_token(identity=str(subject), additional_claims={"bearer": bearer}),
        "expires_in_s": int(lasts.total_seconds()),
        "refresh_token": refresh,
    }
