"""How sure the parts of a gap are: intervals from drawn days, and the drivers that chance does not explain."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri, stdtrit

from caringmon.analysis.contributions import Numbers, cell_parts
from caringmon.analysis.day_blocks import Side

FEWEST_DAYS = 10  # with fewer an interval is an indication
# Draws follow the tails of few days only roughly: asked for 5 %, simulated call centres in which nothing changed had a
# driver in up to 7 % of runs (bench/accuracy). So this part of the error rate is asked for.
_PRUDENCE = 0.7
_CHUNK_CELLS = 8_000  # cells at a time, so that a chunk stays in the processor's cache


@dataclass(frozen=True)
class Resolution:
    """How finely chance is looked at: random draws from `seed`, `coverage` of an interval, `error_rate` of drivers."""

    draws: int = 1000
    seed: int = 0
    coverage: float = 0.95
    error_rate: float = 0.05


def drawn_parts(
    actual: Side, reference: Side, members: Numbers, resolution: Resolution, wider: float
) -> tuple[Numbers, Numbers]:
    """Return the parts of every group in every draw (draws, groups, factors), and its reference total in it.

    `members`: (groups, entities), 1 where an entity belongs to the group. The parts of a draw sum to its own change.
    `wider`: see `Side.drawn`.
    """
    random = np.random.default_rng(resolution.seed)
    entities = members.shape[1]
    slots = max(1, actual.slots)
    chunk = max(1, _CHUNK_CELLS // (entities * slots))
    parts, totals = [], []
    draws = [side.drawn(random, resolution.draws, chunk, wider) for side in (actual, reference)]
    for now, then in zip(*draws, strict=True):
        by_factor = np.moveaxis(cell_parts(now, then), -1, 0)
        by_entity = by_factor.reshape(len(by_factor), len(now), slots, entities).sum(axis=2)
        parts.append(np.moveaxis(by_entity @ members.T, 0, -1))
        totals.append(then[..., -1].reshape(len(then), slots, entities).sum(axis=1) @ members.T)
    return np.concatenate(parts), np.concatenate(totals)


@dataclass(frozen=True)
class SmallSample:
    """What few days do to an interval: `inflation` √(n ÷ (n − 1)) of the spread, and t in place of the normal.

    n is the smaller number of days of the sides that are drawn, the degrees of freedom are n − 1 of each of them.
    """

    days: int
    freedom: int

    @classmethod
    def of(cls, sides: Sequence[Side]) -> SmallSample:
        """Return it for two sides; a side without days, as a plan, is not drawn."""
        days = [side.days for side in sides if side.days]
        return cls(min(days, default=0), sum(n - 1 for n in days))

    @property
    def says_nothing(self) -> bool:
        """Tell whether there are too few days for any interval."""
        return self.days < 2

    @property
    def inflation(self) -> float:
        """The factor by which the spread of the draws is too small."""
        return math.sqrt(self.days / (self.days - 1))

    def t_for(self, z: float) -> float:
        """Return the quantile of Student's t at the level at which the normal has z."""
        return float(-stdtrit(self.freedom, ndtr(-z)))

    def widening(self, coverage: float) -> float:
        """Return √(n ÷ (n − 1)) · t ÷ z, by which an interval of that coverage is wider than the draws are."""
        z = float(-ndtri((1 - coverage) / 2))
        return self.inflation * self.t_for(z) / z


def intervals(points: Numbers, draws: Numbers, small: SmallSample, coverage: float) -> tuple[Numbers, Numbers]:
    """Return both ends of the interval of each part, shaped like `points`; the draws are along the first axis.

    The percentile interval, its deviations from the point widened by √(n ÷ (n − 1)) · t ÷ z: that of the draws alone
    covers 87 % at 5 days and 93 % at 25 where 95 % are meant.
    """
    tail = (1 - coverage) / 2
    wider = small.widening(coverage)
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    return points + wider * (low - points), points + wider * (high - points)


def named_drivers(points: Numbers, draws: Numbers, small: SmallSample, error_rate: float) -> Numbers:
    """Return which of the parts (one axis) are drivers: where nothing changed, any is named in `error_rate` of cases.

    Step-down maximum of the studentised deviations over all parts at once (Romano and Wolf 2005): the draws are joint,
    so that parts which move together, as those of a team and its site, cost one test and not two. A part that rounds
    to nothing is none.
    """
    spread = draws.std(axis=0)
    counts = (spread > 0) & (np.abs(points) >= 0.5)
    named = np.zeros(len(points), dtype=bool)
    deviations = np.abs(draws - draws.mean(axis=0)) / np.where(spread > 0, spread, 1)
    ratios = np.abs(points) / np.where(spread > 0, spread * small.inflation, 1)
    while True:
        open_ = (spread > 0) & ~named
        if not (counts & open_).any():
            return named
        limit = small.t_for(float(np.quantile(deviations[:, open_].max(axis=1), 1 - _PRUDENCE * error_rate)))
        found = counts & open_ & (ratios > limit)
        if not found.any():
            return named
        named |= found
