"""What the checker finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule (`capacity`, `window`, ...), the vehicle, stop or number that breaks it, and how."""

    rule: str
    who: str
    detail: str
