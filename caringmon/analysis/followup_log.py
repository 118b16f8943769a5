"""What happened to recommendations since the issue before: from the register, never from what was published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from caringmon.model.follow_up import Event, Followed, Kind, seen_at

LOG_COLUMNS = ["rec_id", "origin", "rule_id", "kind", "from_status", "to_status", "happened_on", "note", "evidence_ref"]


def log_table(known: Sequence[Followed], before: dt.datetime) -> list[tuple[object, ...]]:
    """Return the events that a report with the clock `before` did not see (`LOG_COLUMNS`), in the order of time.

    Raised again is no news and left out; who wrote an event is not told.
    """
    found: list[tuple[Event, tuple[object, ...]]] = []
    for one in known:
        old = {event.number for event in seen_at(one.events, before)}
        for event in one.events:
            is_again = event.kind is Kind.RAISED and event is not one.events[0]
            if event.number not in old and not is_again:
                found.append((event, _row(one, event)))
    return [row for _, row in sorted(found, key=lambda pair: (pair[0].at, pair[0].rec_id, pair[0].number))]


def _row(one: Followed, event: Event) -> tuple[object, ...]:
    kind = "step" if event.kind is Kind.MOVED else str(event.kind).lower()
    return (
        one.rec_id,
        str(one.latest.recommendation.origin),
        one.subject[1],
        kind,
        str(event.from_status),
        str(event.to_status),
        event.happened_on,
        event.note,
        event.evidence_ref,
    )
