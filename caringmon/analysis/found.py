"""What the analysis of a report found, before it gets its head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Found:
    """The tables of the findings by name, the segments that have a section, and those without any row."""

    tables: Mapping[str, pd.DataFrame]
    segments: tuple[str, ...]
    silent: tuple[str, ...]
