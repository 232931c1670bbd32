"""The functions that are compiled apart, with their addresses."""

from functools import cache

from routing.solving.ruin_recreate.change import put_in
from routing.solving.ruin_recreate.compiled import address_of
from routing.solving.ruin_recreate.pairs import best_pair
from routing.solving.ruin_recreate.position import best_position
from routing.solving.ruin_recreate.reloads import cost_with_reload, drop_reloads, put_in_with_reload
from routing.solving.ruin_recreate.renewal import renew
from routing.solving.ruin_recreate.strings import ruin
from routing.solving.ruin_recreate.tails import exchange_tails
from routing.solving.ruin_recreate.undo import take_back
from routing.solving.ruin_recreate.walk import walk_line

_PARTS = (
    walk_line,
    renew,
    put_in,
    take_back,
    best_position,
    best_pair,
    cost_with_reload,
    put_in_with_reload,
    drop_reloads,
    ruin,
    exchange_tails,
)


@cache
def addresses() -> dict[str, int]:
    """Where each is, by name: the fields of a `Task`. The first call compiles or loads them."""
    return {part.__name__: address_of(part) for part in _PARTS}
