"""What a gap explained is: its factors, its parts, its guards (7-methods, 7.1; K48)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

SITE = "SITE"
STEPS = ("units", "worked", "contacted", "rpc", "gross", "counted")
FACTORS = ("assigned", "mix", "penetration", "contact", "rpc", "agree", "valid_share")
ABOVE, MIX = "target_above_reference", "mix"
# What figures call the days whose gap is explained; and the same days against another reference (`against`).
MTD = "mtd"
GAP_COLUMNS = ("level", "entity", "factor", "part", "low", "high", "is_driver", "note", "shown")
ONE_DAY_ONLY, INDICATIVE, NOT_DISTINGUISHED = "one_day", "indicative", "not_distinguished"
GUARDS = (
    "GAP_NEAR_ZERO", "OFFSETTING_PARTS", "UNEQUAL_WINDOWS", "INCOMPLETE_DAY", "DUPLICATE_CALLS", "CALLS_OUTSIDE_LIST",
    "NON_ADDITIVE_METRIC", "VERDICTS_OUTSTANDING", "SHARES_DISAGREE", "FEW_DAYS",
)  # fmt: skip


def against(reference: str) -> str:
    """Return the window in which figures explain the gap a second time, against that reference."""
    return f"against_{reference}"


@dataclass(frozen=True)
class Guard:
    """One thing to know before the parts are read: a code of `GUARDS`, and the numbers of its sentence by name."""

    code: str
    numbers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Gap:
    """A gap explained, in agrees; `target` is NaN where there is none.

    `parts`: `GAP_COLUMNS`. At each level they sum to the gap, and each parent's are the sums of its children's. `low`
    and `high` are NaN without an interval. `is_driver`: chance does not explain the part, at an error rate that holds
    over all parts together. `note`: codes, separated by `; `: `one_day` (no interval), `indicative` (fewer than 10
    days), `not_distinguished` (the interval holds zero). `shown`: whole numbers that add up as they are printed.
    """

    actual: float
    reference: float
    target: float
    parts: pd.DataFrame
    guards: tuple[Guard, ...] = ()

    @property
    def gap(self) -> float:
        """Actual − target, or actual − reference where there is no target."""
        return self.actual - (self.reference if math.isnan(self.target) else self.target)

    def of_site(self) -> list[float]:
        """Return the parts of the site in the order of the factors."""
        return list(self.parts.loc[self.parts["level"] == "site", "part"])

    def ranked_drivers(self, level: str) -> pd.DataFrame:
        """Return the drivers of a level that cost agrees, the costliest first."""
        costly = self.parts["is_driver"] & (self.parts["part"] < 0) & (self.parts["level"] == level)
        return self.parts[costly].sort_values("part", kind="stable", ignore_index=True)
