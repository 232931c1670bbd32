"""The unit of work: one transaction a request, opened here and nowhere else.

Views that talk to a store, to the streets, or hash a password are marked `@own_units` and open short ones of their
own with `unit()`, so that no transaction waits for the network. Where the one unit that counts may need such work, the
view is marked `@prepared_by`: when it asks for what was `prepared`, its unit is rolled back, the work is done while
none is open, and the view begins anew; once more when it finds that what was prepared does not hold any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from api import access, idempotency
from kernel.database import Sessions
from kernel.errors import Refusal

_OWN_UNITS = "_own_units"
_PREPARATION = "_preparation"
_TRIES = 8


def own_units[F: Callable[..., Any]](view: F) -> F:
    """Mark a view that opens its own short units of work."""
    setattr(view, _OWN_UNITS, True)
    return view


def opens_own_units(view: Callable[..., Any]) -> bool:
    """Whether the view opens its own short units of work."""
    return hasattr(view, _OWN_UNITS)


@dataclass(frozen=True)
class Preparation:
    """What a view may have done while no unit of work is open; the parameters of the path are its arguments."""

    deed: Callable[..., Any]
    again_on: type[Refusal]


def prepared_by[F: Callable[..., Any]](deed: Callable[..., Any], *, again_on: type[Refusal]) -> Callable[[F], F]:
    """Mark a view that may ask for what `deed` has `prepared`. One that raises `again_on` begins anew, a few times.

    What the deed refuses is raised where the view asks.
    """

    def mark(view: F) -> F:
        setattr(view, _PREPARATION, Preparation(deed, again_on))
        return view

    return mark


class _NotPrepared(Exception):
    """The view needs what its deed makes."""


def prepared() -> Any:
    """Return what was prepared for the view; ask before anything is written, for all of it is rolled back once."""
    if "prepared" not in g:
        raise _NotPrepared
    if isinstance(g.prepared, Refusal):
        raise g.prepared
    return g.prepared


def session() -> Session:
    """Return the request's session."""
    current: Session = g.session
    return current


@contextmanager
def unit() -> Iterator[Session]:
    """Open a unit of work: commit at the end, roll back on anything raised but a refusal that keeps."""
    kept: Refusal | None = None
    with Sessions.begin() as opened:
        try:
            yield opened
        except Refusal as refusal:
            if not refusal.keeps:
                raise
            kept = refusal
    if kept is not None:
        raise kept


class App(Flask):
    """Flask, with the unit of work around every view: even a commit that fails leaves as a problem."""

    def dispatch_request(self) -> ResponseReturnValue:
        """Check who calls, open the unit of work, run the view, store the answer under its idempotency key."""
        view = self.view_functions.get(request.endpoint or "")
        if request.routing_exception is not None or view is None or not access.is_declared(view):
            return super().dispatch_request()
        if request.method == "OPTIONS":  # Flask answers which methods there are; the view is not called
            return super().dispatch_request()
        if opens_own_units(view):
            with unit() as short:
                access.check(short, view)
            return super().dispatch_request()
        preparation: Preparation | None = getattr(view, _PREPARATION, None)
        if preparation is None:
            return self._once(view)
        for _ in range(_TRIES):
            try:
                return self._once(view)
            except (_NotPrepared, preparation.again_on):
                _prepare(preparation)
        return self._once(view)

    def _once(self, view: Callable[..., Any]) -> ResponseReturnValue:
        with unit() as g.session:
            access.check(g.session, view)
            return idempotency.once(g.session, super().dispatch_request)


def _prepare(preparation: Preparation) -> None:
    try:
        g.prepared = preparation.deed(**(request.view_args or {}))
    except Refusal as refusal:
        g.prepared = refusal
