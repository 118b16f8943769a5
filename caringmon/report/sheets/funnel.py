"""The sheet of the funnel: the stages of every segment as a proper table."""

from __future__ import annotations

from collections.abc import Callable

from caringmon.model.findings import Findings
from caringmon.report.reading import Reader, readers
from caringmon.report.sheets.pen import Pen, at, widths
from caringmon.report.sheets.records import Part, make_data_sheet, write_notes, write_records
from caringmon.report.tables import Row, funnel_grid
from caringmon.report.wording import Slot, say

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
    row = write_notes(records, parts)
    sheet.print_area = f"A1:{at(sheet, row, max(records.width, 8)).coordinate}"


def _front(reader: Reader) -> Callable[[Row], tuple[Slot, ...]]:
    return lambda row: (reader.name, row.head)
