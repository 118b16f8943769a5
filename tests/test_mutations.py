"""A thousand single changes in finished reports: each is found, though its file was hashed anew.

Changes of a value, sign, unit or direction word must be found by the figure checks alone, which know nothing of how
the documents are made again; every other change at least by that.
"""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from caringmon.runner.verify import rendering_faults
from tests.published import Finished, finished

SEED = 20221018
PER_KIND = 34
# Kinds of changes that the figure checks must find alone.
BY_FIGURES = {
    "value", "machine value", "sign", "unit", "direction", "status", "alt text", "cell", "cached", "cell sign",
    "cell unit", "cell words", "cached words", "proof", "range", "chart",
}  # fmt: skip
# A number in an alt text, and what stands before it there.
IN_ALT, NUMBER = r'(?<=alt=")[^"]*?[ (]', r"−?\d+(?:[.,]\d{3})*(?:[.,]\d)?"
# Kinds of changes of a page; that each finds its places is asserted, so that none goes untried.
ON_PAGES = {"value", "machine value", "sign", "unit", "status", "alt text", "date", "machine date", "code", "letter",
            "attribute", "picture", "direction"}  # fmt: skip
PAIRS = {
    "id": [("kurang", "lebih"), ("di bawah", "di atas"), ("melebar", "menyempit"), ("naik", "turun"),
           ("mencapai", "meleset dari"), ("bertambah", "berkurang")],
    "en": [("short", "ahead"), ("below", "above"), ("wider", "narrower"), ("up", "down"), ("reach", "miss"),
           ("more", "less")],
}  # fmt: skip
STATUS = {"id": ("Di bawah target", "Tercapai"), "en": ("Below target", "Reached")}
Change = tuple[str, int, int, str]  # kind, from, to, what stands there then


@pytest.fixture(params=["id", "en"])
def report(request: pytest.FixtureRequest) -> tuple[str, Finished]:
    return request.param, finished(request.param)


def other_digit(text: str, dice: random.Random) -> str:
    """Return the text with one of its digits changed."""
    place = dice.choice([n for n, letter in enumerate(text) if letter.isdigit()])
    return text[:place] + dice.choice([d for d in "0123456789" if d != text[place]]) + text[place + 1 :]


def other_letter(text: str, dice: random.Random) -> str:
    place = dice.choice([n for n, letter in enumerate(text) if letter.isalnum()])
    return text[:place] + ("x" if text[place] != "x" else "y") + text[place + 1 :]


def inside(text: str, pattern: str, kind: str, change: Callable[[str], str]) -> Iterator[Change]:
    """Yield a change of the first group of each place that the pattern finds."""
    for found in re.finditer(pattern, text):
        new = change(found[1])
        if new != found[1]:
            yield kind, found.start(1), found.end(1), new


def without_sign(text: str) -> str:
    return text[1:] if text[0] in "−+" else f"−{text}"


def page_changes(page: str, lang: str, dice: random.Random) -> list[Change]:
    """Return changes of a page, of every kind at most so many."""
    number = r"<data [^>]*>([^<]*\d[^<]*)</data>"
    words = [(one, other) for pair in PAIRS[lang] for one, other in (pair, pair[::-1])]
    every = [
        *inside(page, number, "value", lambda text: other_digit(text, dice)),
        *inside(page, r'<data [^>]*value="([^"]+)"', "machine value", lambda text: other_digit(text, dice)),
        *inside(page, number, "sign", without_sign),
        *inside(page, number, "unit", lambda text: re.sub(r"\s?%|^Rp\s", "", text)),
        *inside(page, r"<data [^>]*>[^<]*(juta|million)</data>", "unit", lambda _: "miliar"),
        *inside(page, f">({STATUS[lang][0]})</data>", "status", lambda _: STATUS[lang][1]),
        *inside(page, rf"(?:{IN_ALT})({NUMBER})(?=[,)%]| %|\.[ \"])", "alt text", lambda text: other_digit(text, dice)),
        *inside(page, r"<time [^>]*>([^<]*\d[^<]*)<", "date", lambda text: other_digit(text, dice)),
        *inside(page, r'<time datetime="([^"]+)"', "machine date", lambda text: other_digit(text, dice)),
        *inside(page, r'class="code[^"]*">([^<]*\d[^<]*)<', "code", lambda text: other_digit(text, dice)),
        *inside(page, r">([^<>]*[A-Za-z][^<>]*)<", "letter", lambda text: other_letter(text, dice)),
        *inside(page, r'="([^"<>]*[a-z]+[^"<>]*)"', "attribute", lambda text: other_letter(text, dice)),
        *inside(page, r'svg\+xml,([^"]+)"', "picture", lambda text: other_letter(text, dice)),
    ]
    for one, other in words:
        said = rf'data-say="(?:(?!</span>)[^\n])*?[>\s]({re.escape(one)})(?=[\s<])'
        every += inside(page, said, "direction", lambda _, other=other: other)  # type: ignore[misc]
    return sampled(every, dice)


def sampled(every: list[Change], dice: random.Random) -> list[Change]:
    kinds = dict.fromkeys(change[0] for change in every)
    groups = ([change for change in every if change[0] == kind] for kind in kinds)
    return [change for group in groups for change in dice.sample(group, min(PER_KIND, len(group)))]


def line_around(text: str, start: int, end: int, new: str) -> tuple[str, str]:
    """Return the line in which a change lies, as it was and as it is then."""
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    line = text[first:last]
    return line, line[: start - first] + new + line[end - first :]


def tell(lang: str, counted: Counter[str]) -> None:
    print(f"seed {SEED}, {lang}: {sum(counted.values())} changes found: {dict(counted)}")


def test_every_change_of_a_page_is_found(report: tuple[str, Finished]) -> None:
    """The checks look at elements one by one, and a line of the page holds whole elements: it is checked alone."""
    lang, made = report
    page, check, dice = made.files["report.html"].decode(), made.checkers["report.html"], random.Random(SEED)
    counted: Counter[str] = Counter()
    for number, (kind, start, end, new) in enumerate(page_changes(page, lang, dice)):
        before, after = line_around(page, start, end, new)
        changed = (page[:start] + new + page[end:]).encode()
        if kind in BY_FIGURES:
            assert check(before.encode()) == []
            faults = check(after.encode())
            assert faults, (kind, before[:400], after[:400])
            if number % 60 == 0:
                assert check(changed) == faults
        assert rendering_faults({"report.html": changed}, {"report.html": made.files["report.html"]}), kind
        counted[kind] += 1
    assert counted.keys() == ON_PAGES
    tell(lang, counted)
    assert sum(counted.values()) >= 350


@dataclass(frozen=True)
class Book:
    """What the parts of a workbook hold: texts by number, the number format of each style, parts of sheets in order."""

    strings: list[str]
    shapes: dict[str, str]
    sheets: list[str]

    @classmethod
    def of(cls, parts: dict[str, str]) -> Book:
        styles = re.search(r"<cellXfs.*?</cellXfs>", parts["xl/styles.xml"], re.DOTALL)
        assert styles is not None
        return cls(
            re.findall(r"<si><t[^>]*>([^<]*)</t></si>", parts["xl/sharedStrings.xml"]),
            {str(n): shape for n, shape in enumerate(re.findall(r'<xf numFmtId="(\d+)"', styles[0]))},
            sorted((name for name in parts if "/worksheets/" in name), key=lambda name: (len(name), name)),
        )


def repacked(parts: dict[str, bytes], name: str, data: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        for part, content in parts.items():
            target.writestr(part, data.encode() if part == name else content)
    return packed.getvalue()


def sheet_changes(xml: str, book: Book, lang: str, dice: random.Random, *, is_proof: bool) -> list[Change]:
    """Return changes of a sheet: numbers, signs, formats, stored values and words of formulas, texts."""
    cell, number = r'<c r="[A-Z]+\d+"(?: s="\d+")?', r"-?\d[\d.e+-]*"
    kinds = ("proof",) * 3 if is_proof else ("cell", "cell sign", "cell words")

    def digit(text: str) -> str:
        return other_digit(text, dice)

    def format_of_another(style: str) -> str:
        return dice.choice([other for other, shape in book.shapes.items() if shape != book.shapes[style]])

    every = [
        *inside(xml, rf'{cell} t="n"><v>({number})</v>', kinds[0], digit),
        *inside(xml, rf'{cell} t="n"><v>({number})</v>', kinds[1], lambda text: str(-float(text))),
        *inside(xml, rf"{cell}><f>[^<]*</f><v>({number})</v>", "cached", digit),
        *inside(xml, rf'{cell}(?: t="str")?><f>([^<]*\d[^<]*)</f>', "cached", digit),
        *inside(xml, rf'{cell} t="str"><f>[^<]*</f><v>([^<]*)</v>', "cached words", lambda text: f"{text}x"),
        *inside(xml, rf'{cell}( t="s"><v>\d+</v>)', kinds[2], lambda text: retyped(text, book.strings, lang, dice)),
    ]
    if not is_proof:
        every += inside(xml, r'<c r="[A-Z]+\d+" s="(\d+)" t="n"><v>', "cell unit", format_of_another)
    return [change for change in every if not is_same_number(xml[change[1] : change[2]], change)]


def is_same_number(old: str, change: Change) -> bool:
    """Tell whether a number stays what it is: the last of 17 digits may say nothing."""
    try:
        return change[0] != "cell unit" and float(old) == float(change[3])
    except ValueError:
        return False


def retyped(cell: str, strings: list[str], lang: str, dice: random.Random) -> str:
    """Return a cell of text with another text typed in: a direction turned, a digit or a letter changed."""
    text = strings[int(re.findall(r"\d+", cell)[0])]
    turned = next((text.replace(one, other, 1) for one, other in PAIRS[lang] if one in text), text)
    if turned == text and any(letter.isalnum() for letter in text):
        turned = (other_digit if any(letter.isdigit() for letter in text) else other_letter)(text, dice)
    return f' t="inlineStr"><is><t>{turned if turned != text else f"{text}x"}</t></is>'


def test_every_change_of_a_workbook_is_found(report: tuple[str, Finished]) -> None:
    lang, made = report
    data, check, dice = made.files["report.xlsx"], made.checkers["report.xlsx"], random.Random(SEED)
    assert check(data) == []
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    book = Book.of({name: content.decode() for name, content in parts.items() if name.endswith(".xml")})
    counted: Counter[str] = Counter()
    for name, change in workbook_changes(parts, book, lang, dice):
        kind, start, end, new = change
        text = parts[name].decode()
        changed = repacked(parts, name, text[:start] + new + text[end:])
        if kind in BY_FIGURES:
            assert check(changed), (kind, name, text[start - 80 : end + 20], new)
        assert rendering_faults({"report.xlsx": changed}, {"report.xlsx": made.files["report.xlsx"]})
        counted[kind] += 1
    tell(lang, counted)
    assert sum(counted.values()) >= 120


def workbook_changes(
    parts: dict[str, bytes], book: Book, lang: str, dice: random.Random
) -> Iterator[tuple[str, Change]]:
    """Yield changes of the sheets, few of the long sheet of evidence, and of what is beside them."""
    for name in book.sheets:
        is_proof = name == book.sheets[-1]
        found = sheet_changes(parts[name].decode(), book, lang, dice, is_proof=is_proof)
        for kind in dict.fromkeys(change[0] for change in found):
            mine = [change for change in found if change[0] == kind]
            count = min(15 if is_proof else 6, len(mine))
            yield from ((name, change) for change in dice.sample(mine, count))
    beside = [
        ("xl/workbook.xml", r'name="BUKTI">[^<]*\$(\d+)</definedName>', "range", 1),
        *(((name, r"<(?:c:)?v>(\d+)</(?:c:)?v>", "chart", 2)) for name in parts if name.startswith("xl/charts/chart")),
        ("docProps/core.xml", r"<dc:title>([^<]*)", "title", 1),
        ("xl/styles.xml", r'rgb="([0-9A-F]+)"', "look", 5),
    ]
    for name, pattern, kind, count in beside:
        mine = list(inside(parts[name].decode(), pattern, kind, lambda text: other_digit(text, dice)))
        yield from ((name, change) for change in dice.sample(mine, min(count, len(mine))))


@pytest.mark.parametrize("name", ["ringkas.txt", "report.ipynb"])
def test_every_change_of_a_text_is_found(report: tuple[str, Finished], name: str) -> None:
    lang, made = report
    text, dice = made.files[name].decode(), random.Random(SEED)
    assert rendering_faults({name: text.encode()}, {name: made.files[name]}) == []
    counted: Counter[str] = Counter()
    for place in dice.sample(range(len(text)), 100 if name == "ringkas.txt" else 20):
        new = dice.choice([letter for letter in "0123456789−%x" if letter != text[place]])
        changed = (text[:place] + new + text[place + 1 :]).encode()
        if name in made.checkers:
            assert made.checkers[name](changed)
        assert rendering_faults({name: changed}, {name: made.files[name]})
        counted[name] += 1
    tell(lang, counted)
