"""What a recommendation is, and the way it goes until it is known whether it worked (2-data-model, T9, T10).

Rules make `Recommendation` values; they hold codes, numbers and figure ids, never sentences. The register gives each
one its id and keeps what became of it as events; the state is derived from them.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from caringmon.model.calendar import WorkCalendar
from caringmon.model.period import Period

PARTS = ("finding", "evidence", "cause", "action", "effect", "verification")
_ID_LENGTH = 8


class Origin(StrEnum):
    """Who follows a recommendation up: operation (SOP 5.4) or quality control (SOP 5.6)."""

    OPS = "OPS"
    QC = "QC"


class Priority(StrEnum):
    """How urgent a recommendation is; P1 asks for a decision."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"


class Status(StrEnum):
    """Where a recommendation stands. OVERDUE is derived (`is_overdue`), never stored."""

    DRAFT = "DRAFT"
    SENT = "SENT"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    IN_PROGRESS = "IN_PROGRESS"
    DONE_CLAIMED = "DONE_CLAIMED"
    VERIFIED_EFFECTIVE = "VERIFIED_EFFECTIVE"
    VERIFIED_NOT_EFFECTIVE = "VERIFIED_NOT_EFFECTIVE"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"


class Escalation(IntEnum):
    """To whom an overdue recommendation goes."""

    NONE = 0
    SPV = 1
    MANAGER = 2


VERIFIED = (Status.VERIFIED_EFFECTIVE, Status.VERIFIED_NOT_EFFECTIVE)
CLOSED = frozenset({*VERIFIED, Status.REJECTED, Status.CANCELLED})
OPEN = tuple(status for status in Status if status not in CLOSED)
# Nothing more is expected of the owner: closed, or done and waiting for the verdict.
ANSWERED = CLOSED | {Status.DONE_CLAIMED}
# Who has received it may report any later step at once; a step back there is not.
TRANSITIONS: Mapping[Status, tuple[Status, ...]] = {
    Status.DRAFT: (Status.SENT, Status.REJECTED, Status.CANCELLED),
    Status.SENT: (
        Status.ACKNOWLEDGED, Status.IN_PROGRESS, Status.DONE_CLAIMED, Status.REJECTED, Status.CANCELLED,
    ),
    Status.ACKNOWLEDGED: (Status.IN_PROGRESS, Status.DONE_CLAIMED, Status.REJECTED, Status.CANCELLED),
    Status.IN_PROGRESS: (Status.DONE_CLAIMED, Status.CANCELLED),
    Status.DONE_CLAIMED: (*VERIFIED, Status.CANCELLED),
    **dict.fromkeys(sorted(CLOSED), ()),
}  # fmt: skip
# More than so many working days overdue.
ESCALATIONS = ((3, Escalation.SPV), (5, Escalation.MANAGER))


@dataclass(frozen=True)
class Said:
    """One part of a recommendation, not yet in any language: a catalogue key and what goes into its slots.

    `figures`: ids of registered figures by slot (every number is one). `words`: by slot a code, a name, or a date as
    ISO text; what stands there holds no number of its own.
    """

    key: str
    figures: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Effect:
    """What following it is expected to bring, with its interval; not in numbers: NaN. Always printed as an estimate.

    `metric`: what it is counted in (`agree`, `recovery_amount`, …); `unit`: `n`, `Rp` or `rate`.
    """

    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    metric: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Check:
    """How it is told later whether it worked: a KPI of the entity, and by how much it should change.

    `change` is signed and in the KPI's own unit (0.05: five points up; of a count: per working day).
    NaN: only a direction is expected (`direction` +1 up, −1 down). `kpi` empty: nothing is measured, a person judges.
    """

    kpi: str = ""
    direction: int = 1
    change: float = math.nan


@dataclass(frozen=True)
class Recommendation:
    """What a rule recommends about one entity, as computed by one report.

    `period`: the month `YYYY-MM` of the report. `level`, `entity`: `site` `SITE`, `tl` `TL01`, `agent`, `witel` …,
    codes, never service numbers. `owner_role`: a role of the roster, or `ANALYST`; `owner_id`: the
    person's code, empty where the roster tells none. `parts`: a `Said` for each of `PARTS` that there is.
    `evidence`: ids of the figures that it rests on. `linked_agrees`: ids of the agrees that it is about.
    `is_restricted`: for the sheet `Integritas` alone.
    """

    rule_id: str
    segment: str
    period: str
    origin: Origin
    priority: Priority
    level: str
    entity: str
    owner_role: str
    owner_id: str
    due: dt.date
    parts: Mapping[str, Said]
    effect: Effect = field(default_factory=Effect)
    check: Check = field(default_factory=Check)
    evidence: tuple[str, ...] = ()
    linked_agrees: tuple[str, ...] = ()
    is_restricted: bool = False

    @property
    def subject(self) -> tuple[str, str, str, str]:
        """What two recommendations share that are the same one: segment, rule, level and entity."""
        return (self.segment, self.rule_id, self.level, self.entity)


def rec_id(segment: str, period: str, rule_id: str, level: str, entity: str, number: int = 1) -> str:
    """Return the id of a recommendation: `REC-CT0-2022-10-` and 8 base32 characters.

    `period`: the month of its first raise. `number`: 2 for one that is raised anew in the month in which the first was
    closed, and so on; hashed from 2 on.
    """
    known = "|".join((rule_id, level, entity, period, *([str(number)] if number > 1 else [])))
    code = base64.b32encode(hashlib.sha256(known.encode()).digest()).decode()[:_ID_LENGTH]
    return f"REC-{segment}-{period}-{code}"


def may_become(status: Status, wanted: Status) -> bool:
    """Tell whether a recommendation may go from one status to the other; staying is no step."""
    return wanted in TRANSITIONS[status]


def workdays_overdue(status: Status, due: dt.date, today: dt.date, calendar: WorkCalendar) -> int:
    """Return how many working days after the due date have begun by `today`; answered or not due: 0."""
    if status in ANSWERED or today <= due:
        return 0
    one = dt.timedelta(days=1)
    return len(calendar.workdays(Period(due + one, today + one)))


def is_overdue(status: Status, due: dt.date, today: dt.date, calendar: WorkCalendar) -> bool:
    """Tell whether a working day has begun after the due date and the owner has not answered."""
    return workdays_overdue(status, due, today, calendar) > 0


def escalation(overdue: int) -> Escalation:
    """Return to whom a recommendation goes that is overdue by so many working days: > 3 SPV, > 5 manager."""
    return max((level for days, level in ESCALATIONS if overdue > days), default=Escalation.NONE)
