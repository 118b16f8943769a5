"""Provenance: the files behind a report and what was found in them, row by row and summed up."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from caringmon.model.annotations import Annotations
from caringmon.model.findings import Issue, Load

_ISSUE = ["code", "severity", "table", "file", "sheet", "row", "line", "count", "detail"]
_LOAD = {
    "source_file": "file",
    "table": "table",
    "source_system": "source_system",
    "exported_at": "exported_at",
    "first_day": "first_day",
    "last_day": "last_day",
    "rows_read": "rows_read",
    "rows_loaded": "rows_loaded",
    "rows_quarantined": "rows_quarantined",
    "source_sha256": "sha256",
    "mapping": "mapping",
    "rules": "rules",
}
_GRAVEST_FIRST = {"BLOCK": 0, "QUARANTINE": 1, "WARN": 2, "INFO": 3}


def issues_table(issues: Sequence[Issue]) -> pd.DataFrame:
    """Return one row per issue, ordered by code, file, table and row."""
    rows = [[getattr(issue, name) for name in _ISSUE] for issue in issues]
    table = pd.DataFrame(rows, columns=_ISSUE).astype({"row": "float64", "line": "float64"})
    table["severity"] = table["severity"].astype(str)
    return table.sort_values(["code", "file", "table", "row"], ignore_index=True)


def issue_summary(issues: pd.DataFrame) -> pd.DataFrame:
    """Return one row per code and table, gravest first: how many files are concerned, how many cells or rows."""
    keys = ["code", "severity", "table"]
    summed = issues.groupby(keys, as_index=False).agg(files=("file", "nunique"), count=("count", "sum"))
    rank = summed["severity"].map(_GRAVEST_FIRST)
    ordered = summed.assign(rank=rank).sort_values(["rank", "code", "table"], ignore_index=True)
    return ordered[[*keys, "files", "count"]]


def loads_table(loads: Sequence[Load]) -> pd.DataFrame:
    """Return one row per loaded sheet, ordered by table and file."""
    rows = [[getattr(load, name) for name in _LOAD] for load in loads]
    return pd.DataFrame(rows, columns=list(_LOAD.values())).sort_values(["table", "file"], ignore_index=True)


def load_summary(loads: pd.DataFrame) -> pd.DataFrame:
    """Return one row per table and source system: how many files, the days they cover, what became of their rows."""
    return loads.groupby(["table", "source_system"], as_index=False).agg(
        files=("file", "nunique"),
        first_day=("first_day", "min"),
        last_day=("last_day", "max"),
        rows_read=("rows_read", "sum"),
        rows_loaded=("rows_loaded", "sum"),
        rows_quarantined=("rows_quarantined", "sum"),
    )


def notes_table(annotations: Annotations) -> pd.DataFrame:
    """Return what people added, a row per text: kind (`summary`, `analysis`), subject, text as typed."""
    texts = (("summary", annotations.summary), ("analysis", annotations.analysis))
    return pd.DataFrame([(kind, "", text) for kind, text in texts if text], columns=["kind", "subject", "text"])
