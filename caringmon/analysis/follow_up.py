"""Recommendations as a table: what is open, overdue, to be escalated, and what came back after it was closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pandas as pd

from caringmon.model.calendar import WorkCalendar
from caringmon.model.follow_up import Followed, by_hand
from caringmon.model.recommendation import escalation, workdays_overdue

FOLLOW_UP_COLUMNS = (
    "rec_id", "segment", "rule_id", "origin", "priority", "level", "entity", "owner_role", "owner_id", "raised_on",
    "due", "status", "step_on", "done_on", "closed_on", "workdays_overdue", "escalate_to", "finding", "action",
    "effect_value", "effect_metric", "effect_unit", "linked_agrees", "next_statuses", "is_open", "is_restricted",
)  # fmt: skip
RECURRENCE_DAYS = 30
_AGAIN = ["agent_id", "reason_code"]


def follow_up(known: Iterable[Followed], today: dt.date, calendar: WorkCalendar, lang: str) -> pd.DataFrame:
    """Return one row per recommendation, `FOLLOW_UP_COLUMNS`, the most overdue first, then by due date and id.

    `workdays_overdue`: working days after the due date that have begun by `today`, 0 once answered. `escalate_to`:
    NONE, SPV (more than 3) or MANAGER (more than 5). `finding`, `action`: as last said, in the language;
    an action that a person reworded is in that person's words.
    `next_statuses`: those that a person may set. `linked_agrees`: ids, separated by `; `.
    """
    rows = [_row(one, today, calendar, lang) for one in known]
    table = pd.DataFrame(rows, columns=list(FOLLOW_UP_COLUMNS))
    return table.sort_values(
        ["workdays_overdue", "due", "rec_id"], ascending=[False, True, True], ignore_index=True, kind="stable"
    )


def recurrences(closures: pd.DataFrame, verdicts: pd.DataFrame, days: int = RECURRENCE_DAYS) -> pd.DataFrame:
    """Return the closed recommendations whose finding came back: same agent and reason within `days` after closure.

    `closures`: `rec_id`, `agent_id`, `reason_code`, `closed_on`; `verdicts` (NOT_VALID and RETURN): `agent_id`,
    `reason_code`, `tapped_on`. Columns: `rec_id`, `agent_id`, `reason_code`, `closed_on`, `first_on`, `cases`; the day
    of closure itself does not count, the last of the days does. Ordered by `rec_id`, agent, reason.
    """
    pairs = closures.merge(verdicts, on=_AGAIN, how="inner", validate="many_to_many")
    elapsed = pd.to_datetime(pairs["tapped_on"]) - pd.to_datetime(pairs["closed_on"])
    back = pairs[(elapsed > pd.Timedelta(0)) & (elapsed <= pd.Timedelta(days=days))]
    found = back.groupby(["rec_id", *_AGAIN, "closed_on"], as_index=False, sort=True).agg(
        first_on=("tapped_on", "min"), cases=("tapped_on", "size")
    )
    return found[["rec_id", *_AGAIN, "closed_on", "first_on", "cases"]]


def _row(one: Followed, today: dt.date, calendar: WorkCalendar, lang: str) -> dict[str, object]:
    latest, effect = one.latest.recommendation, one.first.recommendation.effect
    overdue = workdays_overdue(one.status, one.due, today, calendar)
    return {
        "rec_id": one.rec_id,
        "segment": latest.segment,
        "rule_id": latest.rule_id,
        "origin": str(latest.origin),
        "priority": str(latest.priority),
        "level": latest.level,
        "entity": latest.entity,
        "owner_role": latest.owner_role,
        "owner_id": one.owner_id,
        "raised_on": one.raised_at.date(),
        "due": one.due,
        "status": str(one.status),
        "step_on": one.last_step.happened_on,
        "done_on": one.done_on,
        "closed_on": one.closed_on,
        "workdays_overdue": overdue,
        "escalate_to": escalation(overdue).name,
        "finding": one.latest.text("finding", lang),
        "action": one.edited_text or one.latest.text("action", lang),
        "effect_value": effect.value,
        "effect_metric": effect.metric,
        "effect_unit": effect.unit,
        "linked_agrees": "; ".join(one.agrees),
        "next_statuses": tuple(str(status) for status in by_hand(one)),
        "is_open": one.is_open,
        "is_restricted": latest.is_restricted,
    }
