"""Bodies that are larger than the rest of the API takes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from flask import request


def largest_body[**P, R](size_bytes: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let the view read a body of up to `size_bytes`. Stands above `arguments`: more is refused before it is read."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def bounded(*args: P.args, **kwargs: P.kwargs) -> R:
            request.max_content_length = size_bytes
            return view(*args, **kwargs)

        return bounded

    return decorate
