"""Workbooks (.xlsx, .xlsb, .xls, .ods) → raw rows, every sheet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from caringmon.errors import DataBlockedError
from caringmon.intake.guard import Grid, read_grids
from caringmon.intake.kinds import Kind
from caringmon.intake.sheets import (
    HEAD_ROWS,
    Body,
    Bools,
    Cell,
    CountKnown,
    Ints,
    Place,
    RaggedRow,
    RawColumn,
    RawSheet,
    everywhere,
    find_header,
    finished_sheet,
    header_names,
)
from caringmon.model.codes import Severity


def read_workbook(file: str, kind: Kind, data: bytes, count_known: CountKnown) -> list[RawSheet]:
    """Return the sheets that hold cells. Unsafe, broken, protected or empty: DataBlockedError naming the file."""
    sheets = [_read_sheet(Place(file, grid.name), grid, count_known) for grid in read_grids(file, kind, data)]
    found = [sheet for sheet in sheets if sheet is not None]
    if not found:
        raise DataBlockedError(f"{file}: no sheet holds any cell; export it again")
    return found


def _read_sheet(place: Place, grid: Grid, count_known: CountKnown) -> RawSheet | None:
    """Return the rows of a sheet; None if it holds no cell. Row numbers are those that Excel shows."""
    height = len(grid.columns[0].codes) if grid.columns else 0
    empty = everywhere(height, (column.is_blank for column in grid.columns))
    head_rows = np.flatnonzero(~empty)[:HEAD_ROWS]
    if not len(head_rows):
        return None
    head = _rows(grid.columns, head_rows)
    at = find_header(head, count_known)
    headers = header_names(head[at])
    header_row = int(head_rows[at])
    sheet = finished_sheet(place, head[:at], header_row + 1, headers, _body(grid, header_row, len(headers)))
    issues = list(sheet.issues)
    if grid.is_hidden:
        issues.append(place.issue("HIDDEN_SHEET", Severity.WARN))
    merged = [row + 1 for row in grid.merged_rows if row > header_row]
    if merged:
        issues.append(place.issue("MERGED_CELLS", Severity.WARN, rows=merged))
    formulas: dict[int, list[int]] = {}
    for row, column in grid.formulas:
        if row > header_row:
            formulas.setdefault(column, []).append(row + 1)
    return replace(sheet, issues=tuple(issues), formulas={column: tuple(rows) for column, rows in formulas.items()})


def _body(grid: Grid, header_row: int, width: int) -> Body:
    """Return the rows below the header; those with cells right of its last name apart."""
    height = len(grid.columns[0].codes)
    below: Bools = np.arange(height) > header_row
    too_long: Bools = np.zeros(height, dtype=bool)
    for column in grid.columns[width:]:
        too_long |= ~column.is_blank()
    ragged_rows = np.flatnonzero(below & too_long)
    ragged = [
        RaggedRow(int(row) + 1, None, tuple(cells))
        for row, cells in zip(ragged_rows, _rows(grid.columns, ragged_rows), strict=True)
    ]
    kept = np.flatnonzero(below & ~too_long)
    return Body([column.take(kept) for column in grid.columns[:width]], kept + 1, ragged=ragged)


def _rows(columns: tuple[RawColumn, ...], rows: Ints) -> list[list[Cell]]:
    cells = [column.cells(rows) for column in columns]
    return [list(row) for row in zip(*cells, strict=True)]
