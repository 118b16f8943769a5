"""Delimited text (.csv, .txt) → raw rows: encoding, delimiter, records with row and line numbers."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
from collections import Counter
from collections.abc import Iterator

import numpy as np

from caringmon.errors import DataBlockedError
from caringmon.intake.bulk import rows_in_bulk
from caringmon.intake.records import Layout, Record, TextRows, is_unclosed, lines_of, read_records, text_rows
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
        body = _rows(place, text, _layout(sample, delimiter, head[at], len(headers))).body()
    except csv.Error as problem:
        raise DataBlockedError(
            f"{place.file}: a record cannot be read ({problem}); a quote that is never closed can do that; "
            "export it again"
        ) from None
    titles = [record.cells for record in head[:at]]
    return finished_sheet(place, titles, head[at].number, headers, body)


def _layout(sample: str, delimiter: str, header: Record, width: int) -> Layout:
    below = list(itertools.islice(_sample_records(sample, delimiter), header.number, None))
    counts = Counter(len(record.cells) for record in below if filled_cells(record.cells))
    usual = max(counts, key=lambda cells: (counts[cells], cells), default=len(header.cells))
    lines = below[0].line - 1 if below else header.line
    return Layout(delimiter, header.number, lines, width, usual, max(usual, len(header.cells)))


def _rows(place: Place, text: bytes, layout: Layout) -> TextRows:
    """Return the rows below the header: in bulk where that gives the same, else record by record."""
    rows = rows_in_bulk(text, layout)
    if rows is not None:
        return rows
    with lines_of(text) as lines:
        rows = text_rows(itertools.islice(read_records(lines, layout.delimiter), layout.header_row, None), layout)
    _refuse_unclosed_quote(place, text, layout, rows)
    return rows


def text_encoding(file: str, data: bytes) -> str:
    """Return the encoding: by byte order mark, else UTF-8 if the bytes are, else UTF-16 without mark, else cp1252."""
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
    """Tell whether the bytes are text in the encoding, piece by piece: nothing of it is kept."""
    pieces = (data[start : start + _SAMPLE_BYTES] for start in range(0, len(data), _SAMPLE_BYTES))
    try:
        for _ in codecs.iterdecode(pieces, encoding):
            pass
    except UnicodeDecodeError:
        return False
    return True


def _utf8(data: bytes, encoding: str) -> bytes:
    """Return the text in UTF-8, which may begin with a byte order mark."""
    return data if encoding.startswith("utf-8") else data.decode(encoding).encode("utf-8-sig")


def _sample(text: bytes) -> str:
    """Return the first part of the text up to the end of a line."""
    start = text[:_SAMPLE_BYTES].decode("utf-8-sig", errors="ignore")
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


def _refuse_unclosed_quote(place: Place, text: bytes, layout: Layout, rows: TextRows) -> None:
    """Refuse a file whose last record runs to its end because a quote was never closed: rows would be lost in it."""
    starts = [*rows.lines[-1:].tolist(), *(row.source_line or 0 for row in rows.ragged[-1:])]
    if not starts:
        return
    with lines_of(text) as lines:
        if is_unclosed(itertools.islice(lines, max(starts) - 1, None), layout.delimiter):
            raise DataBlockedError(
                f"{place.file}: a quote in the record at line {max(starts)} is never closed; export the file again"
            )
