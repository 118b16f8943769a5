"""Why a number is not available, in words."""

from __future__ import annotations

from caringmon.model.findings import Figure
from caringmon.report.reading import ABSENT, MISSING
from caringmon.report.wording import Sentence, say, word_for


def reason(figure: Figure | None) -> Sentence:
    """Return in words why a figure is not available."""
    return reason_of("" if figure is None else figure.note)


def reason_of(note: str) -> Sentence:
    """Return the words of a reason's code; without code: that the number is not known."""
    for prefix in (ABSENT, MISSING):
        if note.startswith(prefix):
            return say(f"na.{prefix.rstrip(':')}", what=word_for("table", note.removeprefix(prefix)))
    known = word_for("na", note, "na.unknown")
    return known if isinstance(known, Sentence) else say("na.unknown")
