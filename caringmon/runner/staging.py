"""Findings on their way from the notebook to the publisher: a folder of CSV tables and one JSON head.

Where there are none, the reason is handed over instead: an error that leaves a notebook takes its message alone along.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from caringmon.errors import Reason, ReportFailedError
from caringmon.model.bridge import STEPS
from caringmon.model.findings import Findings, Head

FOLDER = "findings"
_REASON = "reason.json"
_DATES = (
    "first_day",
    "last_day",
    "date",
    "due",
    "raised_on",
    "step_on",
    "closed_on",
    "first_on",
    "happened_on",
    "before_first",
    "before_last",
    "after_first",
    "after_last",
)
_INSTANTS = ("exported_at",)


def write_findings(folder: Path, findings: Findings) -> None:
    """Write `findings/head.json` and one CSV per table into the folder; equal findings give equal bytes."""
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    for name, data in findings_files(findings).items():
        (folder / name).write_bytes(data)


def findings_files(findings: Findings) -> dict[str, bytes]:
    """Return the files of the findings by name, as `write_findings` writes them."""
    head = json.dumps(asdict(findings.head), ensure_ascii=False, indent=1, default=_plain)
    files = {f"{FOLDER}/head.json": f"{head}\n".encode()}
    for name, table in sorted(findings.tables.items()):
        files[f"{FOLDER}/{name}.csv"] = table.to_csv(index=False, lineterminator="\n").encode()
    return files


def read_findings(folder: Path) -> Findings:
    """Return the findings that `write_findings` left in the folder; none there: ReportFailedError."""
    source = folder / FOLDER
    if not (source / "head.json").exists():
        raise ReportFailedError("the notebook ended without handing its findings over; keep its last cell")
    head = json.loads((source / "head.json").read_text(encoding="utf-8"))
    for name in ("calls_clock", "qc_clock"):
        head[name] = dt.datetime.fromisoformat(head[name])
    for name in ("segments", "absent", "missing", "silent_segments"):
        head[name] = tuple(head[name])
    tables = {path.stem: _read_table(path) for path in sorted(source.glob("*.csv"))}
    return Findings(Head(**head), tables)


def write_reason(folder: Path, reason: Reason) -> None:
    """Write why there are no findings into the folder."""
    (folder / _REASON).write_text(json.dumps(asdict(reason)), encoding="utf-8")


def read_reason(folder: Path) -> Reason | None:
    """Return the reason that `write_reason` left in the folder; none there: None."""
    path = folder / _REASON
    return Reason(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def _read_table(path: Path) -> pd.DataFrame:
    """Return the table with text as it was: an empty cell is an empty text, in a column of numbers NaN."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    for name in table.columns:
        table[name] = _typed(name, table[name])
    return table


_NUMBERS = ("value", "numerator", "denominator", "row", "line", "effect_value", "measured")
_COUNTS = {
    "decimals",
    "number",
    "rank",
    "place",
    "count",
    "files",
    "rows_read",
    "rows_loaded",
    "rows_quarantined",
    "workdays_overdue",
    "cases",
    *STEPS,
}
_FLAGS = (
    "is_workday",
    "recent",
    "in_month",
    "active",
    "is_provisional",
    "is_driver",
    "is_shared",
    "shown",
    "is_restricted",
    "listed",
    "is_share",
    "is_final",
)


def _typed(name: str, texts: pd.Series[str]) -> pd.Series:
    if name in _NUMBERS:
        return texts.map(lambda text: float(text) if text else float("nan")).astype("float64")
    if name in _COUNTS:
        return texts.astype("int64")
    if name in _FLAGS:
        return texts == "True"
    if name in _DATES:
        return texts.map(dt.date.fromisoformat).astype("object")
    if name in _INSTANTS:
        return pd.to_datetime(texts, format="ISO8601")
    return texts


def _plain(value: object) -> str:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a head")
