"""The tables of what is open: data to reach, promises, tappings and returns (sections 7, 8 and 9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from caringmon.report.reading import Reader
from caringmon.report.tables.grids import Column, Grid, Row, left_out, na_notes, share_bar, shown
from caringmon.report.wording import Sentence, Slot, say

_AGES = ("0-1", "2-3", "4-7", ">7")
_RETURN_AGES = ("0-1", "2-3", ">3")
# Outside its segment a number does not exist: neither a row nor a note.
_NOT_HERE = "not_in_segment"


@dataclass(frozen=True)
class _Line:
    """One row of counts: label, indicator, and the rupiah that belong to it; a part belongs to the row above."""

    label: str
    kpi: str
    window: str = "day"
    form: str = ""
    rupiah: str = ""
    is_part: bool = False


def reach_grid(reader: Reader) -> Grid:
    """Return the records to reach: untouched by age, near the limit, dialled too often, with an invalid number."""
    lines = (
        _Line("reach.untouched", "K07", "mtd"),
        *(_Line(f"age.{age}", f"K07.{age}", "mtd", is_part=True) for age in _AGES),
        _Line("reach.near_limit", "near_limit", rupiah="near_limit_rupiah"),
        _Line("reach.over_dialled", "over_dialled"),
        _Line("reach.invalid", "K12", "mtd", "numerator"),
    )
    return _counted(reader, "table.reach", lines)


def due_grid(reader: Reader) -> Grid:
    """Return the promises that are due and overdue: how many, and how much."""
    kinds = ("promised_today", "promised_next", "overdue")
    return _counted(reader, "table.due", [_Line(f"promise.{kind}", kind, rupiah=f"{kind}_rupiah") for kind in kinds])


def kept_grid(reader: Reader) -> Grid:
    """Return what became of the promises that fell due in the month; the four add up to all of them."""
    kinds = (("on_time", "K28"), ("late", "K29.late"), ("partial", "K29.partial"), ("broken", "K29"))
    figures = [(name, reader.get(kpi, "mtd")) for name, kpi in kinds]
    rows = tuple(
        Row(say(f"kept.{name}"), (shown(figure, "numerator"), share_bar(figure, 1.0), shown(figure)))
        for name, figure in figures
    )
    total = Row(say("kept.due"), (shown(reader.get("K27", "mtd")), None, None))
    columns = (Column(say("col.count")), Column(say("col.bar_share"), "bar"), Column(say("col.share"), strong=True))
    notes = na_notes(figure for _, figure in figures)
    by_amount = reader.value("K28.by_amount", "mtd")
    if by_amount is not None:
        notes += (say("kept.by_amount", rate=by_amount),)
    return Grid(reader.name, say("table.kept"), say("col.promise"), columns, rows, (total,), notes)


def taps_grid(reader: Reader) -> Grid:
    """Return the tappings of the day by verdict, and the open returns by age."""
    verdicts = ("taps_valid", "taps_not_valid", "taps_return")
    lines = (
        _Line("quality.taps", "taps"),
        *(_Line(f"quality.{verdict}", verdict, is_part=True) for verdict in verdicts),
        _Line("quality.returns", "return_open", "mtd"),
        *(_Line(f"age.{age}", f"K40.{age}", "mtd", is_part=True) for age in _RETURN_AGES),
    )
    return _counted(reader, "table.taps", lines)


def quality_grid(reader: Reader) -> Grid:
    """Return coverage, valid and return rates and the time to tapping of the month, beside the working day before."""
    names = [kpi for kpi in ("K35", "K36", "K37", "K38", "K40", "K41") if reader.value(kpi, "mtd")]
    windows = [window for window in ("prev_mtd", "mtd") if any(reader.value(kpi, window) for kpi in names)]
    rows = tuple(
        Row(say(f"quality.{kpi}"), tuple(shown(reader.get(kpi, window)) for window in windows)) for kpi in names
    )
    columns = tuple(Column(_until(reader, window), strong=window == "mtd") for window in windows)
    notes = na_notes(reader.get(kpi, window) for window in windows for kpi in names)
    return Grid(reader.name, say("table.quality"), say("col.indicator"), columns, rows, (), notes)


def _until(reader: Reader, window: str) -> Sentence:
    """Return the last day of a window as a short header."""
    last = reader.last_day(reader.actual, window)
    return say("row.day", day=last if last is not None else reader.date)


def _counted(reader: Reader, caption: str, lines: Sequence[_Line]) -> Grid:
    """Return rows of a count and, where there is one, an amount; what cannot be counted is named below, with why."""
    rows: list[Row] = []
    gone: dict[str, list[Slot]] = {}
    has_rupiah = any(line.rupiah and reader.value(line.rupiah, line.window) for line in lines)
    for line in lines:
        figure = reader.get(line.kpi, line.window)
        if figure is None or figure.is_na:
            note = "" if figure is None else figure.note
            if note != _NOT_HERE and not line.is_part:
                gone.setdefault(note, []).append(say(line.label))
            continue
        cells = [shown(figure, line.form)]
        if has_rupiah:
            cells.append(shown(reader.get(line.rupiah, line.window)))
        rows.append(Row(say(line.label), tuple(cells), "part" if line.is_part else ""))
    columns = [Column(say("col.count"), strong=True)]
    if has_rupiah:
        columns.append(Column(say("col.rupiah")))
    return Grid(reader.name, say(caption), say("col.what"), tuple(columns), tuple(rows), (), left_out(gone))
