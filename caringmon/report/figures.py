"""The publish gate of page and chat text: every number that they print must say what the findings say.

Each check returns a list of sentences, one per fault; an empty list is a clean document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import zip_longest
from typing import TYPE_CHECKING

from babel.dates import get_month_names

from caringmon.model.findings import Figure, Findings
from caringmon.model.kpi import CATALOGUE
from caringmon.model.reported import REPORTED
from caringmon.report.digest import chat_text
from caringmon.report.numerals import LOCALES, MINUS, machine_value, printed
from caringmon.report.own_counts import registered
from caringmon.report.reading import SEGMENT_NAMES, name_of
from caringmon.report.sentence_gate import sentence_faults, shortened, unlike
from caringmon.report.time_gate import time_faults
from caringmon.report.wording import FORMS, LANGUAGES, figure_text

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_NUMBER = re.compile(rf"(?<![\w{MINUS}+-])[{MINUS}+-]?\d[\d.,]*(?<=\d)")
_LONG_RUN = re.compile(r"\d(?:[ .()-]?\d){7,}")
# What would give a number another unit if it stood behind it.
_NO_UNIT = r"(?!\s?(?:[%‰\d]|juta\b|million\b|rb\b|k\b))"
# The code of a recommendation: segment, month and a hash, which may begin with digits.
_RECOMMENDATION = re.compile(r"REC-[A-Z0-9]+-\d{4}-\d{2}-[A-Z2-7]{8}")
# Names of norms that hold numbers.
_NORMS = ("ISO 9001:2015", "9.1.3")
# Where a number may stand that is no figure: machine text, and what people typed into the notes file.
_NO_FIGURES = frozenset({"data", "time", "style", "code", "title", "blockquote"})
_TIME = re.compile(r"\b\d{1,2}[.:]\d{2}(?::\d{2})?\b")


def check_page(html: str, findings: Findings) -> list[str]:
    """Return the faults of a page: see `page_checker`."""
    return page_checker(findings)(html)


def page_checker(findings: Findings) -> Callable[[str], list[str]]:
    """Return the check of a page, or of a part of it, against the findings, which are read once.

    Checked: every `<data>` and `<time>`, bare numbers in prose and beside it, sentences, alt texts of pictures, long
    numbers.
    """
    figures, lang = registered(findings), findings.head.lang
    names = names_with_digits(findings)

    def check(html: str) -> list[str]:
        from bs4 import BeautifulSoup

        page = BeautifulSoup(html, "html.parser")
        faults = [fault for element in page.find_all("data") for fault in _data_faults(element, figures, lang)]
        faults += [fault for element in page.find_all("time") for fault in time_faults(element, lang)]
        faults += [fault for said in page.select("[data-say]") for fault in sentence_faults(said, figures, lang)]
        faults += [
            f"a number in prose is no registered figure: '{shortened(number)}' in '{shortened(prose.get_text())}'"
            for prose in page.select("[data-prose]")
            for number in _NUMBER.findall(_loose_text(prose))
        ]
        faults += _bare_number_faults(page, names)
        faults += [fault for image in page.find_all("img") for fault in _alt_faults(image, figures, names, lang)]
        return [*faults, *_long_number_faults(page)]

    return check


def check_text(text: str, findings: Findings) -> list[str]:
    """Return the faults of the chat text: see `text_checker`."""
    return text_checker(findings)(text)


def text_checker(findings: Findings) -> Callable[[str], list[str]]:
    """Return the check of the chat text: numbers without a figure, and lines that the findings do not say."""
    allowed, names = allowed_numbers(registered(findings).values(), findings.head.lang), names_with_digits(findings)
    said = chat_text(findings).splitlines(keepends=True)

    def check(text: str) -> list[str]:
        faults = [fault for line in text.splitlines() for fault in text_faults(line, allowed, names, "text")]
        lines = zip_longest(text.splitlines(keepends=True), said, fillvalue="")
        return faults + [
            f"line {number} {unlike(line, right)}" for number, (line, right) in enumerate(lines, 1) if line != right
        ]

    return check


def _data_faults(element: Tag, figures: Mapping[str, Figure], lang: str) -> Iterator[str]:
    name, form = str(element.get("data-figure") or ""), str(element.get("data-form") or "")
    figure = figures.get(name)
    if figure is None:
        yield f"<data> names no registered figure: '{shortened(name)}'"
        return
    if form not in FORMS:
        yield f"{name}: printed in an unknown form, '{shortened(form)}'"
    if element.get("value") != machine_value(figure, form):
        yield f"{name}: the value is {element.get('value')}, the figure {machine_value(figure, form)}"
    if element.get_text() != figure_text(figure, form, lang):
        yield f"{name}: printed '{element.get_text()}', the figure reads '{figure_text(figure, form, lang)}'"


def _alt_faults(image: Tag, figures: Mapping[str, Figure], names: Iterable[str], lang: str) -> Iterator[str]:
    """Yield where the alt text of a chart does not begin with its title, or prints other numbers than its figures."""
    alt = str(image.get("alt") or "")
    frame = image.find_parent("figure")
    title = None if frame is None else frame.find("figcaption")
    if title is not None and not alt.startswith(title.get_text().strip()):
        yield f"an alt text does not say the title of its chart: '{shortened(alt)}'"
    told = [item.partition(" ")[::2] for item in str(image.get("data-figures") or "").split("|") if item]
    unknown = [name for _, name in told if name not in figures]
    if unknown:
        yield f"an alt text names no registered figure: '{shortened(unknown[0])}'"
        return
    texts = [figure_text(figures[name], form, lang) for form, name in told]
    numbers = [number for text in texts for number in _NUMBER.findall(text)]
    found = _NUMBER.findall(_without_names(alt, names))
    for number, right in zip_longest(found, numbers, fillvalue="–"):
        if number != right:
            yield f"a number in the alt text is '{number}', its figure reads '{right}': '{shortened(alt)}'"
            return
    if not re.search(".*?".join(re.escape(text) + _NO_UNIT for text in texts), alt, re.DOTALL):
        yield f"an alt text does not print its figures as they read: '{shortened(alt)}'"


def _loose_text(prose: Tag) -> str:
    """Return the text of an element without figures, dates, codes and hashes."""
    texts = []
    for text in prose.find_all(string=True):
        inside = {parent.name for parent in text.parents if parent is not prose}
        codes = any("code" in (parent.get("class") or []) for parent in text.parents)
        if not inside & {"data", "time", "code"} and not codes:
            texts.append(str(text))
    return " ".join(texts)


def _bare_number_faults(page: BeautifulSoup, names: Iterable[str]) -> Iterator[str]:
    """Yield the numbers beside prose and sentences that are no figure, date, code or name, nor quoted from a person.

    Long ones are left to `_long_number_faults`, which does not print them.
    """
    for text in page.find_all(string=_NUMBER):
        parents = list(text.parents)
        if _NO_FIGURES & {parent.name for parent in parents} or any(_is_checked_apart(parent) for parent in parents):
            continue
        for number in _NUMBER.findall(_without_names(_LONG_RUN.sub(" ", str(text)), names)):
            yield f"a number on the page is no registered figure: '{number}' in '{shortened(text)}'"


def _is_checked_apart(element: Tag) -> bool:
    """Tell whether an element is prose or a sentence, whose numbers are checked there, or a code."""
    return element.has_attr("data-prose") or element.has_attr("data-say") or "code" in (element.get("class") or [])


def _long_number_faults(page: BeautifulSoup) -> Iterator[str]:
    for text in page.find_all(string=_LONG_RUN):
        parents = {parent.name for parent in text.parents}
        if not _LONG_RUN.search(_RECOMMENDATION.sub("", str(text))):
            continue
        if not parents & _NO_FIGURES:
            where = text.parent.name if text.parent is not None else "page"
            yield f"a number of eight or more digits stands outside <data>: in <{where}>"


def allowed_numbers(figures: Iterable[Figure], lang: str) -> set[str]:
    """Return every number that some figure prints as, in one form or other."""
    forms = ("", "signed", "less", "numerator", "denominator")
    texts = {printed(figure, form, lang) for figure in figures for form in forms}
    return {number for text in texts for number in _NUMBER.findall(text)}


def text_faults(text: str, allowed: set[str], names: Iterable[str], where: str) -> list[str]:
    """Return the numbers of a text, left out `names` and dates, that no figure prints as; `where` names the text."""
    bare = _without_names(text, names)
    return [
        f"a number in the {where} is no registered figure: '{number}' in '{shortened(text)}'"
        for number in _NUMBER.findall(bare)
        if number not in allowed
    ]


def names_with_digits(findings: Findings) -> list[str]:
    """Return the codes and names of a report that hold digits, also those of indicators, the longest first."""
    head = findings.head
    names = {head.form, head.run_id, *_NORMS, *SEGMENT_NAMES.values(), *map(str, findings.tables["teams"]["entity"])}
    indicators = {name_of(kpi, head.lang) for kpi in (*CATALOGUE, *REPORTED)}
    return sorted(names | {name for name in indicators if _NUMBER.search(name)}, key=len, reverse=True)


def _without_names(text: str, names: Iterable[str]) -> str:
    """Return the text without dates, times, codes and names that hold digits."""
    for name in names:
        text = text.replace(name, " ")
    return _TIME.sub(" ", _dates().sub(" ", text))


@cache
def _dates() -> re.Pattern[str]:
    """Return what a date in words looks like in our languages."""
    months = {
        str(name)
        for lang in LANGUAGES for width in ("wide", "abbreviated")
        for name in get_month_names(width, locale=LOCALES[lang]).values()
    }  # fmt: skip
    return re.compile(
        rf"(?:\b\d{{1,2}} )?\b(?:{'|'.join(sorted(map(re.escape, months), key=len, reverse=True))})(?: \d{{4}})?\b"
    )
