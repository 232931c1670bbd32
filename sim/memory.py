"""What the demonstration remembers from one run to the next: who its people are. A file that only its owner reads."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from sim.signing_in import Credentials


@dataclass
class Cast:
    """The people, by id where the API needs one, and the vehicles. Empty names: not engaged yet."""

    admin: Credentials | None = None
    dispatcher: Credentials | None = None
    merchant_id: str = ""
    drivers: dict[str, Credentials] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    vehicles: dict[str, str] = field(default_factory=dict)  # name by id
    clerk_id: str = ""
    clerk: Credentials | None = None
    load: int = 0  # how many parcels each takes

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the file; without one, nobody is engaged."""
        try:
            told = json.loads(path.read_text())
        except FileNotFoundError:
            return cls()
        return cls(
            admin=_credentials(told["admin"]),
            dispatcher=_credentials(told["dispatcher"]),
            merchant_id=told["merchant_id"],
            drivers={id_: Credentials(**one) for id_, one in told["drivers"].items()},
            names=told["names"],
            vehicles=told["vehicles"],
            clerk_id=told.get("clerk_id", ""),
            clerk=_credentials(told.get("clerk")),
            load=told["load"],
        )

    def write(self, path: Path) -> None:
        """Write the file: whole or not at all, and for its owner only, for it holds passwords."""
        draft = path.with_suffix(".new")
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(asdict(self), file, indent=2)
        draft.replace(path)


def _credentials(told: dict[str, Any] | None) -> Credentials | None:
    return None if told is None else Credentials(**told)
