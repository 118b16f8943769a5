"""Workbooks (.xlsx) → raw rows, every sheet; what could mislead one reader and not another is refused before."""

from __future__ import annotations

import io
import itertools
import zipfile
from collections import Counter
from collections.abc import Sequence

import numpy as np
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum

from caringmon.errors import DataBlockedError
from caringmon.intake.sheets import (
    HEAD_ROWS,
    Body,
    Cell,
    CountKnown,
    Place,
    RaggedRow,
    RawColumn,
    RawSheet,
    filled_cells,
    find_header,
    finished_sheet,
    header_names,
)

MAX_UNPACKED_BYTES = 200 * 1024 * 1024
_PROLOGUE_BYTES = 1024


def read_workbook(file: str, data: bytes, count_known: CountKnown) -> list[RawSheet]:
    """Return the sheets that hold cells. Broken, protected, suspicious or empty: DataBlockedError naming the file."""
    _refuse_unsafe(file, data)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            names = [meta.name for meta in book.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
            sheets = [_read_sheet(Place(file, name), book.get_sheet_by_name(name), count_known) for name in names]
    except PasswordError:
        raise DataBlockedError(f"{file}: the workbook is protected by a password; save it without one") from None
    except CalamineError as problem:
        raise DataBlockedError(
            f"{file}: the workbook is damaged ({type(problem).__name__}); open it in Excel and save it again as .xlsx"
        ) from None
    found = [sheet for sheet in sheets if sheet is not None]
    if not found:
        raise DataBlockedError(f"{file}: no sheet holds any cell; export it again")
    return found


def _refuse_unsafe(file: str, data: bytes) -> None:
    """Refuse what is no workbook, and members that readers understand differently or that swell when unpacked."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise DataBlockedError(f"{file}: an old or password-protected workbook; save it as .xlsx without a password")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            twice = [name for name, count in Counter(member.filename for member in members).items() if count > 1]
            if twice:
                raise DataBlockedError(f"{file}: the workbook holds two parts named {twice[0]}; save it again in Excel")
            if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
                raise DataBlockedError(f"{file}: larger than 200 MB when unpacked; split it or export it as .csv")
            for member in members:
                if member.filename.endswith((".xml", ".rels")) and _declares_type(archive, member):
                    raise DataBlockedError(
                        f"{file}: {member.filename} declares a document type, which no export does; not read"
                    )
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise DataBlockedError(
            f"{file}: the content is no .xlsx workbook; export it again, or give it the extension it has"
        ) from None


def _declares_type(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    with archive.open(member) as handle:
        start = handle.read(_PROLOGUE_BYTES)
    return b"<!DOCTYPE" in start.replace(b"\0", b"").upper()


def _read_sheet(place: Place, sheet: CalamineSheet, count_known: CountKnown) -> RawSheet | None:
    """Return the rows of a sheet; None if it holds no cell."""
    grid = sheet.to_python()
    first_row = sheet.start[0] + 1 if sheet.start else 1
    filled = ((number, cells) for number, cells in enumerate(grid) if filled_cells(cells))
    head = list(itertools.islice(filled, HEAD_ROWS))
    if not head:
        return None
    at = find_header([cells for _, cells in head], count_known)
    position, header_cells = head[at]
    headers = header_names(header_cells)
    body = _body(grid[position + 1 :], first_row + position + 1, len(headers))
    return finished_sheet(place, [cells for _, cells in head[:at]], first_row + position, headers, body)


def _body(grid: Sequence[list[Cell]], first_row: int, width: int) -> Body:
    numbers, kept, ragged = [], [], []
    for number, cells in enumerate(grid, first_row):
        if any(cells[width:]) and filled_cells(cells[width:]):
            ragged.append(RaggedRow(number, None, tuple(cells)))
        else:
            kept.append(cells[:width])
            numbers.append(number)
    columns = [RawColumn.of(cells) for cells in zip(*kept, strict=True)] if kept else []
    if not kept:
        columns = [RawColumn.of([]) for _ in range(width)]
    return Body(columns, np.array(numbers, dtype=np.int64), ragged=ragged)
