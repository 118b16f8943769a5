"""What became of recommendations: events, never changed, and the state that they amount to at an instant (T9, T10)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from caringmon.model.annotations import Decision
from caringmon.model.recommendation import CLOSED, TRANSITIONS, VERIFIED, Recommendation, Status, rec_id


class Kind(StrEnum):
    """Who wrote an event, and why: a report that raised or judged, a person who moved or noted."""

    RAISED = "RAISED"
    JUDGED = "JUDGED"
    MOVED = "MOVED"
    NOTED = "NOTED"


# What reports write at their own clock: they compute it, so that a rerun says the same; it is read after that clock.
_BY_REPORTS = frozenset({Kind.RAISED, Kind.JUDGED})


@dataclass(frozen=True)
class Raised:
    """A recommendation as one report put it: the value, its parts in words by language, its evidence in numbers.

    `decision`: what people said of it in the notes file that `edited_by` names; neither asked nor said: no verdict.
    """

    recommendation: Recommendation
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    evidence: Mapping[str, float] = field(default_factory=dict)
    decision: Decision = field(default_factory=lambda: Decision(""))
    edited_by: str = ""

    def text(self, part: str, lang: str) -> str:
        """Return a part in words; one that there is not: empty."""
        return self.words.get(lang, {}).get(part, "")


@dataclass(frozen=True)
class Event:
    """One thing that happened to a recommendation; `number` counts all events of a register, `at` is naive WIB.

    `happened_on`: the day that a person states, `at` the instant at which the register learnt of it.
    """

    number: int
    rec_id: str
    kind: Kind
    at: dt.datetime
    actor: str
    from_status: Status
    to_status: Status
    happened_on: dt.date
    note: str = ""
    evidence_ref: str = ""
    measured_value: float = math.nan
    raised: Raised | None = None


@dataclass(frozen=True)
class Followed:
    """A recommendation and its events up to an instant, in the order of time; the first one raises it."""

    rec_id: str
    events: tuple[Event, ...]

    @property
    def first(self) -> Raised:
        """It as the first report raised it, in its last version: due date, expected effect and baseline stay those."""
        return [event.raised for event in self.events if event.raised and event.at == self.raised_at][-1]

    @property
    def latest(self) -> Raised:
        """It as last raised: finding, priority, owner."""
        return self._raises[-1]

    @property
    def subject(self) -> tuple[str, str, str, str]:
        """Segment, rule, level and entity."""
        return self.first.recommendation.subject

    @property
    def segment(self) -> str:
        """Its segment."""
        return self.subject[0]

    @property
    def raised_at(self) -> dt.datetime:
        """The clock of the report that raised it first."""
        return self.events[0].at

    @property
    def due(self) -> dt.date:
        """The day by which it is due: as a person set it last, else as first raised. No raise gives more time."""
        told = [one.decision.due for one in self._raises if one.decision.due]
        return told[-1] if told else self.first.recommendation.due

    @property
    def owner_id(self) -> str:
        """Who is to do it: whom a person named last, else whom the last report names; nobody: empty."""
        told = [one.decision.owner for one in self._raises if one.decision.owner]
        return told[-1] if told else self.latest.recommendation.owner_id

    @property
    def agrees(self) -> tuple[str, ...]:
        """The ids of all agrees that reports said it is about, in order; those that are settled too."""
        return tuple(sorted({name for one in self._raises for name in one.recommendation.linked_agrees}))

    @property
    def edited_text(self) -> str:
        """The action as a person reworded it last; nobody did: empty."""
        told = [one.decision.text for one in self._raises if one.decision.text]
        return told[-1] if told else ""

    @property
    def status(self) -> Status:
        """Where it stands."""
        return self.last_step.to_status

    @property
    def is_open(self) -> bool:
        """Tell whether it is not closed; one that is claimed to be done waits for its verdict and is open."""
        return self.status not in CLOSED

    @property
    def last_step(self) -> Event:
        """The event that brought it where it stands: the latest move or verdict, else its first raise."""
        steps = [event for event in self.events if event.from_status != event.to_status]
        return steps[-1] if steps else self.events[0]

    @property
    def done_on(self) -> dt.date | None:
        """The day on which the owner claims to have done it; not claimed: None."""
        days = [event.happened_on for event in self.events if event.to_status is Status.DONE_CLAIMED]
        return days[0] if days else None

    @property
    def closed_on(self) -> dt.date | None:
        """The day on which it was closed; open: None."""
        return None if self.is_open else self.last_step.happened_on

    @property
    def version(self) -> int:
        """The number of the last event by which what people see of it changed: its raise, steps and notes.

        Reports that raise it again change no version: a tracker stays good while they run.
        """
        return max(event.number for event in (self.events[0], *self._by_people))

    @property
    def _by_people(self) -> list[Event]:
        return [event for event in self.events if event.kind is not Kind.RAISED]

    @property
    def _raises(self) -> list[Raised]:
        return [event.raised for event in self.events if event.raised is not None]


def seen_at(events: Iterable[Event], clock: dt.datetime) -> list[Event]:
    """Return the events that a report with this clock reads: those up to it, of other reports those before it."""
    return [event for event in events if event.at < clock or (event.at == clock and event.kind not in _BY_REPORTS)]


def followed(events: Iterable[Event]) -> tuple[Followed, ...]:
    """Return the recommendations that the events are about, in the order of their first raise and id.

    The first raise comes first: a report may run, and people may answer it, before its clock. What nothing raises is
    left out.
    """
    by_id: dict[str, list[Event]] = {}
    for event in sorted(events, key=lambda event: (event.at, event.number)):
        by_id.setdefault(event.rec_id, []).append(event)
    known = []
    for name, its in by_id.items():
        first = next((event for event in its if event.raised is not None), None)
        if first is not None:
            known.append(Followed(name, (first, *(event for event in its if event is not first))))
    return tuple(sorted(known, key=lambda one: (one.raised_at, one.rec_id)))


def version_of(known: Iterable[Followed]) -> int:
    """Return the version of the register that these are: the highest of theirs; none: 0."""
    return max((one.version for one in known), default=0)


def register_cut(known: Iterable[Followed]) -> str:
    """Return as a hash all that a report may say of recommendations; nothing known: empty.

    Numbers and actors of events are left out: the same history, written down in another order, is the same.
    """
    told = [
        (one.rec_id, [{**asdict(event), "number": 0, "actor": ""} for event in one.events])
        for one in sorted(known, key=lambda one: one.rec_id)
    ]
    return hashlib.sha256(json.dumps(told, default=str, sort_keys=True).encode()).hexdigest() if told else ""


def identified(recommendation: Recommendation, known: Sequence[Followed]) -> str:
    """Return the id of a recommendation: that of the open one about the same, else a new one.

    An open one keeps its id across the end of a month; of several the earliest. `known`: what was seen at the clock.
    """
    same = [one for one in known if one.subject == recommendation.subject]
    for one in same:
        if one.is_open:
            return one.rec_id
    segment, rule, level, entity = recommendation.subject
    earlier = [one for one in same if one.first.recommendation.period == recommendation.period]
    return rec_id(segment, recommendation.period, rule, level, entity, len(earlier) + 1)


def by_hand(one: Followed) -> tuple[Status, ...]:
    """Return the statuses to which a person may bring it: verdicts only where nothing measures it."""
    measured = bool(one.first.recommendation.check.kpi)
    return tuple(status for status in TRANSITIONS[one.status] if not (measured and status in VERIFIED))
