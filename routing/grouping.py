"""Deliveries that one halt serves: the same door, the same recipient, the same terms; or the same pickup point."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from kernel.geo import Point
from routing.given import GivenAlternative, GivenDelivery, GivenPickup, GivenShift, Span

# To put one more recipient's parcels into a locker, or over a counter where somebody is scanning already.
FURTHER_AT_POINT_S = 20


@dataclass(frozen=True, slots=True)
class Halt:
    """A stop to be planned. It takes as long as its deliveries take one after another, at a pickup point less.

    `alternative` counts the other places where they may go instead, from 0; None: it is at their own address. With
    `fetching` it is where their parcels are picked up.
    """

    deliveries: tuple[GivenDelivery, ...]
    alternative: int | None = None
    fetching: bool = False

    @property
    def id(self) -> str:
        """A name for it: the first delivery's id, and which of the alternatives."""
        if self.fetching:
            return f"{self._name}:pickup"
        return self._name if self.alternative is None else f"{self._name}:{self.alternative}"

    @property
    def pickup(self) -> Halt | None:
        """The halt before this one where the parcels are fetched; None: they are loaded at the depot."""
        if self.fetching or self.first.pickup is None:
            return None
        return Halt(self.deliveries, fetching=True)

    @property
    def choice(self) -> str | None:
        """What it shares with the other places for the same deliveries; None where there is no other."""
        return self._name if self.first.alternatives else None

    @property
    def first(self) -> GivenDelivery:
        """The delivery that stands for all in what they have in common."""
        return self.deliveries[0]

    @property
    def place(self) -> Point:
        """Where."""
        return self._at(self.first).place

    @property
    def windows(self) -> tuple[Span, ...]:
        """When."""
        there = self._at(self.first)
        return there.served if isinstance(there, GivenDelivery) else there.windows

    @property
    def preferred(self) -> Span | None:
        """When better, at their own address."""
        return self.first.preferred if self.alternative is None and not self.fetching else None

    @property
    def service_s(self) -> int:
        """Seconds at the door; at a pickup point what takes longest, and a little for each other delivery."""
        each_s = [self._at(each).service_s for each in self.deliveries]
        if self.first.point is None or self.fetching:
            return sum(each_s)
        return max(each_s) + sum(min(one_s, FURTHER_AT_POINT_S) for one_s in sorted(each_s)[:-1])

    @property
    def demands(self) -> tuple[int, ...]:
        """The room that all parcels take, by capacity."""
        return tuple(sum(column) for column in zip(*(each.demands for each in self.deliveries), strict=True))

    @property
    def collects(self) -> tuple[int, ...]:
        """The room that all takes that comes on board here, by capacity."""
        return tuple(sum(column) for column in zip(*(each.collects for each in self.deliveries), strict=True))

    @property
    def penalty_s(self) -> int | None:
        """What leaving it out costs; None: it must be served."""
        penalties = [each.penalty_s for each in self.deliveries if each.penalty_s is not None]
        return sum(penalties) if penalties else None

    def alternative_of(self, delivery: GivenDelivery) -> GivenAlternative | None:
        """Return which of the delivery's alternatives this is; None: its own address."""
        return None if self.alternative is None else delivery.alternatives[self.alternative]

    @property
    def _name(self) -> str:
        return str(self.first.id)

    def _at(self, delivery: GivenDelivery) -> GivenDelivery | GivenAlternative | GivenPickup:
        if self.fetching and delivery.pickup is not None:
            return delivery.pickup
        return self.alternative_of(delivery) or delivery


def halts(
    deliveries: Sequence[GivenDelivery],
    *,
    shifts: Sequence[GivenShift],
    allowed: Mapping[UUID, Collection[UUID]] | None = None,
    together: Sequence[Sequence[UUID]] = (),
) -> list[Halt]:
    """Group the deliveries. What no vehicle could hold together stays apart: one by one there may be room.

    `allowed` has the shifts that alone may bring a delivery. Where deliveries have alternatives, a halt for each
    follows the one at their own address. Those of one of the groups in `together` are one halt already.
    """
    known = {each.id: each for each in deliveries}
    given = [[known[each] for each in group if each in known] for group in together]
    found = [Halt(tuple(group)) for group in given if group]
    standing = {each.id for halt in found for each in halt.deliveries}
    return found + _grouped([each for each in deliveries if each.id not in standing], shifts, allowed or {})


def _grouped(
    deliveries: Sequence[GivenDelivery], shifts: Sequence[GivenShift], allowed: Mapping[UUID, Collection[UUID]]
) -> list[Halt]:
    groups: defaultdict[Hashable, list[GivenDelivery]] = defaultdict(list)
    for each in deliveries:
        groups[_terms(each), frozenset(allowed.get(each.id, ()))].append(each)
    found: list[Halt] = []
    for group in groups.values():
        whole = Halt(tuple(group))
        together = any(_holds(shift, whole) for shift in shifts)
        for halt in [whole] if together else [Halt((each,)) for each in group]:
            found += [halt] if halt.pickup is None else [halt.pickup, halt]
            found += [Halt(halt.deliveries, number) for number in range(len(halt.first.alternatives))]
    return found


def _terms(each: GivenDelivery) -> Hashable:
    """All that must be equal: what differs in nothing but parcels, service time and price goes together."""
    elsewhere = tuple((other.place, other.windows) for other in each.alternatives)
    handling = (each.setup_s, each.required_skills, each.excluded_skills, each.preferred)
    drivers = (each.preferred_driver, each.refused_drivers)
    fetched = None if each.pickup is None else (each.pickup.place, each.pickup.windows)
    whose = each.contact if each.point is None else each.point.id
    return each.place, each.served, whose, each.penalty_s is None, elsewhere, handling, drivers, fetched


def _holds(shift: GivenShift, halt: Halt) -> bool:
    return all(
        room is None or (load <= room and back <= room)
        for load, back, room in zip(halt.demands, halt.collects, shift.capacities, strict=True)
    )
