"""Who a report is built for: everybody, the manager, or one SPV or TL with the part of the hierarchy that is theirs."""

from __future__ import annotations

from dataclasses import dataclass

ALL, MANAGER = "all", "manager"
LEADERS = ("spv", "tl")


@dataclass(frozen=True)
class Audience:
    """One audience: its kind, and for a leader the person's code."""

    kind: str = ALL
    person: str = ""

    @classmethod
    def of(cls, text: str) -> Audience:
        """Return the audience written as `all`, `manager`, `spv:ID` or `tl:ID`; anything else: ValueError."""
        kind, _, person = text.partition(":")
        if text in (ALL, MANAGER) or (kind in LEADERS and person.strip() == person != ""):
            return cls(kind, person)
        raise ValueError(text)

    @property
    def level(self) -> str:
        """The level whose figures the report is about: that of the leader, else the site."""
        return self.kind if self.kind in LEADERS else "site"

    @property
    def shows_agents(self) -> bool:
        """Tell whether the report has a row for every agent."""
        return self.kind != MANAGER

    @property
    def folder(self) -> str:
        """The folder of the report's versions within its period; empty for the report to everybody."""
        return "" if self.kind == ALL else str(self).replace(":", "-")

    def __str__(self) -> str:
        return f"{self.kind}:{self.person}" if self.person else self.kind
