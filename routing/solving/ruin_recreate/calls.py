"""The functions that are compiled `apart`, as the others call them. Their bodies stand in the modules named."""

from typing import Any

from routing.solving.ruin_recreate.compiled import inlined
from routing.solving.ruin_recreate.layout import PLAN, TASK, WORK
from routing.solving.ruin_recreate.memory import call, row


@inlined
def task_of(address: int) -> Any:
    """The task at this address."""
    return row(address, 0, TASK)


@inlined
def plan_of(address: int) -> Any:
    """The plan at this address."""
    return row(address, 0, PLAN)


@inlined
def work_of(address: int) -> Any:
    """The scratch at this address."""
    return row(address, 0, WORK)


@inlined
def line_cost(task: Any, plan: Any, work: Any, route: int, count: int) -> int:
    """What the route written in `Work.line` costs; NEVER where it cannot be driven. See `walk`."""
    return call(task.walk_line, task, plan, work, route, count, 0, 0)


@inlined
def renew(task: Any, plan: Any, work: Any, route: int) -> None:
    """Times, loads and cost of a route whose links and ways are right. See `renewal`."""
    call(task.renew, task, plan, work, route, 0, 0, 0)


@inlined
def put_in(task: Any, plan: Any, work: Any, before: int, stop: int, added: int) -> None:
    """Put a stop after the node `before` and renew its route, which costs `added` more. See `change`."""
    call(task.put_in, task, plan, work, before, stop, added, 0)


@inlined
def take_back(task: Any, plan: Any, work: Any) -> None:
    """Restore every route that was saved, and who is absent. See `undo`."""
    call(task.take_back, task, plan, work, 0, 0, 0, 0)


@inlined
def best_position(task: Any, plan: Any, work: Any, stop: int, bar: int) -> int:
    """What a stop costs more in its cheapest place, under `bar`; the place is in `COUNTS`. See `position`."""
    return call(task.best_position, task, plan, work, stop, bar, 0, 0)


@inlined
def best_pair(task: Any, plan: Any, work: Any, pickup: int) -> int:
    """The same for a pickup and its delivery. See `pairs`."""
    return call(task.best_pair, task, plan, work, pickup, 0, 0, 0)


@inlined
def cost_with_reload(task: Any, plan: Any, work: Any, route: int, before: int, stop: int, bar: int) -> int:
    """The same for a stop with a reload after the node `before`; how is in `COUNTS`. See `reloads`."""
    return call(task.cost_with_reload, task, plan, work, route, before, stop, bar)


@inlined
def put_in_with_reload(task: Any, plan: Any, work: Any, before: int, stop: int, how: int) -> None:
    """Put a stop and a reload after the node `before`, and renew the route. See `reloads`."""
    call(task.put_in_with_reload, task, plan, work, before, stop, how, 0)


@inlined
def drop_reloads(task: Any, plan: Any, work: Any, route: int) -> None:
    """Take out the reloads of a route that nothing needs. See `reloads`."""
    call(task.drop_reloads, task, plan, work, route, 0, 0, 0)


@inlined
def exchange_tails(task: Any, plan: Any, work: Any, bar: int) -> int:
    """Exchange the ends of two routes. See `tails`."""
    return call(task.exchange_tails, task, plan, work, bar, 0, 0, 0)


@inlined
def ruin(task: Any, plan: Any, work: Any) -> None:
    """Take strings of stops out of routes. See `strings`."""
    call(task.ruin, task, plan, work, 0, 0, 0, 0)
