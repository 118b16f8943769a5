"""The gap in words, table and chart, and the recommendations on the page: nothing is named that chance explains."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from caringmon.analysis.daily_gap import DRIVER_COLUMNS, GUARD_COLUMNS, REFERENCE_COLUMNS
from caringmon.model.findings import Figure, Findings, entity_name, figure_id
from caringmon.report import gap_words, sections
from caringmon.report.advice import MOST_ACTIONS
from caringmon.report.gap_chart import gap_chart, gap_charts
from caringmon.report.reading import Reader
from caringmon.report.tables import gap_grid, gap_parts_grid
from caringmon.report.wording import plain
from tests.advised import findings_of, known
from tests.worked_findings import REPORT_DATE, worked_findings

ABOVE = "target_above_reference"
# Site: −60 contact with an interval that leaves 0 out, −20 agree and −11 above the reference: the gap of −91.
SITE = {"contact": (-60, -80, -40, True), "agree": (-20, -50, 10, False), ABOVE: (-11, -40, 20, False)}
TL02 = {"contact": (-45, -60, -30, True), "agree": (5, -9, 18, False), ABOVE: (-3, -9, 5, False)}


def explained(parts: dict[tuple[str, str], dict], guards=(), **more: float) -> Findings:
    """Return the worked findings with these parts of the gap of CT0: (level, entity) → factor → part, low, high."""
    plain_findings, rows, figures = worked_findings(), [], []
    for (level, entity), factors in parts.items():
        name = entity_name(level, entity)
        for factor, (part, low, high, is_driver) in factors.items():
            rows.append(("CT0", "mtd", level, entity, factor, is_driver, ""))
            told = (("K48.shown", part), ("K48.low", low), ("K48.high", high))
            for kpi, value in ((kpi, value) for kpi, value in told if value is not None):
                figures.append(figure(kpi, value, level, entity, name, factor))
        figures.append(figure("K48.shown_sum", sum(told[0] for told in factors.values()), level, entity, name))
    figures += [figure(kpi, value, "site", "", "") for kpi, value in more.items()]
    known_rows = [dataclasses.asdict(one) for one in figures]
    tables = {
        **plain_findings.tables,
        "figures": pd.concat([plain_findings.tables["figures"], pd.DataFrame(known_rows)], ignore_index=True),
        "drivers": pd.DataFrame(rows, columns=DRIVER_COLUMNS),
        "guards": pd.DataFrame([("CT0", "mtd", *guard) for guard in guards], columns=GUARD_COLUMNS),
        "references": pd.DataFrame(
            [
                (
                    "CT0",
                    "mtd",
                    "last_month",
                    REPORT_DATE.replace(month=9, day=1),
                    REPORT_DATE.replace(month=9, day=16),
                    "",
                )
            ],
            columns=REFERENCE_COLUMNS,
        ),
    }
    return dataclasses.replace(plain_findings, tables=tables)


def figure(kpi: str, value: float, level: str, entity: str, name: str, part: str = "") -> Figure:
    identity = figure_id("CT0", kpi, "mtd", name, part)
    first = REPORT_DATE.replace(day=1)
    return Figure(identity, kpi, "CT0", level, entity, "mtd", first, REPORT_DATE, float(value), "n", 0, part=part)


def ct0(findings: Findings) -> Reader:
    return Reader(findings, "CT0")


def said(*lines: object) -> list[str]:
    return [plain(line, "id") for line in lines]


def test_the_title_names_the_factor_that_chance_does_not_explain() -> None:
    reader = ct0(explained({("site", ""): SITE}))
    assert said(gap_words.gap_title(reader)) == ["Kurang 91 dari target: terutama contact rate"]


def test_where_chance_explains_every_part_none_is_named() -> None:
    unclear = {name: (part, low, 5, False) for name, (part, low, _, _) in SITE.items()}
    reader = ct0(explained({("site", ""): unclear}))
    assert said(gap_words.gap_title(reader)) == [
        "Kurang 91 dari target; belum ada faktor yang dapat dibedakan dari variasi normal"
    ]


def test_a_target_far_above_the_reference_is_told_as_the_fact_it_is() -> None:
    parts = {"contact": (-41, -80, 5, False), ABOVE: (-50, -90, -10, False)}
    reader = ct0(explained({("site", ""): parts}))
    assert said(gap_words.gap_title(reader))[0].startswith("Kurang 91 dari target; target 50 di atas acuan, sisanya")


def test_a_gap_near_zero_is_not_explained() -> None:
    parts = {"contact": (-60, -80, -40, True), "agree": (59, 40, 80, True)}
    findings = explained({("site", ""): parts}, [("GAP_NEAR_ZERO", "gap")], **{"guard.GAP_NEAR_ZERO.gap": -1})
    assert said(gap_words.gap_title(ct0(findings))) == ["Kurang 1 dari acuan: terlalu kecil untuk diuraikan"]


def test_teams_that_stand_out_are_told_with_their_interval_and_what_would_come_back() -> None:
    reader = ct0(explained({("site", ""): SITE, ("tl", "TL02"): TL02}, **{"K48.recoverable": 55}))
    assert said(*gap_words.gap_drivers(reader)) == [
        "TL02: contact rate −45 agree (selang −60 sampai −30)",
        "Bila contact rate kembali ke acuan, perkiraan +55 agree dapat dipulihkan.",
    ]


def test_the_tables_add_up_and_say_how_sure_each_part_is() -> None:
    reader = ct0(explained({("site", ""): SITE, ("tl", "TL02"): TL02}))
    grid, teams = gap_parts_grid(reader), gap_grid(reader, "tl")
    assert grid is not None
    assert teams is not None
    assert [said(row.cells[-1])[0] for row in grid.rows] == [
        "pasti",
        "belum dapat dibedakan dari variasi normal",
        "selisih target dan acuan, bukan kinerja",
    ]
    assert said(grid.totals[0].cells[2]) == ["−91"]
    assert said(*teams.rows[0].cells) == ["−45", "+5", "−3", "−43"]


def test_a_team_or_witel_that_stands_out_is_named_where_no_factor_of_the_site_does() -> None:
    unclear = {name: (part, low, 5, False) for name, (part, low, _, _) in SITE.items()}
    reader = ct0(explained({("site", ""): unclear, ("witel", "Semarang"): TL02}))
    assert said(gap_words.gap_title(reader)) == ["Kurang 91 dari target: contact rate Witel Semarang menyumbang −45"]


def test_each_step_shows_the_reference_against_the_actual_beside_its_part() -> None:
    findings = explained({("site", ""): SITE})
    rates = [
        dataclasses.replace(figure(f"K48.rate_{side}", value, "site", "", "", "contact"), unit="rate", decimals=1)
        for side, value in (("then", 0.915), ("now", 0.86))
    ]
    more = pd.DataFrame([dataclasses.asdict(one) for one in rates])
    figures = pd.concat([findings.tables["figures"], more], ignore_index=True)
    grid = gap_parts_grid(ct0(dataclasses.replace(findings, tables={**findings.tables, "figures": figures})))
    assert grid is not None
    contact, agree, above = grid.rows
    assert said(*contact.cells[:5]) == ["91,5 %", "86,0 %", "−60", "−80", "−40"]
    assert agree.cells[:2] == above.cells[:2] == (None, None)


def test_without_parts_there_is_no_chart_and_the_reason_is_given() -> None:
    reader = ct0(worked_findings())
    assert gap_charts(reader) == ()
    assert gap_parts_grid(reader) is None
    assert said(gap_words.gap_title(reader)) == ["Gap belum dapat diuraikan: tidak ada agree pada hari-hari acuan"]


def without_intervals(reference: str) -> Reader:
    findings = explained({("site", ""): {factor: (told[0], None, None, False) for factor, told in SITE.items()}})
    compared = findings.tables["references"].assign(reference=reference)
    return ct0(dataclasses.replace(findings, tables={**findings.tables, "references": compared}))


def test_what_differs_from_the_plan_is_arithmetic_and_names_no_cause() -> None:
    reader = without_intervals("plan")
    assert said(gap_words.gap_title(reader)) == [
        "Kurang 91 dari target; dibanding rencana bagian terbesar contact rate, −60"
    ]
    assert "hitungan, bukan uji" in " ".join(said(*gap_words.gap_reference(reader)))
    grid = gap_parts_grid(reader)
    assert grid is not None
    assert said(*(column.label for column in grid.columns)) == ["Acuan", "Aktual", "Bagian"]
    assert {len(row.cells) for row in (*grid.rows, *grid.totals)} == {3}
    (chart,) = gap_charts(reader)
    assert chart.notes == ()


def test_parts_against_last_month_without_intervals_speak_of_no_plan() -> None:
    # The first day of a month: one day has no interval.
    reader = without_intervals("last_month")
    assert said(gap_words.gap_title(reader)) == [
        "Kurang 91 dari target; belum ada faktor yang dapat dibedakan dari variasi normal"
    ]
    assert "rencana" not in " ".join(said(*gap_words.gap_reference(reader)))


def test_the_alt_text_of_the_chart_tells_every_part() -> None:
    _, alt = gap_chart(ct0(explained({("site", ""): SITE})))
    assert "contact rate −60, agree rate −20, dan target dibanding acuan −11" in plain(alt, "id")


# Recommendations on the page


@pytest.fixture(scope="module")
def advised_page() -> BeautifulSoup:
    from caringmon.analysis.recommendations import recommendations

    day = known({
        ("near_limit", "day"): 100, ("near_limit_rupiah", "day"): 27_400_000, ("returns_late", "day"): 8,
        ("K40", "mtd"): 6, ("K49", "mtd"): (3, 1600), ("K50", "day"): (4, 1800),
    })  # fmt: skip
    findings = findings_of(day, recommendations(day))
    html = sections.show_first_page(findings).html + sections.show_advice(findings).html
    return BeautifulSoup(html, "html.parser")


def test_the_first_page_names_at_most_three_actions_with_owner_and_due(advised_page: BeautifulSoup) -> None:
    actions = advised_page.select(".actions li")
    assert len(actions) == MOST_ACTIONS
    assert {action.select_one(".terms").get_text().partition(" ·")[0] for action in actions} == {"Semua TL"}
    assert all(action.select_one(".terms time") for action in actions)


def test_every_recommendation_shown_has_its_parts_and_its_code(advised_page: BeautifulSoup) -> None:
    every = advised_page.select(".advice li")
    assert len(every) >= MOST_ACTIONS
    for one in every:
        text = one.get_text()
        assert "Dugaan penyebab" in text
        assert "Cara verifikasi" in text
        assert one.select_one("code").get_text().startswith("REC-CT0-2022-10-")


def test_a_met_target_without_findings_says_so_in_one_line() -> None:
    page = BeautifulSoup(sections.show_advice(worked_findings()).html, "html.parser")
    assert page.get_text().count("tidak ada tindakan tambahan hari ini") == 2
    assert page.select(".advice li") == []
