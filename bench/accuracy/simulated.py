"""What the benches of accuracy share: simulated days, shares with their Monte-Carlo errors, where the real data lie."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import pandas as pd

SHARED = Path(os.environ.get("CARINGMON_SHARED", Path(__file__).parents[2].parent / "shared")) / "data"


def overdispersed(random: np.random.Generator, of: np.ndarray, rate: np.ndarray | float, rho: float) -> np.ndarray:
    """Return counts of `of` trials each, whose rate varies around `rate` with the correlation rho (0: binomial)."""
    mean = np.broadcast_to(rate, of.shape)
    drawn = random.beta(mean * (1 - rho) / rho, (1 - mean) * (1 - rho) / rho) if rho else mean
    return random.binomial(of, drawn)


def sizes(random: np.random.Generator, around: float, shape: tuple[int, ...]) -> np.ndarray:
    """Return whole numbers within 20 % of `around`."""
    return np.round(around * random.uniform(0.8, 1.2, shape)).astype(int)


def percent(values: np.ndarray | list[float]) -> str:
    """Return the mean of shares, one per independent run, in percent with its Monte-Carlo error."""
    runs = np.asarray(values, float)
    return f"{100 * runs.mean():5.1f} ± {100 * runs.std(ddof=1) / math.sqrt(len(runs)):.1f}"


def print_table(title: str, rows: list[dict[str, object]]) -> None:
    """Print rows of equal keys under a title."""
    print(f"\n{title}\n{pd.DataFrame(rows).to_string(index=False)}", flush=True)
