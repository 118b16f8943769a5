"""Live formulas: a cell that follows from others in its row, a sum of rows, a status word; else nothing.

A formula is written only where it yields the registered figure; where it would not (a target of its own for the site,
people who changed teams), the figure stands there as a number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from caringmon.model.findings import Figure
from caringmon.report.numerals import BANDS, NA_TEXT, Status, part_of
from caringmon.report.wording import message

_SAME = 1e-12
# Counts that add up over teams, hours or results; whoever counts each customer once does not.
SUMS = frozenset({"K05", "K13", "K17", "K18", "pending", "return_open", "not_valid", "lapsed", "target", "attempts"})
# Which count a share is the share of, among all rows of its segment.
SHARES = {"attempts_share": "attempts"}
Name = tuple[str, str, str]  # indicator, window, form


@dataclass(frozen=True)
class Stand:
    """Where a number of a row stands, and the number; not available: NaN."""

    reference: str
    number: float


def name_of_cell(figure: Figure, form: str) -> Name:
    """Return under which name a cell is known in its row; a sign in print makes no other number."""
    return figure.kpi, figure.window, "" if form == "signed" else form


def following(figure: Figure, form: str, row: Mapping[Name, Stand], actual: str) -> str:
    """Return the formula by which a figure follows from others in its row; it follows from none: an empty text.

    `actual`: the indicator that is compared with the target.
    """
    rule = _rules(actual).get(name_of_cell(figure, form)[::2])
    if rule is None:
        return ""
    operator, *names = rule
    stands = [row.get((kpi, figure.window, shape)) for kpi, shape in names]
    top, bottom = stands
    if top is None or bottom is None or not _agrees(part_of(figure, form), operator, top.number, bottom.number):
        return ""
    a, b = top.reference, bottom.reference
    guard = f"AND(ISNUMBER({a}),N({b})>0)" if operator == "/" else f"COUNT({a},{b})=2"
    return f'=IF({guard},{a}{operator}{b},"{NA_TEXT}")'


def status(achieved: str, lang: str) -> str:
    """Return the formula that yields the status word of the achievement in a cell."""
    chain = f'"{message(f"status.{Status.CRITICAL}", lang)}"'
    for floor, band in reversed(BANDS):
        chain = f'IF({achieved}>={floor},"{message(f"status.{band}", lang)}",{chain})'
    return f'=IF(ISNUMBER({achieved}),{chain},"{NA_TEXT}")'


def adds_up(figure: Figure, form: str, parts: list[float]) -> bool:
    """Tell whether a figure is the plain sum of these numbers; one of them is not available: it is not."""
    kpi, _, shape = name_of_cell(figure, form)
    number = part_of(figure, form)
    return kpi in SUMS and not shape and bool(parts) and math.isclose(sum(parts), number, rel_tol=_SAME)


def _rules(actual: str) -> dict[tuple[str, str], tuple[str, tuple[str, str], tuple[str, str]]]:
    """Return by (indicator, form) the operator and the two numbers of the row that it joins."""
    return {
        ("K20", ""): ("-", (actual, ""), ("target", "")),
        ("K19", ""): ("/", (actual, ""), ("target", "")),
        ("K14", ""): ("/", ("K13", ""), ("K11", "numerator")),
        ("K11", ""): ("/", ("K11", "numerator"), ("K09", "numerator")),
        ("K09", ""): ("/", ("K09", "numerator"), ("K03", "")),
        ("K21.per_hour", ""): ("/", (actual, ""), ("login_hours", "")),
        ("attempts_change", ""): ("-", ("attempts", ""), ("attempts_mean", "")),
    }


def _agrees(number: float, operator: str, top: float, bottom: float) -> bool:
    """Tell whether the formula yields the number, or a dash where there is none."""
    result = top - bottom if operator == "-" else top / bottom if bottom > 0 else math.nan
    if math.isnan(number) or math.isnan(result):
        return math.isnan(number) and math.isnan(result)
    return math.isclose(result, number, rel_tol=_SAME, abs_tol=_SAME)
