"""Is an hour really better for contact than the others, or is it noise?"""

from __future__ import annotations

import pandas as pd

from caringmon.analysis.slices import with_standings


def standings(*hours: tuple[str, int, int], segment: str = "CT0") -> dict[str, str]:
    """Return the standing of each hour (code, contacts, dials) of one segment."""
    codes = pd.DataFrame([(segment, code) for code, _, _ in hours], columns=["segment", "code"])
    rows = [("recent", segment, f"hour:{code}", "K10", contacts, dials) for code, contacts, dials in hours]
    values = pd.DataFrame(rows, columns=["window", "segment", "part", "kpi", "numerator", "denominator"])
    found = with_standings(codes, values, "recent")
    return dict(zip(found["code"], found["standing"], strict=True))


def test_an_hour_that_is_clearly_better_or_worse_is_told() -> None:
    """Together 700 of 1 500, 46.7 %; 60 % and 30 % of 500 lie more than four standard errors away."""
    assert standings(("09", 250, 500), ("13", 150, 500), ("16", 300, 500)) == {"09": "", "13": "below", "16": "above"}


def test_a_difference_that_may_be_noise_is_not_told() -> None:
    """52 % of 100 beside 48 % of 100: the standard error is 5 points."""
    assert standings(("09", 48, 100), ("16", 52, 100)) == {"09": "", "16": ""}


def test_an_hour_of_few_dials_is_never_told() -> None:
    assert standings(("08", 19, 19), ("09", 400, 1000))["08"] == ""


def test_more_hours_need_a_clearer_difference() -> None:
    """40 of 60 against 50 %: z = 2.58, told beside one other hour (97.5 %), not beside eleven (99.6 %)."""
    one = standings(("16", 40, 60), ("09", 4990, 10_000))
    many = standings(("16", 40, 60), *((f"{hour:02}", 499, 1000) for hour in range(4, 15)))
    assert (one["16"], many["16"]) == ("above", "")


def test_no_hours_no_standings() -> None:
    assert standings() == {}
