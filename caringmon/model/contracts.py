"""The contract of a fact table: its columns, units and keys, what is personal, and the words of its templates.

Facts are described once, column by column: intake types and pseudonymises by these kinds, the store keeps them, the
data dictionary prints them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa


class Kind(StrEnum):
    """What the values of a column are; decides typing, unit and treatment of personal data."""

    TEXT = "text"
    CODE = "code"  # an id or code word: text, stripped, leading zeros kept
    STAFF = "staff"  # the code of a member of staff; what tells a person instead is stored as a keyed pseudonym
    SERVICE = "service"  # personal: stored as a keyed pseudonym
    CUSTOMER = "customer"  # personal: stored as a keyed pseudonym
    PHONE = "phone"  # personal: stored as a keyed pseudonym
    NAME = "name"  # personal: goes to the identity store only
    NOTE = "note"  # free text: never enters the facts
    DATETIME = "datetime"  # naive WIB, microseconds
    DATE = "date"
    MONTH = "month"  # YYYY-MM
    RUPIAH = "rupiah"  # integer rupiah
    COUNT = "count"
    NUMBER = "number"
    SECONDS = "seconds"
    MINUTES = "minutes"  # whole minutes; durations and hours of the source are converted
    FLAG = "flag"  # true or false


ARROW_TYPES: dict[Kind, pa.DataType] = {
    Kind.TEXT: pa.string(),
    Kind.CODE: pa.string(),
    Kind.STAFF: pa.string(),
    Kind.SERVICE: pa.string(),
    Kind.CUSTOMER: pa.string(),
    Kind.PHONE: pa.string(),
    Kind.DATETIME: pa.timestamp("us"),
    Kind.DATE: pa.date32(),
    Kind.MONTH: pa.string(),
    Kind.RUPIAH: pa.int64(),
    Kind.COUNT: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.SECONDS: pa.int32(),
    Kind.MINUTES: pa.int32(),
    Kind.FLAG: pa.bool_(),
}
PSEUDONYMISED = frozenset({Kind.SERVICE, Kind.CUSTOMER, Kind.PHONE})
NEVER_IN_FACTS = frozenset({Kind.NAME, Kind.NOTE})
# Of the templates that people fill in: the sheet that explains the columns, and whom the example row is about.
GUIDE_SHEET, EXAMPLE = "Petunjuk", "CONTOH"
EXAMPLE_COLUMNS = ("entity_id", "person_id")
# What the workbook of rows set aside has beside the columns of the file: code, reason, row.
QUARANTINE_HEADERS = ("kode", "alasan", "baris")


@dataclass(frozen=True)
class Column:
    """One column of a fact table.

    `required`: a file feeds the table only if the column, or one of those it is `derived_from`, is there; a row
    without a value is set aside. `allowed`: the only values, after word lists were applied; empty = any.
    `raw`: exists while a file is read (words of the source) and is not stored.
    `about`: for names and notes, the stored column that says whose they are; the identity store keeps them under it.
    `digits_of`: the pseudonym of that id without its leading zeros, by which an id that lost them is found again.
    `people_at`: the levels at which a code is a member of staff's; empty: at all.
    """

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    allowed: tuple[str, ...] = ()
    derived_from: tuple[str, ...] = ()
    raw: bool = False
    about: str = ""
    digits_of: str = ""
    people_at: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A fact table: its columns, the columns that identify a row, and when a row happened.

    `key` holds alternatives in order: the first whose columns are all filled identifies the row.
    `event`: the column whose time decides whether a row is visible at a clock; empty: the export of its file.
    `is_state`: a row is what an export said of a thing at its export time; every version is kept, since events are
    told from how it changed. `ids_as`: the table whose rows have the same ids. `marks`: columns of which a file must
    have one to feed the table, beside all that are required. `repeats`: columns that may stand several times in one
    line of a file, with numbers; each filled group of them is a row.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[tuple[str, ...], ...]
    event: str
    is_state: bool = False
    ids_as: str = ""
    marks: tuple[str, ...] = ()
    repeats: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """Return the column of that name; unknown: KeyError."""
        return {column.name: column for column in self.columns}[name]

    @property
    def stored(self) -> tuple[Column, ...]:
        """The columns that facts keep: neither raw words nor names and notes."""
        return tuple(c for c in self.columns if not c.raw and c.kind not in NEVER_IN_FACTS)

    @property
    def arrow_schema(self) -> pa.Schema:
        """The stored columns plus where each row came from (`source_row`, `source_line`)."""
        fields = [pa.field(column.name, ARROW_TYPES[column.kind]) for column in self.stored]
        return pa.schema([*fields, pa.field("source_row", pa.int64()), pa.field("source_line", pa.int64())])
