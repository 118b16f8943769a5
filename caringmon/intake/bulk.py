"""The records of a large text file, all at once: Arrow's parser where it is sure to agree with the exact reader.

Both readers split text by the same rules (RFC 4180, a quote opens a cell only at its start, what follows the closing
quote is taken as it is), except that Arrow

* keeps spaces before a cell, which the exact reader skips before it looks for a quote;
* hands over records that have not the width it was told;
* drops a byte order mark once more, sets no limit to the length of a cell, and is not trusted with lone CRs.

So every record with a space before a cell, with another width or with a filled cell beyond the header is *doubtful*:
it is read again from its own lines by the exact reader. Up to the first doubtful record both agree; if the exact
reader ends it on the same line, both go on from the same place. Wherever that cannot be shown, nothing is read here.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from caringmon.intake.records import Layout, Record, TextRows, is_unclosed, text_rows
from caringmon.intake.sheets import Bools, Ints

_BLOCK_BYTES = 1 << 20
_MARK = b"\xef\xbb\xbf"
_LONE_RETURN = re.compile(rb"\r(?!\n)")


class _DoubtError(Exception):
    """The two readers may differ."""


@dataclass(frozen=True)
class _Parsed:
    """What Arrow found: the columns of the regular records, and number and physical lines of the `strange` ones."""

    columns: list[pa.ChunkedArray]
    strange: Ints
    strange_lines: Ints

    @property
    def length(self) -> int:
        return len(self.columns[0]) + len(self.strange)


def rows_in_bulk(text: bytes, layout: Layout) -> TextRows | None:
    """Return the rows below the header of UTF-8 text as `text_rows` does; None where that is not sure.

    An empty line is a row of empty cells here.
    """
    begin = _line_end(text, layout.header_lines)
    if layout.usual < layout.width or begin == len(text) or text.startswith(_MARK, begin) or _LONE_RETURN.search(text):
        return None
    try:
        return _rows(text, begin, layout)
    except (_DoubtError, csv.Error, pa.ArrowInvalid):
        return None


def _rows(text: bytes, begin: int, layout: Layout) -> TextRows:
    parsed = _parse(text, begin, layout)
    regular = np.delete(np.arange(parsed.length), parsed.strange)
    lines = _lines_per_record(text, begin, parsed, regular)
    if is_unclosed(io.StringIO(_last_lines(text, int(lines[-1])), newline=""), layout.delimiter):
        raise _DoubtError
    first_line = np.cumsum(lines) - lines
    rows = TextRows(
        columns=parsed.columns[: layout.width],
        rows=regular + layout.header_row + 1,
        lines=first_line[regular] + layout.header_lines + 1,
        ragged=[],
        short_rows=[],
    )
    spaced = _doubtful(parsed.columns, layout.width)
    doubtful = np.sort(np.concatenate([parsed.strange, regular[spaced]]))
    if not len(doubtful):
        return rows
    again = _read_again(memoryview(text)[begin:], doubtful, first_line, lines, layout)
    return rows.take(np.flatnonzero(~spaced)).merged(text_rows(again, layout))


def _parse(text: bytes, begin: int, layout: Layout) -> _Parsed:
    """Return Arrow's reading. One thread parses, so that it knows the numbers of the records it hands over."""
    strange: list[tuple[int, int]] = []

    def hand_over(row: pyarrow.csv.InvalidRow) -> str:
        strange.append((row.number - 1, row.text.count("\n") + 1))
        return "skip"

    names = [str(number) for number in range(layout.usual)]
    table = pyarrow.csv.read_csv(
        pa.BufferReader(pa.py_buffer(text).slice(begin)),
        pyarrow.csv.ReadOptions(use_threads=False, block_size=_BLOCK_BYTES, column_names=names),
        pyarrow.csv.ParseOptions(
            delimiter=layout.delimiter,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=hand_over,
        ),
        pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
        ),
    )
    longest = (pc.max(pc.binary_length(column)).as_py() or 0 for column in table.columns)
    if max(longest) >= csv.field_size_limit():
        raise _DoubtError
    numbers, lines = np.array(strange, dtype=np.int64).reshape(-1, 2).T
    return _Parsed(table.columns, numbers, lines)


def _lines_per_record(text: bytes, begin: int, parsed: _Parsed, regular: Ints) -> Ints:
    """Return the physical lines of each record; that they do not add up to those of the text is a doubt."""
    in_file = text.count(b"\n", begin) + (not text.endswith(b"\n"))
    lines = np.ones(parsed.length, dtype=np.int64)
    if in_file == parsed.length:
        return lines
    lines[parsed.strange] = parsed.strange_lines
    for column in parsed.columns:
        lines[regular] += pc.count_substring(column, "\n").to_numpy()
    if lines.sum() != in_file:
        raise _DoubtError
    return lines


def _last_lines(text: bytes, count: int) -> str:
    """Return so many physical lines from the end of the text."""
    start = len(text) - text.endswith(b"\n")
    for _ in range(count):
        start = text.rfind(b"\n", 0, start)
    return text[start + 1 :].decode()


def _doubtful(columns: list[pa.ChunkedArray], width: int) -> Bools:
    """Tell which records have a space before a cell or anything beyond the header."""
    doubtful = np.zeros(len(columns[0]), dtype=bool)
    for number, column in enumerate(columns):
        doubtful |= pc.starts_with(column, " ").to_numpy()
        if number >= width:
            doubtful |= pc.not_equal(column, "").to_numpy()
    return doubtful


def _read_again(text: memoryview, records: Ints, first_line: Ints, lines: Ints, layout: Layout) -> Iterator[Record]:
    """Yield these records as the exact reader finds them; one that does not end where Arrow says is a doubt."""
    ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == ord("\n")) + 1
    bounds = np.concatenate([[0], ends, [] if text[-1] == ord("\n") else [len(text)]]).astype(np.int64)
    for record in records.tolist():
        first, count = int(first_line[record]), int(lines[record])
        starts = bounds[first : first + count + 2].tolist()  # a line more than expected, to see whether it is taken
        texts = (str(text[start:end], "utf-8") for start, end in itertools.pairwise(starts))
        reader = csv.reader(texts, delimiter=layout.delimiter, skipinitialspace=True)
        cells = next(reader)
        if reader.line_num != count:
            raise _DoubtError
        yield Record(record + layout.header_row + 1, first + layout.header_lines + 1, cells)


def _line_end(text: bytes, lines: int) -> int:
    """Return where the text behind so many physical lines begins."""
    end = 0
    for _ in range(lines):
        end = text.find(b"\n", end) + 1 or len(text)
    return end
