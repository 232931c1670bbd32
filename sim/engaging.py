"""Before the day: a city with streets, an administrator, a dispatcher, a merchant, drivers, vehicles."""

from __future__ import annotations

import hashlib
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.calls import Refused
from sim.memory import Cast
from sim.signing_in import Credentials, Person

CARRIER = "Doorstep Demo"
MERCHANT = "Kauppahalli Demo Oy"
DRIVERS = ("Aino Aalto", "Eero Laine", "Helmi Niemi", "Onni Salo", "Sanni Virta", "Veikko Koski", "Liisa Manner")
BICYCLE, VAN = ("cargo bicycle", "bicycle", 180_000), ("van", "car", 900_000)


class CannotPrepare(Exception):
    """Something that the day needs cannot be had; the message says what."""


@dataclass(frozen=True)
class CommandLine:
    """The server's own command line, for the two things that no API can do: a first city, a first administrator."""

    app: str = "wsgi"

    def run(self, *words: str) -> None:
        """Run `flask --app wsgi WORDS`, its output on our terminal. CannotPrepare when it fails."""
        done = subprocess.run([sys.executable, "-m", "flask", "--app", self.app, *words], check=False)
        if done.returncode != 0:
            raise CannotPrepare(f"`flask --app {self.app} {' '.join(words[:2])}` failed")


def import_city(file: Path, *, served: bool, command_line: CommandLine, memory: Path) -> bool:
    """Import the extract unless the very same one is `served` already. Return whether it was imported."""
    if not file.is_file():
        raise CannotPrepare(f"there is no file {file}")
    with file.open("rb") as opened:
        fingerprint = hashlib.file_digest(opened, "sha256").hexdigest()
    if served and memory.is_file() and memory.read_text().strip() == fingerprint:
        return False
    command_line.run("city", "import", str(file))
    memory.write_text(fingerprint + "\n")
    return True


async def sign_in_admin(admin: Person, *, cast: Cast, command_line: CommandLine) -> Person:
    """Return the administrator, signed in; a fresh database gets one and the rest of the cast is forgotten."""
    if cast.admin is not None:
        admin.credentials = cast.admin
        if await is_known(admin):
            return admin
    email, password = f"admin-{secrets.token_hex(3)}@example.com", secrets.token_urlsafe(18)
    words = {"--organisation": CARRIER, "--email": email, "--name": "Demo Admin", "--password": password}
    command_line.run("accounts", "create-admin", *(word for pair in words.items() for word in pair))
    vars(cast).update(vars(Cast(admin=Credentials(email, password))))
    admin.credentials = Credentials(email, password)
    return admin


async def is_known(person: Person) -> bool:
    """Whether the person can sign in."""
    try:
        await person.get("/v1/me")
    except Refused as refused:
        if refused.status in (401, 403):
            return False
        raise
    return True


async def engage(admin: Person, cast: Cast, *, couriers: int, load: int) -> None:
    """Engage whoever the cast still lacks: merchant, dispatcher, drivers, vehicles that take `load` parcels each."""
    if not cast.merchant_id:
        name = f"{MERCHANT} {secrets.token_hex(2)}"
        cast.merchant_id = (await admin.post("/v1/organisations", {"name": name}))["id"]
    if cast.dispatcher is None:
        _, cast.dispatcher = await add_person(admin, name="Demo Dispatcher", role="dispatcher")
    while len(cast.drivers) < couriers:
        name = DRIVERS[len(cast.drivers) % len(DRIVERS)]
        id_, credentials = await add_person(admin, name=name, role="driver")
        cast.drivers[id_], cast.names[id_] = credentials, name
    if cast.load != load:
        cast.vehicles, cast.load = {}, load
    while len(cast.vehicles) < couriers:
        body = _vehicle(len(cast.vehicles), load)
        cast.vehicles[(await admin.post("/v1/vehicles", body))["id"]] = body["name"]


def _vehicle(number: int, load: int) -> dict[str, Any]:
    """Return the vehicle of a courier: of five, three have bicycles and two vans."""
    name, profile, weight_g = BICYCLE if number % 5 < 3 else VAN
    return {
        "name": f"{name} {number + 1}",
        "profile": profile,
        "capacities": {"parcels": load, "weight_g": weight_g},
    }


async def add_person(admin: Person, *, name: str, role: str) -> tuple[str, Credentials]:
    """Engage somebody and return their id, and with what they sign in."""
    first = name.partition(" ")[0].lower()
    credentials = Credentials(f"{first}-{secrets.token_hex(3)}@example.com", secrets.token_urlsafe(18))
    body = {"name": name, "email": credentials.email, "role": role, "password": credentials.password}
    return (await admin.post("/v1/people", body))["id"], credentials
