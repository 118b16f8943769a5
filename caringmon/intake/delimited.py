"""Delimited text (.csv, .txt) → raw rows: encoding, delimiter, records with row and line numbers."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from caringmon.errors import DataBlockedError
from caringmon.intake.sheets import (
    HEAD_ROWS,
    Body,
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

_DELIMITERS = (";", ",", "\t", "|")
_BATCH = 50_000
_SAMPLE_BYTES = 1 << 18
# Record number, first physical line, cells.
Record = tuple[int, int, list[str]]
_NO_TEXT = {
    b"PK\x03\x04": "is a workbook or an archive under the name of a text file; rename it to .xlsx or .zip",
    b"\xd0\xcf\x11\xe0": "is an old or protected workbook under the name of a text file; save it as .xlsx",
    b"%PDF": "is a PDF; export the data as .csv or .xlsx",
}
_PAGE_STARTS = (b"<html", b"<!doctype", b"<table", b"<?xml")


def read_delimited(place: Place, data: bytes, count_known: CountKnown) -> RawSheet:
    """Return the rows of a text file. No text, no rows, an unclosed quote: DataBlockedError naming the file."""
    encoding = text_encoding(place.file, data)
    sample = _sample(data, encoding)
    delimiter = _delimiter(sample, count_known)
    head = _head(_records(io.StringIO(sample, newline=""), delimiter))
    if not head:
        raise DataBlockedError(f"{place.file}: the file is empty; export it again")
    at = find_header([cells for _, _, cells in head], count_known)
    header_row, _, cells = head[at]
    headers = header_names(cells)
    try:
        body = _read_body(_lines(data, encoding), delimiter, header_row, len(headers))
    except csv.Error as problem:
        raise DataBlockedError(
            f"{place.file}: a record cannot be read ({problem}); a quote that is never closed can do that"
        ) from None
    _refuse_unclosed_quote(place.file, data, encoding, delimiter, body)
    return finished_sheet(place, [titles for _, _, titles in head[:at]], header_row, headers, body)


def text_encoding(file: str, data: bytes) -> str:
    """Return the encoding: by byte order mark, else UTF-8 if the bytes are, else UTF-16 without mark, else cp1252."""
    if not data.strip():
        raise DataBlockedError(f"{file}: the file is empty; export it again")
    for start, problem in _NO_TEXT.items():
        if data.startswith(start):
            raise DataBlockedError(f"{file}: {problem}")
    if data.lstrip()[:9].lower().startswith(_PAGE_STARTS):
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


def _sample(data: bytes, encoding: str) -> str:
    """Return the first part of the text up to the end of a line."""
    text = data[:_SAMPLE_BYTES].decode(encoding, errors="ignore")
    if len(data) <= _SAMPLE_BYTES:
        return text
    lines = text.splitlines(keepends=True)
    return "".join(lines[:-1]) if len(lines) > 1 else text


def _lines(data: bytes, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data), encoding, newline="")


def _records(lines: Iterator[str] | io.TextIOBase, delimiter: str) -> Iterator[Record]:
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    line = 1
    for number, cells in enumerate(reader, 1):
        yield number, line, cells
        line = reader.line_num + 1


def _head(records: Iterator[Record]) -> list[Record]:
    filled = (record for record in records if filled_cells(record[2]))
    return list(itertools.islice(filled, HEAD_ROWS))


def _delimiter(sample: str, count_known: CountKnown) -> str:
    """Return the delimiter under which the header is known best, then the one whose rows are the most alike."""

    def fitness(delimiter: str) -> tuple[int, int]:
        try:
            records = _records(io.StringIO(sample, newline=""), delimiter)
            rows = [cells for _, _, cells in itertools.islice(records, 200) if filled_cells(cells)]
        except csv.Error:
            return 0, 0
        widths = Counter(len(cells) for cells in rows if len(cells) > 1)
        known = max((count_known(cells) for cells in rows[:HEAD_ROWS]), default=0)
        return known, max(widths.values(), default=0)

    return max(_DELIMITERS, key=fitness)


def _read_body(lines: io.TextIOWrapper, delimiter: str, header_row: int, width: int) -> Body:
    """Return the records below the header, cut or filled up to its width; ragged ones apart."""
    numbers: list[int] = []
    first_lines: list[int] = []
    ragged: list[RaggedRow] = []
    short_rows = 0
    batch: list[list[str]] = []
    chunks: list[list[pa.Array]] = [[] for _ in range(width)]
    with lines:
        for number, line, cells in itertools.islice(_records(lines, delimiter), header_row, None):
            surplus = len(cells) - width
            if surplus > 0:
                if any(cells[width:]) and filled_cells(cells[width:]):
                    ragged.append(RaggedRow(number, line, tuple(cells)))
                    continue
                del cells[width:]
            elif surplus < 0:
                if not filled_cells(cells):
                    continue
                short_rows += 1
                cells.extend([""] * -surplus)
            batch.append(cells)
            numbers.append(number)
            first_lines.append(line)
            if len(batch) == _BATCH:
                _flush(batch, chunks)
        _flush(batch, chunks)
    return Body(
        columns=[_column(parts) for parts in chunks],
        source_rows=np.array(numbers, dtype=np.int64),
        source_lines=np.array(first_lines, dtype=np.int64),
        ragged=ragged,
        short_rows=short_rows,
    )


def _flush(batch: list[list[str]], chunks: Sequence[list[pa.Array]]) -> None:
    for cells, parts in zip(zip(*batch, strict=True), chunks, strict=False):
        parts.append(pa.array(cells, pa.string()))
    batch.clear()


def _column(parts: list[pa.Array]) -> RawColumn:
    encoded = pa.chunked_array(parts, pa.string()).combine_chunks().dictionary_encode()
    return RawColumn(
        encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64),
        encoded.dictionary.to_numpy(zero_copy_only=False).astype(object),
    )


def _refuse_unclosed_quote(file: str, data: bytes, encoding: str, delimiter: str, body: Body) -> None:
    """Refuse a file whose last record runs to its end because a quote was never closed: rows would be lost in it."""
    starts = [row.source_line or 0 for row in body.ragged[-1:]]
    if body.source_lines is not None and len(body.source_lines):
        starts.append(int(body.source_lines[-1]))
    if not starts:
        return
    with _lines(data, encoding) as lines:
        last = itertools.islice(lines, max(starts) - 1, None)
        try:
            for _ in csv.reader(last, delimiter=delimiter, skipinitialspace=True, strict=True):
                pass
        except csv.Error as problem:
            if "unexpected end" in str(problem):
                raise DataBlockedError(
                    f"{file}: a quote in the record at line {max(starts)} is never closed; export the file again"
                ) from None
