"""Speed of the gap at one million attempts: cells from the facts, and parts at every level with 1,000 draws.

Run: python bench/gap.py [ATTEMPTS]. One thread, seconds of its processor; prints, never asserts. The ledger is timed
apart (see bench/kpi.py).
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from kpi import CLOCK, SCOPE, tables

from caringmon.analysis.cells import cells, units_of
from caringmon.analysis.day_blocks import paths_of, side_of
from caringmon.analysis.gap_parts import Aims, Sides, gap_parts
from caringmon.analysis.snapshot import open_facts, relations_at
from caringmon.analysis.uncertainty import Resolution
from caringmon.model.findings import Clocks
from caringmon.model.period import Period
from caringmon.store import facts

LEVELS = {"agent": ("site", "spv", "tl", "agent"), "witel": ("site", "witel")}
PLACES = {"agent": ("spv", "tl", "agent"), "witel": ("witel",)}
MONTHS = [Period.month(dt.date(2022, month, 1)) for month in (10, 9)]


def main() -> None:
    """Print the times."""
    attempts = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print(f"{attempts:,} attempts over two months, 320 agents, seed 0, one core")
    with facts.connection() as con:
        con.raw_sql("SET threads = 1")
        opened = open_facts(con, tables(attempts, np.random.default_rng(0)))
        began = time.process_time()
        relations = relations_at(opened, SCOPE, Clocks(CLOCK, CLOCK), CLOCK.date()).of(["CT0"])
        print(f"relations and ledger, apart: {time.process_time() - began:.2f} s")
        for grain in ("customer", "service_day"):
            for view, levels in LEVELS.items():
                began = time.process_time()
                both = [cells(units_of(relations, month, grain, "net"), relations, view) for month in MONTHS]
                counted = time.process_time()
                paths = paths_of(*both)
                sides = (
                    side_of(one, paths, month, relations.calendar, grain)
                    for one, month in zip(both, MONTHS, strict=True)
                )
                found = gap_parts(Sides(*_aligned(*sides), paths, PLACES[view]), levels, Aims(), Resolution())
                done = time.process_time()
                print(f"{grain:<12} {view:<6} {len(found.parts):>5} parts: cells {counted - began:.2f} s, "
                      f"parts with 1,000 draws {done - counted:.2f} s")  # fmt: skip


def _aligned(actual, reference):
    from dataclasses import replace

    slots = max(actual.slots, reference.slots)
    return replace(actual, slots=slots), replace(reference, slots=slots)


if __name__ == "__main__":
    main()
