"""Lists that people keep in `params/`: source of record, suppression, regions, recipients; and how such a list is read.

A list is a CSV file with fixed columns. A line that begins with `#` says nothing to the program: it is a remark, or
a proposal of `caringmon check --suggest` that nobody has accepted yet.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from caringmon.errors import ParameterError, did_you_mean
from caringmon.intake.aliases import SYSTEMS
from caringmon.intake.cells import cells_of, read_codes
from caringmon.intake.headers import SOURCE_OF_RECORD
from caringmon.model.tables import TABLES
from caringmon.params import parameter_text, read_yaml_as_text

SUPPRESSION, RECIPIENTS, REGIONS = "suppression.csv", "recipients.csv", "region_map.csv"
# The columns of the lists that a workspace fills itself; the package ships no rows of them.
OWN_LISTS: Mapping[str, tuple[str, ...]] = {
    SUPPRESSION: ("service_no", "pseudonym", "reason", "from"),
    RECIPIENTS: ("role", "person_id", "email"),
}
_REGION = ("scheme", "witel", "regional", "tz", "valid_from", "valid_to")
_REASONS = ("DNC", "PDP", "CLIENT")
_ZONES = ("WIB", "WITA", "WIT")
_PSEUDONYM = re.compile("[A-Z2-7]{16}")


@dataclass(frozen=True)
class Suppressed:
    """A service that is left out of every table from the day on; exactly one of its two names is filled."""

    service_no: str
    pseudonym: str
    reason: str
    from_day: dt.date


@dataclass(frozen=True)
class Region:
    """Where a witel lies, and its clock; `valid_to` is exclusive, None: open."""

    scheme: str
    witel: str
    regional: str
    tz: str
    valid_from: dt.date
    valid_to: dt.date | None


def read_sources(path: Path) -> dict[str, str]:
    """Return the source of record of every table: table → TAMARA, NONATERO or EXCEL.

    A table that the file does not name keeps its usual one; without the file all do. An unknown table or system:
    ParameterError naming it.
    """
    named = read_yaml_as_text(path) if path.exists() else {}
    for table, system in named.items():
        if table not in TABLES:
            raise ParameterError(f"{path.name}: unknown table '{table}'.{did_you_mean(table, TABLES)}")
        if system not in SYSTEMS:
            hint = did_you_mean(str(system).upper(), SYSTEMS)
            raise ParameterError(f"{path.name}: {table}: the system is one of {', '.join(SYSTEMS)}.{hint}")
    return {**SOURCE_OF_RECORD, **{table: str(system) for table, system in named.items()}}


def read_suppression(path: Path) -> tuple[Suppressed, ...]:
    """Return the suppressed services in the order of the file; without the file: none.

    Both or neither of service_no and pseudonym, a number that lost digits, an unknown reason, no ISO date:
    ParameterError naming the line, and never the number that stands there.
    """
    if not path.exists():
        return ()
    return tuple(_suppressed(row, f"{path.name} line {line}") for line, row in csv_rows(path, OWN_LISTS[SUPPRESSION]))


def service_number(text: str) -> str:
    """Return a service number as files are read: without the apostrophe or ="…" that kept Excel from rounding it.

    Nothing or zeros alone: empty. Digits lost for good, 1.31E+11: ValueError.
    """
    read = read_codes(cells_of([text]))
    if read.blocks["ID_PRECISION"].any():
        raise ValueError("digits of the number are lost")
    return read.values[0].as_py() or ""


def read_regions(path: Path) -> tuple[Region, ...]:
    """Return the witels of all schemes in the order of the file.

    An unknown time zone, no ISO date, or a witel that stands twice in a scheme on one day: ParameterError naming the
    line.
    """
    regions: list[Region] = []
    for line, row in csv_rows(path, _REGION):
        place = f"{path.name} line {line}"
        region = _region(row, place)
        if any(_overlap(region, other) for other in regions):
            raise ParameterError(f"{place}: {region.witel} stands twice in {region.scheme}; end the earlier row first")
        regions.append(region)
    return tuple(regions)


def csv_rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line number and stripped cells of each row of a list; empty lines and those that begin with `#` are none.

    Another header, too many or too few cells, a row of several lines, a quote that is never closed, text that is not
    UTF-8, a file that cannot be read: ParameterError naming the line.
    """
    text = parameter_text(path)
    filled = ((line, cells) for line, cells in _records(path.name, text) if any(cells))
    expected = ",".join(columns)
    line, header = next(filled, (1, []))
    if tuple(header) != columns:
        raise ParameterError(f"{path.name} line {line}: expected the columns {expected}")
    for line, cells in filled:
        if len(cells) != len(columns):
            raise ParameterError(
                f'{path.name} line {line}: expected {expected}; text that holds a comma stands in quotes, "a, b"'
            )
        yield line, dict(zip(columns, cells, strict=True))


def _records(name: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and stripped cells of every line; a remark is an empty one."""
    for number, line in enumerate(text.splitlines(), 1):
        try:
            records = list(csv.reader(["" if line.startswith("#") else line], strict=True))
        except csv.Error:
            raise ParameterError(
                f"{name} line {number}: cannot be read as cells; a row is one line, and a quote is closed in it"
            ) from None
        yield from ((number, [cell.strip() for cell in cells]) for cells in records)


def _suppressed(row: Mapping[str, str], place: str) -> Suppressed:
    try:
        number = service_number(row["service_no"])
    except ValueError:
        raise ParameterError(f"{place}: Excel has cut digits off service_no; type it again as text") from None
    if bool(number) == bool(row["pseudonym"]):
        raise ParameterError(f"{place}: fill exactly one of service_no and pseudonym")
    if row["pseudonym"] and not _PSEUDONYM.fullmatch(row["pseudonym"]):
        raise ParameterError(f"{place}: a pseudonym has 16 letters A-Z and digits 2-7; a number stands in service_no")
    if row["reason"] not in _REASONS:
        hint = did_you_mean(row["reason"].upper(), _REASONS)
        raise ParameterError(f"{place}: reason is one of {', '.join(_REASONS)}.{hint}")
    return Suppressed(number, row["pseudonym"], row["reason"], _day(row["from"], "from", place))


def _region(row: Mapping[str, str], place: str) -> Region:
    for name in ("scheme", "witel"):
        if not row[name]:
            raise ParameterError(f"{place}: {name} is empty")
    if row["tz"] not in _ZONES:
        raise ParameterError(f"{place}: tz is one of {', '.join(_ZONES)}.{did_you_mean(row['tz'].upper(), _ZONES)}")
    end = _day(row["valid_to"], "valid_to", place) if row["valid_to"] else None
    start = _day(row["valid_from"], "valid_from", place)
    return Region(row["scheme"], row["witel"], row["regional"], row["tz"], start, end)


def _overlap(one: Region, other: Region) -> bool:
    same = (one.scheme, one.witel.casefold()) == (other.scheme, other.witel.casefold())
    ends = (one.valid_to or dt.date.max, other.valid_to or dt.date.max)
    return same and one.valid_from < ends[1] and other.valid_from < ends[0]


def _day(text: str, name: str, place: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ParameterError(f"{place}: {name} is a date written YYYY-MM-DD, for example 2022-10-18") from None
