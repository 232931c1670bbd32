"""The best plan of a tiny problem by trying each subset of stops in each order, with each set of reloads."""

from collections.abc import Iterator, Sequence
from itertools import chain, combinations, permutations, product

from routing.solving.assemble import rank, sequence_cost
from routing.solving.fits import DoesNotFit
from routing.solving.inserting.units import Unit, units_of
from routing.solving.problem import Problem, Sequences, Step, Stop, Vehicle

type Price = tuple[int, list[Step]]


def best_plan(problem: Problem) -> Sequences:
    """A plan of the lowest rank; feasible up to about five stops and three vehicles."""
    found: Sequences | None = None
    prices = [dict(_priced(problem, vehicle)) for vehicle in problem.vehicles]
    for ways in product(*(_choices(unit) for unit in units_of(problem))):
        served = frozenset(stop.id for way in ways for stop in way)
        for parts in _shared_out(served, prices):
            sequences = [price[part][1] for price, part in zip(prices, parts, strict=True)]
            if found is None or rank(problem, sequences) < rank(problem, found):
                found = sequences
    assert found is not None, "locks that can be driven leave at least one plan"
    return found


def _choices(unit: Unit) -> tuple[tuple[Stop, ...], ...]:
    return ((), *unit.ways)


def _priced(problem: Problem, vehicle: Vehicle) -> Iterator[tuple[frozenset[str], Price]]:
    """For each set of stops that one route can serve, the cheapest way to do it."""
    if not vehicle.locked:
        yield frozenset(), (0, [])
    for size in range(1, len(problem.stops) + 1):
        for some in combinations(problem.stops, size):
            orders = chain.from_iterable(_with_reloads(vehicle, order) for order in permutations(some))
            routes = [price for steps in orders if (price := _price(problem, vehicle, steps)) is not None]
            if routes:
                yield frozenset(stop.id for stop in some), min(routes, key=lambda price: price[0])


def _with_reloads(vehicle: Vehicle, order: Sequence[Stop]) -> Iterator[list[Step]]:
    most = 0 if vehicle.reload is None else vehicle.reload.most
    for count in range(min(most, len(order) - 1) + 1):
        for after in combinations(range(1, len(order)), count):
            steps: list[Step] = []
            for position, stop in enumerate(order):
                if position in after and vehicle.reload is not None:
                    steps.append(vehicle.reload)
                steps.append(stop)
            yield steps


def _price(problem: Problem, vehicle: Vehicle, steps: list[Step]) -> Price | None:
    try:
        return sequence_cost(problem, vehicle, steps), steps
    except DoesNotFit:
        return None


def _shared_out(
    served: frozenset[str], prices: Sequence[dict[frozenset[str], Price]]
) -> Iterator[tuple[frozenset[str], ...]]:
    """Every way to share the stops out among the vehicles, each of which can drive its part."""
    if not prices:
        if not served:
            yield ()
        return
    for part in prices[0]:
        if part <= served:
            for rest in _shared_out(served - part, prices[1:]):
                yield (part, *rest)
