"""Writing cells: styles, number formats, and the record of which figure stands in which cell."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any, TypedDict, Unpack, cast

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.formatting.rule import CellIsRule, DataBarRule, Rule
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from caringmon.model.findings import Figure
from caringmon.model.kpi import Unit
from caringmon.report import palette
from caringmon.report.numerals import MINUS, NA_TEXT, decimals_of, part_of
from caringmon.report.wording import Slot, plain

FONT = "Calibri"
HAIRLINE = Side(style="thin", color=palette.HAIRLINE[1:])
RULE = Side(style="medium", color=palette.INK[1:])
_FORMULA_LIKE = ("=", "+", "-", "@", "\t", "\r")
_A4 = 9
_ZERO_FORMAT = 200  # any id beyond Excel's own


class Look(TypedDict, total=False):
    """How a cell looks; what is left out is plain ink, size 10, left.

    `shape`: the number format; `low`: a wrapped text stands at the foot of its cell.
    """

    bold: bool
    colour: str
    size: float
    align: str
    wrap: bool
    indent: int
    shape: str
    low: bool


@dataclass
class Pen:
    """One workbook being written: its language, what stands at the foot of its pages, and what its cells hold.

    `places`: the cells that print a figure, by id and form; `cached`: the values of the formulas, by sheet and cell.
    """

    book: Workbook
    lang: str
    footer: str = ""
    places: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    cached: dict[str, dict[str, float | int | str]] = field(default_factory=lambda: defaultdict(dict))
    _near_zero: dict[tuple[str, int], list[str]] = field(default_factory=lambda: defaultdict(list))
    _looks: dict[tuple[tuple[str, object], ...], Any] = field(default_factory=dict)

    def sheet(self, title: Slot, *, is_page: bool = False) -> Worksheet:
        """Return a new sheet that prints on A4 landscape, one page wide; one that reads as a page has no gridlines."""
        sheet = cast(Worksheet, self.book.create_sheet(plain(title, self.lang)))
        sheet.sheet_view.showGridLines = not is_page
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = _A4
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        margins = sheet.page_margins
        margins.left = margins.right = margins.top = 0.5
        margins.bottom, margins.footer = 0.6, 0.3
        if sheet.oddFooter is not None:
            sheet.oddFooter.left.text = self.footer.replace("&", "&&")
            sheet.oddFooter.right.text = "&A · &P / &N"
            sheet.oddFooter.left.size = sheet.oddFooter.right.size = 8
        return sheet

    def text(self, cell: Cell, what: Slot, **look: Unpack[Look]) -> None:
        """Write a text; one that looks like a formula stays text."""
        self.lines(cell, [what], **look)

    def lines(self, cell: Cell, every: Sequence[Slot], **look: Unpack[Look]) -> str:
        """Write texts below each other in one cell, empty ones left out; return what stands there."""
        value = "\n".join(text for what in every if (text := plain(what, self.lang)))
        self.dress(cell, **look)
        cell.value = value
        cell.data_type = "s"
        if value.startswith(_FORMULA_LIKE):
            cell.quotePrefix = True
        return value

    def figure(self, cell: Cell, figure: Figure | None, form: str = "", **look: Unpack[Look]) -> None:
        """Write a figure as a number in its format (not available: a dash) and remember where it stands."""
        shown: Look = {"align": "right", **look}
        number = math.nan if figure is None else part_of(figure, form)
        if figure is None or math.isnan(number):
            self.text(cell, NA_TEXT, **shown)
            return
        shown["shape"] = number_format(figure, form)
        self.dress(cell, **shown)
        cell.value = whole_if_possible(number)
        self._remember(cell, figure, form)

    def formula(self, cell: Cell, formula: str, figure: Figure, form: str = "", **look: Unpack[Look]) -> None:
        """Write a live formula that yields the figure, whose value is stored beside it."""
        shown: Look = {"align": "right", **look, "shape": number_format(figure, form)}
        self.dress(cell, **shown)
        cell.value = formula
        number = part_of(figure, form)
        known = not math.isnan(number)
        self.cached[cell.parent.title][cell.coordinate] = whole_if_possible(number) if known else NA_TEXT
        if known:
            self._remember(cell, figure, form)

    def words(self, cell: Cell, formula: str, value: str, **look: Unpack[Look]) -> None:
        """Write a live formula that yields a text, with that text stored beside it."""
        self.dress(cell, **look)
        cell.value = formula
        self.cached[cell.parent.title][cell.coordinate] = value

    def header(self, sheet: Worksheet, row: int, labels: Sequence[Slot], *, left: Collection[int] = (1,)) -> None:
        """Write a header row; the columns in `left` hold texts, the others numbers."""
        for column, label in enumerate(labels, 1):
            cell = at(sheet, row, column)
            align = "left" if column in left else "right"
            indent = int(align == "left" and column > 1)
            self.text(
                cell, label, bold=True, colour=palette.GREY, size=9, align=align, wrap=True, low=True, indent=indent
            )
            cell.border = Border(bottom=RULE)

    def dress(self, cell: Any, **look: Unpack[Look]) -> None:
        """Give a cell its look; each look is made once a workbook, since openpyxl hashes whole fonts at every use."""
        name = tuple(sorted(look.items()))
        if name not in self._looks:
            wrap, colour = look.get("wrap", False), look.get("colour", palette.INK)[1:]
            cell.font = Font(name=FONT, size=look.get("size", 10), bold=look.get("bold", False), color=colour)
            cell.alignment = Alignment(
                horizontal=look.get("align", "left"),
                vertical="top" if wrap and not look.get("low") else "bottom",
                wrap_text=wrap,
                indent=look.get("indent", 0),
            )
            cell.number_format = look.get("shape", "General")
            self._looks[name] = copy(cell._style)
        cell._style = copy(self._looks[name])

    def hush_zeros(self) -> None:
        """Let what rounds to zero print as zero, without a sign, as on the page; number formats alone cannot."""
        for (title, places), cells in self._near_zero.items():
            look = DifferentialStyle(numFmt=NumberFormat(numFmtId=_ZERO_FORMAT, formatCode='"0";"0";"0"'))
            # Compared with constants: a formula would have to name the first of cells that lie anywhere.
            half = f"{0.5 * 10**-places - 1e-12:.12f}"
            rule = Rule("cellIs", operator="between", formula=[f"-{half}", half], dxf=look)
            self.book[title].conditional_formatting.add(" ".join(cells), rule)

    def remember(self, cell: Cell, figure: Figure) -> None:
        """Note that a cell that holds a figure's value prints it."""
        self.places[figure.id, ""].append(f"'{cell.parent.title}'!{cell.coordinate}")

    def _remember(self, cell: Cell, figure: Figure, form: str) -> None:
        part = form if form in {"numerator", "denominator"} else ""
        self.places[figure.id, part].append(f"'{cell.parent.title}'!{cell.coordinate}")
        if form in ("signed", "points") or part_of(figure, form) < 0:
            is_percent = Unit(figure.unit) is Unit.RATE and not part
            places = decimals_of(figure, form) + 2 * is_percent
            self._near_zero[cell.parent.title, places].append(cell.coordinate)


def at(sheet: Worksheet, row: int, column: int) -> Cell:
    """Return the cell; rows and columns count from 1."""
    return cast(Cell, sheet.cell(row, column))


def whole_if_possible(number: float) -> int | float:
    """Return a whole number as int, so that the file holds `91`, not `91.0`."""
    return int(number) if number.is_integer() else number


def number_format(figure: Figure, form: str = "") -> str:
    """Return the number format that prints what the page prints, with a true minus."""
    places = decimals_of(figure, form)
    digits = "#,##0" + ("." + "0" * places if places else "")
    if form not in {"numerator", "denominator"}:
        digits = {Unit.RATE: f"{digits} %", Unit.RUPIAH: f'"Rp "{digits}'}.get(Unit(figure.unit), digits)
    return f'+{digits};"{MINUS}"{digits};0' if form in ("signed", "points") else f'{digits};"{MINUS}"{digits}'


def rule_below(sheet: Worksheet, row: int, last: int, side: Side = HAIRLINE, *, first: int = 1) -> None:
    """Draw a line below the cells of a row from column `first` to `last`."""
    border = Border(bottom=side)
    for column in range(first, last + 1):
        at(sheet, row, column).border = border


def rule_above(sheet: Worksheet, row: int, last: int, side: Side = RULE, *, first: int = 1) -> None:
    """Draw a line above the cells of a row from column `first` to `last`."""
    border = Border(top=side)
    for column in range(first, last + 1):
        at(sheet, row, column).border = border


def data_bars(highest: float | None = None) -> Rule:
    """Return bars behind numbers, from zero to `highest` or to the largest cell."""
    end = "max" if highest is None else "num"
    bar = DataBarRule("num", 0, end, highest, color=palette.PALE_BLUE[1:], showValue=True)  # type: ignore[no-untyped-call]
    return cast(Rule, bar)


def coloured_word(word: str, colour: str) -> Rule:
    """Return the rule that prints cells holding the word in bold colour."""
    return cast(Rule, CellIsRule("equal", [f'"{word}"'], font=Font(color=colour[1:], bold=True)))  # type: ignore[no-untyped-call]


def widths(sheet: Worksheet, *columns: float) -> None:
    """Set the widths of the first columns, in characters."""
    for number, width in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width


def lines_needed(text: str, characters: int) -> int:
    """Return how many lines a wrapped text takes at that many characters a line."""
    return sum(-(-max(len(part), 1) // characters) for part in text.split("\n"))
