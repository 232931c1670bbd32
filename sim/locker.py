"""A simulated locker: doors, a panel that judges codes by itself, and a memory of what it could not yet tell."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NoReturn
from uuid import uuid4

from sim import locker_codes

FREE_TRIES = 5
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
LONGEST_STAY_DAYS = 95
MOST_AT_ONCE = 200

# Sends a request with a body, or none for a GET, and returns the answer's document. Raises when there is no network.
type Send = Callable[[str, dict[str, Any] | None], dict[str, Any]]


class CodeRefused(Exception):
    """The panel says no, and why: wrong, another_point, locked."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass
class Panel:
    """Counts wrong codes: after five in a row it listens to none for a minute, then for two, up to an hour."""

    wrong: int = 0
    locked_until: datetime | None = None

    def check_open(self, now: datetime) -> None:
        """CodeRefused while it is locked."""
        if self.locked_until is not None and now < self.locked_until:
            raise CodeRefused("locked")

    def count_wrong(self, now: datetime) -> bool:
        """Count one more; say whether it is locked now."""
        self.wrong += 1
        over = self.wrong - FREE_TRIES
        if over < 0:
            return False
        self.locked_until = now + min(LONGEST_WAIT, FIRST_WAIT * 2**over)
        return True

    def forget(self) -> None:
        """A right code was shown."""
        self.wrong, self.locked_until = 0, None


@dataclass
class Locker:
    """What it knows without network is the last manifest, and what happened at its own doors since."""

    point_id: str
    panel: Panel = field(default_factory=Panel)
    key: bytes = b""
    doors: dict[str, str] = field(default_factory=dict)  # id by what is written on the door
    kept: list[dict[str, Any]] = field(default_factory=list)
    untold: list[dict[str, Any]] = field(default_factory=list)
    sequence: int = 0

    @property
    def path(self) -> str:
        """Where the server listens to it."""
        return f"/v1/lockers/{self.point_id}"

    def sync(self, send: Send) -> list[dict[str, Any]]:
        """Tell what happened, then learn what is expected. Returns what the server made of each event.

        Nothing is forgotten before it was answered, so an answer that is lost is asked for again.
        """
        heard: list[dict[str, Any]] = []
        while part := self.next_to_tell():
            heard += send(f"{self.path}/events", {"events": part})["items"]
            self.was_told(part)
        self.learn(send(f"{self.path}/manifest", None))
        return heard

    def next_to_tell(self) -> list[dict[str, Any]]:
        """Return the oldest of what the server has not heard, as much as is told at once."""
        return self.untold[:MOST_AT_ONCE]

    def was_told(self, part: Sequence[dict[str, Any]]) -> None:
        """Forget what the server has answered to."""
        del self.untold[: len(part)]

    def learn(self, manifest: dict[str, Any]) -> None:
        """Take over a manifest; of what is behind the doors only when the server knew all that happened there."""
        self.key = base64.urlsafe_b64decode(manifest["code_key"] + "==")
        self.doors = {door["name"]: door["id"] for door in manifest["doors"]}
        if not self.untold:
            self.kept = manifest["kept"]

    def beat(self, send: Send, *, firmware: str = "sim") -> datetime:
        """Say that it lives, and return the server's time."""
        answer = send(f"{self.path}/heartbeats", {"firmware": firmware, "temperature_c": 8.0})
        return datetime.fromisoformat(answer["server_time"])

    def collect(self, text: str, *, now: datetime) -> list[str]:
        """A recipient types or scans a code: the doors of the delivery open and are emptied. CodeRefused."""
        digits = self._listen(text, now)
        inside = [each for each in self.kept if each["state"] == "occupied"]
        delivery_id = locker_codes.opens_for_recipient(
            self.key, digits, {each["delivery_id"] for each in inside}, now=now, days=LONGEST_STAY_DAYS
        )
        if delivery_id is None:
            self._refuse(now)
        self.panel.forget()
        opened = [each for each in inside if each["delivery_id"] == delivery_id]
        for each in opened:
            self._door_event("opened", each["compartment_id"], now)
            self._door_event("collected", each["compartment_id"], now, parcels=each["parcels"])
            self._door_event("closed", each["compartment_id"], now)
            self.kept.remove(each)
        return [self._name(each["compartment_id"]) for each in opened]

    def let_in(self, text: str, *, now: datetime) -> int:
        """A courier types or scans a code: returns the pass's number, for what is then put in. CodeRefused."""
        number = locker_codes.pass_of_courier(self.key, self._listen(text, now), now=now)
        if number is None:
            self._refuse(now)
        self.panel.forget()
        return number

    def expects(self, parcel_ids: Iterable[str]) -> bool:
        """Whether a door is kept for each of the parcels."""
        return set(parcel_ids) <= {parcel["id"] for kept in self.kept for parcel in kept["parcels"]}

    def put_in(self, parcel_id: str, *, pass_number: int, now: datetime, door: str | None = None) -> str:
        """The courier puts a parcel behind its door, or another one; returns which. LookupError for a strange one."""
        kept = next((each for each in self.kept if any(p["id"] == parcel_id for p in each["parcels"])), None)
        if kept is None:
            raise LookupError(parcel_id)
        compartment_id = kept["compartment_id"] if door is None else self.doors[door]
        self._door_event("opened", compartment_id, now, pass_number=pass_number)
        self._door_event("dropped", compartment_id, now, parcels=[{"id": parcel_id}], pass_number=pass_number)
        self._door_event("closed", compartment_id, now)
        kept |= {"state": "occupied", "compartment_id": compartment_id}
        return self._name(compartment_id)

    def _listen(self, text: str, now: datetime) -> str:
        self.panel.check_open(now)
        said = locker_codes.read(text)
        if said.point_id not in (None, self.point_id):
            self._refuse(now, "another_point")
        return said.digits

    def _refuse(self, now: datetime, why: str = "wrong") -> NoReturn:
        self._event("code_refused", now)
        if self.panel.count_wrong(now):
            self._event("locked_out", now)
        raise CodeRefused(why)

    def _door_event(
        self,
        kind: str,
        compartment_id: str,
        now: datetime,
        *,
        parcels: list[dict[str, Any]] | None = None,
        pass_number: int | None = None,
    ) -> None:
        ids = [parcel["id"] for parcel in parcels or []]
        self._event(kind, now, compartment_id=compartment_id, parcel_ids=ids, pass_number=pass_number)

    def _event(self, kind: str, now: datetime, **rest: Any) -> None:
        self.sequence += 1
        event = {"id": str(uuid4()), "sequence": self.sequence, "kind": kind, "device_time": now.isoformat()}
        self.untold.append(event | rest)

    def _name(self, compartment_id: str) -> str:
        return next(name for name, each in self.doors.items() if each == compartment_id)
