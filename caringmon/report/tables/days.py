"""The tables of days: the last ten of the first page, and every day of the month (workbook)."""

from __future__ import annotations

from caringmon.report.own_counts import counts
from caringmon.report.reading import Day, Reader
from caringmon.report.tables.grids import Column, Grid, Row, na_notes, shown
from caringmon.report.wording import Sentence, say

_LABELS = {
    "K05": "col.dials",
    "K09": "col.contact",
    "K14": "col.agree_rate",
    "pending": "col.pending",
    "target": "col.target",
    "K20": "col.difference",
}


def ten_days_grid(reader: Reader) -> Grid:
    """Return the last ten working days with their main figures."""
    names = ("K05", "K09", "K13", reader.day_kpi(), "target", "K20")
    caption = say("table.ten_days", count=counts(reader)["days_listed"])
    return _days_grid(reader, reader.recent_days, names, (), caption)


def all_days_grid(reader: Reader) -> Grid:
    """Return the days of the month and the recent ones before, with what has added up in the month."""
    kpi = reader.day_kpi()
    names = ("K05", "K09", "K14", "K13", "pending", kpi, "target", "K20")
    return _days_grid(reader, reader.shown_days, names, (kpi, "target"), say("table.all_days"))


def _days_grid(
    reader: Reader, days: tuple[Day, ...], names: tuple[str, ...], totals: tuple[str, ...], caption: Sentence
) -> Grid:
    """Return the days as rows; a column that is known on no day is left out."""
    names = tuple(n for n in dict.fromkeys(names) if any(reader.value(n, day.window) for day in days))
    totals = tuple(name for name in totals if any(reader.value(name, f"c{day.date}") for day in days))
    columns = [Column(say(_LABELS.get(name, f"col.{name}")), strong=name == reader.day_kpi()) for name in names]
    columns += [Column(say(f"col.cumulative.{name}")) for name in totals]
    rows = tuple(
        Row(
            say("row.day", day=day.date),
            (
                *(shown(reader.get(n, day.window), "signed" if n == "K20" else "") for n in names),
                *(shown(reader.get(n, f"c{day.date}")) for n in totals),
            ),
            "now" if day.date == reader.date else "",
        )
        for day in days
    )
    notes = na_notes(reader.get(name, day.window) for day in days for name in names)
    return Grid(reader.name, caption, say("col.date"), tuple(columns), rows, (), notes)
