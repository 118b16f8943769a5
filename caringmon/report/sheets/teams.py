"""The sheet of teams: one row per team, SPVs and sites set apart below, gap, achievement, status and sums live."""

from __future__ import annotations

from caringmon.model.findings import Findings
from caringmon.report.reading import Reader, readers
from caringmon.report.sheets.pen import Pen, at, widths
from caringmon.report.sheets.records import Part, make_data_sheet, write_notes, write_records
from caringmon.report.tables import Row, team_grid, window_label
from caringmon.report.tables.months import month_teams_grid
from caringmon.report.wording import Slot, plain, say

HEADER = 3


def write(pen: Pen, findings: Findings) -> None:
    """Write the sheet; a report without teams still has the rows of its sites."""
    sheet = pen.sheet(say("sheet.teams"))
    every = readers(findings)
    if not every:
        pen.text(at(sheet, 1, 1), say("sheet.teams"), bold=True, size=14)
        return
    windows = ("mtd",) if every[0].is_month else ("day", "mtd")
    title = (say("sheet.teams"), *(window_label(every[0], window) for window in windows))
    pen.text(at(sheet, 1, 1), " · ".join(plain(part, pen.lang) for part in title), bold=True, size=14)
    parts = [_part(reader) for reader in every]
    fronts = [say("col.segment"), say("col.team"), say("col.superior")]
    records = write_records(pen, sheet, HEADER, fronts, parts)
    sheet.row_dimensions[HEADER].height = 44
    make_data_sheet(records, len(fronts))
    widths(sheet, 9, 17, 9, *(15 if label == "col.status" else 11.5 for _, label in records.columns))
    row = write_notes(records, parts)
    sheet.print_area = f"A1:{at(sheet, max(row, HEADER + 1), records.width).coordinate}"


def _part(reader: Reader) -> Part:
    superiors = {team.entity: team.superior for team in reader.teams}

    def front(row: Row) -> tuple[Slot, ...]:
        return reader.name, row.head, superiors.get(str(row.head), "")

    level = reader.audience.level
    grid = month_teams_grid(reader) if reader.is_month else team_grid(reader)
    return Part(reader, grid, front, "" if level == "tl" else level)
