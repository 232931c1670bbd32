"""How many random problems a property is tried with."""

import os

from hypothesis import HealthCheck, settings

TIMES = int(os.environ.get("MORE_EXAMPLES", "1"))
"""`MORE_EXAMPLES=10 pytest ...` tries ten times as many."""


def examples(few: int) -> settings:
    """So many random problems, whatever they take."""
    return settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=few * TIMES)
