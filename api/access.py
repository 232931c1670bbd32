"""Who may call what: each view says it, and the app checks it before the body is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from flask import g
from flask_jwt_extended import get_jwt, verify_jwt_in_request
from flask_jwt_extended.exceptions import JWTExtendedException, NoAuthorizationError
from jwt.exceptions import ExpiredSignatureError, PyJWTError
from sqlalchemy.orm import Session

from accounts.principals import Principal, Role, principal_of
from kernel.errors import NotAllowed, Refusal

_ACCESS = "_access"


class NotAuthenticated(Refusal):
    """There is no valid access token with this request."""


class RoleNotAllowed(NotAllowed):
    """Your role may not call this."""


class ScopeMissing(NotAllowed):
    """Your API key does not have the scope for this."""


@dataclass(frozen=True)
class Access:
    """Roles that may call a view, none of them for anyone; the scope an API key needs."""

    roles: frozenset[Role]
    scope: str | None

    @property
    def public(self) -> bool:
        """Whether anyone may call."""
        return not self.roles


def open_to[F: Callable[..., Any]](*roles: Role, scope: str) -> Callable[[F], F]:
    """Let only these roles call the view; API keys also need `scope`."""
    return _declare(Access(frozenset(roles), scope))


def public[F: Callable[..., Any]](view: F) -> F:
    """Let anyone call the view: it checks a secret of its own, or there is nothing to hide."""
    return _declare(Access(frozenset(), None))(view)


def _declare[F: Callable[..., Any]](access: Access) -> Callable[[F], F]:
    def mark(view: F) -> F:
        setattr(view, _ACCESS, access)
        return view

    return mark


def is_declared(view: Callable[..., Any]) -> bool:
    """Whether the view says who may call it. The architecture tests see to it that each of ours does."""
    return hasattr(view, _ACCESS)


def declared(view: Callable[..., Any]) -> Access:
    """Return what the view says."""
    return cast(Access, getattr(view, _ACCESS))


def check(session: Session, view: Callable[..., Any]) -> None:
    """Refuse whoever may not call the view; remember who may. NotAuthenticated, RoleNotAllowed, ScopeMissing."""
    access = declared(view)
    if access.public:
        return
    principal = principal_of(session, **_claims())
    if principal.role not in access.roles:
        raise RoleNotAllowed(f"this is not for the role '{principal.role}'", role=principal.role)
    if principal.scopes is not None and access.scope not in principal.scopes:
        raise ScopeMissing(f"the key lacks '{access.scope}'", scope=access.scope)
    g.caller = principal


def caller() -> Principal:
    """Return who calls."""
    return cast(Principal, g.caller)


def _claims() -> dict[str, Any]:
    try:
        verify_jwt_in_request()
        claims = get_jwt()
        return {"subject": claims["sub"], "bearer": claims["bearer"]}
    except ExpiredSignatureError:
        raise NotAuthenticated("the access token has expired: get another with the refresh token") from None
    except NoAuthorizationError:
        raise NotAuthenticated("send the header 'Authorization: Bearer ACCESS_TOKEN'") from None
    except (JWTExtendedException, PyJWTError, KeyError):
        raise NotAuthenticated("the access token is none of ours") from None
