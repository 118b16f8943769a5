"""Lists that people keep in `params/`: source of record, suppression, regions, recipients; and how such a list is read.

A list is a CSV file with fixed columns. A line that begins with `#` says nothing to the program: it is a remark, or
a proposal of `caringmon check --suggest` that nobody has accepted yet.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from caringmon.errors import ParameterError, did_you_mean
from caringmon.intake.aliases import SYSTEMS
from caringmon.intake.headers import SOURCE_OF_RECORD
from caringmon.model.tables import TABLES
from caringmon.params import read_yaml_as_text

SUPPRESSION, RECIPIENTS, REGIONS = "suppression.csv", "recipients.csv", "region_map.csv"
# The columns of the lists that a workspace fills itself; the package ships no rows of them.
OWN_LISTS: Mapping[str, tuple[str, ...]] = {
    SUPPRESSION: ("service_no", "pseudonym", "reason", "from"),
    RECIPIENTS: ("role", "person_id", "email"),
}
_REGION = ("scheme", "witel", "regional", "tz", "valid_from", "valid_to")
_REASONS = ("DNC", "PDP", "CLIENT")
_ZONES = ("WIB", "WITA", "WIT")


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

    Both or neither of service_no and pseudonym, an unknown reason, no ISO date: ParameterError naming the line, and
    never the number that stands there.
    """
    if not path.exists():
        return ()
    return tuple(_suppressed(row, f"{path.name} line {line}") for line, row in csv_rows(path, OWN_LISTS[SUPPRESSION]))


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

    Another header, too many or too few cells, text that is not UTF-8: ParameterError naming the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ParameterError(f"{path.name}: not UTF-8 text; save it as UTF-8") from None
    # Remarks become empty lines, so that line numbers stay those of the file.
    reader = csv.reader("" if line.startswith("#") else line for line in text.splitlines())
    records = ((reader.line_num, [cell.strip() for cell in cells]) for cells in reader)
    filled = ((line, cells) for line, cells in records if any(cells))
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


def _suppressed(row: Mapping[str, str], place: str) -> Suppressed:
    if bool(row["service_no"]) == bool(row["pseudonym"]):
        raise ParameterError(f"{place}: fill exactly one of service_no and pseudonym")
    if row["reason"] not in _REASONS:
        hint = did_you_mean(row["reason"].upper(), _REASONS)
        raise ParameterError(f"{place}: reason is one of {', '.join(_REASONS)}.{hint}")
    return Suppressed(row["service_no"], row["pseudonym"], row["reason"], _day(row["from"], "from", place))


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
