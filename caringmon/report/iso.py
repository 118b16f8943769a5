"""What a month's report holds for each letter of ISO 9001:2015, 9.1.3, and in which section."""

from __future__ import annotations

from dataclasses import dataclass

from caringmon.report import month_conclusions, month_words
from caringmon.report.own_counts import counts
from caringmon.report.reading import Reader
from caringmon.report.wording import Sentence, Shown, Slot, say

LETTERS = "abcdefg"


@dataclass(frozen=True)
class Clause:
    """One letter of 9.1.3: what it asks, what the report holds for it, and the key of the section."""

    letter: str
    asks: Sentence
    evidence: tuple[Sentence, ...]
    section: str


def clauses(reader: Reader) -> tuple[Clause, ...]:
    """Return the letters a to g, each with what the report holds; what cannot be said says why."""
    found = {
        "a": ("quality", (month_conclusions.quality_title(reader),)),
        "b": ("satisfaction", _known(month_conclusions.satisfaction_title(reader))),
        "c": ("funnel", _known(_process(reader))),
        "d": ("achievement", (month_words.closed(reader), *_attendance(reader))),
        "e": ("effects", (month_conclusions.effects_line(reader), _risks(reader))),
        "f": ("providers", _known(month_conclusions.numbers_title(reader))),
        "g": ("advice", (_needs(reader),)),
    }
    return tuple(
        Clause(letter, say(f"f01.iso.{letter}"), evidence, f"f01.section.{section}")
        for letter, (section, evidence) in found.items()
    )


def _known(sentence: Sentence | None) -> tuple[Sentence, ...]:
    return (say("f01.iso.unknown"),) if sentence is None else (sentence,)


def _process(reader: Reader) -> Sentence | None:
    found = reader.values(("K04", "mtd"), ("K09", "mtd"), ("K11", "mtd"), ("K14", "mtd"))
    if found is None:
        return None
    reached, contact, rpc, agree = found
    return say("f01.iso.process", reached=reached, contact=contact, rpc=rpc, agree=agree)


def _attendance(reader: Reader) -> tuple[Sentence, ...]:
    rate = reader.value("K26", "mtd")
    return () if rate is None else (say("f01.iso.attendance", rate=rate, planned=Shown(rate, "denominator")),)


def _risks(reader: Reader) -> Sentence:
    """Return what was left undone at the end of the month: services never called, promises broken or out of time."""
    kinds = {"untouched": ("K07", ""), "broken": ("K29", "numerator"), "beyond": ("K49", "numerator")}
    lines: list[Slot] = []
    for name, (kpi, form) in kinds.items():
        figure = reader.value(kpi, "mtd")
        if figure is not None:
            lines.append(say(f"f01.risk.{name}", count=Shown(figure, form)))
    return say("f01.iso.risks", risks=tuple(lines)) if lines else say("f01.iso.unknown")


def _needs(reader: Reader) -> Sentence:
    count = counts(reader)["advice"]
    return say("f01.iso.needs", count=count) if count.value else say("f01.iso.no_needs")
