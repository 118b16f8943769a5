"""The rules that typed rows are checked by: one rule is one function and one issue code."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from caringmon.intake.cells import mask_of
from caringmon.intake.clean import TypedRows
from caringmon.intake.sheets import Bools
from caringmon.intake.staff import staff_codes, telling_rows
from caringmon.model.codes import AGREE, Severity
from caringmon.model.contracts import EXAMPLE, EXAMPLE_COLUMNS, Kind

_AFTER_EXPORT = {"calls": "CALL_AFTER_EXPORT", "qc": "TAP_AFTER_EXPORT", "payments": "PAYMENT_AFTER_EXPORT"}
_RATES = ("penetration", "contact_rate", "rpc_rate", "agree_rate", "valid_share")
_COUNTS = ("agree", "assigned")
_ADDITIVE = (*_COUNTS, "recovery_amount")
_ONE_TARGET = ["period", "segment", "metric", "version", "date"]
_LEVELS = ("SITE", "SPV", "TL", "AGENT")
_EXACT = 1e-6
_SCORES = ("score_process", "score_attitude", "score_solution")
_MINUTES_A_DAY = 1440


@dataclass(frozen=True)
class Verdict:
    """What one rule found: the rows concerned, and what to do with them.

    `clears`: the cells of the column that `detail` names count as empty in these rows.
    """

    code: str
    severity: Severity
    rows: Bools
    detail: str = ""
    clears: bool = False


def example_row(typed: TypedRows, _: dt.datetime | None) -> Iterator[Verdict]:
    """Find the example row of a template that was left in."""
    for name in EXAMPLE_COLUMNS:
        if name in typed.rows.column_names:
            yield Verdict("EXAMPLE_ROW", Severity.QUARANTINE, mask_of(pc.equal(typed.rows[name], EXAMPLE)), name)


def value_missing(typed: TypedRows, _: dt.datetime | None) -> Iterator[Verdict]:
    """Find required cells that are empty."""
    for column in typed.feed.table.columns:
        if column.required:
            empty = mask_of(pc.is_null(typed.rows[column.name])) & ~_unreadable(typed, column.name)
            yield Verdict("VALUE_MISSING", Severity.QUARANTINE, empty, column.name)


def value_unreadable(typed: TypedRows, _: dt.datetime | None) -> Iterator[Verdict]:
    """Find cells that cannot be read as what their column holds; optional ones are left empty."""
    for column in typed.feed.table.columns:
        severity = Severity.QUARANTINE if column.required else Severity.WARN
        yield Verdict("VALUE_UNREADABLE", severity, _unreadable(typed, column.name), column.name)


def after_export(typed: TypedRows, exported_at: dt.datetime | None) -> Iterator[Verdict]:
    """Find calls, taps and payments that are dated after the file that holds them."""
    table = typed.feed.table
    if exported_at is not None and table.name in _AFTER_EXPORT:
        late = mask_of(pc.greater(typed.rows[table.event], pa.scalar(exported_at, pa.timestamp("us"))))
        yield Verdict(_AFTER_EXPORT[table.name], Severity.QUARANTINE, late, table.event)


def tap_before_call(typed: TypedRows, _: dt.datetime | None) -> Iterator[Verdict]:
    """Find taps dated before the call that they judge."""
    if typed.feed.table.name == "qc":
        early = mask_of(pc.less(typed.rows["tapped_at"], typed.rows["called_at"]))
        yield Verdict("TAP_BEFORE_CALL", Severity.QUARANTINE, early, "tapped_at")


def round_impossible(typed: TypedRows, _: dt.datetime | None) -> Iterator[Verdict]:
    """Find rounds of tapping below 1."""
    if typed.feed.table.name == "qc":
        yield Verdict("ROUND_IMPOSSIBLE", Severity.QUARANTINE, mask_of(pc.less(typed.rows["round"], 1)), "round")


def score_impossible(typed: TypedRows, _: dt.datetime | None) -> Iterator[Verdict]:
    """Find scores outside 0-100; they count as none."""
    if typed.feed.table.name == "qc":
        for name in _SCORES:
            yield Verdict("SCORE_IMPOSSIBLE", Severity.WARN, _outside(typed, name, 0, 100), name, clears=True)


def agree_without_promise(typed: TypedRows, _: dt.datetime | None) -> Iterator[Verdict]:
    """Find agrees without negotiation or promise date; not asked where the file lacks promises by design."""
    absent = typed.feed.mapping.absent_by_design if typed.feed.mapping else []
    if typed.feed.table.name == "calls" and "promises" not in absent:
        agreed = mask_of(pc.equal(typed.rows["result_code"], AGREE))
        for name in ("negotiation", "promise_date"):
            lacking = agreed & mask_of(pc.is_null(typed.rows[name]))
            yield Verdict("AGREE_WITHOUT_PROMISE", Severity.WARN, lacking, name)


def promise_before_call(typed: TypedRows, _: dt.datetime | None) -> Iterator[Verdict]:
    """Find promises dated before the day of their call; they count as none."""
    if typed.feed.table.name == "calls":
        called_on = pc.cast(typed.rows["called_at"], pa.date32(), safe=False)
        early = mask_of(pc.less(typed.rows["promise_date"], called_on))
        yield Verdict("PROMISE_BEFORE_CALL", Severity.WARN, early, "promise_date", clears=True)


def promise_amount_impossible(typed: TypedRows, _: dt.datetime | None) -> Iterator[Verdict]:
    """Find promised amounts below zero; they count as none."""
    if typed.feed.table.name == "calls":
        below = mask_of(pc.less(typed.rows["promise_amount"], 0))
        yield Verdict("PROMISE_AMOUNT_IMPOSSIBLE", Severity.WARN, below, "promise_amount", clears=True)


def target_impossible(typed: TypedRows, _: dt.datetime | None) -> Iterator[Verdict]:
    """Find targets below zero, counts that are not whole, and rates above 1."""
    if typed.feed.table.name == "targets":
        value, metric, unit = (typed.rows[name] for name in ("value", "metric", "unit"))
        broken = mask_of(pc.not_equal(value, pc.floor(value)))
        counted = mask_of(pc.is_in(metric, pa.array(_COUNTS))) | mask_of(pc.equal(unit, "count"))
        is_rate = mask_of(pc.is_in(metric, pa.array(_RATES))) | mask_of(pc.equal(unit, "rate"))
        above = mask_of(pc.greater(value, 1))
        wrong = mask_of(pc.less(value, 0)) | (broken & counted) | (above & is_rate)
        yield Verdict("TARGET_IMPOSSIBLE", Severity.QUARANTINE, wrong, "value")


def targets_apart(typed: TypedRows, _: dt.datetime | None) -> Iterator[Verdict]:
    """Find targets that those of the next level in the same file do not add up to, unless they are to be derived."""
    if typed.feed.table.name == "targets":
        rows = typed.rows.select([*_ONE_TARGET, "level", "entity_id", "value", "apportion"]).to_pandas()
        rows = rows[rows["metric"].isin(_ADDITIVE) & (rows["entity_id"] != EXAMPLE)]
        apart = np.zeros(typed.rows.num_rows, dtype=bool)
        for _key, together in rows.groupby(_ONE_TARGET, dropna=False):
            of_level = dict(iter(together.groupby("level")))
            levels = [level for level in _LEVELS if level in of_level]
            for parent, child in (*itertools.pairwise(levels), ("SITE", "WITEL")):
                if parent in of_level and child in of_level and _differ(of_level[parent], of_level[child]):
                    apart[of_level[parent].index] = True
        yield Verdict("TGT_MISMATCH", Severity.WARN, apart)


def _differ(above: pd.DataFrame, below: pd.DataFrame) -> bool:
    derived = (above["apportion"] == "ROSTER_DAY").any()
    return bool(not derived and abs(above["value"].sum() - below["value"].sum()) > _EXACT)


def payment_zero(typed: TypedRows, _: dt.datetime | None) -> Iterator[Verdict]:
    """Find payments of nothing. An amount below zero is a reversal, and no mistake."""
    if typed.feed.table.name == "payments":
        yield Verdict("PAYMENT_ZERO", Severity.QUARANTINE, mask_of(pc.equal(typed.rows["amount"], 0)), "amount")


def fte_impossible(typed: TypedRows, _: dt.datetime | None) -> Iterator[Verdict]:
    """Find shares of a position outside 0-1; they count as none."""
    if typed.feed.table.name == "roster":
        yield Verdict("FTE_IMPOSSIBLE", Severity.WARN, _outside(typed, "fte", 0, 1), "fte", clears=True)


def ends_before_start(typed: TypedRows, _: dt.datetime | None) -> Iterator[Verdict]:
    """Find rows whose first day no longer in force lies before their first day."""
    if "valid_to" in typed.rows.column_names:
        early = mask_of(pc.less(typed.rows["valid_to"], typed.rows["valid_from"]))
        yield Verdict("ENDS_BEFORE_START", Severity.QUARANTINE, early, "valid_to")


def minutes_impossible(typed: TypedRows, _: dt.datetime | None) -> Iterator[Verdict]:
    """Find more minutes than a day has; they count as none."""
    if typed.feed.table.name == "attendance":
        for column in typed.feed.table.columns:
            if column.kind is Kind.MINUTES:
                more = _outside(typed, column.name, 0, _MINUTES_A_DAY)
                yield Verdict("MINUTES_IMPOSSIBLE", Severity.WARN, more, column.name, clears=True)


def login_over_planned(typed: TypedRows, _: dt.datetime | None) -> Iterator[Verdict]:
    """Find days with more minutes logged in than planned, which may be overtime."""
    if typed.feed.table.name == "attendance":
        over = mask_of(pc.greater(typed.rows["login_min"], typed.rows["planned_min"]))
        yield Verdict("LOGIN_OVER_PLANNED", Severity.INFO, over)


def segment_changed(typed: TypedRows, _: dt.datetime | None) -> Iterator[Verdict]:
    """Find services that one order lists under both segments in one month; each holds from its own day on."""
    if typed.feed.table.name == "assignments" and pc.count_distinct(typed.rows["segment"]).as_py() > 1:
        listed = typed.rows.select(["period", "service_no", "segment"]).to_pandas()
        kinds = listed.groupby(["period", "service_no"], dropna=False)["segment"].transform("nunique")
        yield Verdict("SEGMENT_CHANGED", Severity.WARN, (kinds > 1).to_numpy(dtype=bool))


def staff_not_by_code(typed: TypedRows, _: dt.datetime | None) -> Iterator[Verdict]:
    """Find staff told by a number, an address or a name, beside the logins that give such their code."""
    for column in typed.feed.table.columns:
        if column.kind is Kind.STAFF and column.name != "logins":
            telling = telling_rows(staff_codes(typed.rows, column))
            yield Verdict("STAFF_NOT_BY_CODE", Severity.WARN, telling, column.name)


RULES: tuple[Callable[[TypedRows, dt.datetime | None], Iterator[Verdict]], ...] = (
    example_row,
    value_missing,
    value_unreadable,
    after_export,
    tap_before_call,
    round_impossible,
    score_impossible,
    agree_without_promise,
    promise_before_call,
    promise_amount_impossible,
    target_impossible,
    targets_apart,
    payment_zero,
    fte_impossible,
    ends_before_start,
    minutes_impossible,
    login_over_planned,
    segment_changed,
    staff_not_by_code,
)


def _unreadable(typed: TypedRows, column: str) -> Bools:
    return typed.unreadable.get(column, np.zeros(typed.rows.num_rows, dtype=bool))


def _outside(typed: TypedRows, column: str, low: float, high: float) -> Bools:
    """Tell which numbers lie outside the bounds; missing ones do not."""
    return mask_of(pc.less(typed.rows[column], low)) | mask_of(pc.greater(typed.rows[column], high))
