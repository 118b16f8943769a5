"""Does the first advice name what was made to go wrong? Demo worlds of many seeds, from raw exports to recommendations.

Run: python bench/accuracy/advice.py [SEEDS]
Each seed is written as raw files, loaded and analysed like anybody's data, once with the demo's causes and once with
none and a target that is met: 20 seconds of one core for each. Default 200, on all cores. Prints, never asserts.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pandas as pd

from caringmon.analysis.intervals import wilson_interval
from caringmon.analysis.rules.guards import COMPLIANCE
from caringmon.demo import plan, targets
from caringmon.demo.plan import Size
from caringmon.demo.workspace import write_world
from caringmon.intake.pseudonyms import pseudonym_key
from caringmon.params import report_parameters
from caringmon.pipeline import analyse, gather, ingest
from caringmon.shipped import params_folder

DAY = "2022-10-31"
SEEDS = 200
SEGMENT = "CT0"
# What is no performance: compliance, data, outages, earlier advice, restricted findings, good practice.
OTHERS = COMPLIANCE | {"R20", "R26", "R27", "R29", "R31", "R32"}
NOWHERE = (dt.date(2022, 12, 1), dt.date(2022, 12, 1))
NO_CAUSES = {
    "CONTACT_LOSS": 0.0, "WEAK_TEAM_FACTOR": 1.0, "RETURN_FACTOR": 1.0, "ABSENT_DAYS": NOWHERE, "UNTOUCHED_SHARE": 0.0,
}  # fmt: skip
EASY_TARGET = ((0.22, 0.17),) * 3  # agrees per service, by month and segment


def main() -> None:
    """Print how often the first performance advice names the planted cause, and how often there is none without."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS
    with ProcessPoolExecutor() as workers:
        named = list(workers.map(is_named, range(seeds)))
        _tell("planted: contact lost in Semarang; first performance advice names it, owner TL", named)
        _tell("nothing planted, target met: no performance advice", list(workers.map(is_silent, range(seeds))))


def is_named(seed: int) -> bool:
    """Tell whether the first advice of the seed's planted world names its cause."""
    return names_the_cause(advice(seed))


def is_silent(seed: int) -> bool:
    """Tell whether there is no performance advice in the seed's world without causes."""
    with nothing_planted():
        return advice(seed).empty


def advice(seed: int, size: Size = plan.SIZES["small"]) -> pd.DataFrame:
    """Return the performance advice of the seed's last day, in order."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        shutil.copytree(params_folder(), workspace / "params")
        write_world(workspace, seed, size)
        ingest(workspace, None, key=pseudonym_key({}))
        found = analyse(
            gather(report_parameters("daily", ("bench", {"report_date": DAY, "segment": SEGMENT})), workspace)
        )
    rows = found.tables["recommendations"]
    return rows[(rows["segment"] == SEGMENT) & ~rows["rule"].isin(OTHERS)].sort_values("place", ignore_index=True)


def names_the_cause(rows: pd.DataFrame) -> bool:
    """Tell whether the first row is about contact in the witel that lost it, and goes to the TLs."""
    if rows.empty:
        return False
    first, place = rows.iloc[0], plan.WITELS[plan.WEAK_WITEL]
    about = first["rule"] == "R05" or "factor.contact" in first["parts"]
    return bool(about and (first["entity"] == place or f'"{place}"' in first["parts"]) and first["owner_role"] == "TL")


@contextlib.contextmanager
def nothing_planted() -> Iterator[None]:
    """Let the demo make worlds without causes, whose target is met."""
    before = {name: getattr(plan, name) for name in NO_CAUSES}
    rates = targets._AGREES_PER_SERVICE
    try:
        for name, value in NO_CAUSES.items():
            setattr(plan, name, value)
        targets._AGREES_PER_SERVICE = EASY_TARGET
        yield
    finally:
        for name, value in before.items():
            setattr(plan, name, value)
        targets._AGREES_PER_SERVICE = rates


def _tell(what: str, hits: list[bool]) -> None:
    low, high = wilson_interval(sum(hits), len(hits), 0.95)
    missed = [seed for seed, hit in enumerate(hits) if not hit]
    print(f"{what}: {sum(hits)} of {len(hits)} (Wilson 95 %: {low:.3f} to {high:.3f}); not: {missed}", flush=True)


if __name__ == "__main__":
    main()
