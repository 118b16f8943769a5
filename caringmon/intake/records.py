"""The records of delimited text, one by one: what Python's csv module takes them for is what they are."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from caringmon.intake.sheets import Body, Ints, RaggedRow, RawColumn, filled_cells

_BATCH = 50_000
_BEHIND = "behind"


class Record(NamedTuple):
    """A record: its number in the file, the physical line on which it begins, its cells."""

    number: int
    line: int
    cells: list[str]


@dataclass(frozen=True)
class Layout:
    """How the records below a header lie.

    `header_row`, `header_lines`: the header's record and the lines down to its end. `width`: its names. `usual`: cells
    of most records; `widest`: cells up to which empty ones behind the width are only delimiters without meaning.
    """

    delimiter: str
    header_row: int
    header_lines: int
    width: int
    usual: int
    widest: int


@dataclass(frozen=True)
class TextRows:
    """Records as rows of equal width, column by column; those with cells beyond the width are `ragged` instead.

    `rows` are the numbers of the records, `lines` their first physical lines; `short_rows` were filled up.
    """

    columns: list[pa.ChunkedArray]
    rows: Ints
    lines: Ints
    ragged: list[RaggedRow]
    short_rows: list[int]

    def take(self, places: Ints) -> TextRows:
        """Return the rows at these places, in that order."""
        chosen = pa.array(places)
        columns = [pa.chunked_array(column.combine_chunks().take(chosen)) for column in self.columns]
        return replace(self, columns=columns, rows=self.rows[places], lines=self.lines[places])

    def merged(self, other: TextRows) -> TextRows:
        """Return the rows of both in the order of their records."""
        both = TextRows(
            columns=[
                pa.chunked_array([*mine.chunks, *theirs.chunks], pa.string())
                for mine, theirs in zip(self.columns, other.columns, strict=True)
            ],
            rows=np.concatenate([self.rows, other.rows]),
            lines=np.concatenate([self.lines, other.lines]),
            ragged=sorted([*self.ragged, *other.ragged], key=lambda row: row.source_row),
            short_rows=sorted([*self.short_rows, *other.short_rows]),
        )
        return both.take(np.argsort(both.rows))

    def body(self) -> Body:
        """Return the rows with each distinct text once."""
        with ThreadPoolExecutor(2) as pool:
            columns = list(pool.map(RawColumn.of_texts, self.columns))
        return Body(columns, self.rows, self.lines, self.ragged, self.short_rows)


def lines_of(data: bytes) -> io.TextIOWrapper:
    """Return the physical lines of UTF-8 text with their ends, LF, CR LF or CR, without a byte order mark."""
    return io.TextIOWrapper(io.BytesIO(data), "utf-8-sig", newline="")


def read_records(lines: Iterable[str], delimiter: str) -> Iterator[Record]:
    """Yield the records of these lines. A cell of more than 131,072 characters: csv.Error."""
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    line = 1
    for number, cells in enumerate(reader, 1):
        yield Record(number, line, cells)
        line = reader.line_num + 1


def is_unclosed(lines: Iterable[str], delimiter: str) -> bool:
    """Tell whether a quote in the last of these records is never closed: a line behind them would belong to it."""
    *_, last = csv.reader(itertools.chain(lines, [_BEHIND]), delimiter=delimiter, skipinitialspace=True)
    return last != [_BEHIND]


def text_rows(records: Iterable[Record], layout: Layout) -> TextRows:
    """Return the records cut or filled up to the width.

    Those that would lose a filled cell by it, or have more cells than is usual, are ragged: a delimiter in a note
    that is not quoted moves all cells behind it, be the last of them empty.
    """
    width = layout.width
    numbers: list[int] = []
    first_lines: list[int] = []
    ragged: list[RaggedRow] = []
    short_rows: list[int] = []
    batch: list[list[str]] = []
    chunks: list[list[pa.Array]] = [[] for _ in range(width)]
    for number, line, cells in records:
        surplus = len(cells) - width
        if surplus > 0:
            if (any(cells[width:]) and filled_cells(cells[width:])) or (
                len(cells) > layout.widest and filled_cells(cells)
            ):
                ragged.append(RaggedRow(number, line, tuple(cells)))
                continue
            del cells[width:]
        elif surplus < 0:
            if not filled_cells(cells):
                continue
            short_rows.append(number)
            cells.extend([""] * -surplus)
        batch.append(cells)
        numbers.append(number)
        first_lines.append(line)
        if len(batch) == _BATCH:
            _flush(batch, chunks)
    _flush(batch, chunks)
    return TextRows(
        columns=[pa.chunked_array(parts, pa.string()) for parts in chunks],
        rows=np.array(numbers, dtype=np.int64),
        lines=np.array(first_lines, dtype=np.int64),
        ragged=ragged,
        short_rows=short_rows,
    )


def _flush(batch: list[list[str]], chunks: list[list[pa.Array]]) -> None:
    for cells, parts in zip(zip(*batch, strict=True), chunks, strict=False):
        parts.append(pa.array(cells, pa.string()))
    batch.clear()
