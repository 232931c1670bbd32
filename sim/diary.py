"""What really happened, as only the simulator knows it: the measure for promises and estimates."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sim.rounds import Round, Stop, Window


@dataclass
class Visit:
    """One delivery's true story."""

    delivery_id: str
    address: str
    courier: str
    planned_at: datetime
    promise: Window | None
    arrived_at: datetime | None = None
    started_at: datetime | None = None  # the courier rings: behind any wait for the window
    done_at: datetime | None = None
    outcome: str = ""

    @property
    def delivered(self) -> bool:
        """Whether the parcel changed hands."""
        return self.outcome.startswith("delivered")


@dataclass
class Progress:
    """Where a courier is in the round, for the board."""

    courier: str
    vehicle: str
    stops: int
    stops_over: int = 0
    doing: str = "departs"
    next_address: str = ""
    next_at: datetime | None = None
    behind: timedelta = timedelta()
    driven_m: float = 0.0
    covered: bool = True
    waiting_to_send: int = 0
    home: bool = False


@dataclass
class Diary:
    """The day so far."""

    visits: dict[str, Visit] = field(default_factory=dict)
    couriers: list[Progress] = field(default_factory=list)

    def open_round(self, round_: Round, *, courier: str) -> Progress:
        """Write down what a round intends; return the courier's line on the board."""
        self.couriers.append(Progress(courier, round_.vehicle, len(round_.stops), next_at=round_.departs_at))
        self.rewrite(round_, self.couriers[-1])
        return self.couriers[-1]

    def rewrite(self, round_: Round, progress: Progress) -> None:
        """Write down what a round intends that nobody has set out on: where something goes to another stop, that."""
        progress.stops = len(round_.stops)
        for stop in round_.stops:
            for drop in stop.drops:
                if not drop.withdrawn or drop.delivery_id not in self.visits:
                    self.visits[drop.delivery_id] = Visit(
                        drop.delivery_id,
                        drop.address,
                        progress.courier,
                        planned_at=stop.arrives_at,
                        promise=drop.promise,
                    )

    def visits_at(self, stop: Stop) -> list[Visit]:
        """Return the visits that one stop is for."""
        return [self.visits[drop.delivery_id] for drop in stop.live_drops]
