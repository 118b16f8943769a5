"""Erasure: what tells who a service is leaves the identity store; facts, under its pseudonym, stay."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import ibis
from ibis import _

from caringmon.model.contracts import NEVER_IN_FACTS, PSEUDONYMISED, Table
from caringmon.model.findings import Load
from caringmon.model.tables import TABLES
from caringmon.store import facts
from caringmon.store.identities import forget_people, known_pseudonyms


def erase_services(workspace: Path, services: Collection[str], loads: Sequence[Load]) -> int:
    """Remove what is kept of these services: number, account, phones, names, notes; return how many entries that were.

    `services`: with every spelling, see `spellings`. A phone or an account that another service has as well stays.
    """
    if not known_pseudonyms(workspace) & set(services):
        return 0
    theirs: set[str] = set(services)
    others: set[str] = set()
    with facts.connection() as con:
        for table in _with_services():
            rows = facts.every_version(con, workspace, table, loads)
            for name in _telling(table):
                theirs |= _values(rows.filter(_.service_no.isin(sorted(services))), name)
                others |= _values(rows.filter(~_.service_no.isin(sorted(services))), name)
    return forget_people(workspace, theirs - others)


def spellings(workspace: Path, services: Collection[str], loads: Sequence[Load]) -> frozenset[str]:
    """Return these services and those stored ones that differ from them in leading zeros only, which files lose."""
    if not services:
        return frozenset()
    with facts.connection() as con:
        known = [
            facts.every_version(con, workspace, table, loads).select("service_no", "service_no_digits").distinct()
            for table in _with_services()
        ]
        pairs = ibis.union(*known, distinct=True).to_pyarrow().to_pylist()
    digits = {pair["service_no_digits"] for pair in pairs if {*pair.values()} & {*services}}
    return frozenset(
        {*services, *digits, *(pair["service_no"] for pair in pairs if pair["service_no_digits"] in digits)}
    )


def _with_services() -> list[Table]:
    return [table for table in TABLES.values() if any(column.digits_of for column in table.columns)]


def _telling(table: Table) -> list[str]:
    """Return the stored columns under whose values the identity store keeps something about the service of a row."""
    ids = [column.name for column in table.stored if column.kind in PSEUDONYMISED and not column.digits_of]
    own = {name for alternative in table.key for name in alternative}
    about = [column.about for column in table.columns if column.kind in NEVER_IN_FACTS and column.about in own]
    return list(dict.fromkeys([*ids, *about]))


def _values(rows: ibis.Table, name: str) -> set[str]:
    return {value for value in rows.select(name).distinct().to_pyarrow()[name].to_pylist() if value is not None}
