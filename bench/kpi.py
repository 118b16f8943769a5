"""Speed of `kpi` at one million attempts, as ratios to hand-written DuckDB SQL for the same figures, same tables.

Run: python bench/kpi.py [ATTEMPTS]. Prints, never asserts; says so when the two do not agree. The ledger, which both
take as a table, is timed apart.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa

from caringmon.analysis.entities import memberships
from caringmon.analysis.holdings import holdings
from caringmon.analysis.kpi_values import counts_of, kpi_counts, kpi_values
from caringmon.analysis.relations import Relations
from caringmon.analysis.snapshot import Scope, claims_at, open_facts, relations_at, seen_at
from caringmon.model.calendar import WorkCalendar
from caringmon.model.call_hours import CallHours
from caringmon.model.codes import QC_REASONS
from caringmon.model.findings import Clocks
from caringmon.model.kpi import COUNTED
from caringmon.model.period import Period, Window
from caringmon.model.tables import TABLES
from caringmon.store import facts

CODES = np.array(["U01", "U02", "U03", "C02", "R01", "R02", "R03", "R08", "C01", "U07", "R04"])
SHARES = np.array([0.35, 0.1, 0.1, 0.08, 0.08, 0.1, 0.08, 0.05, 0.02, 0.02, 0.02])
FIRST = np.datetime64("2022-09-01", "D")
CLOCK = dt.datetime(2022, 10, 31, 23, 59, 59)
CALENDAR = WorkCalendar(frozenset(range(1, 7)), {dt.date(2022, 10, 8): "Maulid Nabi Muhammad"}, frozenset({2022}))
ZONES = {"DENPASAR": 1, "MAKASSAR": 1}
WITELS = np.array(["Semarang", "Yogyakarta", "Solo", "Bandung", "Denpasar", "Makassar"])
SCOPE = Scope(CALENDAR, ("CT0", "PRANPC"), "net", frozenset(), frozenset(), 3, dt.time(17), 2,
              hours=CallHours(zone_hours=ZONES))  # fmt: skip
MONTH = Window("month", Period.month(CLOCK.date()))
MEMBERS = pa.schema([("member", pa.string()), ("entity", pa.string()), ("since", pa.date32()), ("until", pa.date32())])
# Staff is counted from attendance and calibration from taps, which no call or claim tells.
KPIS = [kpi.id for kpi in COUNTED if "attendance" not in kpi.needs and not kpi.numerator.startswith("calibration")]
SQL = (Path(__file__).parent / "kpi.sql").read_text(encoding="utf-8")


def tables(attempts: int, random: np.random.Generator) -> dict[str, pa.Table]:
    """Return two months of facts, four attempts a service and month, in random order."""
    count = attempts // 8
    days = np.sort(random.integers(0, 61, attempts)).astype("timedelta64[D]")
    minutes = (random.normal(13.5 * 60, 180, attempts).clip(420, 1260) * 60).astype("timedelta64[s]")
    number = random.integers(0, count, attempts)
    called_at = (FIRST + days).astype("datetime64[us]") + minutes
    result = random.choice(CODES, attempts, p=SHARES)
    shuffled = random.permutation(attempts)
    calls = {
        "attempt_id": np.char.add("c", np.arange(attempts).astype(str)),
        "called_at": called_at,
        "agent_id": np.char.add("A", random.integers(0, 320, attempts).astype(str)),
        "service_no": np.char.add("S", number.astype(str)),
        "segment": np.where(number % 2, "CT0", "PRANPC"),
        "result_code": result,
        "promise_date": np.where(result == "R01", called_at.astype("datetime64[D]") + 4, np.datetime64("NaT")),
        "talk_sec": random.integers(5, 300, attempts).astype("int32"),
        "channel": np.full(attempts, "VOICE"),
    }
    calls = {name: values[shuffled] for name, values in calls.items()}
    agrees = np.flatnonzero(calls["result_code"] == "R01")
    tapped = agrees[random.random(len(agrees)) < 0.9]
    taps = {
        "validation_id": np.char.add("t", np.arange(len(tapped)).astype(str)),
        "attempt_id": calls["attempt_id"][tapped],
        "service_no": calls["service_no"][tapped],
        "called_at": calls["called_at"][tapped],
        "qco_id": np.char.add("Q", random.integers(0, 32, len(tapped)).astype(str)),
        "tapped_at": calls["called_at"][tapped] + random.integers(1, 2000, len(tapped)).astype("timedelta64[m]"),
        "status": random.choice(["VALID", "NOT_VALID", "RETURN"], len(tapped), p=[0.88, 0.05, 0.07]),
    }
    taps["reason_code"] = np.where(taps["status"] == "VALID", None, random.choice(["RC01", "RC03"], len(tapped)))
    paid = random.choice(count, count // 4, replace=False)
    payments = {
        "payment_id": np.char.add("p", np.arange(len(paid)).astype(str)),
        "service_no": np.char.add("S", paid.astype(str)),
        "paid_at": (FIRST + random.integers(0, 61, len(paid)).astype("timedelta64[D]")).astype("datetime64[us]"),
        "amount": random.integers(1, 6, len(paid)) * 100_000,
    }
    return {name: table.arrow_schema.empty_table() for name, table in TABLES.items()} | {
        "calls": _table("calls", calls),
        "qc": _table("qc", taps),
        "payments": _table("payments", payments),
        "assignments": _table("assignments", _held(count, random)),
        "roster": _table("roster", _staff()),
    }


def _held(count: int, random: np.random.Generator) -> dict[str, np.ndarray]:
    """Return a list per month; a tenth of the services changes its holder on the 12th."""
    parts = []
    for period, first in (("2022-09", "2022-09-01"), ("2022-10", "2022-10-01")):
        moved = random.choice(count, count // 10, replace=False)
        for numbers, day in ((np.arange(count), first), (moved, f"{period}-12")):
            start = np.full(len(numbers), np.datetime64(day))
            parts.append({
                "period": np.full(len(numbers), period),
                "segment": np.where(numbers % 2, "CT0", "PRANPC"),
                "service_no": np.char.add("S", numbers.astype(str)),
                "agent_id": np.char.add("A", random.integers(0, 320, len(numbers)).astype(str)),
                "arrears_amount": 300_000 + numbers % 7 * 50_000,
                "witel": WITELS[numbers % 6],
                "received_at": start.astype("datetime64[us]") + np.timedelta64(7, "h"),
                "valid_from": start,
            })  # fmt: skip
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _staff() -> dict[str, np.ndarray]:
    """Return 320 agents in 32 teams, and 32 TLs under 8 SPVs."""
    agents, leaders = np.arange(320), np.arange(32)
    return {
        "person_id": np.concatenate([np.char.add("A", agents.astype(str)), np.char.add("TL", leaders.astype(str))]),
        "role": np.concatenate([np.full(320, "AGENT"), np.full(32, "TL")]),
        "reports_to": np.concatenate([
            np.char.add("TL", (agents // 10).astype(str)), np.char.add("SPV", (leaders // 4).astype(str))
        ]),
        "valid_from": np.full(352, np.datetime64("2022-01-01")),
    }  # fmt: skip


def _table(name: str, columns: dict[str, np.ndarray]) -> pa.Table:
    rows = len(next(iter(columns.values())))
    schema = TABLES[name].arrow_schema
    return pa.table(
        [pa.array(columns[f.name], f.type) if f.name in columns else pa.nulls(rows, f.type) for f in schema], schema
    )


def seconds(work: Callable[[], object], runs: int = 5) -> float:
    """Return the median time of the runs after one warm-up."""
    work()
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return sorted(times)[runs // 2]


def main() -> None:
    """Print the figures."""
    attempts = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print(f"{attempts:,} attempts, seed 0")
    with facts.connection() as con:
        opened = open_facts(con, tables(attempts, np.random.default_rng(0)))
        clocks = Clocks(CLOCK, CLOCK)
        seen = seen_at(opened, clocks)
        began = time.perf_counter()
        claims = claims_at(seen, SCOPE, CLOCK, CLOCK.date())
        print(f"the ledger, apart: {claims.count().execute():,} claims in {time.perf_counter() - began:.2f} s")
        con.create_table("claims", claims.to_pyarrow())
        relations = replace(relations_at(opened, SCOPE, clocks, CLOCK.date()), claims=con.table("claims"))
        for level in ("site", "tl", "agent"):
            _compare(con, relations, seen["assignments"], level)


def _compare(con: ibis.BaseBackend, relations: Relations, assignments: ibis.Table, level: str) -> None:
    """Print how long `kpi` takes at a level, and by how much longer than the SQL; and where the two differ."""
    names = counts_of(KPIS)
    if level != "site":
        rows = memberships(relations.roster, level) if level == "tl" else []
        con.create_table("members", pa.table(list(zip(*rows, strict=True)) or [[]] * 4, MEMBERS), overwrite=True)
    statements = _sql(level).split(";\n")

    def counted() -> pd.DataFrame:
        known = replace(relations, holdings=ibis.memtable(holdings(assignments, CALENDAR).to_pyarrow()))
        return kpi_counts(known, [MONTH], level, names, SCOPE.segments)

    def ours() -> pd.DataFrame:
        return kpi_values(counted(), KPIS, [MONTH], level, SCOPE.coverage)

    def by_hand() -> pd.DataFrame:
        for statement in statements[:-1]:
            con.raw_sql(statement)
        return con.raw_sql(statements[-1]).df()

    mine, theirs = counted().set_index(["segment", "entity"]), by_hand().set_index(["segment", "entity"])
    for name in sorted(set(theirs.columns) & names):
        differ = (mine[name].astype(float) - theirs[name].astype(float).fillna(0)).abs() > 1e-9
        if differ.any():
            print(f"  {name} differs for {differ.sum()} of {len(mine)}")
    missing = names - set(theirs.columns)
    if missing:
        print(f"  not in the SQL: {', '.join(sorted(missing))}")
    hand, own = seconds(by_hand), seconds(ours)
    print(f"kpi, one month, {level}: {own / hand:.1f} times hand-written SQL ({own:.2f} s to {hand:.2f} s)")


def _sql(level: str) -> str:
    """Return the statements for a level."""
    member = "JOIN members m ON {who} = m.member AND {day} >= m.since AND {day} < m.until"
    held = "JOIN members m ON h.agent_id = m.member AND m.since < h.until AND h.start < m.until"
    words = {
        "site": {"call_entity": "''", "claim_entity": "''", "held_entity": "''", "while_held": ""},
        "agent": {"call_entity": "c.agent_id", "claim_entity": "c.agent_id_credit", "held_entity": "h.agent_id",
                  "while_held": "AND p.paid_at >= h.start AND p.paid_at < h.until"},
        "tl": {"call_entity": "m.entity", "claim_entity": "m.entity", "held_entity": "m.entity",
               "call_join": member.format(who="c.agent_id", day="c.called_at::DATE"),
               "claim_join": member.format(who="c.agent_id_credit", day="c.agree_at::DATE"), "held_join": held,
               "held_start": "greatest(h.start, m.since)", "held_end": "least(h.until, m.until)",
               "while_held": "AND p.paid_at >= greatest(h.start, m.since) AND p.paid_at < least(h.until, m.until)"},
    }  # fmt: skip
    same = {"call_join": "", "claim_join": "", "held_join": "", "held_start": "h.start", "held_end": "h.until"}
    reasons = ",\n       ".join(
        f"count(*) FILTER (is_own AND verdict.reason_code = '{code}') AS defects_{code}" for code in QC_REASONS
    )
    return SQL.format(**{**same, **words[level], "reasons": reasons})


if __name__ == "__main__":
    main()
