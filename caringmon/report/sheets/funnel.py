"""The sheet of the funnel: the stages of every segment, and what each step adds to the gap."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from openpyxl.worksheet.worksheet import Worksheet

from caringmon.model.findings import Findings
from caringmon.report import palette
from caringmon.report.gap_words import explanations, gap_drivers, gap_guards, gap_reference
from caringmon.report.reading import Reader, readers
from caringmon.report.sheets.pen import Pen, at, widths
from caringmon.report.sheets.records import Part, make_data_sheet, write_notes, write_records
from caringmon.report.tables import Grid, Row, funnel_grid, gap_grid, gap_parts_grid
from caringmon.report.wording import Slot, plain, say

HEADER = 3


def write(pen: Pen, findings: Findings) -> None:
    """Write the sheet; a report without segments has the title alone."""
    sheet = pen.sheet(say("sheet.funnel"))
    pen.text(at(sheet, 1, 1), say("table.funnel"), bold=True, size=14)
    parts = [Part(reader, funnel_grid(reader), _front(reader)) for reader in readers(findings)]
    if not parts:
        return
    records = write_records(pen, sheet, HEADER, (say("col.segment"), say("col.stage")), parts)
    sheet.row_dimensions[HEADER].height = 44
    make_data_sheet(records, 2)
    widths(sheet, 10, 28, *(15,) * len(records.columns))
    row, width = write_notes(records, parts), records.width
    for title, corner, grids in _gap_tables(findings):
        pen.text(at(sheet, row + 2, 1), title, bold=True, size=12)
        gaps = [Part(reader, grid, _front(reader)) for reader, grid in grids]
        records = write_records(pen, sheet, row + 3, (say("col.segment"), corner), gaps)
        row, width = write_notes(records, gaps), max(width, records.width)
    row = _write_gap_notes(pen, sheet, findings, row + 1)
    sheet.print_area = f"A1:{at(sheet, row, max(width, 8)).coordinate}"


def _gap_tables(findings: Findings) -> Iterator[tuple[Slot, Slot, list[tuple[Reader, Grid]]]]:
    """Yield the tables of the gap that a segment has: parts with intervals per reference, by team, by witel."""
    windows = dict.fromkeys(window for reader in readers(findings) for window in explanations(reader))
    every: tuple[Callable[[Reader], Grid | None], ...] = (
        *(partial(gap_parts_grid, window=window) for window in windows),
        *(partial(gap_grid, level=level) for level in ("tl", "witel")),
    )
    for make in every:
        grids = [(reader, grid) for reader in readers(findings) if (grid := make(reader)) is not None]
        if grids:
            yield grids[0][1].caption, grids[0][1].corner, grids


def _write_gap_notes(pen: Pen, sheet: Worksheet, findings: Findings, row: int) -> int:
    """Write who stands out, what the gap is compared with and what to know, per segment; return the last row."""
    for reader in readers(findings):
        lines = (
            line
            for window in explanations(reader)
            for read in (gap_reference, gap_drivers, gap_guards)
            for line in read(reader, window)
        )
        for line in lines:
            row += 1
            pen.text(at(sheet, row, 1), f"{reader.name} · {plain(line, pen.lang)}", colour=palette.GREY, size=9)
    return row


def _front(reader: Reader) -> Callable[[Row], tuple[Slot, ...]]:
    return lambda row: (reader.name, row.head)
