"""What people add to a report: texts, and decisions on its recommendations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

REJECT = "tolak"


@dataclass(frozen=True)
class Decision:
    """What a person decided on one recommendation: `terima`, `ubah` (new `text`) or `tolak` (with `reason`).

    `owner`, `due`: whom and by when, where the person says so.
    """

    verdict: str = "terima"
    text: str = ""
    reason: str = ""
    owner: str = ""
    due: dt.date | None = None


@dataclass(frozen=True)
class Annotations:
    """Texts for the summary and the analysis, as typed, and decisions by `rec_id`."""

    summary: str = ""
    analysis: str = ""
    decisions: Mapping[str, Decision] = field(default_factory=dict)
