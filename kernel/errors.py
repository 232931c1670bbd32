"""The five kinds of refusal. A concrete error stands beside the function that raises it.

Its class name becomes the problem's `type`, its docstring the `title`, its keyword facts extension members.
`api/problems.py` alone knows the HTTP statuses.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field. `pointer` is a JSON pointer into the request body, such as `/parcels/0`."""

    pointer: str
    detail: str


class Refusal(Exception):
    """The request was understood and is refused."""

    # A refusal that must leave a trace (a family of tokens revoked) has its changes committed all the same.
    keeps: ClassVar[bool] = False

    def __init__(self, detail: str = "", /, *, errors: Iterable[FieldError] = (), **facts: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.facts = facts


class NotFound(Refusal):
    """There is no such thing, or not for you."""


class NotAllowed(Refusal):
    """You may not do this."""


class Conflict(Refusal):
    """The state of things does not allow this now."""


class Invalid(Refusal):
    """The request cannot mean anything sensible."""


class Unavailable(Refusal):
    """Something this needs is not answering; try again."""

    retry_after_s: ClassVar[int] = 5
