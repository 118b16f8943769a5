"""Special causes in a series with control limits: the rule set `ptd`, the variation word and the assurance word.

Rules: one point outside the limits; seven points on one side of the centre; seven points that rise, or fall, each by
the one before; two of three points near a limit, all three on one side. Every point of a run is marked.
Source: "Making data count", NHS England; the marks are those of R's NHSRplotthedots.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from caringmon.model.kpi import Direction

RULE_SET = "ptd"
_RUN, _OF_THREE, _NEAR = 7, 3, 2
_TOLERANCE = 1e-12

Bools = npt.NDArray[np.bool_]
Signs = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]


class Variation(StrEnum):
    """What a point says: nothing, or a change for the better, for the worse, or one without a good side."""

    COMMON_CAUSE = "common_cause"
    IMPROVING = "special_cause_improving"
    CONCERNING = "special_cause_concerning"
    HIGH = "special_cause_high"
    LOW = "special_cause_low"


class Assurance(StrEnum):
    """What the limits say about the target: reached on every ordinary day, missed on every one, or by chance."""

    REACHED = "consistently_reached"
    MISSED = "consistently_missed"
    INCONSISTENT = "inconsistent"


# In the order in which the first that holds names a point.
RULES = ("outside", "shift", "trend", "near_limit")
_DRAWN = ["value", "centre", "lower", "upper", "near_lower", "near_upper"]


def special_causes(limits: pd.DataFrame, direction: Direction) -> pd.DataFrame:
    """Return the series with `side`, the four rules, `rule` (the first that holds, or empty) and `variation`.

    `limits`: `part`, `value` and the limits of `control_limits`. `side`: -1, 0, 1, below, on or above the centre. A gap
    (no value) is no point: it has no mark, and a run goes on behind it. Runs end where a part ends. Without limits
    (fewer than two points in the baseline) every point is common cause.
    """
    parts = [_marked(part, direction) for _, part in limits.groupby("part", sort=False)]
    return pd.concat(parts) if parts else _marked(limits, direction)


def assurance(limits: pd.DataFrame, target: float, direction: Direction) -> Assurance | None:
    """Return the assurance word of the latest limits against the target; no direction, limits or target: None.

    A target on a limit is inconsistent: the limit itself is still ordinary.
    """
    drawn = limits.dropna(subset=["lower", "upper"])
    if drawn.empty or direction == Direction.CONTEXT or np.isnan(target):
        return None
    lower, upper = drawn["lower"].iloc[-1], drawn["upper"].iloc[-1]
    if lower <= target <= upper:
        return Assurance.INCONSISTENT
    return Assurance.REACHED if (target < lower) == (direction == Direction.UP) else Assurance.MISSED


def shifts(side: Signs) -> Bools:
    """Return which points belong to seven in a row on one side of the centre; `side`: -1, 0, 1."""
    return _spread(_ends(side, _RUN, lambda run: np.abs(run.sum(axis=1)) == _RUN), _RUN)


def trends(values: Values) -> Bools:
    """Return which points belong to seven that each rise, or each fall, by the one before; equal neighbours do not."""
    steps = np.sign(np.diff(values, prepend=values[:1])).astype(int)
    return _spread(_ends(steps, _RUN - 1, lambda run: np.abs(run.sum(axis=1)) == _RUN - 1), _RUN)


def near_limits(near: Bools, side: Signs) -> Bools:
    """Return which near points belong to two of three near a limit, the three all on one side of the centre."""
    two = _ends(near.astype(int), _OF_THREE, lambda run: run.sum(axis=1) >= _NEAR)
    together = _ends(side, _OF_THREE, lambda run: np.abs(run.sum(axis=1)) == _OF_THREE)
    return _spread(two & together, _OF_THREE) & near


def _marked(part: pd.DataFrame, direction: Direction) -> pd.DataFrame:
    """Return one part with its rules; they see the points alone, one after another."""
    point = part[["value", "centre"]].notna().all(axis=1).to_numpy()
    value, centre, lower, upper, near_lower, near_upper = part.loc[point, _DRAWN].to_numpy(float).T
    side = np.asarray(_less(centre, value).astype(int) - _less(value, centre).astype(int))
    outside = _less(value, lower) | _less(upper, value)
    near = ~outside & (_less(value, near_lower) | _less(near_upper, value))
    rules = np.column_stack([outside, shifts(side), trends(value), near_limits(near, side)])
    # A point of a trend may lie on the centre: then it is the trend that tells good from bad.
    leans = np.where(side == 0, np.sign(np.gradient(value)) if len(value) > 1 else 0, side)
    held = pd.DataFrame(rules, columns=list(RULES), index=part.index[point])
    held["rule"] = np.where(rules.any(axis=1), np.array(RULES)[rules.argmax(axis=1)], "")
    held["variation"] = [_word(bool(rule), way, direction) for rule, way in zip(held["rule"], leans, strict=True)]
    held["side"] = side
    marks = part[[]].assign(side=0, **dict.fromkeys(RULES, False), rule="", variation=Variation.COMMON_CAUSE)
    marks.loc[held.index, list(held.columns)] = held
    return part.assign(**{str(name): column for name, column in marks.items()})


def _word(is_special: bool, side: float, direction: Direction) -> Variation:
    if not is_special:
        return Variation.COMMON_CAUSE
    if direction == Direction.CONTEXT:
        return Variation.HIGH if side > 0 else Variation.LOW
    return Variation.IMPROVING if (side > 0) == (direction == Direction.UP) else Variation.CONCERNING


def _less(a: Values, b: Values) -> Bools:
    """Tell where a lies below b by more than rounding."""
    return np.asarray(a < b - _TOLERANCE * np.maximum(np.abs(a), np.abs(b)), bool)


def _ends(marks: npt.NDArray[np.generic], length: int, holds: Callable[[npt.NDArray[np.generic]], Bools]) -> Bools:
    """Return which points end a window of that many for which `holds` says so."""
    found = np.zeros(len(marks), bool)
    if len(marks) >= length:
        found[length - 1 :] = holds(np.lib.stride_tricks.sliding_window_view(marks, length))
    return found


def _spread(ends: Bools, length: int) -> Bools:
    """Return which points lie in a window of that many that ends at a marked point."""
    if not len(ends):
        return ends
    ahead = np.concatenate([ends, np.zeros(length - 1, bool)])
    return np.asarray(np.lib.stride_tricks.sliding_window_view(ahead, length).any(axis=1), bool)
