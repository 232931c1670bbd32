"""What is served whole or not at all: a stop, a pickup with its delivery, or one of several ways for one delivery."""

from dataclasses import dataclass

from routing.solving.problem import Problem, Stop


@dataclass(frozen=True, slots=True)
class Unit:
    """Each of `ways` serves it; a way is one stop, or a pickup and its delivery in this order."""

    ways: tuple[tuple[Stop, ...], ...]

    @property
    def left_out(self) -> tuple[Stop, ...]:
        """The stops that are told to be left out when no way is taken."""
        return self.ways[0]

    @property
    def stops(self) -> tuple[Stop, ...]:
        """The stops of all ways."""
        return tuple(stop for way in self.ways for stop in way)

    @property
    def penalty(self) -> int | None:
        """What leaving it out costs; `None` if it must be served."""
        prices = [stop.penalty for stop in self.left_out if stop.penalty is not None]
        return sum(prices) if len(prices) == len(self.left_out) else None


def units_of(problem: Problem) -> list[Unit]:
    """The whole problem's units, in the order in which their first stops stand in it."""
    by_id = {stop.id: stop for stop in problem.stops}
    ways: dict[str, list[tuple[Stop, ...]]] = {}
    deliveries = {stop.pickup: stop for stop in problem.stops if stop.pickup is not None}
    for stop in problem.stops:
        if stop.choice is not None:
            ways.setdefault(f"choice {stop.choice}", []).append((stop,))
        elif stop.id in deliveries:
            ways.setdefault(f"stop {stop.id}", [(stop, deliveries[stop.id])])
        elif stop.pickup is not None:
            ways.setdefault(f"stop {stop.pickup}", [(by_id[stop.pickup], stop)])
        else:
            ways[f"stop {stop.id}"] = [(stop,)]
    return [Unit(tuple(found)) for found in ways.values()]


def unit_by_stop(problem: Problem) -> dict[str, Unit]:
    """To each stop's id the unit that it belongs to."""
    return {stop.id: unit for unit in units_of(problem) for stop in unit.stops}
