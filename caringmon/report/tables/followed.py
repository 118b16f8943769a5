"""The earlier recommendations that are still open (section 11), and the sentences about them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from caringmon.report.advice import owner_words
from caringmon.report.reading import Reader, day_of, text_of
from caringmon.report.tables.grids import Cell, Column, Grid, Row, shown
from caringmon.report.wording import Sentence, Slot, plain, say, word_for

_WINDOW = "followed"
_TEXTS = ("about", "owner", "due", "status", "workdays_overdue", "escalate", "rec_id")


def followed_grid(reader: Reader, *, every: bool = False) -> Grid:
    """Return the open recommendations of a segment, overdue first; on a page some, with `every` all of them."""
    rows = reader.findings.tables["followed"]
    mine = rows[(rows["segment"] == reader.segment) & (rows["listed"].astype(bool) | every)].to_dict("records")
    columns = tuple(Column(say(f"col.{name}"), "number" if name == "workdays_overdue" else "text") for name in _TEXTS)
    caption = say("table.followed_all" if every else "table.followed")
    return Grid(reader.name, caption, say("col.what"), columns, tuple(_row(reader, row) for row in mine))


def followed_lines(reader: Reader) -> tuple[Sentence, ...]:
    """Return how many are open and overdue, in one sentence; none: that there is none."""
    number, late = (reader.value(f"followed_{name}", _WINDOW, "") for name in ("open", "overdue"))
    if number is None or late is None or not number.value:
        return (say("followup.none"),)
    return (say("followup.overdue", overdue=late, open=number) if late.value else say("followup.open", open=number),)


def followed_notes(reader: Reader) -> tuple[Sentence, ...]:
    """Return where all of them stand, and how many are restricted."""
    number, hidden = (reader.value(f"followed_{name}", _WINDOW, "") for name in ("open", "restricted"))
    rest = (say("followup.rest"),) if number is not None and number.value else ()
    return (*rest, say("followup.restricted", number=hidden)) if hidden is not None and hidden.value else rest


def about_words(level: str, entity: str) -> Slot:
    """Return what a recommendation is about: the site, a table, another one by the end of its code, else a code."""
    if level == "rec":
        return entity.rpartition("-")[2]
    return say("about.site") if level == "site" else word_for("table", entity) if level == "table" else entity


def _row(reader: Reader, record: Mapping[Hashable, Any]) -> Row:
    days = reader.value("workdays_overdue", _WINDOW, f"rec:{record['rec_id']}")
    escalated = text_of(record["escalate_to"])
    words: tuple[Slot, ...] = (
        say(f"rule.{record['rule']}"),
        about_words(record["level"], record["entity"]),
        owner_words(record["owner_role"], text_of(record["owner_id"])),
        say(f"tracker.status.{record['status']}"),
        say(f"role.{escalated}") if escalated else "",
    )
    # As texts: these words hold no figure, and a page of many rows stays small.
    what, about, owner, status, goes_to = (plain(word, reader.head.lang) for word in words)
    due = say("row.day", day=day_of(record["due"]))
    cells: tuple[Cell, ...] = (about, owner, due, status, shown(days), goes_to or None, str(record["rec_id"]))
    return Row(what, cells)
