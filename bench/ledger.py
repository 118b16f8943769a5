"""Speed of the agree ledger at one million attempts: linear in the rows, and its share of a plain SQL aggregation.

Run: python bench/ledger.py [ATTEMPTS]. Prints, never asserts. Times are of the processor, so that neighbours on the
machine weigh little.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Callable, Mapping

import ibis
import numpy as np
import pyarrow as pa
from kpi import tables

from caringmon.analysis.events import Rules
from caringmon.analysis.ledger import agree_ledger
from caringmon.model.tables import TABLES
from caringmon.store import facts

CLOCK = dt.datetime(2022, 10, 31, 23, 59, 59)
CUTOFFS = {"2022-09": dt.datetime(2022, 10, 5, 17), "2022-10": dt.datetime(2022, 11, 3, 17)}
ARREARS = 250_000
SQL = """
SELECT calls.segment, month(calls.called_at), count(DISTINCT calls.service_no), count(*) FILTER (qc.status = 'VALID'),
       sum(paid.amount)
FROM calls LEFT JOIN qc USING (attempt_id)
     LEFT JOIN (SELECT service_no, sum(amount) AS amount FROM payments GROUP BY service_no) paid
            ON paid.service_no = calls.service_no
WHERE calls.result_code = 'R01' GROUP BY ALL ORDER BY ALL
"""


def table(name: str, rows: int, **columns: object) -> pa.Table:
    """Return a fact table of that many rows; columns that are not named are null."""
    schema = TABLES[name].arrow_schema
    return pa.table({f.name: pa.array(columns[f.name], f.type) if f.name in columns else pa.nulls(rows, f.type)
                     for f in schema}, schema)  # fmt: skip


def evidence(attempts: int) -> dict[str, pa.Table]:
    """Return attempts with every agree tapped a day later, seven of ten paid, and every service in a data order."""
    random = np.random.default_rng(0)
    called = tables(attempts, random)["calls"]
    day = np.timedelta64(1, "D")
    called_at = called["called_at"].to_numpy()
    promised = pa.array(called_at.astype("datetime64[D]") + random.integers(0, 8, attempts))
    called = called.set_column(called.schema.get_field_index("promise_date"), "promise_date", promised)
    agrees = np.flatnonzero(called["result_code"].to_numpy() == "R01")
    ids, services = (called[name].to_numpy()[agrees] for name in ("attempt_id", "service_no"))
    verdicts = random.choice(["VALID", "NOT_VALID", "RETURN"], len(agrees), p=[0.8, 0.1, 0.1])
    paying = agrees[: len(agrees) * 7 // 10]
    listed = np.unique(called["service_no"].to_numpy())
    return {
        "calls": called,
        "qc": table("qc", len(agrees), validation_id=ids, attempt_id=ids, service_no=services,
                    tapped_at=called_at[agrees] + day, status=verdicts, qco_id=["Q1"] * len(agrees)),
        "payments": table("payments", len(paying), payment_id=ids[: len(paying)], service_no=services[: len(paying)],
                          paid_at=called_at[paying] + 3 * day, amount=[ARREARS] * len(paying)),
        "assignments": table("assignments", len(listed), period=["2022-10"] * len(listed),
                             segment=["CT0"] * len(listed), service_no=listed, arrears_amount=[ARREARS] * len(listed),
                             received_at=[CLOCK.replace(day=1)] * len(listed),
                             valid_from=[CLOCK.date().replace(day=1)] * len(listed)),
    }  # fmt: skip


def seconds(work: Callable[[], object], runs: int = 3) -> float:
    """Return the median processor time of the runs after one warm-up."""
    work()
    times = []
    for _ in range(runs):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return sorted(times)[runs // 2]


def ledger(tables: Mapping[str, ibis.Table]) -> pa.Table:
    """Walk."""
    rules = Rules(CLOCK, CUTOFFS.__getitem__)
    return agree_ledger(*(tables[name] for name in ("calls", "qc", "payments", "assignments")), rules).to_pyarrow()


def main() -> None:
    """Print the figures."""
    attempts = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    before = None
    for size in (attempts // 4, attempts // 2, attempts):
        with facts.connection() as con:
            opened = {name: con.create_table(name, rows) for name, rows in evidence(size).items()}
            claims = len(ledger(opened))
            ours = seconds(lambda opened=opened: ledger(opened))
            by_hand = seconds(lambda con=con: con.raw_sql(SQL).fetchall())
        doubled = f", {ours / before:.2f} times half of the attempts (linear: 2)" if before else ""
        print(
            f"{size:,} attempts, {claims:,} claims: {ours:.2f} s, {1e6 * ours / claims:.0f} µs a claim{doubled}; "
            f"a hand-written aggregation takes {by_hand / ours:.1%} of that"
        )
        before = ours


if __name__ == "__main__":
    main()
