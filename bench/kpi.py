"""Speed of the counts at one million attempts, as ratios to hand-written DuckDB SQL over the same tables.

Run: python bench/kpi.py [ATTEMPTS]. Prints, never asserts.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Callable

import numpy as np
import pyarrow as pa

from caringmon.analysis.kpi_values import kpi_counts
from caringmon.analysis.snapshot import Scope, open_facts, relations_at
from caringmon.model.calendar import WorkCalendar
from caringmon.model.findings import Clocks
from caringmon.model.period import Period, Window
from caringmon.model.tables import TABLES
from caringmon.store import facts

CODES = np.array(["U01", "U02", "U03", "C02", "R01", "R02", "R03", "R08"])
SHARES = np.array([0.35, 0.1, 0.1, 0.1, 0.08, 0.12, 0.1, 0.05])
START = np.datetime64("2022-09-01T08:00", "us")
CLOCK = dt.datetime(2022, 10, 31, 23, 59, 59)
SQL = """
SELECT segment, sum(dials), count(*) FILTER (dials > 0), count(*) FILTER (contacted > 0), count(*) FILTER (rpc > 0)
FROM (SELECT segment, service_no, count(*) AS dials,
             count(*) FILTER (result_code[1] IN ('C', 'R')) AS contacted,
             count(*) FILTER (result_code[1] = 'R') AS rpc
      FROM calls WHERE called_at >= '2022-10-01' AND called_at < '2022-11-01' AND channel = 'VOICE'
        AND result_code NOT IN ('U07', 'U08') GROUP BY ALL)
GROUP BY segment ORDER BY segment
"""


def calls(attempts: int, random: np.random.Generator) -> pa.Table:
    """Return attempts over two months, four a service, in random order."""
    services = np.char.add("S", random.integers(0, attempts // 4, attempts).astype(str))
    minutes = random.integers(0, 61 * 1440 - 600, attempts).astype("timedelta64[m]")
    columns = {
        "attempt_id": np.char.add("c", np.arange(attempts).astype(str)),
        "called_at": START + minutes,
        "agent_id": np.char.add("A", random.integers(0, 320, attempts).astype(str)),
        "service_no": services,
        "segment": random.choice(["CT0", "PRANPC"], attempts),
        "result_code": random.choice(CODES, attempts, p=SHARES),
        "channel": np.full(attempts, "VOICE"),
    }
    return pa.table({f.name: columns.get(f.name, pa.nulls(attempts, f.type)) for f in TABLES["calls"].arrow_schema})


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
    random = np.random.default_rng(0)
    print(f"{attempts:,} attempts, seed 0")
    tables = {name: table.arrow_schema.empty_table() for name, table in TABLES.items()} | {
        "calls": calls(attempts, random)
    }
    calendar = WorkCalendar(frozenset(range(1, 7)))
    scope = Scope(calendar, ("CT0", "PRANPC"), "net", frozenset(), frozenset(), 3, dt.time(17), 2)
    month = [Window("month", Period.month(CLOCK.date()))]
    with facts.connection() as con:
        opened = open_facts(con, tables)
        relations = relations_at(opened, scope, Clocks(CLOCK, CLOCK))
        by_hand = seconds(lambda: con.raw_sql(SQL).fetchall())
        for level in ("site", "tl"):
            ours = seconds(lambda level=level: kpi_counts(relations, month, level))
            print(f"kpi_counts, one month, {level}: {ours / by_hand:.1f} times hand-written SQL ({by_hand:.3f} s)")


if __name__ == "__main__":
    main()
