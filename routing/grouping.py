"""Deliveries that one halt serves: the same door, the same recipient, the same windows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from uuid import UUID

from kernel.geo import Point
from routing.given import GivenDelivery, GivenShift, Span


@dataclass(frozen=True, slots=True)
class Halt:
    """A stop to be planned. It takes as long as its deliveries take one after another."""

    deliveries: tuple[GivenDelivery, ...]

    @property
    def id(self) -> str:
        """A name for it: the first delivery's id."""
        return str(self.deliveries[0].id)

    @property
    def place(self) -> Point:
        """Where."""
        return self.deliveries[0].place

    @property
    def windows(self) -> tuple[Span, ...]:
        """When."""
        return self.deliveries[0].windows

    @property
    def service_s(self) -> int:
        """Seconds at the door."""
        return sum(each.service_s for each in self.deliveries)

    @property
    def demands(self) -> tuple[int, ...]:
        """The room that all parcels take, by capacity."""
        return tuple(sum(column) for column in zip(*(each.demands for each in self.deliveries), strict=True))

    @property
    def penalty_s(self) -> int | None:
        """What leaving it out costs; None: it must be served."""
        penalties = [each.penalty_s for each in self.deliveries if each.penalty_s is not None]
        return sum(penalties) if penalties else None


def halts(
    deliveries: Sequence[GivenDelivery],
    *,
    shifts: Sequence[GivenShift],
    together: Sequence[Sequence[UUID]] = (),
) -> list[Halt]:
    """Group the deliveries. What no vehicle could hold together stays apart: one by one there may be room.

    Those of one of the groups in `together` are one halt already.
    """
    known = {each.id: each for each in deliveries}
    given = [[known[each] for each in group if each in known] for group in together]
    found = [Halt(tuple(group)) for group in given if group]
    standing = {each.id for halt in found for each in halt.deliveries}
    return found + _grouped([each for each in deliveries if each.id not in standing], shifts)


def _grouped(deliveries: Sequence[GivenDelivery], shifts: Sequence[GivenShift]) -> list[Halt]:
    groups: defaultdict[Hashable, list[GivenDelivery]] = defaultdict(list)
    for each in deliveries:
        groups[each.place, each.windows, each.contact, each.penalty_s is None].append(each)
    found: list[Halt] = []
    for group in groups.values():
        whole = Halt(tuple(group))
        together = any(_holds(shift, whole.demands) for shift in shifts)
        found.extend([whole] if together else [Halt((each,)) for each in group])
    return found


def _holds(shift: GivenShift, demands: Sequence[int]) -> bool:
    return all(room is None or load <= room for load, room in zip(demands, shift.capacities, strict=True))
