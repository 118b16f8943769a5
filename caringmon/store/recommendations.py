"""Recommendations in the register: raised by reports, moved on by people, read as events (2-data-model, T9, T10)."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

import sqlalchemy as sa
from pydantic import TypeAdapter

from caringmon.model.annotations import REJECT
from caringmon.model.follow_up import Event, Followed, Kind, Raised, followed, identified, seen_at
from caringmon.model.recommendation import Recommendation, Status, may_become
from caringmon.store.register import reading, utc_text, wib, writing
from caringmon.store.register_tables import EVENTS, RECOMMENDATIONS

_READER = TypeAdapter(Raised)


@dataclass(frozen=True)
class Author:
    """Who adds events and when: a report at its clock, or a person at an instant of naive WIB."""

    actor: str
    at: dt.datetime
    kind: Kind


@dataclass(frozen=True)
class Step:
    """What is to be added to a recommendation; `to_status` as it stands: a note alone."""

    rec_id: str
    to_status: Status
    happened_on: dt.date
    note: str = ""
    evidence_ref: str = ""
    measured_value: float = math.nan


# The recommendations as they stand → the steps to add.
Choice = Callable[[Sequence[Followed]], Sequence[Step]]


def read_events(url: str) -> list[Event]:
    """Return all events of the register in the order in which they were added; no register: none."""
    with reading(url) as connection:
        return _events(connection)


def raise_recommendations(url: str, raised: Sequence[Raised], at: dt.datetime, actor: str) -> tuple[str, ...]:
    """Add what a report with the clock `at` recommends; return the id of each, in their order.

    One about the same as an open one gets its id. What was said of it last, and what reports with this clock said
    before, is not added again: a rerun adds nothing. One that the notes file rejects is closed at the clock, unless
    its owner has begun. `actor`: the report.
    """
    with writing(url) as connection:
        events = _events(connection)
        before = followed(seen_at(events, at))
        names = tuple(identified(one.recommendation, before) for one in raised)
        known = {event.rec_id for event in events}
        for name, one in zip(names, raised, strict=True):
            if name not in known:
                connection.execute(sa.insert(RECOMMENDATIONS).values(_identity(name, one.recommendation)))
                known.add(name)
            own = [event for event in events if event.rec_id == name]
            _raise(connection, own, Step(name, Status.DRAFT, at.date()), Author(actor, at, Kind.RAISED), one)
    return names


def _raise(connection: sa.Connection, own: Sequence[Event], draft: Step, author: Author, one: Raised) -> None:
    """Add what a report says of one recommendation and what people decided on it; `own`: its events so far."""
    before = next(iter(followed(event for event in own if event.at <= author.at)), None)
    said = {_as_json(event.raised) for event in own if event.raised is not None and event.at == author.at}
    if before is not None:
        said.add(_as_json(before.latest))
    if _as_json(one) not in said:
        step = draft if before is None else replace(draft, to_status=before.status)
        _add(connection, step, step.to_status, author, one)
    now = next((known.status for known in followed(own)), Status.DRAFT)
    if one.decision.verdict == REJECT and may_become(now, Status.REJECTED):
        step = replace(draft, to_status=Status.REJECTED, note=one.decision.reason)
        _add(connection, step, now, replace(author, kind=Kind.JUDGED))


def add_steps(url: str, choose: Choice, author: Author) -> None:
    """Add the steps that `choose` takes; a step without a new status is a note.

    Nobody writes between its looking and its choosing; what it raises adds nothing. That a step may be taken from
    where a recommendation stands is for `choose` to see to.
    """
    with writing(url) as connection:
        events = _events(connection)
        now = {one.rec_id: one for one in followed(events)}
        for step in choose(tuple(now.values())):
            _add(connection, step, now[step.rec_id].status, author)


def _add(connection: sa.Connection, step: Step, status: Status, author: Author, raised: Raised | None = None) -> None:
    kind = Kind.NOTED if author.kind is Kind.MOVED and step.to_status is status else author.kind
    measured = None if math.isnan(step.measured_value) else step.measured_value
    connection.execute(
        sa.insert(EVENTS).values(
            rec_id=step.rec_id, kind=kind, at=utc_text(author.at), actor=author.actor, from_status=status,
            to_status=step.to_status, happened_on=step.happened_on.isoformat(), note=step.note,
            evidence_ref=step.evidence_ref,
            measured_value=measured, raised=None if raised is None else _as_json(raised),
        )
    )  # fmt: skip


def _identity(name: str, recommendation: Recommendation) -> dict[str, str]:
    return {
        "rec_id": name,
        "segment": recommendation.segment,
        "period": recommendation.period,
        "rule_id": recommendation.rule_id,
        "origin": recommendation.origin,
        "entity_level": recommendation.level,
        "entity_id": recommendation.entity,
    }


def _events(connection: sa.Connection) -> list[Event]:
    return [_event(row) for row in connection.execute(sa.select(EVENTS).order_by(EVENTS.c.number))]


def _event(row: sa.Row[tuple[object, ...]]) -> Event:
    found = row._mapping
    measured = found["measured_value"]
    return Event(
        number=found["number"],
        rec_id=found["rec_id"],
        kind=Kind(found["kind"]),
        at=wib(found["at"]),
        actor=found["actor"],
        from_status=Status(found["from_status"]),
        to_status=Status(found["to_status"]),
        happened_on=dt.date.fromisoformat(found["happened_on"]),
        note=found["note"],
        evidence_ref=found["evidence_ref"],
        measured_value=math.nan if measured is None else measured,
        raised=None if found["raised"] is None else _READER.validate_python(json.loads(found["raised"])),
    )


def _as_json(raised: Raised) -> str:
    return json.dumps(asdict(raised), default=str, ensure_ascii=False, sort_keys=True)
