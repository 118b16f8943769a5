"""A sheet as it stands in its file, and how to name a place in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from caringmon.model.codes import Severity
from caringmon.model.findings import Issue

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Cell = object  # text; in workbooks also numbers, truth values, dates, times and durations

HEAD_ROWS = 30
LISTED_ROWS = 20

# How many distinct known headers a row of cells holds.
CountKnown = Callable[[Sequence[Cell]], int]


@dataclass(frozen=True)
class RawColumn:
    """The cells of one column: `distinct` values, and for each row the position of its value among them.

    The values of a text file stand in an Arrow array: a million Python strings would cost more than reading them.
    """

    codes: Ints
    distinct: npt.NDArray[np.object_] | pa.StringArray

    @classmethod
    def of(cls, cells: Sequence[Cell]) -> RawColumn:
        """Return the column of these cells, in their order."""
        values = np.empty(len(cells), dtype=object)
        values[:] = cells
        codes, distinct = pd.factorize(values, use_na_sentinel=False)
        return cls(codes.astype(np.int64), np.asarray(distinct, dtype=object))

    @classmethod
    def of_texts(cls, texts: pa.Array | pa.ChunkedArray) -> RawColumn:
        """Return the column of these texts, none of them null."""
        encoded = pa.chunked_array(texts).dictionary_encode().combine_chunks()
        return cls(encoded.indices.to_numpy().astype(np.int64), encoded.dictionary)

    @classmethod
    def same(cls, value: Cell, length: int) -> RawColumn:
        """Return a column that holds one value in every row."""
        return cls(np.zeros(length, dtype=np.int64), np.array([value], dtype=object))

    def take(self, rows: Ints | Bools) -> RawColumn:
        """Return the column of these rows, with the values that still occur in it."""
        if rows.dtype == bool and rows.all():
            return self
        return RawColumn(self.codes[rows], self.distinct).compact()

    def compact(self) -> RawColumn:
        """Return the column without values that none of its rows holds."""
        occurs = np.bincount(self.codes, minlength=len(self.distinct)) > 0
        if occurs.all():
            return self
        places = np.flatnonzero(occurs)
        kept = self.distinct.take(pa.array(places) if self._is_text else places)
        return RawColumn((np.cumsum(occurs) - 1)[self.codes], kept)

    def cells(self, rows: Ints | Bools) -> list[Cell]:
        """Return the cells of these rows."""
        codes = self.codes[rows]
        cells: list[Cell] = self.distinct.take(pa.array(codes) if self._is_text else codes).tolist()
        return cells

    def is_blank(self) -> Bools:
        """Tell for each row whether its cell is empty or holds only spaces."""
        if self._is_text:
            blank = pc.equal(pc.utf8_trim_whitespace(self.distinct), "").to_numpy(zero_copy_only=False)
        else:
            blank = np.array([isinstance(v, str) and not v.strip() for v in self.distinct], dtype=bool)
        return self.by_row(blank)

    def same_cells(self, other: RawColumn) -> bool:
        """Tell whether the other column holds the same in every row."""
        return bool((self.values[self.codes] == other.values[other.codes]).all())

    def equals(self, value: Cell) -> Bools:
        """Tell for each row whether its cell is this value."""
        if self._is_text and isinstance(value, str):
            equal = pc.equal(self.distinct, value).to_numpy(zero_copy_only=False)
        else:
            equal = np.array([type(v) is type(value) and v == value for v in self.values], dtype=bool)
        return self.by_row(equal)

    @property
    def _is_text(self) -> bool:
        return isinstance(self.distinct, pa.StringArray)

    @property
    def values(self) -> npt.NDArray[np.object_]:
        """The distinct values as Python objects."""
        return np.array(self.distinct.tolist(), dtype=np.object_) if self._is_text else self.distinct

    @property
    def texts(self) -> pa.StringArray:
        """The distinct values that are texts, the others null."""
        if self._is_text:
            return self.distinct
        return pa.array([value if isinstance(value, str) else None for value in self.distinct], pa.string())

    def by_row(self, flags: Bools) -> Bools:
        """Tell for each row what is told of its value."""
        return flags[self.codes] if flags.any() else np.zeros(len(self.codes), dtype=bool)


@dataclass(frozen=True)
class RaggedRow:
    """A row with more cells than its header has names: which cell belongs where is not known."""

    source_row: int
    source_line: int | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Place:
    """Where issues of one sheet and table lie."""

    file: str
    sheet: str = ""
    table: str = ""

    def issue(
        self,
        code: str,
        severity: Severity,
        *,
        count: int = 1,
        detail: str = "",
        rows: Iterable[int] = (),
        lines: Iterable[int] | None = None,
    ) -> Issue:
        """Return an issue; with `rows`, their number is its count, the first is its place, and up to 20 are listed."""
        listed = [int(row) for row in rows]
        line = next(iter(lines), None) if lines is not None and listed else None
        if len(listed) > 1:
            shown = ", ".join(map(str, listed[:LISTED_ROWS]))
            detail = f"{detail}{': ' if detail else ''}{shown}{', …' if len(listed) > LISTED_ROWS else ''}"
        return Issue(
            code,
            severity,
            table=self.table,
            file=self.file,
            sheet=self.sheet,
            row=listed[0] if listed else None,
            line=int(line) if line is not None else None,
            count=len(listed) or count,
            detail=detail,
        )


@dataclass(frozen=True)
class RawSheet:
    """The rows under the header of one sheet, as they stand there.

    `columns` and `headers` run in parallel. `source_rows`: the header's row plus the number of the record;
    `source_lines`: the physical line of a text file. Empty rows and repeated headers are left out. `turns`: of rows
    that were several in one line of the file, which of them, from 0; else None. `formulas`: per column the rows below
    the header, empty ones too, in which a formula stands without its value.
    """

    place: Place
    titles: tuple[str, ...]
    header_row: int
    headers: tuple[str, ...]
    columns: tuple[RawColumn, ...]
    source_rows: Ints
    source_lines: Ints | None = None
    ragged: tuple[RaggedRow, ...] = ()
    issues: tuple[Issue, ...] = ()
    turns: Ints | None = None
    formulas: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    def place_of(self, table: str) -> Place:
        """Return the sheet's place, as the source of a table."""
        return replace(self.place, table=table)

    def take(self, rows: Bools) -> RawSheet:
        """Return the sheet of these rows only; their columns hold no value of another row."""
        return replace(
            self,
            columns=tuple(column.take(rows) for column in self.columns),
            source_rows=self.source_rows[rows],
            source_lines=None if self.source_lines is None else self.source_lines[rows],
        )

    def formula_issues(self, table: str, positions: Mapping[str, int]) -> list[Issue]:
        """Return for each of these columns (ours → position) an issue if formulas in it have no value."""
        place = self.place_of(table)
        return [
            place.issue("FORMULA_WITHOUT_VALUE", Severity.BLOCK, rows=self.formulas[position],
                        detail=f"{name}, open the file in Excel and save it")
            for name, position in positions.items()
            if position in self.formulas
        ]  # fmt: skip

    @property
    def rows_read(self) -> int:
        """Rows that hold anything, the ragged ones among them."""
        return len(self.source_rows) + len(self.ragged)


@dataclass
class Body:
    """The rows under a header, while they are being read; `short_rows` are the numbers of those that were filled up."""

    columns: list[RawColumn]
    source_rows: Ints
    source_lines: Ints | None = None
    ragged: list[RaggedRow] = field(default_factory=list)
    short_rows: Sequence[int] = ()


def find_header(head: Sequence[Sequence[Cell]], count_known: CountKnown) -> int:
    """Return the position of the header among the first non-empty rows: the one with the most known names.

    Of equals the first wins; where no row holds two known names, the first with two filled cells, else the first row.
    """
    known = [count_known(cells) for cells in head]
    best = max(range(len(head)), key=lambda number: (known[number], -number))
    if known[best] > 1:
        return best
    return next((number for number, cells in enumerate(head) if len(filled_cells(cells)) > 1), 0)


def header_names(cells: Sequence[Cell]) -> tuple[str, ...]:
    """Return the names of a header row, without the empty cells behind the last one."""
    names = [" ".join(str(cell).split()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def filled_cells(cells: Iterable[Cell]) -> list[Cell]:
    """Return the cells that are neither empty nor blank."""
    return [cell for cell in cells if not isinstance(cell, str) or cell.strip()]


def finished_sheet(
    place: Place, titles: Sequence[Sequence[Cell]], header_row: int, headers: tuple[str, ...], body: Body
) -> RawSheet:
    """Return the sheet without its empty rows and repeated headers, the latter and the titles counted."""
    empty = everywhere(len(body.source_rows), (column.is_blank for column in body.columns))
    named = zip(headers, body.columns, strict=True)
    repeated = everywhere(len(body.source_rows), (partial(column.equals, name) for name, column in named)) & ~empty
    kept = ~(empty | repeated)
    issues = []
    if titles:
        issues.append(place.issue("TITLE_ROWS", Severity.INFO, count=len(titles)))
    if repeated.any():
        issues.append(place.issue("HEADER_REPEATED", Severity.INFO, rows=body.source_rows[repeated]))
    if body.short_rows:
        short = np.isin(body.source_rows, body.short_rows)
        lines = None if body.source_lines is None else body.source_lines[short]
        issues.append(place.issue("SHORT_ROW", Severity.INFO, rows=body.source_rows[short], lines=lines))
    return RawSheet(
        place=place,
        titles=tuple(" ".join(str(cell) for cell in filled_cells(cells)) for cells in titles),
        header_row=header_row,
        headers=headers,
        columns=tuple(column.take(kept) for column in body.columns),
        source_rows=body.source_rows[kept],
        source_lines=None if body.source_lines is None else body.source_lines[kept],
        ragged=tuple(body.ragged),
        issues=tuple(issues),
    )


def everywhere(length: int, conditions: Iterable[Callable[[], Bools]]) -> Bools:
    """Tell which rows meet all conditions; the rest is not asked once no row is left."""
    rows = np.ones(length, dtype=bool)
    for condition in conditions:
        if not rows.any():
            break
        rows &= condition()
    return rows
