"""The names that the field gives to our columns: `params/header_aliases.yml`, in order of rank."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from caringmon.errors import ParameterError, did_you_mean
from caringmon.intake.arrears import bill_of
from caringmon.intake.mappings import FileMapping
from caringmon.intake.sheets import Cell
from caringmon.model.contracts import QUARANTINE_HEADERS, Column, Table
from caringmon.model.tables import TABLES

SYSTEMS = ("TAMARA", "NONATERO", "EXCEL")
HEADER_LENGTH = 40
EVERY_TABLE, _NOT_LOADED = "every_table", "not_loaded"
SHARED_COLUMNS = ("service_no", "segment", "period")
# Headers of a workspace's own files, each with the column that it is: `"Tgl Telp": calls.called_at`.
ADDED = "added"
_SEVERAL = " #"
_TURN = re.compile(r"(.*[a-z]) ?([1-9]\d?)")


@lru_cache(maxsize=4096)
def normalised(header: str) -> str:
    """Return the header as it is compared: case-folded, without accents, punctuation or repeated spaces."""
    header = re.sub(r"&nbsp;?|_x000[dD]_", " ", header)
    plain = "".join(c for c in unicodedata.normalize("NFKD", header.casefold()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[\W_]+", " ", plain).split())


def turn_of(name: str) -> tuple[str, int]:
    """Return a normalised header without the number at its end, and that number: `status caring 2`; without one 0."""
    numbered = _TURN.fullmatch(name)
    return (numbered[1].rstrip(), int(numbered[2])) if numbered else (name, 0)


@dataclass(frozen=True)
class Aliases:
    """The names of each column, in order of rank: (normalised name, the one system that uses it or empty).

    `not_loaded`: names that are known and that no table wants.
    """

    names: Mapping[str, Mapping[str, tuple[tuple[str, str], ...]]]
    not_loaded: frozenset[str] = frozenset()

    @cached_property
    def known(self) -> frozenset[str]:
        """All names that any table knows, those that may stand several times with a number, those that none wants."""
        own = {n for columns in self.names.values() for ranked in columns.values() for n, _ in ranked}
        several = {
            n + _SEVERAL for table in TABLES.values() for name in table.repeats for n, _ in self.names[table.name][name]
        }
        return frozenset(own | several | self.not_loaded | {normalised(name) for name in QUARANTINE_HEADERS})


def read_aliases(content: Mapping[str, object], source: str) -> Aliases:
    """Return the aliases of a parameter file; the canonical name of a column always ranks first.

    An unknown table, column or system: ParameterError naming it.
    """
    _refuse_unknown(content, {*TABLES, EVERY_TABLE, _NOT_LOADED, ADDED}, source, "table")
    added = _added_names(content.get(ADDED), f"{source}: {ADDED}")
    shared = _columns(content.get(EVERY_TABLE), f"{source}: {EVERY_TABLE}")
    _refuse_unknown(shared, {c.name for t in TABLES.values() for c in t.columns}, source, "column")
    names = {}
    for table in TABLES.values():
        own = _columns(content.get(table.name), f"{source}: {table.name}")
        _refuse_unknown(own, {column.name for column in table.columns}, f"{source}: {table.name}", "column")
        names[table.name] = {
            column.name: tuple(
                dict.fromkeys(
                    [
                        (normalised(column.name), ""),
                        *_ranked(own.get(column.name, []), f"{source}: {table.name}.{column.name}"),
                        *_ranked(shared.get(column.name, []), f"{source}: {EVERY_TABLE}.{column.name}"),
                        *((name, "") for name, target in added if target in _targets(table, column)),
                    ]
                )
            )
            for column in table.columns
            if not column.digits_of
        }
    ignored = _list(content.get(_NOT_LOADED, []), f"{source}: {_NOT_LOADED}")
    return Aliases(names, frozenset(normalised(str(name)) for name in ignored))


def known_names(aliases: Aliases, mappings: Iterable[FileMapping]) -> frozenset[str]:
    """Return all headers, normalised, that a table or a mapping knows."""
    return aliases.known | {normalised(name) for mapping in mappings for name in mapping.columns.values()}


def is_known(header: str, known: frozenset[str]) -> bool:
    """Tell whether a header is known: by itself, without the number at its end, or as the bill of a month."""
    name = normalised(header)
    base, turn = turn_of(name)
    return name in known or (turn > 0 and base + _SEVERAL in known) or bool(bill_of(name))


def count_known(cells: Sequence[Cell], known: frozenset[str]) -> int:
    """Return how many distinct known headers a row of cells holds."""
    words = (cell for cell in cells if isinstance(cell, str) and len(cell) <= HEADER_LENGTH)
    return len({normalised(word) for word in words if is_known(word, known)})


def _columns(content: object, source: str) -> Mapping[str, object]:
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ParameterError(f"{source}: expected lines of 'column: [names]'")
    return content


def _ranked(content: object, source: str) -> Iterator[tuple[str, str]]:
    """Yield the names of one column with their system; a list entry is a name or {SYSTEM: [names]}."""
    for entry in _list(content, source):
        if isinstance(entry, str):
            yield normalised(entry), ""
            continue
        if not isinstance(entry, dict):
            raise ParameterError(f"{source}: expected names, or SYSTEM: [names]")
        _refuse_unknown(entry, SYSTEMS, source, "source system")
        for system, names in entry.items():
            yield from ((normalised(str(name)), system) for name in _list(names, source))


def _added_names(content: object, source: str) -> list[tuple[str, str]]:
    """Return normalised header and `table.column` for each line of the headers added; a line may name several."""
    known = {target for table in TABLES.values() for column in table.columns for target in _targets(table, column)}
    added = []
    for header, named in _columns(content or None, source).items():
        targets = [str(one) for one in named] if isinstance(named, list) else [str(named)]
        _refuse_unknown(targets, known, f"{source}: {header}", "column")
        added += [(normalised(header), target) for target in targets]
    return added


def _targets(table: Table, column: Column) -> tuple[str, str]:
    """Return the two ways to name the column as what an added header is."""
    return f"{table.name}.{column.name}", f"{EVERY_TABLE}.{column.name}"


def _list(content: object, source: str) -> list[object]:
    if not isinstance(content, list):
        raise ParameterError(f"{source}: expected a list of names in brackets")
    return content


def _refuse_unknown(names: Iterable[str], known: Iterable[str], source: str, what: str) -> None:
    known = list(known)
    for name in names:
        if name not in known:
            raise ParameterError(f"{source}: unknown {what} '{name}'.{did_you_mean(name, known)}")
