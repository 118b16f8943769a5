"""The cells that a reader of values shows as empty although they are not: errors, and formulas without a value."""

from __future__ import annotations

from dataclasses import dataclass, field

# Row and column of a cell, counted from 0.
Place = tuple[int, int]

# The codes of binary workbooks ([MS-XLS] 2.5.10 BErr).
ERROR_NAMES = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!",
               0x2A: "#N/A"}  # fmt: skip
UNNAMED_ERROR = "#VALUE!"
_KNOWN = frozenset(ERROR_NAMES.values())


@dataclass
class Marks:
    """Per row of a sheet the columns that hold an error, with its text; and the places of formulas without a value.

    `strange`: where the first error stands whose text Excel does not know (Err:502); noted as #VALUE!.
    """

    errors: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    formulas: list[Place] = field(default_factory=list)
    strange: Place | None = None

    def add_error(self, row: int, column: int, text: str) -> None:
        """Note the error of a cell."""
        if text not in _KNOWN and self.strange is None:
            self.strange = row, column
        self.errors.setdefault(row, []).append((column, text if text in _KNOWN else UNNAMED_ERROR))

    def __bool__(self) -> bool:
        return bool(self.errors or self.formulas)
