"""Facts: Parquet snapshots named by their content, and the list of loads that says which of them are in force.

`store/facts/<table>/<sha256>.parquet` never changes; `store/current.json` is replaced last, so that a reader sees
all of a file's rows or none. Queries run on DuckDB in memory, over an explicit list of snapshots.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
import operator
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet
from ibis import _

from caringmon.model.codes import Severity
from caringmon.model.contracts import Table
from caringmon.model.findings import Issue, Load
from caringmon.store.files import only_one, write_whole

LOAD_COLUMN = pa.field("load_id", pa.string())


@dataclass(frozen=True)
class NewLoad:
    """Rows of one table that come from one sheet of one file, with what was wrong with them.

    `rows` has the stored columns of its table. `order` and `digest` of the load are given by the store.
    """

    load: Load
    rows: pa.Table
    issues: tuple[Issue, ...] = ()


@contextmanager
def connection() -> Iterator[ibis.BaseBackend]:
    """Yield a DuckDB in memory, in the time zone of the data, that never asks the network; closed at the end."""
    con = ibis.duckdb.connect()
    try:
        for setting in (
            "TimeZone = 'Asia/Jakarta'",
            "autoinstall_known_extensions = false",
            "autoload_known_extensions = false",
        ):
            con.raw_sql(f"SET {setting}")
        yield con
    finally:
        con.disconnect()


def read_loads(workspace: Path) -> tuple[Load, ...]:
    """Return all loads in the order in which they were made; an empty store has none."""
    path = _current(workspace)
    if not path.exists():
        return ()
    return tuple(_load(record) for record in json.loads(path.read_text(encoding="utf-8")))


def read_issues(workspace: Path, loads: Sequence[Load]) -> tuple[Issue, ...]:
    """Return what was found when these files were loaded, in the order of the loads."""
    return tuple(issue for load in loads for issue in _issues(_issues_file(workspace, load.load_id)))


def append(workspace: Path, load: Load, rows: pa.Table, issues: Sequence[Issue] = ()) -> None:
    """Add one load; see `append_all`."""
    append_all(workspace, [NewLoad(load, rows, tuple(issues))])


def append_all(workspace: Path, new: Sequence[NewLoad], earlier: Collection[str] = ()) -> tuple[Load, ...]:
    """Add loads, all of them visible at once, and return them as stored; a `load_id` already there adds nothing.

    `earlier`: the ids under which the same file was loaded by other rules; those make way in the same moment, for `new`
    is all that the file gives. The snapshots are on disk before `current.json` names them. Equal rows give equal
    bytes, hence equal digests.
    """
    with only_one(workspace / "store"):
        return _append_all(workspace, new, earlier)


def _append_all(workspace: Path, new: Sequence[NewLoad], earlier: Collection[str]) -> tuple[Load, ...]:
    loads = read_loads(workspace)
    known = {load.load_id for load in loads}
    fresh = {entry.load.load_id: entry for entry in new if entry.load.load_id not in known}
    added = [_written(workspace, entry) for entry in fresh.values()]
    held = {entry.load.load_id for entry in new}
    kept = [load for load in loads if load.load_id not in earlier or load.load_id in held]
    if not added and len(kept) == len(loads):
        return ()
    # A new reading ranks where the earlier one did, so that it wins over the same exports.
    place = min((load.order for load in loads if load.load_id in earlier), default=len(loads))
    ranked = sorted([*kept, *added], key=lambda load: place if load.load_id in fresh else load.order)
    stored = [replace(load, order=place) for place, load in enumerate(ranked)]
    write_whole(_current(workspace), _json_lines(stored))
    return tuple(load for load in stored if load.load_id in fresh)


def _written(workspace: Path, entry: NewLoad) -> Load:
    digest = _write_snapshot(workspace, entry)
    write_whole(_issues_file(workspace, entry.load.load_id), _json_lines(entry.issues))
    return replace(entry.load, digest=digest)


def current_rows(con: ibis.BaseBackend, workspace: Path, table: Table, loads: Sequence[Load]) -> ibis.Table:
    """Return one row per key: the version of the latest export, then of the latest load, then the last row.

    Columns: `table.arrow_schema` and `load_id`. No order is promised. Loads of other tables are left out; without
    any, the result has no rows. A key alternative applies to a row if all its columns are filled; the last one
    applies to the rest.
    """
    names = table.arrow_schema.append(LOAD_COLUMN).names
    ranked = every_version(con, workspace, table, loads)
    if sum(load.table == table.name for load in loads) < 2:
        return ranked.select(names)
    newest_first = ibis.window(group_by=key_of(ranked, table), order_by=[_.load_rank.desc(), _.source_row.desc()])
    # Under no name, since any may be a column of the table.
    return ranked.filter(ibis.row_number().over(newest_first) == 0).select(names)


def every_version(con: ibis.BaseBackend, workspace: Path, table: Table, loads: Sequence[Load]) -> ibis.Table:
    """Return all rows of all loads of the table, the same key as often as it was exported.

    Columns: `table.arrow_schema`, `load_id`, `exported_at`, and `load_rank`, which grows with the export time, then
    with the order in which files were loaded. No order is promised.
    """
    own = sorted((load for load in loads if load.table == table.name), key=lambda load: (load.exported_at, load.order))
    schema = table.arrow_schema.append(LOAD_COLUMN)
    about = pa.table(
        {
            "load_id": pa.array([load.load_id for load in own], pa.string()),
            "exported_at": pa.array([load.exported_at for load in own], pa.timestamp("us")),
            "load_rank": pa.array(range(len(own)), pa.int64()),
        }
    )
    if not own:
        return ibis.memtable(pa.schema([*schema, *list(about.schema)[1:]]).empty_table())
    paths = sorted({str(_snapshot(workspace, table.name, load.digest)) for load in own})
    return con.read_parquet(paths).select(schema.names).inner_join(ibis.memtable(about), "load_id")


def key_of(rows: ibis.Table, table: Table) -> list[ibis.Value]:
    """Return the columns of the alternative that identifies a row, the others null."""
    *first, last = table.key
    if not first:
        return [rows[name] for name in last]
    filled = [functools.reduce(operator.and_, (rows[name].notnull() for name in names)) for names in first]
    chosen = ibis.cases(*((is_filled, number) for number, is_filled in enumerate(filled)), else_=len(first))
    names = dict.fromkeys(name for alternative in table.key for name in alternative)
    uses = {name: [number for number, columns in enumerate(table.key) if name in columns] for name in names}
    return [chosen, *(chosen.isin(uses[name]).ifelse(rows[name], ibis.null()) for name in names)]


def _write_snapshot(workspace: Path, entry: NewLoad) -> str:
    labels = pa.repeat(entry.load.load_id, entry.rows.num_rows)
    buffer = pa.BufferOutputStream()
    pa.parquet.write_table(entry.rows.append_column(LOAD_COLUMN, labels), buffer, compression="zstd")
    content = buffer.getvalue().to_pybytes()
    digest = hashlib.sha256(content).hexdigest()
    path = _snapshot(workspace, entry.load.table, digest)
    if not path.exists():
        write_whole(path, content)
    return digest


def _json_lines(records: Sequence[Load | Issue]) -> bytes:
    """Return a JSON list with one record a line."""
    lines = [json.dumps(vars(record), ensure_ascii=False, default=str) for record in records]
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode()


def _load(record: dict[str, Any]) -> Load:
    dates = {name: dt.date.fromisoformat(record[name]) for name in ("first_day", "last_day")}
    exported_at = dt.datetime.fromisoformat(record["exported_at"])
    lists = {name: tuple(record.get(name, ())) for name in ("absent_by_design", "header_marks")}
    return Load(**{**record, **dates, **lists, "exported_at": exported_at})


def _issues(path: Path) -> list[Issue]:
    records = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return [Issue(**{**record, "severity": Severity(record["severity"])}) for record in records]


def _current(workspace: Path) -> Path:
    return workspace / "store" / "current.json"


def _snapshot(workspace: Path, table: str, digest: str) -> Path:
    return workspace / "store" / "facts" / table / f"{digest}.parquet"


def _issues_file(workspace: Path, load_id: str) -> Path:
    return workspace / "store" / "issues" / f"{load_id}.json"
