"""What the explained gap says of a team or a witel, as a case of the rule that acts on its factor (K48; guard 6)."""

from __future__ import annotations

from collections.abc import Mapping

from caringmon.analysis.rules import gains
from caringmon.analysis.rules.known import Case, Known, Word
from caringmon.model.recommendation import Check


def in_place(known: Known, rule: str, measured: tuple[str, str], words: Mapping[str, Word]) -> list[Case]:
    """Return the case of the team or witel that lost most by a factor beyond chance; the target is met: none.

    `measured`: the factor, and the KPI that tells later whether it came back. `words`: what the action names; without
    them its bare wording holds.
    """
    factor, kpi = measured
    found = gains.places(known, factor) if known.is_missed else []
    if not found:
        return []
    place = found[0]
    figures = place.figures(known)
    parts = {"finding": place.word, "evidence": "place", "cause": "place", **({} if words else {"action": "bare"})}
    gain = gains.of_driver(known, place.level, place.name, factor)
    return [Case(rule, place.entity, place.level, figures, {**words, place.word: place.entity}, parts, gain,
                 Check(kpi, 1), size=-figures["part"].value)]  # fmt: skip
