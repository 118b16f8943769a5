"""What the columns of a row say together, table by table: defaults, signs, verdicts that override each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Set

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from caringmon.intake.cells import mask_of
from caringmon.intake.sheets import Bools, RawSheet
from caringmon.model.codes import QcStatus, Severity
from caringmon.model.contracts import ARROW_TYPES, NEVER_IN_FACTS, Table
from caringmon.model.findings import Issue

Columns = dict[str, pa.Array]

# Where a tapping export says what failed, by the sides of a call.
TAPPING_CRITERIA = ("param_tapping_proses", "param_tapping_sikap", "param_tapping_solusi")
_DEFAULT_CHANNEL = "VOICE"
_RETURNED = "3"
_SECOND = pa.scalar(1_000_000, pa.duration("us"))


def derived(table: Table, given: Mapping[str, pa.Array], sheet: RawSheet) -> Columns:
    """Return all columns of the table that are not raw, null where the sheet gives none, with what follows from others.

    Raw columns that were given stay, so that rows can still be judged by them.
    """
    length = len(sheet.source_rows)
    columns = dict(given)
    for column in table.columns:
        if not column.raw and column.name not in columns:
            kind = pa.string() if column.kind in NEVER_IN_FACTS else ARROW_TYPES[column.kind]
            columns[column.name] = pa.nulls(length, kind)
    make = _MAKERS.get(table.name)
    return make(columns, sheet, given.keys()) if make else columns


def not_events(table: Table, columns: Mapping[str, pa.Array], unreadable: Mapping[str, Bools]) -> dict[str, Bools]:
    """Return by issue code the rows that are no event of the table and are not loaded.

    A line of a tapping log that was not tapped yet (data model, T7, PENDING rule); a customer of a list of payments who
    has not paid; a state that a list leaves open.
    """
    if table.name == "payments":
        unpaid = _blank(columns, unreadable, "amount") | mask_of(pc.equal(columns["amount"], 0))
        return {"NO_PAYMENT": unpaid & _blank(columns, unreadable, "paid_at")}
    if table.name == "qc":
        undecided = pa.array(["", QcStatus.NOT_VALID, QcStatus.PENDING])
        is_open = mask_of(pc.is_in(pc.fill_null(columns["status"], ""), undecided))
        untapped = _blank(columns, unreadable, "tapped_at") & ~_blank(columns, unreadable, "service_no")
        return {"NOT_TAPPED": is_open & untapped & ~_unread(unreadable, "status", is_open)}
    if table.is_state:
        (name,) = (column.name for column in table.columns if column.required and column.derived_from)
        return {"NO_STATE": _blank(columns, unreadable, name)}
    return {}


def _blank(columns: Mapping[str, pa.Array], unreadable: Mapping[str, Bools], name: str) -> Bools:
    """Tell which cells are empty, not which cannot be read."""
    empty = mask_of(pc.is_null(columns[name]))
    return empty & ~_unread(unreadable, name, empty)


def _unread(unreadable: Mapping[str, Bools], name: str, like: Bools) -> Bools:
    return unreadable.get(name, np.zeros(len(like), dtype=bool))


def undated_returns(columns: Columns, sheet: RawSheet, exported_at: dt.datetime | None) -> list[Issue]:
    """Date returns (`follow` 3) without a tapping time at the export of their file, and return them as an issue.

    Where the file does not state when it was exported they stay without one.
    """
    if exported_at is None or not {"follow", "tapped_at"} <= columns.keys():
        return []
    undated = mask_of(pc.equal(columns["follow"], _RETURNED)) & mask_of(pc.is_null(columns["tapped_at"]))
    if not undated.any():
        return []
    at_export = pa.scalar(exported_at, pa.timestamp("us"))
    columns["tapped_at"] = pc.if_else(pa.array(undated), at_export, columns["tapped_at"])
    return [sheet.place_of("qc").issue("RETURN_UNDATED", Severity.WARN, rows=sheet.source_rows[undated])]


def _calls(columns: Columns, sheet: RawSheet, _: Set[str]) -> Columns:
    columns["channel"] = pc.fill_null(columns["channel"], _DEFAULT_CHANNEL)
    if sheet.turns is None:
        return columns
    moments = pd.DataFrame({"line": sheet.source_rows, "at": columns["called_at"].to_numpy(zero_copy_only=False)})
    # Attempts of one line that share their time would be one call; their order is all that is known of them.
    later = np.where(moments.duplicated(keep=False) | ~_has_time(columns["called_at"]), sheet.turns, 0)
    columns["called_at"] = pc.add(columns["called_at"], pc.multiply(pa.array(later), _SECOND))
    before = moments.groupby("line").cumcount().to_numpy()
    counted = pc.max_element_wise(pc.subtract(columns["attempt_count"], pa.array(before)), 1, skip_nulls=False)
    columns["attempt_count"] = pc.if_else(pc.equal(counted, 1), pa.scalar(None, pa.int64()), counted)
    return columns


def _has_time(moments: pa.Array) -> Bools:
    midnight = pc.equal(moments, pc.floor_temporal(moments, unit="day"))
    return ~mask_of(midnight)


def _assignments(columns: Columns, _: RawSheet, __: Set[str]) -> Columns:
    received = pc.cast(columns["received_at"], pa.date32(), safe=False)
    columns["valid_from"] = pc.coalesce(columns["valid_from"], received)
    return columns


def _payments(columns: Columns, _: RawSheet, __: Set[str]) -> Columns:
    """Make of a negative amount a reversal, and of a reversal a negative amount."""
    reversed_ = pc.or_(pc.fill_null(columns["is_reversal"], False), pc.fill_null(pc.less(columns["amount"], 0), False))
    columns["is_reversal"] = reversed_
    columns["amount"] = pc.if_else(reversed_, pc.negate(pc.abs(columns["amount"])), columns["amount"])
    return columns


def _qc(columns: Columns, _: RawSheet, given: Set[str]) -> Columns:
    columns["status"] = _overridden(columns, columns["status"])
    sides = [name for name in TAPPING_CRITERIA if name in given]
    if sides and "failed_criteria" not in given:
        together = pc.binary_join_element_wise(*(columns[name] for name in sides), "|", null_handling="skip")
        named = [sorted({*text.split("|")} - {""}) for text in together.to_pylist()]
        columns["failed_criteria"] = pa.array(["|".join(codes) or None for codes in named], pa.string())
    return columns


def _qc_states(columns: Columns, _: RawSheet, given: Set[str]) -> Columns:
    """Keep verdict and follow-up code as exported; only a return without any verdict is given one."""
    unknown = pa.nulls(len(columns["verdict"]), pa.string())
    columns["verdict"] = pc.coalesce(columns["verdict"], _overridden(columns, unknown))
    if "rec_tl" in given:
        columns["has_tl_response"] = pc.coalesce(columns["has_tl_response"], pc.is_valid(columns["rec_tl"]))
    return columns


def _overridden(columns: Columns, verdicts: pa.Array) -> pa.Array:
    """Return the verdicts, a return wherever the follow-up code says so."""
    if "follow" not in columns:
        return verdicts
    returned = pc.fill_null(pc.equal(columns["follow"], _RETURNED), False)
    return pc.if_else(returned, pa.scalar(QcStatus.RETURN.value), verdicts)


_MAKERS: dict[str, Callable[[Columns, RawSheet, Set[str]], Columns]] = {
    "calls": _calls,
    "assignments": _assignments,
    "payments": _payments,
    "qc": _qc,
    "qc_states": _qc_states,
}
