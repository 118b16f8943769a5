"""When a rule may speak: enough cases, beyond chance, a day that can be judged (5-rules, guards 1, 2 and 6)."""

from __future__ import annotations

import math
from collections.abc import Mapping

from caringmon.analysis.intervals import normal_quantile, wilson_interval
from caringmon.analysis.rules.known import Known
from caringmon.model.calendar import LebaranPhase
from caringmon.model.findings import Figure

COVERAGE = 0.95
# Silent on a day that says little about how people work: around Idul Fitri, half a day, a broken system.
PRODUCTIVITY = frozenset({"R05", "R06", "R10", "R11", "R12", "R13", "R14"})
# About the list of the month: nobody can work it any more once the month is over.
OF_THE_LIST = frozenset({"R02", "R03", "R04", "R06", "R15"})
# Always shown, whatever else there is; and what is told even where the target is met.
COMPLIANCE = frozenset({"R15", "R16", "R21", "R28"})
WITH_TARGET_MET = COMPLIANCE | {"R26", "R27", "R29", "R31", "R32"}
# What R30 stands in for.
SPECIFIC = frozenset(f"R{number:02}" for number in range(1, 26))
OUTAGE = "R32"


def has_enough(rate: Figure | None, known: Known) -> bool:
    """Tell whether a rate is available and has the fewest cases from which it is spoken of."""
    return rate is not None and rate.denominator >= known.min_n


def is_surely_below(rate: Figure | None, limit: float, known: Known) -> bool:
    """Tell whether the Wilson interval of a rate with enough cases lies below the limit."""
    if rate is None or not has_enough(rate, known):
        return False
    return wilson_interval(min(rate.numerator, rate.denominator), rate.denominator, COVERAGE)[1] < limit


def is_surely_above(rate: Figure | None, limit: float, known: Known) -> bool:
    """Tell whether the Wilson interval of a rate with enough cases lies above the limit."""
    if rate is None or not has_enough(rate, known):
        return False
    return wilson_interval(min(rate.numerator, rate.denominator), rate.denominator, COVERAGE)[0] > limit


def differs(now: Figure, then: Figure) -> bool:
    """Tell whether two rates differ beyond chance: two-proportion z test, pooled, p < 0.05 on both sides."""
    return abs(z_score(now.numerator, now.denominator, then.numerator, then.denominator)) > normal_quantile(0.975)


def z_score(cases: float, of: float, other_cases: float, other_of: float) -> float:
    """Return the pooled z of the difference of two shares; of none, or of all: 0."""
    if not of or not other_of:
        return 0.0
    pooled = min(1.0, (cases + other_cases) / (of + other_of))
    error = math.sqrt(pooled * (1 - pooled) * (1 / of + 1 / other_of))
    return (cases / of - other_cases / other_of) / error if error else 0.0


def is_unusual_day(known: Known) -> bool:
    """Tell whether the day says nothing about how people work: the core of Lebaran, or a day under way."""
    return not known.is_whole_day or known.calendar.lebaran_phase(known.day) is LebaranPhase.CORE


def heavy_children(gap: float, children: Mapping[str, float], share: float) -> list[str]:
    """Return the one entity below that has at least this share of a shortfall; nobody has: nothing."""
    if not gap < 0:
        return []
    return [name for name, own in children.items() if own < 0 and own / gap >= share][:1]
