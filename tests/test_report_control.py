"""The control charts: the variation word in the title, the assurance word below, alt text and picture from the data."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from caringmon.analysis.judgements import SIGNAL_COLUMNS
from caringmon.model.findings import Figure, Findings, figure_id
from caringmon.report import sections
from caringmon.report.control_chart import assurance_lines, control_chart, control_charts, control_title
from caringmon.report.figures import check_page
from caringmon.report.reading import Reader
from caringmon.report.wording import plain
from tests.worked_findings import REPORT_DATE, worked_findings

GOOD, BAD = "special_cause_improving", "special_cause_concerning"
LAST = f"d{REPORT_DATE}"
DAYS = ["d2022-10-14", "d2022-10-15", "d2022-10-17", LAST]


def bound(kpi: str, name: str, window: str, value: float) -> Figure:
    unit, decimals = ("n", 0) if kpi == "K17" else ("rate", 1)
    kpi = f"{kpi}.{name}"
    identity = figure_id("CT0", kpi, window, "", "")
    return Figure(identity, kpi, "CT0", "site", "", window, REPORT_DATE, REPORT_DATE, value, unit, decimals)


def judged(rule: str = "", variation: str = "common_cause", assurance: str = "", *, provisional: bool = False,
           lang: str = "id", agrees: tuple[float, float, float] = (80, 95, 110)) -> Reader:  # fmt: skip
    """Return the worked month with limits for four days: the last day's contact rate judged so, the rest ordinary."""
    found = worked_findings(lang=lang)
    limits = {"K09": (0.4, 0.5, 0.6), "K14": (0.2, 0.3, 0.4), "K17": agrees}
    figures = [
        bound(kpi, name, window, value)
        for kpi, values in limits.items()
        for name, value in zip(("lower", "centre", "upper"), values, strict=True)
        for window in DAYS
    ]
    signals = [
        ("CT0", kpi, window, rule if is_it else "", variation if is_it else "common_cause",
         assurance if kpi == "K17" else "", provisional, "laney")
        for kpi in limits
        for window in DAYS
        for is_it in [kpi == "K09" and window == LAST]
    ]  # fmt: skip
    more = pd.DataFrame([dataclasses.asdict(one) for one in figures])
    tables = {
        **found.tables,
        "figures": pd.concat([found.tables["figures"], more], ignore_index=True),
        "signals": pd.DataFrame(signals, columns=SIGNAL_COLUMNS),
    }
    return Reader(dataclasses.replace(found, tables=tables), "CT0")


def section_of(findings: Findings) -> BeautifulSoup:
    return BeautifulSoup(sections.show_funnel(findings).html, "html.parser")


@pytest.mark.parametrize(
    ("rule", "variation", "lang", "said"),
    [
        ("", "common_cause", "id", ": variasi normal, batas wajar 40,0 %–60,0 %"),
        ("outside", BAD, "id", ": di bawah batas wajar 40,0 %–60,0 %, memburuk"),
        ("outside", GOOD, "en", ": above its usual limits 40.0%–60.0%, improving"),
        ("shift", BAD, "en", ": seven days in a row below the mean, concerning"),
        ("trend", GOOD, "id", ": tujuh hari terus naik, membaik"),
        ("near_limit", BAD, "id", ": dua dari tiga hari dekat batas bawah, memburuk"),
    ],
)
def test_the_title_is_the_variation_word_of_the_last_day(rule: str, variation: str, lang: str, said: str) -> None:
    title = plain(control_title(judged(rule, variation, lang=lang), "K09"), lang)
    assert title.startswith("Contact rate ")
    assert title.endswith(said)


@pytest.mark.parametrize(
    ("word", "low", "high", "said"),
    [
        ("consistently_reached", 110, 130, "tercapai konsisten: 104 ada di bawah"),
        ("inconsistent", 80, 110, "kadang tercapai, kadang tidak: 104 ada di dalam"),
        ("consistently_missed", 60, 100, "tidak tercapai dengan cara kerja sekarang: 104 ada di atas"),
    ],
)
def test_the_assurance_word_compares_the_days_target_with_the_limits(word: str, low: int, high: int, said: str) -> None:
    reader = judged(assurance=word, agrees=(low, 105, high))
    assert [plain(line, "id") for line in assurance_lines(reader)] == [
        f"Target harian {said} batas wajar Agree bersih ({low}–{high}).",
        "Contact rate dan agree rate harian tidak punya target: targetnya hanya per bulan.",
    ]


def test_a_marked_day_is_drawn_in_its_colour_and_few_days_make_dashed_limits() -> None:
    ordinary, _ = control_chart(judged(), "K09")
    bad, _ = control_chart(judged("outside", BAD), "K09")
    good, _ = control_chart(judged("outside", GOOD), "K09")
    dashed, _ = control_chart(judged(provisional=True), "K09")
    red, green = b"#b3261e", b"#1b6b3a"
    assert [red in svg for svg in (ordinary, bad, good)] == [False, True, False]
    assert [green in svg for svg in (ordinary, bad, good)] == [False, False, True]
    assert [b"dasharray" in svg for svg in (ordinary, dashed)] == [False, True]
    assert [plain(note, "id") for note in control_charts(judged(provisional=True))[0].notes] == [
        "Batas putus-putus: dihitung dari kurang dari tiga puluh hari kerja."
    ]


def test_the_alt_text_tells_the_mean_and_each_day() -> None:
    reader = judged()
    alt = control_chart(reader, "K14")[1]
    assert plain(alt, "id").startswith(plain(control_title(reader, "K14"), "id"))
    assert ". Rata-rata 30,0 %. Per hari: 14 Oktober " in plain(alt, "id")


def test_both_charts_stand_in_the_section_of_the_funnel_and_pass_the_gate() -> None:
    reader = judged("outside", BAD, "inconsistent")
    page = section_of(reader.findings)
    pictures = page.find_all("img")
    assert [image["alt"].split(" pada")[0].rsplit(" ", 2)[0] for image in pictures] == [
        "Contact rate",
        "Agree rate (RPC)",
    ]
    assert page.find_all("source") == []
    assert check_page(str(page), reader.findings) == []


def test_without_limits_there_is_no_chart_and_no_word_about_targets() -> None:
    reader = Reader(worked_findings(), "CT0")
    assert control_charts(reader) == ()
    assert assurance_lines(reader) == ()
