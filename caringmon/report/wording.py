"""Sentences in two languages: the only place where text is looked up.

A catalogue message is found by a stable key (`lead.short`) and holds named slots. A slot takes a registered figure,
a date, a text or another sentence; what stands after the colon says how it is printed: a form for figures
(`{gap:less}`), a Babel pattern for dates (`{day:d MMMM}`). `*…*` marks what is printed strong. In English, brackets
hold what words take beside any number but one: `{late} return[s] [is|are] open`, by the figure printed before them.
Forms that carry a direction (`less`, `more`, `up`, `down`, `notup`, `notdown`) are refused where the numbers say
otherwise: a sentence cannot contradict its figures.
"""

from __future__ import annotations

import datetime as dt
import gettext
import io
import math
import re
import string
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from markupsafe import Markup, escape

from caringmon.errors import ReportFailedError, did_you_mean
from caringmon.model.findings import Figure
from caringmon.report.numerals import LOCALES, machine_value, moment, part_of, printed, status_of

LANGUAGES = tuple(LOCALES)
_STRONG = "\x02"
_NUMBERED = re.compile(r"\[(?:([^|\]]*)\|)?([^\]]*)\]")
# What a form says about its figure: of its own sign, or against the figure printed before in the same sentence.
DIRECTIONS: Mapping[str, Callable[[float, float], bool]] = {
    "less": lambda now, _: now < 0,
    "more": lambda now, _: now > 0,
    "up": lambda now, then: now > then,
    "down": lambda now, then: now < then,
    "notup": lambda now, then: now <= then,
    "notdown": lambda now, then: now >= then,
}
# In which forms a figure may be printed; empty: as it is.
FORMS = frozenset({"", "signed", "points", "numerator", "denominator", "status", "word", "Word", *DIRECTIONS})


@dataclass(frozen=True)
class Sentence:
    """A catalogue message with what goes into its slots; not yet in any language."""

    key: str
    slots: Mapping[str, Slot] = field(default_factory=dict)


@dataclass(frozen=True)
class Shown:
    """A figure with the form in which it is printed."""

    figure: Figure
    form: str = ""


Slot = Figure | Shown | Sentence | dt.date | str | tuple["Slot", ...]


def say(key: str, **slots: Slot) -> Sentence:
    """Return the sentence of that key with these slots."""
    return Sentence(key, slots)


@cache
def catalogue(lang: str) -> dict[str, str]:
    """Return all messages of a language by key; compiled in memory, no file is written."""
    source = files("caringmon.report").joinpath("locale", lang, "LC_MESSAGES", "caringmon.po").read_bytes()
    messages = read_po(io.BytesIO(source), locale=LOCALES[lang], abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    translations = gettext.GNUTranslations(compiled)
    return {str(entry.id): translations.gettext(str(entry.id)) for entry in messages if entry.id}


def message(key: str, lang: str) -> str:
    """Return the message of a key; unknown: ReportFailedError with the nearest key."""
    try:
        return catalogue(lang)[key]
    except KeyError:
        hint = did_you_mean(key, catalogue(lang))
        raise ReportFailedError(f"locale/{lang}: the catalogue has no message '{key}'.{hint}") from None


def word_for(family: str, name: str, fallback: str = "") -> Slot:
    """Return the catalogue's word for a code (`table`, `qc`), else that of `fallback`, else the code as it stands."""
    known = next((key for key in (f"{family}.{name}", fallback) if key in catalogue(LANGUAGES[0])), "")
    return say(known) if known else name


def contradiction(form: str, figure: Figure, before: Figure | None) -> str:
    """Return what is wrong when a form's direction disagrees with the numbers; nothing wrong: an empty text.

    `up` and `down` compare with the figure printed before in the same sentence.
    """
    if form not in DIRECTIONS or DIRECTIONS[form](figure.value, before.value if before else math.nan):
        return ""
    compared = f" against {before.id} = {machine_value(before)}" if before and form not in {"less", "more"} else ""
    return f"{figure.id} = {machine_value(figure)} is printed as '{form}'{compared}"


def figure_text(figure: Figure, form: str, lang: str) -> str:
    """Return how the figure is printed, as text: a number, or its status word, or a small number in words."""
    if form == "status":
        status = status_of(figure)
        return message(f"status.{status}" if status else "status.none", lang)
    number = part_of(figure, form)
    words = message("numerals", lang).split()
    if form in {"word", "Word"} and number.is_integer() and 0 <= number < len(words):
        word = words[int(number)]
        return word[:1].upper() + word[1:] if form == "Word" else word
    return printed(figure, form, lang)


def figure_html(figure: Figure, form: str, lang: str) -> Markup:
    """Return the figure as the `<data>` element that names it. Every figure on a page passes here."""
    shape = Markup(' data-form="{}"').format(form) if form else ""
    return Markup('<data value="{}" data-figure="{}"{}>{}</data>').format(
        machine_value(figure, form), figure.id, shape, figure_text(figure, form, lang)
    )


class _Pen:
    """Writes the parts of a sentence as plain text."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def literal(self, text: str) -> str:
        return text

    def figure(self, figure: Figure, form: str) -> str:
        return figure_text(figure, form, self.lang)

    def time(self, when: dt.date, pattern: str) -> str:
        return moment(when, pattern or "d MMMM y", self.lang)

    def text(self, text: str) -> str:
        return _printable(text)

    def whole(self, sentence: Sentence, text: str) -> str:  # noqa: ARG002 - the page's pen needs it
        return text.replace(_STRONG, "")


class _PagePen(_Pen):
    """Writes the parts of a sentence as HTML; whatever comes from outside is escaped."""

    def literal(self, text: str) -> str:
        return str(escape(text))

    def figure(self, figure: Figure, form: str) -> str:
        return str(figure_html(figure, form, self.lang))

    def time(self, when: dt.date, pattern: str) -> str:
        precise = "%Y-%m-%dT%H:%M" if isinstance(when, dt.datetime) else "%Y-%m-%d"
        return str(Markup('<time datetime="{}">{}</time>').format(when.strftime(precise), super().time(when, pattern)))

    def text(self, text: str) -> str:
        shown = escape(_printable(text))
        has_digit = any(letter.isdigit() for letter in text)
        return str(Markup('<span class="code">{}</span>' if has_digit else "<span>{}</span>").format(shown))

    def whole(self, sentence: Sentence, text: str) -> str:
        parts = text.split(_STRONG)
        strong = "".join(f"<b>{part}</b>" if i % 2 else part for i, part in enumerate(parts))
        return f'<span data-say="{escape(sentence.key)}">{strong}</span>'


def plain(what: Slot, lang: str, spec: str = "") -> str:
    """Return a sentence, figure, date or text as plain text."""
    return _render(what, spec, _Pen(lang), [])


def html(what: Slot, lang: str, spec: str = "") -> Markup:
    """Return a sentence, figure, date or text as safe HTML: figures in `<data>`, dates in `<time>`."""
    return Markup(_render(what, spec, _PagePen(lang), []))


class _ListPen(_Pen):
    """Writes nothing, and keeps the figures that it is given with their forms."""

    def __init__(self, lang: str) -> None:
        super().__init__(lang)
        self.shown: list[Shown] = []

    def figure(self, figure: Figure, form: str) -> str:
        self.shown.append(Shown(figure, form))
        return ""


def figures_said(what: Slot, lang: str) -> tuple[Shown, ...]:
    """Return the figures that a sentence prints, in the order in which it prints them."""
    pen = _ListPen(lang)
    _render(what, "", pen, [])
    return tuple(pen.shown)


def listed(shown: Iterable[Shown]) -> str:
    """Return forms and ids of figures as one attribute, for what cannot hold elements: `form id|form id`."""
    return "|".join(f"{one.form} {one.figure.id}" for one in shown)


def _render(what: Slot, spec: str, pen: _Pen, seen: list[Figure]) -> str:
    if isinstance(what, Sentence):
        return _compose(what, pen, seen)
    if isinstance(what, Shown):
        return _render(what.figure, spec or what.form, pen, seen)
    if isinstance(what, Figure):
        wrong = contradiction(spec, what, seen[-1] if seen else None)
        if wrong:
            raise ReportFailedError(f"a sentence contradicts its figure: {wrong}")
        seen.append(what)
        return pen.figure(what, spec)
    if isinstance(what, dt.date):
        return pen.time(what, spec)
    if isinstance(what, tuple):
        return format_list([_render(item, spec, pen, seen) for item in what], locale=LOCALES[pen.lang])
    return pen.text(what)


def _compose(sentence: Sentence, pen: _Pen, seen: list[Figure]) -> str:
    parts: list[str] = []
    is_single = False
    for literal, name, spec, _ in string.Formatter().parse(message(sentence.key, pen.lang)):
        parts.append(pen.literal(in_number(literal, is_single).replace("*", _STRONG)))
        if name is not None:
            slot = sentence.slots[name]
            parts.append(_render(slot, spec or "", pen, seen))
            is_single = _is_single(slot, spec or "", pen.lang)
    return pen.whole(sentence, "".join(parts))


def in_number(literal: str, is_single: bool) -> str:
    """Return the words between two slots in the number of the figure before them."""
    return _NUMBERED.sub(lambda found: (found[1] or "") if is_single else found[2], literal)


def is_one(text: str, lang: str) -> bool:
    """Tell whether a figure is printed as one: `1`, `+1`, `one`."""
    return text.lstrip("+−") == "1" or text.lower() == message("numerals", lang).split()[1]


def _is_single(slot: Slot, spec: str, lang: str) -> bool:
    if isinstance(slot, Shown):
        return _is_single(slot.figure, spec or slot.form, lang)
    return isinstance(slot, Figure) and is_one(figure_text(slot, spec, lang), lang)


def _printable(text: str) -> str:
    return "".join(letter for letter in text.replace("\n", " ") if letter.isprintable())
