"""A chart of a report: page and phone width, titled with its conclusion, alt text from the data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from caringmon.report.canvas import data_address
from caringmon.report.reading import Reader
from caringmon.report.wording import Sentence

WIDE, NARROW = 460, 320
# Above the highest value stays this much of the height.
HEADROOM = 1.06


@dataclass(frozen=True)
class Chart:
    """A chart in two widths (page and phone) as data addresses, its title, its alt text, and how to read it.

    `narrow` is empty where one picture is small enough for both; `is_small`: it is drawn for a phone and not enlarged.
    """

    title: Sentence
    wide: str
    narrow: str
    alt: Sentence
    notes: tuple[Sentence, ...] = ()
    is_small: bool = False


# Draws a chart in a width: the picture and its alt text.
Draw = Callable[[Reader, int], tuple[bytes, Sentence]]


def chart_of(title: Sentence, draw: Draw, reader: Reader, notes: tuple[Sentence, ...] = ()) -> Chart:
    """Return the chart in both widths."""
    (wide, alt), (narrow, _) = draw(reader, WIDE), draw(reader, NARROW)
    # A month draws the same lines under a title of its own.
    return Chart(
        title, data_address(wide), data_address(narrow), Sentence(alt.key, {**alt.slots, "title": title}), notes
    )


def small_chart_of(title: Sentence, draw: Draw, reader: Reader, notes: tuple[Sentence, ...] = ()) -> Chart:
    """Return the chart in the width of a phone alone, for one that stands in half a page: the page stays small."""
    picture, alt = draw(reader, NARROW)
    return Chart(
        title, data_address(picture), "", Sentence(alt.key, {**alt.slots, "title": title}), notes, is_small=True
    )
