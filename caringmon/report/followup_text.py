"""Recommendations as text: a table for people, CSV and JSON for programs; and what became of a tracker's rows."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from caringmon.report.wording import Sentence, plain

FIELDS = (
    "rec_id", "segment", "rule_id", "origin", "priority", "level", "entity", "owner_role", "owner_id", "raised_on",
    "due", "status", "step_on", "done_on", "closed_on", "workdays_overdue", "escalate_to", "finding", "action",
    "effect_value", "effect_metric", "effect_unit", "linked_agrees",
)  # fmt: skip
_SHOWN = (
    "rec_id", "priority", "rule_id", "entity", "owner_id", "raised_on", "due", "status", "workdays_overdue",
    "escalate_to",
)  # fmt: skip
_MISSING = "–"
_LANG = "en"


@dataclass(frozen=True)
class Refusal:
    """Why a row of a tracker is not taken; `row` as a spreadsheet shows it.

    `rec_id` is empty where the register does not know it: what stands there may be anything.
    """

    row: int
    rec_id: str
    code: str
    sentence: Sentence


def followup_json(table: pd.DataFrame) -> str:
    """Return the recommendations as a JSON list of records; what there is not is null."""
    return json.dumps(_records(table), ensure_ascii=False, indent=1)


def followup_csv(table: pd.DataFrame) -> str:
    """Return the recommendations as CSV with a header; what there is not is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_records(table))
    return text.getvalue().rstrip("\n")


def followup_lines(table: pd.DataFrame) -> str:
    """Return the recommendations as an aligned table, the most overdue first; none: a sentence."""
    if table.empty:
        return "no recommendations"
    rows = [_SHOWN, *(tuple(_cell(record[name]) for name in _SHOWN) for record in _records(table))]
    widths = [max(len(row[place]) for row in rows) for place in range(len(_SHOWN))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


FOLLOWUP_FORMATS: dict[str, Callable[[pd.DataFrame], str]] = {
    "table": followup_lines,
    "csv": followup_csv,
    "json": followup_json,
}


def judged_lines(file: str, steps: Sequence[object], refusals: Sequence[Refusal], unchanged: int) -> list[str]:
    """Return a line per row that was not taken, and one with the counts."""
    lines = [
        f"row {refused.row}: {f'{refused.rec_id}: ' if refused.rec_id else ''}{refused.code}: "
        f"{plain(refused.sentence, _LANG)}"
        for refused in refusals
    ]
    after = "; write a new tracker for the rows not taken" if steps and refusals else ""
    return [*lines, f"{file}: {len(steps)} recorded, {len(refusals)} not taken, {unchanged} unchanged{after}"]


def _records(table: pd.DataFrame) -> list[dict[str, object]]:
    return [{name: _plain(record[name]) for name in FIELDS} for record in table.to_dict("records")]


def _plain(value: object) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    return None if value is None or value == "" or (isinstance(value, float) and math.isnan(value)) else value


def _cell(value: object) -> str:
    return _MISSING if value is None else str(value)
