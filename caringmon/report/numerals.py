"""How a figure, a date and a status are printed: one function for every document, two locales."""

from __future__ import annotations

import datetime as dt
import math
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import lru_cache

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from caringmon.model.findings import Figure
from caringmon.model.kpi import Unit

LOCALES = {"id": "id_ID", "en": "en_GB"}
NA_TEXT = "–"
MINUS = "−"
_MILLION = Decimal(1_000_000)
_MILLIONS = {"id": "juta", "en": "million"}
PERCENT = {"id": " %", "en": "%"}
_POINTS = {"id": "\N{NO-BREAK SPACE}poin", "en": "\N{NO-BREAK SPACE}pp"}
_END_OF_DAY = dt.time(23, 59)
_PARTS = {"numerator", "denominator"}


class Status(StrEnum):
    """The band of an achievement (3-kpis, 3.3 rule 7)."""

    REACHED = "reached"
    NEAR = "near"
    BELOW = "below"
    CRITICAL = "critical"


BANDS = (
    (Decimal(1), Status.REACHED),
    (Decimal("0.9"), Status.NEAR),
    (Decimal("0.75"), Status.BELOW),
)


def status_of(figure: Figure) -> Status | None:
    """Return the band of an unrounded achievement; not available: None."""
    return None if figure.is_na else _band(Decimal(repr(figure.value)))


def part_of(figure: Figure, form: str) -> float:
    """Return the number that a form prints: the value, or the numerator or denominator behind it."""
    return float(getattr(figure, form) if form in _PARTS else figure.value)


def decimals_of(figure: Figure, form: str = "") -> int:
    """Return the printed decimals; an achievement gets more while rounding would lift it over a band's edge."""
    if form in _PARTS:
        return 0
    if not figure.kpi.startswith("K19") or figure.is_na:
        return figure.decimals
    exact = Decimal(repr(figure.value))
    places = figure.decimals
    while places < 12 and _band(_rounded(exact * 100, places) / 100) is not _band(exact):
        places += 1
    return places


def printed(figure: Figure, form: str, lang: str) -> str:
    """Return the figure as text: `1.365`, `93,8 %`, `−91`; not available: an en dash.

    Rupiah print in millions with their unit, exact below one million: `Rp 27,4 juta`. Forms: `signed` prints a plus
    too; `points` a difference of shares in percentage points; `less` and `more` print the amount without its sign, for
    sentences whose word says the direction; `numerator` and `denominator` print what a rate was computed from. Halves
    round away from zero, as people and spreadsheets do.
    """
    number = part_of(figure, form)
    if math.isnan(number):
        return NA_TEXT
    if form == "points":
        moved = _rounded(Decimal(repr(number)) * 100, figure.decimals)
        return _sign(moved, "signed") + amount(abs(moved), figure.decimals, lang) + _POINTS[lang]
    exact = Decimal(repr(number))
    if figure.unit == Unit.RUPIAH and form not in _PARTS:
        return _sign(exact, form) + rupiah(abs(exact), lang)
    is_rate = figure.unit == Unit.RATE and form not in _PARTS
    places = decimals_of(figure, form)
    rounded = _rounded(exact * 100 if is_rate else exact, places)
    text = amount(abs(rounded), places, lang) + (PERCENT[lang] if is_rate else "")
    return _sign(rounded, form) + text


def whole_number(figure: Figure) -> int:
    """Return the value as it is printed without decimals: halves away from zero."""
    return int(_rounded(Decimal(repr(figure.value)), 0))


def rupiah(number: Decimal, lang: str) -> str:
    """Return an amount of rupiah with its unit: in millions with one decimal, below one million exact."""
    if number < _MILLION:
        return f"Rp\N{NO-BREAK SPACE}{amount(_rounded(number, 0), 0, lang)}"
    millions = amount(_rounded(number / _MILLION, 1), 1, lang)
    return f"Rp\N{NO-BREAK SPACE}{millions}\N{NO-BREAK SPACE}{_MILLIONS[lang]}"


@lru_cache(maxsize=2**16)
def amount(number: Decimal | int, places: int, lang: str) -> str:
    """Return a number without unit in the language's way of writing."""
    pattern = "#,##0" + ("." + "0" * places if places else "")
    return format_decimal(number, format=pattern, locale=LOCALES[lang]).replace("-", MINUS)


def is_visibly_zero(figure: Figure) -> bool:
    """Tell whether the number prints as zero."""
    if figure.is_na:
        return False
    exact = Decimal(repr(figure.value)) * (100 if figure.unit == Unit.RATE else 1)
    return _rounded(exact, figure.decimals) == 0


def moment(when: dt.date, pattern: str, lang: str) -> str:
    """Return a date or an instant in the language; the last minute of a day reads 24.00."""
    locale = LOCALES[lang]
    if not isinstance(when, dt.datetime):
        return format_date(when, pattern, locale=locale)
    if "HH" not in pattern or when.time() < _END_OF_DAY:
        return format_datetime(when, pattern, locale=locale)
    day, hour = pattern.split("HH", 1)
    return f"{format_datetime(when, day, locale=locale)}24{hour.replace('mm', '00')}" if day.strip() else "24.00"


def machine_value(figure: Figure, form: str = "") -> str:
    """Return the number as a program reads it: shortest exact decimal, no value for what is not available."""
    number = part_of(figure, form)
    if math.isnan(number):
        return ""
    return str(int(number)) if number.is_integer() else repr(number)


def _band(share: Decimal) -> Status:
    return next((status for floor, status in BANDS if share >= floor), Status.CRITICAL)


def _rounded(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _sign(number: Decimal, form: str) -> str:
    if form in {"less", "more"} or number == 0:
        return ""
    if number < 0:
        return MINUS
    return "+" if form == "signed" else ""
