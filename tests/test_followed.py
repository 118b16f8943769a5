"""Section 11 of the daily: earlier recommendations that are open, overdue first, in words and registered figures."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from caringmon.analysis.earlier_advice import FOLLOWED_COLUMNS, MOST_LISTED, concerning, open_advice
from caringmon.analysis.figures import with_figures
from caringmon.model.audience import Audience
from caringmon.model.recommendation import Status
from caringmon.report.figures import check_page
from caringmon.report.sections import show_followup
from caringmon.report.sheets import advice
from caringmon.report.sheets.pen import Pen
from tests.recommended import known, move, raise_in, raised, register
from tests.tiny import OCTOBER, at, date, fact_table
from tests.worked_findings import worked_findings

TODAY = date("2022-10-26")  # five working days after the 20th: 21, 22, 24, 25, 26


@pytest.fixture
def url(tmp_path):
    return register(tmp_path)


def shown(followed, lang="id"):
    """Return the worked report with these recommendations in section 11."""
    table, figures = open_advice(followed, ("CT0", "PRANPC"), TODAY, OCTOBER)
    plain = worked_findings(lang=lang)
    more = {"followed": table, "figures": with_figures(plain.tables["figures"], figures)}
    return dataclasses.replace(plain, tables={**plain.tables, **more})


def cells(html):
    """Return the rows of the section's tables as texts."""
    from bs4 import BeautifulSoup

    rows = BeautifulSoup(html, "html.parser").select("tbody tr")
    return [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in rows]


def test_what_is_overdue_comes_first_and_goes_up_the_line(url):
    names = raise_in(url, raised(), raised(entity="TL02", due=date("2022-10-28")), raised(rule_id="R09", level="site",
                     entity="SITE", owner_role="SPV", owner_id="", due=date("2022-10-25")))  # fmt: skip
    move(url, names[1], Status.SENT, when=at("20"))
    block = show_followup(shown(known(url).values())).html
    assert cells(block) == [
        ["Data lama belum dihubungi", "TL01", "TL TL01", "20 Okt", "Draf", "5", "SPV", names[0]],
        ["RPC rendah", "seluruh site", "SPV", "25 Okt", "Draf", "1", "", names[2]],
        ["Data lama belum dihubungi", "TL02", "TL TL01", "28 Okt", "Terkirim", "", "", names[1]],
    ]
    assert "Dua</data> dari <data" in block


def test_the_section_passes_the_gate_in_both_languages(url):
    raise_in(url, raised(), raised(entity="TL02"))
    for lang in ("id", "en"):
        findings = shown(known(url).values(), lang)
        assert check_page(show_followup(findings).html, findings) == []


def test_nothing_open_is_one_sentence(url):
    (name,) = raise_in(url, raised())
    move(url, name, Status.CANCELLED, when=at("19", "10:00"))
    block = show_followup(shown(known(url).values())).html
    assert "Tidak ada rekomendasi lama yang masih terbuka." in block
    assert cells(block) == []


def test_a_page_lists_some_and_the_workbook_all(url):
    raise_in(url, *(raised(entity=f"TL{number:02}") for number in range(MOST_LISTED + 3)))
    findings = shown(known(url).values())
    assert len(cells(show_followup(findings).html)) == MOST_LISTED
    from openpyxl import Workbook

    pen = Pen(Workbook(), "id")
    advice.write(pen, findings)
    column = [cell.value for cell in pen.book["Rekomendasi"]["K"]]
    assert sum(str(value).startswith("REC-") for value in column) == MOST_LISTED + 3


def test_of_restricted_ones_only_the_number_is_told(url):
    raise_in(url, raised(), raised(rule_id="R20", level="site", entity="SITE", is_restricted=True))
    block = show_followup(shown(known(url).values())).html
    assert len(cells(block)) == 1
    assert "temuan terbatas tidak ditampilkan" in block
    assert "R20" not in block


def test_what_one_recommendation_says_of_another_is_not_listed_beside_it(url):
    (name,) = raise_in(url, raised())
    raise_in(url, raised(rule_id="R29", level="rec", entity=name), when=at("25", "08:00"))
    assert [row[-1] for row in cells(show_followup(shown(known(url).values())).html)] == [name]


@pytest.mark.parametrize(
    ("audience", "expected"), [("all", 3), ("manager", 3), ("spv:SPV1", 2), ("tl:TL02", 1), ("tl:TL09", 0)]
)
def test_a_leader_reads_of_what_is_theirs(audience, expected, url):
    roster = fact_table("roster", [
        {"person_id": "TL01", "role": "TL", "reports_to": "SPV1", "valid_from": date("2022-01-03")},
        {"person_id": "TL02", "role": "TL", "reports_to": "SPV1", "valid_from": date("2022-01-03")},
        {"person_id": "TL03", "role": "TL", "reports_to": "SPV2", "valid_from": date("2022-01-03")},
    ])  # fmt: skip
    raise_in(url, *(raised(entity=team, owner_id=team) for team in ("TL01", "TL02", "TL03")))
    mine = concerning(tuple(known(url).values()), Audience.of(audience), roster, date("2022-10-18"))
    assert len(mine) == expected


def test_a_report_of_a_workspace_without_a_register_has_the_columns():
    table, figures = open_advice((), ("CT0",), TODAY, OCTOBER)
    assert list(table.columns) == FOLLOWED_COLUMNS
    assert figures.set_index("kpi")["value"].to_dict() == {
        "followed_open": 0.0, "followed_overdue": 0.0, "followed_restricted": 0.0,
    }  # fmt: skip
    assert isinstance(table, pd.DataFrame)
