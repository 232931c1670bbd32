"""Looking at a paper before a parcel is given out: which kind it was and whether it did, never what stands on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kernel import facts
from proofs.facts import PaperChecked
from proofs.models import Check, CheckKind, Paper


@dataclass(frozen=True)
class Look:
    """What was looked at, and whether it was good: the right name on it, old enough."""

    kind: CheckKind
    paper: Paper
    passed: bool


def record(session: Session, look: Look, *, delivery_id: UUID, at: datetime, now: datetime, by: UUID | None) -> Check:
    """Write down a look for a delivery. `at` is when it was, by the clock of whoever looked."""
    check = Check(
        delivery_id=delivery_id, kind=look.kind, paper=look.paper, passed=look.passed, checked_at=at, checked_by=by
    )
    session.add(check)
    session.flush()
    facts.record(
        session,
        PaperChecked(
            delivery_id=delivery_id, check_kind=look.kind, paper=look.paper, passed=look.passed, at=now, by=by
        ),
    )
    return check
