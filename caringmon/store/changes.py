"""What later exports made of rows that earlier ones held: values that changed, rows that are gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa
from ibis import _

from caringmon.model.codes import Severity
from caringmon.model.contracts import Table
from caringmon.model.findings import Issue, Load
from caringmon.model.tables import TABLES
from caringmon.store import facts

if TYPE_CHECKING:
    from ibis.expr.types import StringValue

# Tables whose exports overlap; roster and targets carry their own versions.
_EXPORTED = ("calls", "assignments", "qc", "payments", "attendance")
_PLACE = ("source_row", "source_line", "load_id")
_SEPARATOR = "\x1f"


def export_changes(con: ibis.BaseBackend, workspace: Path, loads: Sequence[Load]) -> tuple[Issue, ...]:
    """Return what each file changed of files exported before it, in the order of tables and files.

    `VALUES_CHANGED`: per column, how many rows the file tells otherwise than the export before it. `ROW_VANISHED`: how
    many rows that an earlier export held are not in it, though they lie in the days that it covers; they are kept.
    """
    by_id = {load.load_id: load for load in loads}
    found: list[Issue] = []
    for name in _EXPORTED:
        own = [load for load in loads if load.table == name]
        if len(own) > 1:
            versions = _versions(con, workspace, TABLES[name], own)
            found += _changed(versions, TABLES[name], by_id)
            found += _vanished(versions, TABLES[name], by_id)
    return tuple(found)


def _versions(con: ibis.BaseBackend, workspace: Path, table: Table, loads: Sequence[Load]) -> ibis.Table:
    """Return every version of each row with `key`, `day` and the rank and key of the version before it."""
    rows = facts.every_version(con, workspace, table, loads)
    rows = rows.mutate(key=_as_text(facts.key_of(rows, table)), day=rows[table.event].cast("date"))
    rows = rows.mutate(group=rows.segment if "segment" in rows.columns else ibis.literal(""))
    by_age = ibis.window(group_by="key", order_by=["load_rank", "source_row"])
    return rows.mutate(rank_before=_.load_rank.lag().over(by_age)).cache()


def _as_text(values: Sequence[ibis.Value]) -> StringValue:
    return ibis.literal(_SEPARATOR).join([value.cast("string").fill_null("") for value in values])


def _changed(versions: ibis.Table, table: Table, loads: dict[str, Load]) -> Iterator[Issue]:
    """Yield per file and column how many rows differ from the version before."""
    names = [column.name for column in table.stored]
    by_age = ibis.window(group_by="key", order_by=["load_rank", "source_row"])
    repeated = versions.semi_join(versions.filter(_.rank_before.notnull()).select("key"), "key")
    flags = {name: ~repeated[name].identical_to(repeated[name].lag().over(by_age)) for name in names}
    differing = repeated.select("load_id", "rank_before", **flags).filter(_.rank_before.notnull())
    counts = differing.group_by("load_id").agg(**{name: differing[name].sum() for name in names}).to_pyarrow()
    for row in sorted(counts.to_pylist(), key=lambda row: loads[row["load_id"]].source_file):
        for name in names:
            if row[name]:
                load = loads[row["load_id"]]
                yield Issue("VALUES_CHANGED", Severity.INFO, table.name, load.source_file, count=row[name], detail=name)


def _vanished(versions: ibis.Table, table: Table, loads: dict[str, Load]) -> Iterator[Issue]:
    """Yield per file how many rows of its days are in an export that it continues, and not in it.

    A file continues an earlier one if it holds a row of it again, of the same segment: files of other areas do not
    miss each other's rows.
    """
    windows = ibis.memtable(
        pa.Table.from_pylist(
            [
                {"newer_id": load.load_id, "first_day": load.first_day, "last_day": load.last_day}
                for load in loads.values()
            ]
        )
    )
    follows = versions.filter(_.rank_before.notnull() & (_.rank_before < _.load_rank))
    follows = follows.select("group", newer_id=_.load_id, newer=_.load_rank, older=_.rank_before).distinct()
    follows = follows.inner_join(windows, "newer_id")
    held = versions.select("group", "key", "day", older="load_rank").inner_join(follows, ["group", "older"])
    held = held.filter(held.day.between(held.first_day, held.last_day)).select("newer_id", "newer", "key").distinct()
    gone = held.anti_join(versions.select("key", newer="load_rank"), ["key", "newer"])
    counts = gone.group_by("newer_id").agg(count=_.count()).to_pyarrow().to_pylist()
    for row in sorted(counts, key=lambda row: loads[row["newer_id"]].source_file):
        file = loads[row["newer_id"]].source_file
        yield Issue("ROW_VANISHED", Severity.WARN, table.name, file, count=row["count"])
