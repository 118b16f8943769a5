"""The gate of sentences: does what stands on a page still read as its catalogue message, figure by figure.

A page names the message of each sentence (`data-say`). What stands between its slots must be the message's own words,
every slot an element of its own, and every direction word must fit the figures beside it.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, cast

from babel.lists import format_list

from caringmon.model.findings import Figure
from caringmon.report.numerals import LOCALES
from caringmon.report.wording import DIRECTIONS, catalogue, contradiction, in_number, is_one

if TYPE_CHECKING:
    from bs4 import Tag

_SLOT, _ONE = "\x00", "\x01"
_LONG_RUN = re.compile(r"\d(?:[ .()-]?\d){7,}")


def sentence_faults(element: Tag, figures: Mapping[str, Figure], lang: str) -> Iterator[str]:
    """Yield where a sentence differs from its catalogue message, or its direction from its numbers."""
    key = str(element["data-say"])
    message = catalogue(lang).get(key)
    if message is None:
        yield f"a sentence has the unknown key '{shortened(key)}'"
        return
    if not _pattern_of(message, lang).fullmatch(_skeleton(element, lang)):
        yield f"the sentence '{key}' was changed: '{shortened(element.get_text())}'"
    if _own_directions(element) != _directions_of(message):
        yield f"the sentence '{key}' lost the direction of its figures"
    yield from _contradictions(element, figures)


def shortened(text: str) -> str:
    """Return a text in one line of at most 80 characters, without long numbers, which may be somebody's."""
    flat = _LONG_RUN.sub("…", " ".join(text.split()))
    return flat if len(flat) <= 80 else f"{flat[:79]}…"


def unlike(found: str, right: str) -> str:
    """Return what was found and what the findings say, both shortened to where they part."""
    shared = next((n for n, (one, other) in enumerate(zip(found, right, strict=False)) if one != other), 0)
    start = max(shared - 20, 0) if max(len(found), len(right)) > 80 else 0
    said = [f"{'…' if start else ''}{shortened(text[start:])}" for text in (found, right)]
    return f"reads '{said[0]}', the findings say '{said[1]}'"


def _contradictions(element: Tag, figures: Mapping[str, Figure]) -> Iterator[str]:
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


def _skeleton(element: Tag, lang: str) -> str:
    """Return the sentence's own words, with a mark in the place of each slot; a figure printed as one has its own."""
    return "".join(
        str(child) if isinstance(child, str) else _skeleton(child, lang) if child.name == "b" else _mark(child, lang)
        for child in cast("Iterable[str | Tag]", element.children)
    )


def _mark(child: Tag, lang: str) -> str:
    return _ONE if child.name == "data" and is_one(child.get_text(), lang) else _SLOT


@cache
def _pattern_of(message: str, lang: str) -> re.Pattern[str]:
    """Return what the skeleton of a message's sentence looks like; a slot may hold a list."""
    any_slot = f"[{_SLOT}{_ONE}]"
    more = f"(?:(?:{'|'.join(map(re.escape, _separators(lang)))}){any_slot})*"
    pattern, is_after_slot = "", False
    for literal, name, _, _ in string.Formatter().parse(message.replace("*", "")):
        plural, single = (re.escape(in_number(literal, number)) for number in (False, True))
        if not is_after_slot:
            pattern += plural
        elif plural == single:
            pattern += any_slot + more + plural
        else:
            pattern += f"(?:{_ONE}{single}|{_SLOT}{more}{plural})"
        is_after_slot = name is not None
    return re.compile(pattern + (any_slot + more if is_after_slot else ""))


def _separators(lang: str) -> list[str]:
    """Return what stands between the items of a list in the language."""
    lists = (format_list([_SLOT] * length, locale=LOCALES[lang]) for length in (2, 3, 4))
    return sorted({separator for text in lists for separator in text.split(_SLOT)[1:-1]})
