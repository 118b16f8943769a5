"""What call exports and lists say of a verdict or a payment → the events behind it: each change is one event.

An export shows a state, not how it came about. A verdict that a later export shows changed was given in between; one
that an older export does not show is dated as the export tells, else when it was first seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import ibis
from ibis import _

from caringmon.model.codes import QcStatus
from caringmon.model.contracts import Table
from caringmon.model.findings import Load
from caringmon.model.tables import TABLES
from caringmon.store import facts

if TYPE_CHECKING:
    from ibis.expr.types import BooleanColumn, StringValue

_FOLLOW_RETURN = "3"
_UNPAID, _PAID_BY_20 = "UNPAID", "PAID_BY_20"
_DUE_DAY = 20


def tap_log(con: ibis.BaseBackend, workspace: Path, loads: Sequence[Load]) -> ibis.Table:
    """Return all taps, in the columns of `qc` and `load_id`: those of tapping logs, and those told from states.

    A log knows all taps up to its last one on a call; a state adds only what came later.
    """
    table = TABLES["qc"]
    logged = facts.current_rows(con, workspace, table, loads)
    told = _verdicts(facts.every_version(con, workspace, TABLES["qc_states"], loads), table)
    last = logged.filter(_.attempt_id.notnull()).group_by("attempt_id").agg(last_logged=_.tapped_at.max())
    newer = told.left_join(last, "attempt_id").filter(_.last_logged.isnull() | (_.tapped_at > _.last_logged))
    return ibis.union(logged, newer.select(logged.columns))


def payment_log(con: ibis.BaseBackend, workspace: Path, loads: Sequence[Load]) -> ibis.Table:
    """Return all payments, in the columns of `payments` and `load_id`: those of payment lists, and those of states.

    A service that any list names a payment of in the month is not asked for its state. A state tells no date: paid on
    the day on which it is first seen paid, of `<20` at the latest on the 20th. It tells no amount either: that of its
    arrears, null where the file has none, `amount_imputed`. Seen unpaid again, the payment is reversed.
    """
    table = TABLES["payments"]
    listed = facts.current_rows(con, workspace, table, loads)
    told = _payments(facts.every_version(con, workspace, TABLES["payment_states"], loads), table)
    months = listed.select("service_no", month=_.paid_at.strftime("%Y-%m")).distinct()
    told = told.mutate(month=_.paid_at.strftime("%Y-%m"))
    return ibis.union(listed, told.anti_join(months, ["service_no", "month"]).select(listed.columns))


def _verdicts(states: ibis.Table, table: Table) -> ibis.Table:
    """Return one row per verdict: its first sight tells what and when, its last sight what became of a return."""
    judged = states.mutate(status=_status(states))
    judged = judged.semi_join(judged.filter(_.status != QcStatus.PENDING.value), "attempt_id")
    was_returned = (_.status == QcStatus.RETURN.value) | _is_answered(judged) | _.has_tl_response.fill_null(False)
    judged = judged.mutate(was_returned=was_returned)
    runs = _numbered_runs(judged, "attempt_id", _is_another_verdict)
    at_first = ("service_no", "service_no_digits", "called_at", "status", "exported_at", "judge_id",
                "reason_code", "load_id", "source_row", "source_line", "was_returned")  # fmt: skip
    newest = {"order_by": runs.load_rank.desc(), "include_null": True}
    verdicts = runs.group_by("attempt_id", "run").agg(
        **_at_first_sight(runs, at_first),
        **{name: runs[name].first(**newest) for name in ("tl_id", "tl_at", "data_condition")},
        judged_at=runs.judged_at.first(order_by=runs.load_rank),
        last_seen=runs.exported_at.first(**newest),
    )
    verdicts = verdicts.filter((_.run > 1) | (_.status != QcStatus.PENDING.value))
    answered_at = ibis.coalesce(verdicts.tl_at, _is_answered(verdicts).ifelse(verdicts.last_seen, ibis.null()))
    return _in_columns_of(
        table,
        verdicts.mutate(
            validation_id=_.attempt_id + "/" + _.run.cast("string"),
            qco_id=_.judge_id,
            tapped_at=ibis.coalesce(_.judged_at, _.exported_at),
            tl_at=answered_at,
            history_incomplete=_.run == 1,
            returned_before=(_.run == 1) & _.was_returned,
        ),
    )


def _at_first_sight(runs: ibis.Table, names: Sequence[str]) -> dict[str, ibis.Value]:
    """Return, per run, what its first version says."""
    return {name: runs[name].first(order_by=runs.load_rank, include_null=True) for name in names}


def _is_answered(states: ibis.Table) -> BooleanColumn:
    return states.data_condition.notnull() & (states.data_condition != "NONE")


def _status(states: ibis.Table) -> StringValue:
    """Return what the export says of the verdict; Not Valid without a date is what the application writes at first."""
    is_open = (states.verdict == QcStatus.NOT_VALID.value) & states.judged_at.isnull()
    return ibis.cases(
        (states.follow == _FOLLOW_RETURN, QcStatus.RETURN.value),
        (is_open, QcStatus.PENDING.value),
        else_=states.verdict,
    )


_Before = Callable[[str], ibis.Value]


def _numbered_runs(states: ibis.Table, key: str, differs: Callable[[ibis.Table, _Before], BooleanColumn]) -> ibis.Table:
    """Return the versions of each key with `run`: which of its successive states, from 1, each belongs to.

    `differs` tells of a version, and of a function that gives a column of the version before, whether a state begins.
    """
    ordered = ibis.window(group_by=key, order_by=["load_rank", "source_row"])
    is_first = ibis.row_number().over(ordered) == 0
    begins = is_first | differs(states, lambda name: states[name].lag().over(ordered))
    marked = states.mutate(begins=begins.cast("int64"))
    so_far = ibis.cumulative_window(group_by=key, order_by=["load_rank", "source_row"])
    return marked.mutate(run=marked.begins.sum().over(so_far))


def _is_another_verdict(now: ibis.Table, before: _Before) -> BooleanColumn:
    """Tell whether a version says another verdict: another word, or another date than one that is only told later."""
    told_later = before("judged_at").isnull() & (now.judged_at <= before("exported_at"))
    redated = now.judged_at.notnull() & ~now.judged_at.identical_to(before("judged_at"))
    return ~now.status.identical_to(before("status")) | (redated & ~told_later.fill_null(False))


def _payments(states: ibis.Table, table: Table) -> ibis.Table:
    """Return a payment where a service is first seen paid, and a reversal where it is seen unpaid after that."""
    known = states.mutate(
        period=ibis.coalesce(_.period, _.exported_at.strftime("%Y-%m")),
        is_paid=_.paid != _UNPAID,
    )
    known = known.mutate(bill=_.service_no + "/" + _.period)
    runs = _numbered_runs(known, "bill", lambda now, before: ~now.is_paid.identical_to(before("is_paid")))
    names = ("service_no", "service_no_digits", "period", "paid", "is_paid", "exported_at", "arrears_amount", "load_id",
             "source_row", "source_line")  # fmt: skip
    changes = runs.group_by("bill", "run").agg(**_at_first_sight(runs, names))
    changes = changes.filter((_.run > 1) | _.is_paid)
    due = (_.period + f"-{_DUE_DAY} 00:00:00").cast("timestamp")
    seen = _.exported_at.truncate("D")
    return _in_columns_of(
        table,
        changes.mutate(
            payment_id=_.bill + "/" + _.run.cast("string"),
            paid_at=((_.paid == _PAID_BY_20) & (seen > due)).ifelse(due, seen),
            amount=_.is_paid.ifelse(_.arrears_amount, -_.arrears_amount),
            is_reversal=~_.is_paid,
            amount_imputed=True,
        ),
    )


def _in_columns_of(table: Table, rows: ibis.Table) -> ibis.Table:
    """Return the rows in the columns of the table and `load_id`; what they do not tell is null."""
    schema = ibis.memtable(table.arrow_schema.append(facts.LOAD_COLUMN).empty_table()).schema()
    return rows.select(
        **{name: rows[name].cast(kind) if name in rows.columns else ibis.null(kind) for name, kind in schema.items()}
    )
