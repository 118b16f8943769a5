"""Typed rows → rows to keep, rows set aside, issues. All rules are asked, none stops early."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from caringmon.intake.cells import filtered
from caringmon.intake.clean import TypedRows
from caringmon.intake.rules import RULES, Verdict
from caringmon.intake.sheets import LISTED_ROWS, Bools, Ints
from caringmon.model.codes import Severity
from caringmon.model.contracts import Table
from caringmon.model.findings import Issue


@dataclass(frozen=True)
class SetAside:
    """A row that is not loaded: where it stands, and the code and column of the first reason found."""

    source_row: int
    code: str
    column: str = ""


@dataclass(frozen=True)
class Validated:
    """`rows` to keep, one per key; `aside`; how many rows only repeat another one; what was found.

    `dropped`: how many rows are set aside, which can be several of one line of the file.
    """

    rows: pa.Table
    aside: tuple[SetAside, ...]
    dropped: int
    repeats: int
    issues: tuple[Issue, ...]


def validated(typed: TypedRows, exported_at: dt.datetime | None) -> Validated:
    """Return the rows checked by every rule. `exported_at`: as the file states it, None where it does not.

    A row is set aside by any QUARANTINE verdict; of rows with one key the last is kept.
    """
    verdicts = [verdict for rule in RULES for verdict in rule(typed, exported_at)]
    dropped = np.zeros(typed.rows.num_rows, dtype=bool)
    aside: dict[int, SetAside] = {}
    source_rows = _source_rows(typed.rows)
    for verdict in verdicts:
        if verdict.severity == Severity.QUARANTINE:
            dropped |= verdict.rows
            for row in source_rows[verdict.rows].tolist():
                aside.setdefault(row, SetAside(row, verdict.code, verdict.detail))
    issues = [issue for verdict in verdicts for issue in _issues(typed, verdict, dropped)]
    kept, unique_issues = _unique(typed, _without_impossible(typed.rows, verdicts, ~dropped))
    return Validated(
        rows=kept,
        aside=tuple(aside[row] for row in sorted(aside)),
        dropped=int(dropped.sum()),
        repeats=typed.rows.num_rows - int(dropped.sum()) - kept.num_rows,
        issues=(*issues, *unique_issues, *_overlaps(typed, kept)),
    )


def _issues(typed: TypedRows, verdict: Verdict, dropped: Bools) -> list[Issue]:
    """Return the issue of a verdict, if it has rows; of rows that are set aside only the reason for that is told."""
    rows = verdict.rows if verdict.severity == Severity.QUARANTINE else verdict.rows & ~dropped
    if not rows.any():
        return []
    return [_listed(typed, verdict.code, verdict.severity, typed.rows.filter(pa.array(rows)), verdict.detail)]


def _listed(typed: TypedRows, code: str, severity: Severity, rows: pa.Table, detail: str) -> Issue:
    lines = [] if rows["source_line"].null_count else rows["source_line"].to_pylist()
    return typed.place.issue(code, severity, rows=rows["source_row"].to_pylist(), lines=lines, detail=detail)


def _without_impossible(rows: pa.Table, verdicts: Sequence[Verdict], kept: Bools) -> pa.Table:
    """Return the rows kept, each cell that a verdict clears left empty."""
    for verdict in verdicts:
        if verdict.clears and verdict.rows.any():
            column = rows[verdict.detail]
            cleared = pc.if_else(pa.array(verdict.rows), pa.scalar(None, column.type), column)
            rows = rows.set_column(rows.column_names.index(verdict.detail), verdict.detail, cleared)
    return filtered(rows, kept)


def _unique(typed: TypedRows, rows: pa.Table) -> tuple[pa.Table, list[Issue]]:
    """Return the last row of each key. Equal rows are a repetition; unequal ones `DUPLICATE_KEY`, both listed."""
    if _all_differ(rows.select(typed.feed.table.key[0])):
        return rows, []
    identity = _identity(typed.feed.table, rows)
    shared = identity.duplicated(keep=False).to_numpy()
    if not shared.any():
        return rows, []
    last = ~identity.duplicated(keep="last").to_numpy()
    same = rows.filter(pa.array(shared))
    groups = pd.DataFrame(
        {
            "key": _numbered(identity[shared]),
            "content": _numbered(same.drop_columns(["source_row", "source_line"]).to_pandas()),
            "row": same["source_row"].to_numpy(),
        }
    )
    kept = groups.groupby("key")[["content", "row"]].transform("last")
    lost = ~last[shared]
    repeated = lost & (groups["content"] == kept["content"]).to_numpy()
    replaced = lost & ~repeated
    issues = []
    if repeated.any():
        issues.append(_listed(typed, "REPEATED_ROW", Severity.INFO, same.filter(pa.array(repeated)), ""))
    if replaced.any():
        pairs = zip(groups["row"][replaced].tolist(), kept["row"][replaced].tolist(), strict=True)
        issues.append(_duplicates(typed, list(pairs)))
    return rows.filter(pa.array(last)), issues


def _all_differ(keys: pa.Table) -> bool:
    """Tell whether these columns are filled in every row and no two rows are the same in them."""
    is_filled = not any(column.null_count for column in keys.columns)
    return is_filled and keys.group_by(keys.column_names).aggregate([]).num_rows == keys.num_rows


def _numbered(frame: pd.DataFrame) -> Ints:
    """Return a number for each row that equal rows share; missing values are equal."""
    numbers = frame.groupby(list(frame.columns), dropna=False, sort=False).ngroup()
    return numbers.to_numpy().astype(np.int64)


def _identity(table: Table, rows: pa.Table) -> pd.DataFrame:
    """Return the columns that identify each row: those of the first key alternative that is filled, others null."""
    names = list(dict.fromkeys(name for alternative in table.key for name in alternative))
    identity: pd.DataFrame = rows.select(names).to_pandas(date_as_object=False)
    chosen = np.full(len(identity), len(table.key) - 1)
    for number, alternative in reversed(list(enumerate(table.key[:-1]))):
        chosen[identity[list(alternative)].notna().all(axis="columns").to_numpy()] = number
    for name in names:
        uses = [number for number, alternative in enumerate(table.key) if name in alternative]
        identity[name] = identity[name].where(np.isin(chosen, uses))
    return identity.assign(chosen=chosen)


def _duplicates(typed: TypedRows, pairs: Sequence[tuple[int, int]]) -> Issue:
    """Return the issue that lists each row passed over with the row that is kept instead: `5 → 9`."""
    shown = ", ".join(f"{lost} → {by}" for lost, by in pairs[:LISTED_ROWS])
    more = ", …" if len(pairs) > LISTED_ROWS else ""
    issue = typed.place.issue("DUPLICATE_KEY", Severity.WARN, rows=[pairs[0][0]])
    return replace(issue, count=len(pairs), detail=f"{' + '.join(typed.feed.table.key[0])}: {shown}{more}")


def _overlaps(typed: TypedRows, rows: pa.Table) -> Sequence[Issue]:
    """Return a BLOCK for each two roster rows of one person and role that are in force on the same day."""
    if typed.feed.table.name != "roster":
        return []
    people = rows.select(["person_id", "role", "valid_from", "valid_to", "source_row"]).to_pandas()
    people["valid_to"] = people["valid_to"].fillna(dt.date.max)
    people = people.sort_values(["person_id", "role", "valid_from", "source_row"], ignore_index=True)
    before = people.groupby(["person_id", "role"], sort=False).shift()
    overlapping = before["valid_to"].notna() & (before["valid_to"].fillna(dt.date.min) > people["valid_from"])
    pairs = zip(before["source_row"][overlapping], people["source_row"][overlapping], strict=True)
    return [
        typed.place.issue("ROSTER_OVERLAP", Severity.BLOCK, rows=sorted((int(one), int(two)))) for one, two in pairs
    ]


def _source_rows(rows: pa.Table) -> Ints:
    numbers: Ints = rows["source_row"].to_numpy()
    return numbers
