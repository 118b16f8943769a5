"""The answer of `gap` as text: a table for people, CSV and JSON for programs (8-interfaces, 8.4)."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd

from caringmon.model.gap import ABOVE, FACTORS, Gap, Guard
from caringmon.report.wording import plain, say

FIELDS = ("level", "entity", "factor", "part", "low", "high")
_MORE = ("is_driver", "note")
_LANG = "en"
_MISSING = "–"


def gap_json(found: Gap) -> str:
    """Return the answer as one JSON object: gap, target, actual, reference, parts, guards; what there is not is null.

    A guard is an object with its `code`, the numbers of its sentence under their names, and `text`.
    """
    rows = zip(*(found.parts[name] for name in FIELDS), strict=True)
    return json.dumps(
        {
            **{name: _number(getattr(found, name)) for name in ("gap", "target", "actual", "reference")},
            "parts": [dict(zip(FIELDS, (*row[:3], *map(_number, row[3:])), strict=True)) for row in rows],
            "guards": [
                {"code": guard.code, **{name: _number(n) for name, n in guard.numbers.items()}, "text": sentence(guard)}
                for guard in found.guards
            ],
        },
        ensure_ascii=False,
        indent=1,
    )


def gap_csv(found: Gap) -> str:
    """Return the parts as CSV with a header, unrounded, with whether each is a driver and its notes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*FIELDS, *_MORE))
    for row in found.parts.to_dict("records"):
        numbers = ("" if math.isnan(row[name]) else _number(row[name]) for name in FIELDS[3:])
        writer.writerow((*(row[name] for name in FIELDS[:3]), *numbers, int(row["is_driver"]), row["note"]))
    return text.getvalue().rstrip("\n")


def gap_lines(found: Gap) -> str:
    """Return the answer for people: totals, the parts of the site with their intervals, each level's table, guards.

    The whole numbers of a table add up to the printed totals, in rows and in columns; `*` marks drivers.
    """
    totals = ("actual", found.actual), ("target", found.target), ("reference", found.reference), ("gap", found.gap)
    lines = ["   ".join(f"{name} {_shown(value)}" for name, value in totals), ""]
    lines += _aligned([("part of the site", "part", "low", "high", ""), *_site_rows(found.parts)])
    for level in [level for level in found.parts["level"].unique() if level != "site"]:
        lines += ["", *_aligned(list(_level_rows(found.parts[found.parts["level"] == level], level)))]
    if found.guards:
        lines += ["", "to be known:", *(f"  {guard.code}: {sentence(guard)}" for guard in found.guards)]
    return "\n".join(line.rstrip() for line in lines)


GAP_FORMATS: dict[str, Callable[[Gap], str]] = {"table": gap_lines, "csv": gap_csv, "json": gap_json}


def sentence(guard: Guard, lang: str = _LANG) -> str:
    """Return what a guard says, its numbers printed as whole numbers, shares as percent."""
    slots = {
        name: f"{number:.0%}" if name.startswith("share") else f"{number:,.0f}"
        for name, number in guard.numbers.items()
    }
    return plain(say(f"guard.{guard.code}", **slots), lang)


def _site_rows(parts: pd.DataFrame) -> Iterable[tuple[str, ...]]:
    site = parts[parts["level"] == "site"]
    for row in site.to_dict("records"):
        notes = ["*"] if row["is_driver"] else []
        notes += [plain(say(f"gapnote.{note}"), _LANG) for note in row["note"].split("; ") if note]
        yield (row["factor"], _shown(row["shown"]), _shown(row["low"]), _shown(row["high"]), "; ".join(notes))


def _level_rows(parts: pd.DataFrame, level: str) -> Iterable[tuple[str, ...]]:
    """Yield the table of a level, its totals at the end."""
    factors = [factor for factor in (*FACTORS, ABOVE) if factor in set(parts["factor"])]
    entities = list(dict.fromkeys(parts["entity"]))
    table = parts["shown"].to_numpy().reshape(len(entities), len(factors))
    drivers = parts["is_driver"].to_numpy().reshape(table.shape)
    yield (level, *factors, "gap")
    for entity, row, marks in zip(entities, table, drivers, strict=True):
        cells = (_shown(part) + ("*" if mark else "") for part, mark in zip(row, marks, strict=True))
        yield (entity, *cells, _shown(row.sum()))
    yield ("total", *(_shown(total) for total in table.sum(axis=0)), _shown(np.sum(table)))


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Return rows of equal length with their columns under each other, numbers to the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    last = len(widths) - 1
    return [
        "  ".join(
            cell.ljust(width) if place == 0 or (place == last and not rows[0][last]) else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]


def _number(value: float) -> float | int | None:
    number = float(value)
    if math.isnan(number):
        return None
    return int(number) if number.is_integer() else number


def _shown(value: float) -> str:
    if math.isnan(value):
        return _MISSING
    nearest = math.copysign(math.floor(abs(value) + 0.5), value)
    return f"{nearest:,.0f}".replace("-", "−") if nearest else "0"
