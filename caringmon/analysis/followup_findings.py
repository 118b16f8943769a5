"""Evidence → the tables of the report on recommendations: W-03 for those of QC, its twin for operations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache

import pandas as pd
from ibis.expr.types import Table

from caringmon.analysis.clocks import clocks_of, rows_since
from caringmon.analysis.daily_findings import files_of, scope_of
from caringmon.analysis.figures import FIGURE_COLUMNS
from caringmon.analysis.follow_up import RECURRENCE_DAYS, follow_up
from caringmon.analysis.followup_counts import (
    assessed_figures,
    board_figures,
    count,
    days_figures,
    progress_figures,
    verdict_figures,
)
from caringmon.analysis.followup_log import LOG_COLUMNS, log_table
from caringmon.analysis.found import Found
from caringmon.analysis.linked_agrees import came_back, return_rows
from caringmon.analysis.measuring import Measuring
from caringmon.analysis.provenance import notes_table
from caringmon.analysis.readiness import active_segments
from caringmon.analysis.recommendations import TABLE_COLUMNS
from caringmon.analysis.rule_counts import rule_days
from caringmon.analysis.snapshot import Snapshot, snapshot
from caringmon.analysis.targets import Progress
from caringmon.analysis.verdicts import assessed, assessed_table
from caringmon.model.findings import Evidence
from caringmon.model.follow_up import Followed, version_of
from caringmon.model.recommendation import VERIFIED, Status
from caringmon.model.rulebook import MIN_N

TRACKED_COLUMNS = [
    "rec_id", "segment", "rule_id", "origin", "priority", "level", "entity", "owner_role", "owner_id", "raised_on",
    "due", "status", "step_on", "workdays_overdue", "escalate_to", "finding", "action", "effect_value",
    "effect_metric", "linked_agrees", "next_statuses",
]  # fmt: skip
BACK_COLUMNS = ["rec_id", "origin", "rule_id", "agent_id", "reason_code", "closed_on", "first_on", "cases"]
# Of the tables that every page reads, those that hold nothing here.
_EMPTY = {
    "days": ["segment", "date", "window", "number", "is_workday", "holiday", "recent", "in_month", "active"],
    "teams": ["segment", "entity", "superior"],
    "agents": ["segment", "entity", "team", "rank", "standing", "is_shared"],
    "hours": ["segment", "code", "standing"],
    "results": ["segment", "code"],
    "absences": ["entity", "status"],
    "signals": ["segment", "kpi", "window", "rule", "variation"],
    "recommendations": TABLE_COLUMNS,
}


def followup_findings(evidence: Evidence, facts: Mapping[str, Table]) -> Found:
    """Return what the report says; `facts`: the evidence's tables on one connection."""
    request, calendar = evidence.request, evidence.calendar
    day = request.report_date
    active = active_segments(evidence.tables, request.segments)
    scope = scope_of(evidence, active)

    @cache
    def at_close(of: dt.date) -> Snapshot:
        return snapshot(facts, scope, clocks_of(of, dt.time.max, request, calendar), Progress(calendar, of))

    now = at_close(day)
    today = calendar.next_workday(day)
    every = [one for one in evidence.followed if one.segment in active]
    shown = [one for one in every if not one.latest.recommendation.is_restricted]
    measure = Measuring(at_close, rows_since(day), rule_days(request, day), request.max_attempts_day)
    done = [one for one in shown if _is_measured(one, today)]
    verdicts = assessed(done, day, calendar, measure.of, int(request.rulebook.general[MIN_N]))
    back = came_back(now.relations, shown, int(request.rulebook.limit("R29", "again_days")))
    table = follow_up(shown, today, calendar, request.lang)
    still_open = table[table["is_open"].astype(bool)]
    returns = return_rows(now.relations, shown)
    before = clocks_of(calendar.previous_workday(day), dt.time.max, request, calendar).qc
    numbers = [
        *board_figures(table, back, today, version_of(every)),
        *progress_figures(shown, today),
        *days_figures(still_open, returns, today, calendar),
        *assessed_figures(verdicts, today),
        *verdict_figures(verdicts, done, today),
        count("followed_restricted", sum(one.is_open for one in every) - len(still_open), today),
    ]
    return Found(
        {
            **{name: pd.DataFrame(columns=columns) for name, columns in _EMPTY.items()},
            **files_of(evidence, now, day, active),
            "figures": pd.DataFrame([asdict(one) for one in numbers], columns=FIGURE_COLUMNS),
            "tracked": _tracked(still_open),
            "returns": returns,
            "assessed": assessed_table(verdicts, {one.rec_id: one for one in done}),
            "back": _back(back, shown),
            "log": pd.DataFrame(log_table(shown, before), columns=LOG_COLUMNS),
            "notes": notes_table(evidence.annotations),
        },
        active,
        tuple(one for one in request.segments if one not in active),
    )


def _is_measured(one: Followed, today: dt.date) -> bool:
    """Tell whether a recommendation waits for its verdict, or got it within the last thirty days."""
    if one.status is Status.DONE_CLAIMED:
        return True
    closed = one.closed_on
    recent = today - dt.timedelta(days=RECURRENCE_DAYS)
    return one.status in VERIFIED and closed is not None and closed >= recent


def _tracked(still_open: pd.DataFrame) -> pd.DataFrame:
    ordered = still_open.sort_values("origin", kind="stable", key=lambda origin: origin != "QC", ignore_index=True)
    listed = ["|".join(statuses) for statuses in ordered["next_statuses"]]
    return ordered.assign(next_statuses=listed)[TRACKED_COLUMNS]


def _back(back: pd.DataFrame, shown: Sequence[Followed]) -> pd.DataFrame:
    by_id = {one.rec_id: one for one in shown}
    origins = [str(by_id[name].latest.recommendation.origin) for name in back["rec_id"]]
    return back.assign(origin=origins, rule_id=[by_id[name].subject[1] for name in back["rec_id"]])[BACK_COLUMNS]
