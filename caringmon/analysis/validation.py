"""What QC tapping tells about itself: agreement of calibration, intervals of the valid rate (7-methods)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations

import pandas as pd
from ibis import _

from caringmon.analysis.intervals import wilson_interval
from caringmon.analysis.relations import ALL, KEY, Relations, between, in_windows
from caringmon.model.period import Window

_COLUMNS = ["calibration_pairs", "calibration_agreeing", "calibration_kappa"]


def valid_estimate(valid: float, untapped: float, net: float, found: tuple[float, float]) -> tuple[float, float, float]:
    """Return valid + untapped × valid rate with its 80 % interval, never above net; nothing judged: NaN.

    `found`: claims found valid, and claims with a final verdict. Source: 3-kpis, Basis.
    """
    cases, of = found
    rates = (cases / of if of else math.nan, *wilson_interval(cases, of, 0.80))
    point, low, high = (min(net, valid + untapped * rate) if not math.isnan(rate) else math.nan for rate in rates)
    return point, low, high


def kappa(pairs: Iterable[tuple[str, str]]) -> float:
    """Return Cohen's kappa of two raters; undefined (NaN) without pairs or when one of them never varies.

    Who always gives the same verdict shows no judgement: kappa would be 0 however often the two agree.
    Source: Cohen (1960), Educational and Psychological Measurement 20:37-46.
    """
    both = list(pairs)
    first, second = Counter(a for a, _ in both), Counter(b for _, b in both)
    if min(len(first), len(second)) < 2:
        return math.nan
    expected = sum(first[word] * second[word] for word in first)
    agreed, by_chance = sum(a == b for a, b in both) / len(both), expected / len(both) ** 2
    return (agreed - by_chance) / (1 - by_chance)


def calibration_counts(relations: Relations, windows: Sequence[Window], segments: Sequence[str]) -> pd.DataFrame:
    """Return the pairs of calibration taps made in the windows, for the site: all, with one verdict, kappa.

    Taps of one `calib_group`, else of one call, are compared two by two; within a pair the raters stand in the order
    of their codes. The segment is that of the call judged.
    """
    taps = between(relations.qc, "tapped_at", windows).filter(_.is_calibration)
    calls = relations.calls.select("attempt_id", "segment").distinct()
    named = in_windows(taps.mutate(day=_.tapped_at.date()).inner_join(calls, "attempt_id"), list(windows))
    frame = named.select("window", "segment", "calib_group", "attempt_id", "qco_id", "tapped_at", "status").execute()
    rows = []
    for window in windows:
        for segment in segments:
            mine = frame[(frame["window"] == window.name) & ((frame["segment"] == segment) | (segment == ALL))]
            pairs = _pairs(mine)
            rows.append((window.name, segment, "", len(pairs), sum(a == b for a, b in pairs), kappa(pairs)))
    return pd.DataFrame(rows, columns=[*KEY, *_COLUMNS])


def _pairs(taps: pd.DataFrame) -> list[tuple[str, str]]:
    groups = taps.assign(group=taps["calib_group"].fillna(taps["attempt_id"]))
    ordered = groups.sort_values(["group", "qco_id", "tapped_at"])
    return [
        (str(a), str(b)) for _, same in ordered.groupby("group", sort=True) for a, b in combinations(same["status"], 2)
    ]
