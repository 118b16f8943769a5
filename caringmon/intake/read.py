"""Files → raw rows, each with file, sheet and row number. What the cells mean is not asked here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

from caringmon.errors import DataBlockedError, UsageError, did_you_mean
from caringmon.intake.delimited import read_delimited
from caringmon.intake.kinds import EXTENSIONS, Kind, kind_of
from caringmon.intake.sheets import CountKnown, Place, RawSheet
from caringmon.intake.workbooks import read_workbook
from caringmon.model.codes import Severity


def read_sheets(file: str, data: bytes, count_known: CountKnown) -> list[RawSheet]:
    """Return the sheets of a file whose bytes are `data`; a text file is one sheet without a name.

    The content decides what it is; a name that says another kind is told as an issue. `count_known` tells how many
    known headers a row holds; by it header row and delimiter are found. A name of a kind that is not read: UsageError.
    Empty, broken, protected, unsafe, or content that is not read: DataBlockedError. Both name the file and what to do.
    """
    suffix = PurePosixPath(file).suffix.lower()
    if suffix not in EXTENSIONS:
        hint = did_you_mean(suffix, EXTENSIONS)
        raise UsageError(f"{file}: files of the kind '{suffix}' are not read; save it as .xlsx or .csv.{hint}")
    kind = kind_of(file, data)
    if kind is Kind.ZIP:
        raise DataBlockedError(f"{file}: an archive in an archive is not read; unpack it and load the files in it")
    if kind is Kind.TEXT:
        sheets = [read_delimited(Place(file), data, count_known)]
    else:
        sheets = read_workbook(file, kind, data, count_known)
    if kind is EXTENSIONS[suffix]:
        return sheets
    return [
        replace(sheet, issues=(*sheet.issues, sheet.place.issue("CONTENT_OF_OTHER_KIND", Severity.INFO, detail=kind)))
        for sheet in sheets
    ]
