from __future__ import annotations

import dataclasses
import datetime as dt
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pandas as pd
import pytest

from caringmon.model.findings import Figure, figure_id
from caringmon.report.charts import NARROW, WIDE
from caringmon.report.days_chart import days_chart
from caringmon.report.month_chart import month_chart, month_charts
from caringmon.report.reading import Reader, readers
from caringmon.report.weekday_path import path_figures
from caringmon.report.wording import plain
from tests.worked_findings import REPORT_DATE, VARIANTS, idle_day, no_target, worked_findings

CHARTS = (days_chart, month_chart)


def texts(svg: bytes) -> list[str]:
    return [text for element in ET.fromstring(svg).iter() if (text := (element.text or "").strip())]


@pytest.mark.parametrize("draw", CHARTS)
@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_chart_is_a_small_picture_with_an_alt_text(draw: Callable, name: str, width: int) -> None:
    for reader in readers(VARIANTS[name]()):
        svg, alt = draw(reader, width)
        assert ET.fromstring(svg).tag.endswith("svg")
        assert len(svg) <= 25_000
        assert plain(alt, "id").endswith(".")
        assert "http" not in svg.decode().replace("http://www.w3.org", "")


@pytest.mark.parametrize("draw", CHARTS)
def test_the_same_findings_give_the_same_bytes(draw: Callable) -> None:
    reader = Reader(worked_findings(), "CT0")
    assert draw(reader)[0] == draw(reader)[0]


def test_a_persons_own_matplotlib_settings_do_not_matter() -> None:
    import matplotlib as mpl

    reader = Reader(worked_findings(), "CT0")
    plain = days_chart(reader)[0]
    with mpl.rc_context({"font.size": 30, "svg.fonttype": "path", "axes.facecolor": "red", "lines.linewidth": 9}):
        assert days_chart(reader)[0] == plain


def test_bars_carry_their_numbers_and_the_target_its_own() -> None:
    drawn = texts(days_chart(Reader(worked_findings(), "CT0"))[0])
    for number in ("96", "88", "104", "83", "89", "target"):
        assert number in drawn


def test_without_target_there_is_no_target_line() -> None:
    assert "target" not in texts(days_chart(Reader(no_target(), "CT0"))[0])


def test_a_day_without_work_is_a_gap_not_a_zero() -> None:
    drawn = texts(days_chart(Reader(idle_day(), "CT0"))[0])
    assert "–" in drawn
    assert "0" not in drawn


def test_a_day_that_is_not_over_is_hatched() -> None:
    at_noon = dt.datetime.fromisoformat("2022-10-18T12:00")
    assert b"<pattern" in days_chart(Reader(worked_findings(calls_clock=at_noon), "CT0"))[0]
    assert b"<pattern" not in days_chart(Reader(worked_findings(), "CT0"))[0]


def test_the_month_shows_actual_gap_target_and_projection() -> None:
    drawn = texts(month_chart(Reader(worked_findings(), "CT0"))[0])
    for label in ("1.365", "−91", "2.600", "2.438", "18 Okt", "31 Okt"):
        assert label in drawn


def test_the_alt_text_says_the_message_with_its_numbers() -> None:
    reader = Reader(worked_findings(), "CT0")
    days, month = (plain(draw(reader)[1], "id") for draw in (days_chart, month_chart))
    assert days.startswith(
        "Sembilan dari sepuluh hari di bawah target. Agree bersih per hari: 6 Oktober 96, 7 Oktober 88, "
    )
    assert days.endswith("dan 18 Oktober 89. Target hari terakhir 104.")
    assert month == (
        "Bulan mengarah ke 2.438, di bawah target 2.600. Kumulatif sampai 18 Oktober 1.365, target berjalan 1.456."
    )


def test_text_stays_text_in_the_fonts_of_the_page() -> None:
    svg = days_chart(Reader(worked_findings(), "CT0"))[0].decode()
    assert re.search(r"<text", svg)
    assert "DejaVu" not in svg
    assert "Segoe UI" in svg


def test_where_weekdays_tell_the_way_the_projection_follows_them_and_a_line_says_so() -> None:
    findings = worked_findings()
    straight = Reader(findings, "CT0")
    # Two working days to come, Saturday 29 and Monday 31 October; the month is taken to stand on Friday 28.
    told = [("K45.path", "c2022-10-29", "", 1700.0, "n"), ("K45.path", "c2022-10-31", "", 2437.5, "n"),
            ("K45.weekday", "mtd", "weekday:2022-10-29", 0.5, "rate"),
            ("K45.weekday", "mtd", "weekday:2022-10-31", 1.2, "rate")]  # fmt: skip
    figures = [
        Figure(figure_id("CT0", kpi, window, "", part), kpi, "CT0", "site", "", window, REPORT_DATE,
               dt.date.fromisoformat(window[1:]) if window[0] == "c" else REPORT_DATE, value, unit, 0, part=part)
        for kpi, window, part, value, unit in told
    ]  # fmt: skip
    more = pd.DataFrame([dataclasses.asdict(one) for one in figures])
    table = pd.concat([findings.tables["figures"], more], ignore_index=True)
    along = Reader(dataclasses.replace(findings, tables={**findings.tables, "figures": table}), "CT0")
    assert [one.value for one in path_figures(along)] == [1700.0, 2437.5]
    assert month_chart(along)[0] != month_chart(straight)[0]
    (chart,) = month_charts(along)
    assert [plain(note, "id") for note in chart.notes] == [
        "Garis titik mengikuti pola hari: Senin tertinggi (120 % dari hari rata-rata), Sabtu terendah (50 %)."
    ]
    assert month_charts(straight)[0].notes == ()
