"""What `verify` finds out about a published report."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a report, or one thing about it, stands; the worst comes last."""

    CLEAN = "clean"
    MISSING = "missing"
    ALTERED = "altered"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: whether it is missing or altered, in which file, and where and how in words."""

    verdict: Verdict
    file: str
    text: str


@dataclass(frozen=True)
class Verification:
    """The faults of a published version, and what a person should know beside them.

    `report`: which one, in words; `checked`: how many files were held against the manifest.
    """

    report: str
    checked: int
    faults: tuple[Fault, ...]
    remarks: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst of all faults; none: clean."""
        found = {fault.verdict for fault in self.faults}
        return next((verdict for verdict in reversed(Verdict) if verdict in found), Verdict.CLEAN)
