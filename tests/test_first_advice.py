"""The first advice names what was made to go wrong, and there is none where nothing was: `bench/accuracy/advice.py`."""

from __future__ import annotations

import sys
from pathlib import Path

from caringmon.demo.plan import Size
from caringmon.model.findings import Findings

sys.path.insert(0, str(Path(__file__).parents[1] / "bench" / "accuracy"))

from advice import OTHERS, SEGMENT, advice, names_the_cause, nothing_planted

del sys.path[0]

TINY = Size(agents=12, teams=3, supervisors=1, officers=2, services=(1_000, 1_900), dials=34.5)


def test_the_first_performance_advice_of_the_demo_names_the_witel_that_lost_contact(demo_findings: Findings):
    rows = demo_findings.tables["recommendations"]
    performance = rows[(rows["segment"] == SEGMENT) & ~rows["rule"].isin(OTHERS)].sort_values("place")
    assert names_the_cause(performance)
    assert not names_the_cause(performance.iloc[1:])


def test_with_nothing_planted_and_the_target_met_there_is_no_performance_advice():
    with nothing_planted():
        assert advice(seed=1, size=TINY).empty
