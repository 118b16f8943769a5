"""Reads workbooks in another process, under limits of memory and time: a hostile file harms nothing but itself."""

from __future__ import annotations

import io
import json
import pickle
import subprocess
import sys
from dataclasses import dataclass

import numpy as np

from caringmon.errors import DataBlockedError
from caringmon.intake.grids import BLOCKED, DAMAGED, NO_MEMORY, READ, PlainSheet
from caringmon.intake.kinds import Kind
from caringmon.intake.members import refuse_damaged
from caringmon.intake.sheets import RawColumn

# A workbook of one million rows has 100 MB and takes 20 seconds; a slow machine may need several times as long.
BASE_SECONDS = 60
SECONDS_PER_MEGABYTE = 2
_WORKER = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from caringmon.intake.grids import main
main()
"""
_TIMES = frozenset({"date", "datetime", "time", "timedelta"})


@dataclass(frozen=True)
class Grid:
    """A sheet from its first row and column on, as columns of one length; places are counted from 0.

    `formulas`: the places of formulas without a value. `merged_rows`: where cells begin that span several rows.
    """

    name: str
    is_hidden: bool
    columns: tuple[RawColumn, ...]
    formulas: tuple[tuple[int, int], ...]
    merged_rows: tuple[int, ...]


def read_grids(file: str, kind: Kind, data: bytes) -> list[Grid]:
    """Return the sheets of a workbook.

    Unsafe, damaged, protected, or beyond the limits of memory and time: DataBlockedError naming the file.
    """
    seconds = BASE_SECONDS + SECONDS_PER_MEGABYTE * (len(data) >> 20)
    request = json.dumps({"file": file, "kind": kind, "seconds": seconds}).encode()
    try:
        answer = subprocess.run(
            [sys.executable, "-I", "-c", _WORKER, json.dumps(sys.path)],
            input=b"\n".join((request, data)),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        ).stdout
    except subprocess.TimeoutExpired:
        raise DataBlockedError(
            f"{file}: not read within {seconds} seconds; save it again in Excel, split it, or export it as .csv"
        ) from None
    outcome, content = _loaded(answer)
    if outcome == BLOCKED:
        raise DataBlockedError(str(content))
    if outcome == DAMAGED:
        refuse_damaged(file)
    if outcome != READ or not isinstance(content, list):
        raise DataBlockedError(
            f"{file}: cannot be read in the memory it may take; a cell far from the table, or damage, can do that; "
            "copy the table into a new workbook, or export it as .csv"
        )
    return [_grid(sheet) for sheet in content]


def _loaded(answer: bytes) -> tuple[str, list[PlainSheet] | str | None]:
    """Return outcome and content of an answer; a process that died before its end leaves none, or half of one."""
    try:
        outcome, content = _Answer(io.BytesIO(answer)).load()
    except (pickle.UnpicklingError, EOFError, ValueError, TypeError):
        return NO_MEMORY, None
    return outcome, content


class _Answer(pickle.Unpickler):
    """Loads plain values and times, nothing that could run."""

    def find_class(self, module: str, name: str) -> object:
        if module == "datetime" and name in _TIMES:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no value of a cell")


def _grid(sheet: PlainSheet) -> Grid:
    name, is_hidden, columns, formulas, merged_rows = sheet
    height = max((len(codes) // 4 for codes, _ in columns), default=0)
    return Grid(name, is_hidden, tuple(_column(*column, height) for column in columns), tuple(formulas),
                tuple(merged_rows))  # fmt: skip


def _column(codes: bytes, distinct: list[object], height: int) -> RawColumn:
    """Return the column; one left of the first cell of the sheet is empty."""
    if not distinct:
        return RawColumn.same("", height)
    values = np.empty(len(distinct), dtype=object)
    values[:] = distinct
    return RawColumn(np.frombuffer(codes, dtype=np.int32).astype(np.int64), values)
