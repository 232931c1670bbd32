"""Compiles whatever is compiled in here, or loads it: `python -m routing.solving.warm`, a part of the set-up."""

from routing.solving.pricing import pricing
from routing.solving.ruin_recreate import warm as search


def warm() -> None:
    """Have the machine code at hand: half a minute the first time, then half a second."""
    search.warm()
    pricing.warm()


if __name__ == "__main__":
    warm()
