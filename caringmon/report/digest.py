"""Findings → the text that people paste into a chat: the first page's sentences and figures, made to be read aloud."""

from __future__ import annotations

from caringmon.model.findings import Findings
from caringmon.report import comparisons, month_words, narrative, notes
from caringmon.report.reading import Reader, readers
from caringmon.report.wording import Sentence, Shown, plain, say, word_for

LIMIT = 1000
# What is kept, fullest first: lines on changes, sentences of the first paragraph.
_DEPTHS = ((5, 5), (3, 5), (2, 5), (1, 5), (0, 5), (0, 2), (0, 1))


def chat_text(findings: Findings) -> str:
    """Return the digest, at most 1 000 characters: what does not fit is left out in order of weight."""
    for changes, sentences in _DEPTHS:
        paragraphs = [_opening(findings), *(_segment(r, changes, sentences) for r in readers(findings)), _end(findings)]
        text = "\n\n".join(paragraphs) + "\n"
        if len(text) <= LIMIT:
            break
    return text[: LIMIT - 1].rstrip() + "\n"


def _opening(findings: Findings) -> str:
    facts, lang = notes.header(findings), findings.head.lang
    title = say("title.daily")
    first = say("digest.title", title=title, day=facts.date)
    if facts.workday is not None:
        first = say("digest.title_workday", title=title, day=facts.date, workday=facts.workday)
    if facts.audience is not None:
        first = say("digest.for", title=first, audience=facts.audience)
    return "\n".join(plain(line, lang) for line in (first, *notes.banners(findings)))


def _segment(reader: Reader, changes: int, sentences: int) -> str:
    lang = reader.head.lang
    told = (_standing(reader), *map(_shorter, narrative.lead(reader)[:sentences]))
    lines = [plain(_change(change), lang) for change in comparisons.changes(reader)[:changes]]
    return "\n".join((" ".join(plain(sentence, lang) for sentence in told), *lines))


def _shorter(sentence: Sentence) -> Sentence:
    """Return the sentence of the first page in the shorter words of the chat, where it has some."""
    shorter = word_for("digest", sentence.key.removeprefix("lead."))
    return Sentence(shorter.key, sentence.slots) if isinstance(shorter, Sentence) else sentence


def _standing(reader: Reader) -> Sentence:
    achievement = reader.value("K19", "mtd")
    if achievement is None:
        return say("digest.segment_bare", segment=reader.name)
    status = Shown(achievement, "status")
    return say("digest.segment", segment=reader.name, status=status, achievement=achievement)


def _change(change: comparisons.Change) -> Sentence:
    if change.reads_alone or change.before is None or change.after is None:
        return say("digest.change_alone", what=change.what)
    return say("digest.change", what=change.what, before=change.before, after=change.after)


def _end(findings: Findings) -> str:
    return plain(say("digest.end", run=findings.head.run_id), findings.head.lang)


def summary_line(findings: Findings) -> str:
    """Return the report in one line, for lists of reports: where each segment stands."""
    lang = findings.head.lang
    parts = [
        plain(say("digest.summary", segment=r.name, line=narrative.overview_line(r)), lang) for r in readers(findings)
    ]
    return "; ".join(parts)


def month_summary(findings: Findings) -> str:
    """Return a month's report in one line, for lists of reports: where it ended."""
    lang = findings.head.lang
    parts = [
        plain(say("digest.summary", segment=reader.name, line=month_words.one_line(reader)), lang)
        for reader in readers(findings)
    ]
    return "; ".join(parts)
