"""The sheet of agents: all of them in the order of their codes, those with few contacts marked in words."""

from __future__ import annotations

from caringmon.model.findings import Findings
from caringmon.report import palette
from caringmon.report.own_counts import counts
from caringmon.report.reading import Reader, readers
from caringmon.report.sheets.pen import Pen, at, widths
from caringmon.report.sheets.records import Part, make_data_sheet, write_notes, write_records
from caringmon.report.tables import Row, agents_grid
from caringmon.report.wording import Slot, say

HEADER = 4


def write(pen: Pen, findings: Findings) -> None:
    """Write the sheet; a report without agents, or for somebody who is not shown any, has none."""
    parts = [_part(reader) for reader in readers(findings) if reader.agents]
    if not parts:
        return
    sheet = pen.sheet(say("sheet.agents"))
    pen.text(at(sheet, 1, 1), say("table.every_agent"), bold=True, size=14)
    least = counts(parts[0].reader)["least_contacts"]
    pen.text(at(sheet, 2, 1), say("book.few_why", least=least), colour=palette.GREY, size=9)
    fronts = [say("col.segment"), say("col.agent"), say("col.few")]
    records = write_records(pen, sheet, HEADER, fronts, parts)
    sheet.row_dimensions[HEADER].height = 44
    make_data_sheet(records, 2)
    widths(sheet, 9, 11, 9, *(11,) * len(records.columns))
    row = write_notes(records, parts)
    sheet.print_area = f"A1:{at(sheet, row, records.width).coordinate}"


def _part(reader: Reader) -> Part:
    few = {agent.entity for agent in reader.agents if not agent.rank}
    mark = say("book.few", least=counts(reader)["least_contacts"])

    def front(row: Row) -> tuple[Slot, ...]:
        return reader.name, row.head, mark if row.head in few else ""

    return Part(reader, agents_grid(reader), front)
