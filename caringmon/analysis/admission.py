"""Which visible rows enter a report: who is suppressed, whose id lost its zeros, which tappings count.

Tables in, tables out: each function takes the fact tables by name, with `load_id` and `source_row` still in them, and
returns them changed, beside what it found.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from caringmon.errors import DataBlockedError, Reason
from caringmon.model.codes import AGREE, Severity
from caringmon.model.findings import Issue, Load
from caringmon.model.period import month_code

Tables = Mapping[str, pa.Table]
_LISTED_ROWS, _LISTED_CODES = 20, 12
_MOST_OUTSIDE_ROSTER = 0.01
_SUPPRESSED = "SUPPRESSED"
_PEOPLE = (("calls", "agent_id"), ("assignments", "agent_id"), ("qc", "qco_id"), ("attendance", "person_id"))


def without_suppressed(
    tables: Tables, listed: Collection[str], day: dt.date
) -> tuple[dict[str, pa.Table], tuple[Issue, ...]]:
    """Return the tables without the services that are listed, or whose order says so from a day up to `day` on.

    A service is meant with and without leading zeros, whichever of them is listed: files lose those. What is found
    counts distinct services, under `SUPPRESSED`.
    """
    orders = tables["assignments"]
    by_order = pc.and_(pc.equal(orders["status"], _SUPPRESSED), pc.less_equal(orders["valid_from"], pa.scalar(day)))
    named = {*listed, *orders.filter(by_order)["service_no"].to_pylist()}
    services = pa.array(sorted(named | _digits_of(tables, named)), pa.string())
    kept: dict[str, pa.Table] = {}
    left_out: set[str] = set()
    for name, table in tables.items():
        if "service_no" not in table.column_names:
            kept[name] = table
            continue
        out = pc.or_(pc.is_in(table["service_no"], services), pc.is_in(table["service_no_digits"], services))
        left_out |= set(pc.unique(table.filter(out)["service_no_digits"]).to_pylist())
        kept[name] = table.filter(pc.invert(out))
    issues = (Issue("SUPPRESSED", Severity.INFO, count=len(left_out)),) if left_out else ()
    return kept, issues


def _digits_of(tables: Tables, services: Collection[str]) -> set[str]:
    """Return the pseudonyms of these services without their leading zeros, as far as rows tell them."""
    wanted = pa.array(sorted(services), pa.string())
    numbered = [table for table in tables.values() if "service_no_digits" in table.column_names]
    found = (table.filter(pc.is_in(table["service_no"], wanted))["service_no_digits"] for table in numbered)
    return {digits for column in found for digits in pc.unique(column).drop_null().to_pylist()}


def with_recovered_ids(tables: Tables, loads: Mapping[str, Load]) -> tuple[dict[str, pa.Table], tuple[Issue, ...]]:
    """Return the tables with the ids of data orders where an id differs from exactly one of them in leading zeros.

    Each file with such rows is found as `LEADING_ZERO_RECOVERED`.
    """
    orders = tables["assignments"].select(["service_no", "service_no_digits"]).to_pandas().drop_duplicates()
    single = orders[~orders["service_no_digits"].duplicated(keep=False)]
    by_digits = dict(zip(single["service_no_digits"], single["service_no"], strict=True))
    assigned = pa.array(orders["service_no"].unique(), pa.string())
    changed = dict(tables)
    issues: list[Issue] = []
    for name in ("calls", "qc", "payments"):
        table = tables[name]
        stray = pc.invert(pc.is_in(table["service_no"], assigned))
        found = pa.array([by_digits.get(d) for d in table.filter(stray)["service_no_digits"].to_pylist()], pa.string())
        places = np.flatnonzero(stray.to_numpy())[found.is_valid().to_numpy(zero_copy_only=False)]
        if not len(places):
            continue
        services = table["service_no"].to_numpy(zero_copy_only=False).astype(object)
        services[places] = found.drop_null().to_pylist()
        changed[name] = _with(table, "service_no", pa.array(services, pa.string()))
        issues += _by_file("LEADING_ZERO_RECOVERED", Severity.WARN, name, table.take(places), loads)
    return changed, tuple(issues)


def with_imputed_amounts(tables: Tables, loads: Mapping[str, Load]) -> tuple[dict[str, pa.Table], tuple[Issue, ...]]:
    """Return the tables with the arrears of the month's first data order for payments of unknown amount.

    A payment on a service without an order in that month is left out, found as `PAYMENT_WITHOUT_AMOUNT`.
    """
    payments = tables["payments"]
    if not payments["amount"].null_count:
        return dict(tables), ()
    orders = tables["assignments"].select(["service_no", "period", "valid_from", "arrears_amount"]).to_pandas()
    first = orders.sort_values(["service_no", "period", "valid_from"]).drop_duplicates(["service_no", "period"])
    asked = payments.select(["service_no", "paid_at", "is_reversal"]).to_pandas()
    asked["period"] = asked["paid_at"].dt.strftime("%Y-%m")
    owed = asked.merge(first, on=["service_no", "period"], how="left", validate="many_to_one")["arrears_amount"]
    signed = owed.where(~asked["is_reversal"].fillna(False).astype(bool), -owed)
    amounts = pc.coalesce(payments["amount"], pa.array(signed, pa.int64(), from_pandas=True))
    filled = _with(payments, "amount", amounts)
    lacking = filled.filter(pc.is_null(filled["amount"]))
    found = tuple(_by_file("PAYMENT_WITHOUT_AMOUNT", Severity.WARN, "payments", lacking, loads))
    return {**tables, "payments": filled.filter(pc.is_valid(filled["amount"]))}, found


def with_named_calls(tables: Tables) -> dict[str, pa.Table]:
    """Return the tables with the attempt id of every tap that names its call by service and time instead."""
    taps, calls = tables["qc"], tables["calls"]
    if not taps["attempt_id"].null_count:
        return dict(tables)
    named = calls.select(["service_no", "called_at", "attempt_id"]).to_pandas()
    named = named.sort_values(["service_no", "called_at", "attempt_id"]).drop_duplicates(["service_no", "called_at"])
    asked = taps.select(["service_no", "called_at"]).to_pandas()
    found = asked.merge(named, on=["service_no", "called_at"], how="left", validate="many_to_one")["attempt_id"]
    ids = pc.coalesce(taps["attempt_id"], pa.array(found, pa.string(), from_pandas=True))
    return {**tables, "qc": _with(taps, "attempt_id", ids)}


def with_person_ids(tables: Tables) -> dict[str, pa.Table]:
    """Return the tables with logins replaced by the person_id that the roster gives them; codes of persons stay."""
    logins = {
        login.strip(): row["person_id"]
        for row in tables["roster"].select(["person_id", "logins"]).to_pylist()
        for login in (row["logins"] or "").split("|")
        if login.strip()
    }
    if not logins:
        return dict(tables)
    changed = dict(tables)
    for name, column in _PEOPLE:
        spoken = pc.dictionary_encode(tables[name][column].combine_chunks())
        people = pa.array([logins.get(word, word) for word in spoken.dictionary.to_pylist()], pa.string())
        changed[name] = _with(tables[name], column, people.take(spoken.indices))
    return changed


def with_independent_taps(tables: Tables, loads: Mapping[str, Load]) -> tuple[dict[str, pa.Table], tuple[Issue, ...]]:
    """Return the tables without taps by the person who made the call; found as `QC_INDEPENDENCE`, by file and row.

    A tap that names no call is set aside when the person made any agree of the service before it.
    """
    taps = tables["qc"]
    calls = tables["calls"].select(["attempt_id", "agent_id", "service_no", "called_at", "result_code"]).to_pandas()
    judged = taps.select(["attempt_id", "qco_id", "service_no", "called_at", "tapped_at"]).to_pandas()
    callers = calls[["attempt_id", "agent_id"]].drop_duplicates("attempt_id")
    named = judged.merge(callers, on="attempt_id", how="left", validate="many_to_one")
    agrees = calls[calls["result_code"] == AGREE].groupby(["service_no", "agent_id"], as_index=False)["called_at"].min()
    agrees = agrees.rename(columns={"agent_id": "qco_id", "called_at": "agreed_at"})
    since = judged.merge(agrees, on=["service_no", "qco_id"], how="left", validate="many_to_one")["agreed_at"]
    is_named = judged["attempt_id"].notna() | judged["called_at"].notna()
    own_call = judged["qco_id"].notna() & (judged["qco_id"] == named["agent_id"])
    own = (own_call | (~is_named & (since < judged["tapped_at"]))).to_numpy(dtype=bool)
    if not own.any():
        return dict(tables), ()
    found = _by_file("QC_INDEPENDENCE", Severity.QUARANTINE, "qc", taps.filter(pa.array(own)), loads)
    return {**tables, "qc": taps.filter(pa.array(~own))}, tuple(found)


def unassigned_calls(tables: Tables, loads: Mapping[str, Load], day: dt.date) -> tuple[Issue, ...]:
    """Return, per file, the calls of the month of `day` on services that no data order of the month names."""
    month = month_code(day)
    orders = tables["assignments"].filter(pc.equal(tables["assignments"]["period"], month))
    calls = _of_month(tables["calls"], day)
    stray = calls.filter(pc.invert(pc.is_in(calls["service_no"], pc.unique(orders["service_no"]))))
    return tuple(_by_file("CALL_WITHOUT_ASSIGNMENT", Severity.WARN, "calls", stray, loads))


def reassigned_segments(tables: Tables, day: dt.date) -> tuple[Issue, ...]:
    """Return how many services of the month of `day` stand in the orders of more than one segment."""
    orders = tables["assignments"].filter(pc.equal(tables["assignments"]["period"], month_code(day)))
    segments = orders.group_by("service_no").aggregate([("segment", "count_distinct")])
    moved = pc.sum(pc.greater(segments["segment_count_distinct"], 1)).as_py() or 0
    return (Issue("SEGMENT_CHANGED", Severity.WARN, table="assignments", count=moved),) if moved else ()


def agents_outside_roster(tables: Tables, day: dt.date) -> tuple[Issue, ...]:
    """Return the agents with calls in the month of `day` who are in no roster row on the day of the call.

    More than 1 % of the agrees theirs: DataBlockedError naming the codes.
    """
    calls = _of_month(tables["calls"], day).select(["agent_id", "called_at", "result_code"]).to_pandas()
    calls["day"] = calls["called_at"].dt.normalize()
    per_day = calls.assign(agrees=calls["result_code"].eq(AGREE)).groupby(["agent_id", "day"], as_index=False)
    worked = per_day.agg(calls=("agrees", "size"), agrees=("agrees", "sum"))
    outside = worked[~_is_in_roster(worked, tables["roster"])]
    if outside.empty:
        return ()
    codes = _shown(sorted(outside["agent_id"].unique()))
    theirs, whole = int(outside["agrees"].sum()), int(worked["agrees"].sum())
    if theirs > _MOST_OUTSIDE_ROSTER * whole:
        raise DataBlockedError(
            f"AGENT_OUTSIDE_ROSTER: {theirs:,} of {whole:,} agrees of "
            f"{month_code(day)} are of agents who were in no roster on that day: {codes}; complete roster.xlsx",
            Reason("AGENT_OUTSIDE_ROSTER", counts={"count": theirs, "whole": whole}),
        )
    count = int(outside["calls"].sum())
    return (Issue("AGENT_OUTSIDE_ROSTER", Severity.WARN, table="calls", count=count, detail=codes),)


def _is_in_roster(worked: pd.DataFrame, roster: pa.Table) -> pd.Series[bool]:
    """Tell for each row (agent_id, day) whether a roster row of the person is in force on the day."""
    rows = roster.select(["person_id", "valid_from", "valid_to"]).to_pandas(date_as_object=False)
    numbered = worked.reset_index(names="place")
    pairs = numbered.merge(rows, left_on="agent_id", right_on="person_id", how="inner", validate="many_to_many")
    in_force = (pairs["valid_from"] <= pairs["day"]) & (pairs["valid_to"].isna() | (pairs["day"] < pairs["valid_to"]))
    return pd.Series(numbered["place"].isin(pairs.loc[in_force, "place"]).to_numpy(), index=worked.index)


def _of_month(calls: pa.Table, day: dt.date) -> pa.Table:
    first = dt.datetime.combine(day.replace(day=1), dt.time())
    return calls.filter(pc.greater_equal(calls["called_at"], pa.scalar(first)))


def _by_file(code: str, severity: Severity, table: str, rows: pa.Table, loads: Mapping[str, Load]) -> Iterable[Issue]:
    """Yield one issue per file of the rows, with the first rows of each listed; files by name."""
    by_load = rows.select(["load_id", "source_row"]).to_pandas().sort_values(["load_id", "source_row"])
    grouped = [(loads[str(load_id)], found["source_row"].tolist()) for load_id, found in by_load.groupby("load_id")]
    for load, numbers in sorted(grouped, key=lambda pair: (pair[0].source_file, pair[0].load_id)):
        yield Issue(
            code,
            severity,
            table=table,
            file=load.source_file,
            row=numbers[0],
            count=len(numbers),
            detail=_shown(numbers) if len(numbers) > 1 else "",
        )


def _shown(values: Sequence[object]) -> str:
    most = _LISTED_CODES if values and isinstance(values[0], str) else _LISTED_ROWS
    return ", ".join(map(str, values[:most])) + (", …" if len(values) > most else "")


def _with(table: pa.Table, name: str, values: pa.Array) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, values)
