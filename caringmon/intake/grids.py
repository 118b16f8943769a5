"""A workbook's bytes → the columns of its sheets. Runs in a process of its own (see `guard`), under limits.

Only light modules are imported here, and every file starts a new process, so that it is up in a few hundredths of a
second and gives back all memory.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import io
import itertools
import json
import pickle
import re
import sys
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from caringmon.errors import DataBlockedError
from caringmon.intake.kinds import Kind
from caringmon.intake.marks import Marks
from caringmon.intake.members import refuse_damaged
from caringmon.intake.packages import Scan, scanned
from caringmon.intake.xls_records import xls_marks

BLOCKED, READ, DAMAGED, NO_MEMORY = "blocked", "read", "damaged", "no memory"
_BASE_BYTES = 1 << 30
_BYTES_PER_PACKED_BYTE = 8
# Calamine holds a sheet as cells and once more as a dense box; measured: 2 bytes for each byte of a large sheet's XML.
_BYTES_PER_BYTE = {Kind.XLSX: 6, Kind.ODS: 6, Kind.XLSB: 16, Kind.XLS: 40}
_BATCH = 2_000  # rows; more of them no longer fit the processor's cache
_ODS_DURATION = re.compile(r"PT(\d{1,6})H(\d{1,2})M(\d{1,2})(?:[.,](\d{1,9}))?S")

# A sheet as plain values: name, is hidden, per column the codes of its cells and the distinct cells, the places of
# formulas without a value, and the rows in which merged cells begin that span several rows. Counted from 0.
PlainSheet = tuple[str, bool, list[tuple[bytes, list[object]]], list[tuple[int, int]], list[int]]


def main() -> None:
    """Read a line of JSON (file, kind, seconds) and the bytes from stdin; write outcome and sheets, pickled."""
    gc.disable()  # millions of cells and no cycles: looking for them takes a third of the time
    request = json.loads(sys.stdin.buffer.readline())
    outcome: tuple[str, object]
    try:
        data = sys.stdin.buffer.read()
        _limit("CPU", request["seconds"])
        _limit("CORE", 0)
        outcome = READ, sheets_of(request["file"], Kind(request["kind"]), data)
    except DataBlockedError as problem:
        outcome = BLOCKED, str(problem)
    except MemoryError:
        outcome = NO_MEMORY, None
    except BaseException:  # a panic of the reader, which is no Exception, or a defect in our reading of damaged bytes
        outcome = DAMAGED, None
    pickle.dump(outcome, sys.stdout.buffer, protocol=5)


def sheets_of(file: str, kind: Kind, data: bytes) -> list[PlainSheet]:
    """Return the worksheets of a workbook, hidden ones too; sets the process's memory limit by what it unpacks to.

    Unsafe, protected or damaged: DataBlockedError naming the file.
    """
    _limit("AS", _BASE_BYTES + _BYTES_PER_PACKED_BYTE * len(data))
    scan = Scan(len(data), xls_marks(file, data)) if kind is Kind.XLS else scanned(file, data, kind)
    _limit("AS", _BASE_BYTES + _BYTES_PER_BYTE[kind] * scan.size)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            return [
                _plain_sheet(
                    book.get_sheet_by_name(meta.name),
                    meta.visible != SheetVisibleEnum.Visible,
                    scan.marks.get(meta.name, Marks()),
                    kind,
                )
                for meta in book.sheets_metadata
                if meta.typ == SheetTypeEnum.WorkSheet
            ]
    except PasswordError:
        raise DataBlockedError(f"{file}: is protected by a password; save it without one") from None
    except (CalamineError, OSError) as problem:
        if "Unsupported cell error" in str(problem):
            _refuse_strange_error(file, scan)
        refuse_damaged(file)


def _refuse_strange_error(file: str, scan: Scan) -> None:
    """Refuse a workbook for an error that calamine does not know; without one in the scan, do nothing."""
    for sheet, marks in scan.marks.items():
        if marks.strange:
            raise DataBlockedError(
                f"{file}: sheet {sheet} row {marks.strange[0] + 1} holds an error that Excel does not write to files; "
                "let Excel calculate the sheet and save it again"
            )


def _plain_sheet(sheet: CalamineSheet, is_hidden: bool, marks: Marks, kind: Kind) -> PlainSheet:
    left = sheet.start[1] if sheet.start else 0
    columns: list[tuple[bytes, list[object]]] = [(b"", [])] * left
    encoders = [_Encoder() for _ in range(sheet.width)]
    rows = enumerate(sheet.iter_rows()) if sheet.start else iter(())
    while batch := list(itertools.islice(rows, _BATCH)):
        for number, cells in batch:
            for column, text in marks.errors.get(number, ()):
                if 0 <= column - left < len(cells) and cells[column - left] == "":
                    cells[column - left] = text
        for encoder, column_cells in zip(encoders, zip(*(cells for _, cells in batch), strict=True), strict=True):
            encoder.add(column_cells)
    columns += [encoder.result(kind) for encoder in encoders]
    merged = [first[0] for first, last in sheet.merged_cell_ranges or () if last[0] > first[0]]
    return sheet.name, is_hidden, columns, marks.formulas, sorted(set(merged))


class _Encoder:
    """Cells → the position of each among the distinct ones, in the order in which they first appear."""

    def __init__(self) -> None:
        self._places: defaultdict[object, int] = defaultdict(itertools.count().__next__)
        self._codes = array("i")
        self._holds_truths = False

    def add(self, cells: Sequence[object]) -> None:
        """Take the next cells. TRUE equals the number 1 for Python, but is another cell: it is kept in a tuple."""
        if bool in set(map(type, cells)):
            self._holds_truths = True
            cells = [(cell,) if isinstance(cell, bool) else cell for cell in cells]
        self._codes.extend(map(self._places.__getitem__, cells))

    def result(self, kind: Kind) -> tuple[bytes, list[object]]:
        """Return the codes as 32-bit numbers, and the distinct cells."""
        distinct: Iterable[object] = self._places
        if self._holds_truths:
            distinct = (cell[0] if isinstance(cell, tuple) else cell for cell in distinct)
        if kind is Kind.ODS:
            distinct = map(_with_duration, distinct)
        return self._codes.tobytes(), list(distinct)


def _with_duration(cell: object) -> object:
    """Return a duration for the text that calamine gives for one of more than a day in an .ods."""
    match = _ODS_DURATION.fullmatch(cell) if isinstance(cell, str) else None
    if match is None:
        return cell
    hours, minutes, seconds, fraction = match.groups()
    micros = int((fraction or "")[:6].ljust(6, "0"))
    return dt.timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds), microseconds=micros)


def _limit(name: str, value: int) -> None:
    """Limit a resource of this process, where the platform can."""
    with contextlib.suppress(ImportError, AttributeError, ValueError, OSError):
        import resource

        which = getattr(resource, f"RLIMIT_{name}")
        _, hard = resource.getrlimit(which)
        resource.setrlimit(which, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))
