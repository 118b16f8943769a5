"""Restricted files: copies of what was loaded, and the rows set aside. Readable by the owner alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from caringmon.model.contracts import QUARANTINE_HEADERS
from caringmon.store.files import OWNER_ONLY, write_whole
from caringmon.store.mended import quarantine_path
from caringmon.xlsx import workbook_bytes

_SHEET = "karantina"


@dataclass(frozen=True)
class QuarantinedRow:
    """A row that was not loaded: its cells as they stood in the file, why, and where it stood."""

    cells: Sequence[object]
    code: str
    reason: str
    source_row: int


def keep_raw(workspace: Path, sha256: str, data: bytes) -> Path:
    """Keep a copy of a loaded file under its hash; return its path."""
    path = workspace / "store" / "raw" / sha256
    if not path.exists():
        write_whole(path, data, mode=OWNER_ONLY)
    return path


def save_quarantine(workspace: Path, load_id: str, headers: Sequence[str], rows: Iterable[QuarantinedRow]) -> Path:
    """Write the rows set aside as a workbook that can be mended and loaded again; return its path.

    Original headers and values, then `kode`, `alasan`, `baris`. Text stays text, whatever it begins with.
    """
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = _SHEET
    for place, header in enumerate((*headers, *QUARANTINE_HEADERS), 1):
        _put(sheet, 1, place, header)
        sheet.cell(1, place).font = Font(bold=True)
    for number, row in enumerate(rows, 2):
        width = len(headers)
        surplus = row.cells[width:]
        cells = [*row.cells[:width], row.code, row.reason, row.source_row, *surplus]
        for place, value in enumerate(cells, 1):
            _put(sheet, number, place, value)
    sheet.freeze_panes = "A2"
    path = quarantine_path(workspace, load_id)
    write_whole(path, workbook_bytes(workbook), mode=OWNER_ONLY)
    return path


def drop_quarantine(workspace: Path, load_id: str) -> None:
    """Remove the rows set aside by a load that is gone; none: nothing happens."""
    quarantine_path(workspace, load_id).unlink(missing_ok=True)


def _put(sheet: Worksheet, row: int, column: int, value: object) -> None:
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
        cell.data_type = "s"
    else:
        cell.value = value  # type: ignore[assignment]
