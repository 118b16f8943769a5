"""The tables of the day's calls: by hour, and by their result (sections 5 and 6)."""

from __future__ import annotations

import datetime as dt

from caringmon.report.own_counts import counts
from caringmon.report.reading import Reader
from caringmon.report.tables.grids import Cell, Column, Grid, Row, na_notes, share_bar, shown, window_label
from caringmon.report.wording import Sentence, Slot, say, word_for


def hour_of(reader: Reader, part: str) -> dt.datetime:
    """Return the instant at which an hour of the report date begins (`hour:09`)."""
    return dt.datetime.combine(reader.date, dt.time(int(part.removeprefix("hour:"))))


def result_name(part: str) -> Slot:
    """Return the words of a call result (`result:U01`); one that the catalogues do not know: its code."""
    return word_for("result", part.removeprefix("result:"))


def hours_grid(reader: Reader) -> Grid:
    """Return dials, contact rate and agrees of the day by the hour, and the contact rate of the last ten days."""
    columns = (
        Column(say("col.dials")),
        Column(say("col.contact")),
        Column(say("col.gross")),
        Column(say("col.dials"), starts_group=True),
        Column(say("col.contact"), strong=True),
        Column(say("col.beside_mean"), "text"),
    )
    rows = tuple(
        Row(say("row.hour", hour=hour_of(reader, part)), (*_hour(reader, part), _standing(reader, part)))
        for part in reader.hours
    )
    total = Row(say("row.all_hours"), (*_hour(reader, ""), None))
    count = counts(reader)["days_listed"]
    groups = ((window_label(reader, "day"), 3), (say("window.recent", count=count), 3))
    notes = na_notes(reader.get("K10", window, None, part) for part in reader.hours for window in ("day", "recent"))
    return Grid(reader.name, say("table.hours"), say("col.hour"), columns, rows, (total,), notes, groups)


def results_grid(reader: Reader, most: int | None = None) -> Grid:
    """Return attempts by result with the mean of the five working days before; after `most` the others in one row."""
    columns = (
        Column(say("col.count"), strong=True),
        Column(say("col.bar_results"), "bar"),
        Column(say("col.share")),
        Column(say("col.mean")),
        Column(say("col.difference")),
    )
    shown_parts = reader.results[:most]
    widest = max((f.value for part in shown_parts if (f := reader.value("attempts", "day", None, part))), default=0.0)
    rows = [Row(result_name(part), _result(reader, part, widest)) for part in shown_parts]
    if len(reader.results) > len(shown_parts):
        rest = counts(reader)["attempts_rest"]
        rows.append(Row(say("row.other_results"), (shown(rest), share_bar(rest, widest), None, None, None)))
    notes = (say("results.mean"),)
    return Grid(reader.name, say("table.results"), say("col.result"), columns, tuple(rows), (), notes)


def _hour(reader: Reader, part: str) -> tuple[Cell, ...]:
    printed = (("day", "K05"), ("day", "K10"), ("day", "K13"), ("recent", "K05"), ("recent", "K10"))
    return tuple(shown(reader.get(kpi, window, None, part)) for window, kpi in printed)


def _standing(reader: Reader, part: str) -> Sentence | None:
    standing = reader.standings.get(part, "")
    return say(f"standing.{standing}") if standing else None


def _result(reader: Reader, part: str, widest: float) -> tuple[Cell, ...]:
    attempts = reader.get("attempts", "day", None, part)
    return (
        shown(attempts),
        share_bar(attempts, widest),
        shown(reader.get("attempts_share", "day", None, part)),
        shown(reader.get("attempts_mean", "day", None, part)),
        shown(reader.get("attempts_change", "day", None, part), "signed"),
    )
