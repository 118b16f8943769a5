"""Delimited text (.csv, .txt) → raw rows: encoding, delimiter, records with row and line numbers."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator

import numpy as np

from caringmon.errors import DataBlockedError
from caringmon.intake.bulk import rows_in_bulk
from caringmon.intake.records import Layout, Record, TextRows, lines_of, read_records, text_rows
from caringmon.intake.sheets import (
    HEAD_ROWS,
    CountKnown,
    Place,
    RawSheet,
    filled_cells,
    find_header,
    finished_sheet,
    header_names,
)

_DELIMITERS = (";", ",", "\t", "|")
_SAMPLE_BYTES = 1 << 18
_NO_TEXT = {
    b"PK\x03\x04": "is a workbook or an archive under the name of a text file; rename it to .xlsx or .zip",
    b"\xd0\xcf\x11\xe0": "is an old or protected workbook under the name of a text file; save it as .xlsx",
    b"%PDF": "is a PDF; export the data as .csv or .xlsx",
}
_PAGE_START = re.compile(rb"\s*<(?:html|!doctype|table|\?xml)", re.IGNORECASE)


def read_delimited(place: Place, data: bytes, count_known: CountKnown) -> RawSheet:
    """Return the rows of a text file. No text, no rows, an unclosed quote: DataBlockedError naming the file."""
    text = _utf8(data, text_encoding(place.file, data))
    sample = _sample(text)
    delimiter = _delimiter(sample, count_known)
    try:
        head = _head(sample, delimiter)
        if not head:
            raise DataBlockedError(f"{place.file}: the file is empty; export it again")
        at = find_header([record.cells for record in head], count_known)
        headers = header_names(head[at].cells)
        body = _rows(text, _layout(sample, delimiter, head[at], len(headers))).body()
    except csv.Error as problem:
        raise DataBlockedError(
            f"{place.file}: a record cannot be read ({problem}); a quote that is never closed can do that; "
            "export it again"
        ) from None
    titles = [record.cells for record in head[:at]]
    sheet = finished_sheet(place, titles, head[at].number, headers, body)
    _refuse_unclosed_quote(text, delimiter, sheet)
    return sheet


def _layout(sample: str, delimiter: str, header: Record, width: int) -> Layout:
    below = list(itertools.islice(_sample_records(sample, delimiter), header.number, None))
    counts = Counter(len(record.cells) for record in below if filled_cells(record.cells))
    usual = max(counts, key=lambda cells: (counts[cells], cells), default=len(header.cells))
    lines = below[0].line - 1 if below else header.line
    return Layout(delimiter, header.number, lines, width, usual, max(usual, len(header.cells)))


def _rows(text: bytes, layout: Layout) -> TextRows:
    """Return the rows below the header: in bulk where that gives the same, else record by record."""
    rows = rows_in_bulk(text, layout)
    if rows is not None:
        return rows
    with lines_of(text) as lines:
        return text_rows(itertools.islice(read_records(lines, layout.delimiter), layout.header_row, None), layout)


def text_encoding(file: str, data: bytes) -> str:
    """Return the encoding: by byte order mark, else UTF-8 if the bytes are, else UTF-16 without mark, else cp1252."""
    if not data or data.isspace():
        raise DataBlockedError(f"{file}: the file is empty; export it again")
    for start, problem in _NO_TEXT.items():
        if data.startswith(start):
            raise DataBlockedError(f"{file}: {problem}")
    if _PAGE_START.match(data):
        raise DataBlockedError(
            f"{file}: is a web page or XML under the name of a text file; export it as .csv or .xlsx"
        )
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _checked(file, data, "utf-16")
    if data.startswith(codecs.BOM_UTF8):
        return _checked(file, data, "utf-8-sig")
    zeros = np.frombuffer(data[:4096], dtype=np.uint8) == 0
    if zeros.any():
        return _checked(file, data, "utf-16-le" if zeros[1::2].sum() > zeros[::2].sum() else "utf-16-be")
    return next(name for name in ("utf-8", "cp1252", "latin-1") if _is(data, name))


def _checked(file: str, data: bytes, encoding: str) -> str:
    if not _is(data, encoding):
        raise DataBlockedError(f"{file}: the bytes are no {encoding.upper()} text; save the file as UTF-8")
    return encoding


def _is(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _utf8(data: bytes, encoding: str) -> bytes:
    """Return the text in UTF-8, without a byte order mark."""
    if encoding == "utf-8":
        return data
    if encoding == "utf-8-sig":
        return data.removeprefix(codecs.BOM_UTF8)
    return data.decode(encoding).encode()


def _sample(text: bytes) -> str:
    """Return the first part of the text up to the end of a line."""
    start = text[:_SAMPLE_BYTES].decode(errors="ignore")
    if len(text) <= _SAMPLE_BYTES:
        return start
    lines = start.splitlines(keepends=True)
    return "".join(lines[:-1]) if len(lines) > 1 else start


def _sample_records(sample: str, delimiter: str) -> Iterator[Record]:
    return read_records(io.StringIO(sample, newline=""), delimiter)


def _head(sample: str, delimiter: str) -> list[Record]:
    filled = (record for record in _sample_records(sample, delimiter) if filled_cells(record.cells))
    return list(itertools.islice(filled, HEAD_ROWS))


def _delimiter(sample: str, count_known: CountKnown) -> str:
    """Return the delimiter under which the header is known best, then the one whose rows are the most alike."""

    def fitness(delimiter: str) -> tuple[int, int]:
        try:
            records = itertools.islice(_sample_records(sample, delimiter), 200)
            rows = [record.cells for record in records if filled_cells(record.cells)]
        except csv.Error:
            return 0, 0
        widths = Counter(len(cells) for cells in rows if len(cells) > 1)
        known = max((count_known(cells) for cells in rows[:HEAD_ROWS]), default=0)
        return known, max(widths.values(), default=0)

    return max(_DELIMITERS, key=fitness)


def _refuse_unclosed_quote(text: bytes, delimiter: str, sheet: RawSheet) -> None:
    """Refuse a file whose last record runs to its end because a quote was never closed: rows would be lost in it."""
    starts = [row.source_line or 0 for row in sheet.ragged[-1:]]
    if sheet.source_lines is not None and len(sheet.source_lines):
        starts.append(int(sheet.source_lines[-1]))
    if not starts:
        return
    with lines_of(text) as lines:
        last = itertools.islice(lines, max(starts) - 1, None)
        try:
            for _ in csv.reader(last, delimiter=delimiter, skipinitialspace=True, strict=True):
                pass
        except csv.Error as problem:
            if "unexpected end" in str(problem):
                raise DataBlockedError(
                    f"{sheet.place.file}: a quote in the record at line {max(starts)} is never closed; "
                    "export the file again"
                ) from None
