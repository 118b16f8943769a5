"""Files → raw rows, each with file, sheet and row number. What the cells mean is not asked here."""

from __future__ import annotations

from pathlib import Path

from caringmon.errors import DataBlockedError, UsageError, did_you_mean
from caringmon.intake.delimited import read_delimited
from caringmon.intake.sheets import CountKnown, Place, RawSheet
from caringmon.intake.workbooks import read_workbook

TEXT = (".csv", ".txt")
WORKBOOK = (".xlsx",)


def read_sheets(path: Path, data: bytes, count_known: CountKnown) -> list[RawSheet]:
    """Return the sheets of a file whose bytes are `data`; a text file is one sheet without a name.

    `count_known` tells how many known headers a row holds; by it header row and delimiter are found.
    A file of another kind: UsageError. One that is empty, broken, protected or not what its name says:
    DataBlockedError. Both name the file and what to do.
    """
    kind = path.suffix.lower()
    if kind not in (*TEXT, *WORKBOOK):
        hint = did_you_mean(kind, (*TEXT, *WORKBOOK))
        raise UsageError(f"{path.name}: files of the kind '{kind}' are not read; save it as .xlsx or .csv.{hint}")
    if not data:
        raise DataBlockedError(f"{path.name}: the file is empty; export it again")
    if kind in TEXT:
        return [read_delimited(Place(path.name), data, count_known)]
    return read_workbook(path.name, data, count_known)
