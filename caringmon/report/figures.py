"""The publish gate of page and chat text: every number that they print must say what the findings say.

Each check returns a list of sentences, one per fault; an empty list is a clean document.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from babel.dates import get_month_names

from caringmon.model.findings import Figure, Findings
from caringmon.report.digest import chat_text
from caringmon.report.numerals import LOCALES, MINUS, machine_value, printed
from caringmon.report.own_counts import registered
from caringmon.report.reading import SEGMENT_NAMES
from caringmon.report.wording import DIRECTIONS, LANGUAGES, catalogue, contradiction, figure_text

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_NUMBER = re.compile(rf"(?<![\w{MINUS}+-])[{MINUS}+-]?\d[\d.,]*(?<=\d)")
_LONG_RUN = re.compile(r"\d(?:[ .()-]?\d){7,}")
# Names of norms that hold numbers.
_NORMS = ("ISO 9001:2015", "9.1.3")
_TIME = re.compile(r"\b\d{1,2}[.:]\d{2}(?::\d{2})?\b")


def check_page(html: str, findings: Findings) -> list[str]:
    """Return the faults of a page: `<data>` elements, bare numbers in prose, sentences, alt texts, long numbers."""
    from bs4 import BeautifulSoup

    page = BeautifulSoup(html, "html.parser")
    figures, lang = registered(findings), findings.head.lang
    faults = [fault for element in page.find_all("data") for fault in _data_faults(element, figures, lang)]
    faults += [fault for sentence in page.select("[data-say]") for fault in _sentence_faults(sentence, figures, lang)]
    faults += [
        f"a number in prose is no registered figure: '{number}' in '{shortened(prose.get_text())}'"
        for prose in page.select("[data-prose]")
        for number in _NUMBER.findall(_loose_text(prose))
    ]
    allowed = allowed_numbers(figures.values(), lang)
    for image in page.find_all("img"):
        faults += text_faults(str(image.get("alt") or ""), allowed, findings, "alt text")
    return [*faults, *_long_number_faults(page)]


def check_text(text: str, findings: Findings) -> list[str]:
    """Return the faults of the chat text: numbers without a figure, and lines that the findings do not say."""
    allowed = allowed_numbers(registered(findings).values(), findings.head.lang)
    faults = [fault for line in text.splitlines() for fault in text_faults(line, allowed, findings, "text")]
    said = chat_text(findings).splitlines()
    faults += [
        f"the findings do not say this line of the text: '{shortened(line)}'"
        for line in text.splitlines()
        if line not in said
    ]
    return faults


def _data_faults(element: Tag, figures: Mapping[str, Figure], lang: str) -> Iterator[str]:
    name, form = str(element.get("data-figure") or ""), str(element.get("data-form") or "")
    figure = figures.get(name)
    if figure is None:
        yield f"<data> names no registered figure: '{name}'"
        return
    if element.get("value") != machine_value(figure, form):
        yield f"{name}: the value is {element.get('value')}, the figure {machine_value(figure, form)}"
    if element.get_text() != figure_text(figure, form, lang):
        yield f"{name}: printed '{element.get_text()}', the figure reads '{figure_text(figure, form, lang)}'"


def _sentence_faults(element: Tag, figures: Mapping[str, Figure], lang: str) -> Iterator[str]:
    """Yield where a sentence differs from its catalogue message, or its direction from its numbers."""
    key = str(element["data-say"])
    message = catalogue(lang).get(key)
    if message is None:
        yield f"a sentence has the unknown key '{key}'"
        return
    if not re.fullmatch(_pattern_of(message), element.get_text(), flags=re.DOTALL):
        yield f"the sentence '{key}' was changed: '{shortened(element.get_text())}'"
    if _own_directions(element) != _directions_of(message):
        yield f"the sentence '{key}' lost the direction of its figures"
    before: Figure | None = None
    for number in element.find_all("data"):
        figure = figures.get(str(number.get("data-figure")))
        wrong = "" if figure is None else contradiction(str(number.get("data-form") or ""), figure, before)
        if wrong:
            yield f"a direction word contradicts its figure: {wrong}"
        before = figure


def _directions_of(message: str) -> list[str]:
    specs = [spec for _, name, spec, _ in string.Formatter().parse(message) if name is not None]
    return [spec for spec in specs if spec is not None and spec in DIRECTIONS]


def _own_directions(element: Tag) -> list[str]:
    """Return the directions of the figures that stand in the sentence itself, not in one inside it."""
    own = (n for n in element.find_all("data") if n.find_parent(attrs={"data-say": True}) is element)
    return [form for number in own if (form := str(number.get("data-form") or "")) in DIRECTIONS]


def _pattern_of(message: str) -> str:
    parts = string.Formatter().parse(message.replace("*", ""))
    return "".join(re.escape(literal) + (".*" if name is not None else "") for literal, name, _, _ in parts)


def _loose_text(prose: Tag) -> str:
    """Return the text of an element without figures, dates, codes and hashes."""
    texts = []
    for text in prose.find_all(string=True):
        inside = {parent.name for parent in text.parents if parent is not prose}
        codes = any("code" in (parent.get("class") or []) for parent in text.parents)
        if not inside & {"data", "time", "code"} and not codes:
            texts.append(str(text))
    return " ".join(texts)


def _long_number_faults(page: BeautifulSoup) -> Iterator[str]:
    for text in page.find_all(string=_LONG_RUN):
        parents = {parent.name for parent in text.parents}
        if not parents & {"data", "time", "style", "code", "title", "blockquote"}:
            where = text.parent.name if text.parent is not None else "page"
            yield f"a number of eight or more digits stands outside <data>: in <{where}>"


def allowed_numbers(figures: Iterable[Figure], lang: str) -> set[str]:
    """Return every number that some figure prints as, in one form or other."""
    forms = ("", "signed", "less", "numerator", "denominator")
    texts = {printed(figure, form, lang) for figure in figures for form in forms}
    return {number for text in texts for number in _NUMBER.findall(text)}


def text_faults(text: str, allowed: set[str], findings: Findings, where: str) -> list[str]:
    """Return the numbers of a text that no figure prints as; `where` names the text in the fault."""
    bare = _without_names(text, findings)
    return [
        f"a number in the {where} is no registered figure: '{number}' in '{shortened(text)}'"
        for number in _NUMBER.findall(bare)
        if number not in allowed
    ]


def _without_names(text: str, findings: Findings) -> str:
    """Return the text without dates, times, codes and names that hold digits."""
    head = findings.head
    names = {head.form, head.run_id, *_NORMS, *SEGMENT_NAMES.values(), *map(str, findings.tables["teams"]["entity"])}
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " ")
    months = {
        str(name)
        for lang in LANGUAGES for width in ("wide", "abbreviated")
        for name in get_month_names(width, locale=LOCALES[lang]).values()
    }  # fmt: skip
    dates = re.compile(
        rf"(?:\b\d{{1,2}} )?\b(?:{'|'.join(sorted(map(re.escape, months), key=len, reverse=True))})(?: \d{{4}})?\b"
    )
    return _TIME.sub(" ", dates.sub(" ", text))


def shortened(text: str) -> str:
    """Return a text in one line of at most 80 characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= 80 else f"{flat[:79]}…"
