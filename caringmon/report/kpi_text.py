"""KPI answers as text: a table for people, CSV and JSON for programs (8-interfaces, 8.4)."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable
from typing import Any

import pandas as pd

from caringmon.model.kpi import CATALOGUE, Unit

FIELDS = (
    "kpi", "level", "entity", "segment", "from", "to", "value", "numerator", "denominator", "unit", "note",
)  # fmt: skip
_SHOWN = ("kpi", "name", "entity", "value", "numerator", "denominator", "unit", "note")
_NUMBERS = ("value", "numerator", "denominator")
_MISSING = "–"
Days = tuple[str, str]  # from and to, as given


def kpi_json(values: pd.DataFrame, days: Days) -> str:
    """Return the rows as a JSON list of records; a value that is not available is null."""
    return json.dumps(_records(values, days), ensure_ascii=False, indent=1)


def kpi_csv(values: pd.DataFrame, days: Days) -> str:
    """Return the rows as CSV with a header, unrounded; a value that is not available is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_records(values, days))
    return text.getvalue().rstrip("\n")


def kpi_lines(values: pd.DataFrame, days: Days) -> str:
    """Return the rows as an aligned table, rates in percent with one decimal."""
    rows = [_SHOWN, *(_line(record) for record in _records(values, days))]
    widths = [max(len(row[place]) for row in rows) for place in range(len(_SHOWN))]
    right = [name in _NUMBERS for name in _SHOWN]
    lines = (
        "  ".join(
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        )
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)


KPI_FORMATS: dict[str, Callable[[pd.DataFrame, Days], str]] = {"table": kpi_lines, "csv": kpi_csv, "json": kpi_json}


def _records(values: pd.DataFrame, days: Days) -> list[dict[str, Any]]:
    records = []
    for row in values.to_dict("records"):
        numbers = {name: None if math.isnan(row[name]) else _number(row[name]) for name in _NUMBERS}
        known = {str(name): value for name, value in row.items()} | numbers | {"from": days[0], "to": days[1]}
        records.append({name: known[name] for name in FIELDS})
    return records


def _number(value: float) -> float | int:
    return int(value) if value == int(value) else value


def _line(record: dict[str, Any]) -> tuple[str, ...]:
    about = CATALOGUE[record["kpi"]]
    value, unit = record["value"], str(record["unit"])
    shown = _shown(value, about.decimals)
    if about.unit is Unit.RATE:
        shown, unit = _shown(None if value is None else value * 100, 1), "%"
    parts = (_shown(record[name], 0 if _is_whole(record[name]) else 2) for name in ("numerator", "denominator"))
    return (record["kpi"], about.name_id, record["entity"], shown, *parts, unit, record["note"])


def _is_whole(value: float | None) -> bool:
    return value is None or value == int(value)


def _shown(value: float | None, decimals: int) -> str:
    return _MISSING if value is None else f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))
