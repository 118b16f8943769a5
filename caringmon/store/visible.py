"""The rows that a report may see: current versions of the facts, up to its clocks, in the order of their keys."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.csv

from caringmon.model.codes import Severity
from caringmon.model.contracts import Table
from caringmon.model.findings import Clocks, Issue, Load
from caringmon.model.period import end_of_day, month_code
from caringmon.model.tables import TABLES
from caringmon.store import facts, states

# Tables of which a part is told from exported states.
_LOGS = {"qc": states.tap_log, "payments": states.payment_log}
LOAD_COLUMNS = ("source_row", "source_line", "load_id")


def visible_tables(
    con: ibis.BaseBackend, workspace: Path, loads: Sequence[Load], clocks: Clocks, since: dt.date
) -> dict[str, pa.Table]:
    """Return every fact table's rows with event time from `since` to the clock, with where they come from.

    Calls and QC by the time of the event, payments by its day; holdings and targets of the months from `since` on, and
    the whole roster, by the day they take effect; all history. Tables of states are left out. Rows are ordered by
    event and key, so that equal rows give equal tables.
    """
    return {
        name: _visible(con, workspace, table, loads, clocks, since).to_pyarrow()
        for name, table in TABLES.items()
        if not table.is_state
    }


def later_exports(
    con: ibis.BaseBackend, workspace: Path, loads: Sequence[Load], clocks: Clocks, since: dt.date
) -> tuple[Issue, ...]:
    """Return one issue per table of events whose visible rows, or their values, only later exports brought.

    Later than the data clock. A row that an earlier export held with the same values does not count.
    """
    in_time = [load for load in loads if load.exported_at <= clocks.qc]
    if len(in_time) == len(loads):
        return ()
    found = []
    for name in ("calls", "qc"):
        now, then = (
            _visible(con, workspace, TABLES[name], some, clocks, since).drop(*LOAD_COLUMNS) for some in (loads, in_time)
        )
        count = int(now.difference(then).count().execute())
        if count:
            found.append(Issue("LATER_EXPORTS", Severity.INFO, table=name, count=count))
    return tuple(found)


def events_on(con: ibis.BaseBackend, workspace: Path, loads: Sequence[Load], day: dt.date) -> dict[str, int]:
    """Return how many calls and taps of the day these loads hold, by table."""
    counts = {}
    for name in ("calls", "qc"):
        rows = facts.current_rows(con, workspace, TABLES[name], loads)
        counts[name] = int(rows.filter(rows[TABLES[name].event].date() == day).count().execute())
    return counts


def latest_events(con: ibis.BaseBackend, workspace: Path, loads: Sequence[Load]) -> dict[str, dt.datetime]:
    """Return when the last call, tap and payment of these loads happened, by table; a table without rows is not in."""
    found = {}
    for name in ("calls", "qc", "payments"):
        latest = _rows(con, workspace, TABLES[name], loads)[TABLES[name].event].max().to_pyarrow().as_py()
        if latest is not None:
            found[name] = latest
    return found


def rows_hash(tables: Mapping[str, pa.Table]) -> str:
    """Return the sha256 over the ordered rows of all tables, as hex: the same rows, the same hash.

    Where the rows come from does not matter: the load columns are left out.
    """
    digest = hashlib.sha256()
    for name in sorted(tables):
        rows = tables[name].select([column for column in tables[name].column_names if column not in LOAD_COLUMNS])
        digest.update(f"\n{name}:{','.join(rows.schema.names)}\n".encode())
        pyarrow.csv.write_csv(rows, pa.PythonFile(_Sink(digest)), pyarrow.csv.WriteOptions(include_header=False))
    return digest.hexdigest()


class _Sink:
    """A file-like object that hashes what is written."""

    closed = False

    def __init__(self, digest: hashlib._Hash) -> None:
        self._digest = digest

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        return len(data)

    def flush(self) -> None:
        return

    def close(self) -> None:
        self.closed = True

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False


def _rows(con: ibis.BaseBackend, workspace: Path, table: Table, loads: Sequence[Load]) -> ibis.Table:
    log = _LOGS.get(table.name)
    return log(con, workspace, loads) if log else facts.current_rows(con, workspace, table, loads)


def _visible(
    con: ibis.BaseBackend, workspace: Path, table: Table, loads: Sequence[Load], clocks: Clocks, since: dt.date
) -> ibis.Table:
    rows = _rows(con, workspace, table, loads)
    event = rows[table.event]
    if table.event in ("called_at", "tapped_at"):
        clock = clocks.calls if table.event == "called_at" else clocks.qc
        rows = rows.filter(event >= dt.datetime.combine(since, dt.time()), event <= clock)
    elif table.event == "paid_at":
        rows = rows.filter(event >= dt.datetime.combine(since, dt.time()), event <= end_of_day(clocks.qc.date()))
    elif table.event != "period":
        rows = rows.filter(event <= clocks.calls.date())
    if "period" in rows.columns:
        rows = rows.filter(rows.period <= month_code(clocks.calls))
    if table.name in ("assignments", "targets"):
        rows = rows.filter(rows.period >= month_code(since))
    if table.name == "qc":
        rows = _as_answered(rows, clocks)
    keys = dict.fromkeys([table.event, *(name for key in table.key for name in key)])
    return rows.order_by(list(keys))


def _as_answered(taps: ibis.Table, clocks: Clocks) -> ibis.Table:
    """Return the taps with what the TL answered only where he had answered at the clock."""
    is_later = taps.tl_at > clocks.qc
    later = {name: is_later.fill_null(False).ifelse(ibis.null(), taps[name]) for name in ("tl_id", "data_condition")}
    return taps.mutate(**later, tl_at=is_later.fill_null(False).ifelse(ibis.null(), taps.tl_at))
