"""Recommendations as people read them: finding, evidence, suspected cause, action, owner, due, effect, verification.

The table holds keys, ids of figures and words; here they become sentences, in either language. What somebody decided
in the notes file stands beside it, marked as a note of the TL.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from caringmon.model.annotations import Decision
from caringmon.model.codes import Role
from caringmon.model.findings import Findings
from caringmon.model.recommendation import PARTS
from caringmon.report.own_counts import counts
from caringmon.report.reading import SEGMENT_NAMES, Reader, day_of, text_of
from caringmon.report.wording import LANGUAGES, Sentence, Slot, catalogue, say

# The first page names at most three actions.
MOST_ACTIONS = 3
# What a page prints of each, in this order; owner and due date stand between action and effect.
ORDER = ("finding", "evidence", "cause", "action", "owner", "due", "effect", "verification")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SEGMENT = "segment."


@dataclass(frozen=True)
class Advised:
    """One recommendation of a report.

    `parts`: a sentence for each of `PARTS`. `decision`: `terima`, `ubah` or `tolak`; `text` is the new wording of one
    that was changed, `reason` why one was rejected, both as typed. `is_reassigned`: a person set its owner or due date.
    """

    rec_id: str
    rule: str
    segment: str
    priority: str
    place: int
    is_shown: bool
    is_restricted: bool
    owner: Sentence
    due: dt.date
    parts: Mapping[str, Sentence]
    decision: str
    text: str
    reason: str
    is_reassigned: bool

    @property
    def note(self) -> str:
        """What a person wrote about it, as typed: the new wording, then the reason, a line each; nothing: empty."""
        return "\n".join(part for part in (self.text, self.reason) if part)

    @property
    def is_decided(self) -> bool:
        """Tell whether a person rejected it or changed anything of it."""
        return self.decision != Decision().verdict or bool(self.note) or self.is_reassigned

    @property
    def verdict(self) -> Sentence:
        """What was decided, marked as a note of the TL where a person did."""
        is_noted = self.is_decided and self.decision == Decision().verdict
        return say("decision.noted" if is_noted else f"decision.{self.decision}")

    @property
    def where(self) -> Sentence | None:
        """Who has most of it, where the evidence names a team; it does not: None."""
        return self.parts["evidence"] if self.parts["evidence"].key.endswith(".team") else None


def advised(findings: Findings, segment: str = "") -> tuple[Advised, ...]:
    """Return the recommendations in the order of their segments and places; `segment`: of that one alone."""
    rows = findings.tables["recommendations"].to_dict("records")
    return tuple(_advised(findings, row) for row in rows if segment in ("", row["segment"]))


def shown_advice(reader: Reader) -> tuple[Advised, ...]:
    """Return what the report prints of a segment, in order; the rest stands in the workbook."""
    return tuple(one for one in advised(reader.findings, reader.segment) if one.is_shown)


def left_out_line(reader: Reader) -> Sentence | None:
    """Return how many recommendations stand in the workbook alone; none: None."""
    count = counts(reader)["advice_left_out"]
    return say("advice.left_out", count=count) if count.value else None


def sentence_of(findings: Findings, said: Mapping[str, Any]) -> Sentence:
    """Return one part as a sentence: its figures as registered, its words as dates, codes or words of the catalogue."""
    slots: dict[str, Slot] = {slot: findings.registered(name) for slot, name in said["figures"].items()}
    return Sentence(said["key"], {**slots, **{slot: word_of(word) for slot, word in said["words"].items()}})


def word_of(word: str) -> Slot:
    """Return a stored word as it is printed; several stand with | between them."""
    if "|" in word:
        return tuple(word_of(one) for one in word.split("|"))
    if _DAY.fullmatch(word):
        return dt.date.fromisoformat(word)
    if word.startswith(_SEGMENT):
        return SEGMENT_NAMES.get(word.removeprefix(_SEGMENT), word.removeprefix(_SEGMENT))
    return say(word) if word in catalogue(LANGUAGES[0]) else word


def _advised(findings: Findings, row: Mapping[Hashable, Any]) -> Advised:
    parts = json.loads(row["parts"])
    return Advised(
        rec_id=row["rec_id"],
        rule=row["rule"],
        segment=row["segment"],
        priority=row["priority"],
        place=int(row["place"]),
        is_shown=bool(row["shown"]),
        is_restricted=bool(row["is_restricted"]),
        owner=owner_words(str(row["owner_role"]), text_of(row["owner_id"])),
        due=day_of(row["due"]),
        parts={part: sentence_of(findings, parts[part]) for part in PARTS},
        decision=text_of(row["decision"]),
        text=text_of(row["decision_text"]),
        reason=text_of(row["decision_reason"]),
        is_reassigned=bool(text_of(row["decision_owner"]) or text_of(row["decision_due"])),
    )


def owner_words(role: str, person: str) -> Sentence:
    """Return whom it goes to: the person, or without one every TL, or the role."""
    named = say(f"role.{role}")
    if person:
        return say("advice.person", role=named, person=person)
    return say("advice.everybody", role=named) if role == Role.TL else named
