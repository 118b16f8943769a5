"""Small tables for tests: a few words a row, typed like the store's facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pyarrow as pa

from caringmon.model.calendar import WorkCalendar
from caringmon.model.tables import TABLES

OCTOBER = WorkCalendar(
    workweek=frozenset({1, 2, 3, 4, 5, 6}),
    free_days={dt.date(2022, 10, 8): "Maulid Nabi Muhammad"},
    years=frozenset({2022}),
    version="test",
)


def at(day: str, time: str = "09:00", year_month: str = "2022-10") -> dt.datetime:
    """Return an instant of October 2022: `at("03")`, `at("03", "15:00")`."""
    return dt.datetime.fromisoformat(f"{year_month}-{day} {time}")


def date(text: str) -> dt.date:
    """Return the date of an ISO text."""
    return dt.date.fromisoformat(text)


def fact_table(name: str, rows: Sequence[Mapping[str, object]]) -> pa.Table:
    """Return rows as the store's table of that name; columns that a row does not name are null."""
    schema = pa.schema([field for field in TABLES[name].arrow_schema if not field.name.startswith("source_")])
    return pa.Table.from_pylist([{field.name: row.get(field.name) for field in schema} for row in rows], schema)
