"""A route as it would be, written out as a line of nodes."""

from typing import Any

from routing.solving.ruin_recreate.compiled import inlined
from routing.solving.ruin_recreate.layout import NOWHERE
from routing.solving.ruin_recreate.rows import node_at, put
from routing.solving.ruin_recreate.times import start_of


@inlined
def line_up(
    task: Any, plan: Any, work: Any, route: int, before: int, node: int, before_second: int, second: int
) -> int:
    """Write the route into `Work.line` with `node` after `before` and then `second` after `before_second`.

    NOWHERE for what is not to be inserted. The answer is the number of nodes, start and end included.
    """
    here, count = start_of(task, route), 0
    while here >= 0:
        put(work.line, count, here)
        count += 1
        following = node_at(plan, here).next
        if node != NOWHERE and here == before:
            here = node
            put(work.line, count, here)
            count += 1
        if second != NOWHERE and here == before_second:
            put(work.line, count, second)
            count += 1
        here = following
    return count


@inlined
def line_without(task: Any, plan: Any, work: Any, route: int, left_out: int) -> int:
    """Write the route into `Work.line` without one node; the answer is the number of nodes."""
    here, count = start_of(task, route), 0
    while here >= 0:
        if here != left_out:
            put(work.line, count, here)
            count += 1
        here = node_at(plan, here).next
    return count
