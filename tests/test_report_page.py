from __future__ import annotations

import dataclasses
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from caringmon.errors import ReportFailedError
from caringmon.report import palette
from caringmon.report.index import IssuedReport, index_html
from caringmon.report.page import page_html
from caringmon.report.sections import show_data_notes, show_first_page, show_header
from tests.report_documents import FLAWLESS, findings_of, notebook_of, page_of, seen_in
from tests.worked_findings import CT0, VARIANTS, worked_findings

EVERY = [(name, lang) for name in VARIANTS for lang in ("id", "en")]


def soup(page: str) -> BeautifulSoup:
    return BeautifulSoup(page, "html.parser")


@pytest.mark.parametrize(("name", "lang"), EVERY)
def test_the_page_is_one_small_file_without_script_or_request(name: str, lang: str) -> None:
    page = page_of(name, lang)
    assert len(page.encode()) <= 300_000
    assert soup(page).find_all(["script", "link", "iframe", "object"]) == []
    addresses = [
        element[name] for element in soup(page).find_all(True) for name in ("src", "srcset") if element.has_attr(name)
    ]
    assert addresses
    assert all(address.startswith("data:image/svg+xml,%3Csvg") for address in addresses)
    assert not any(set(address) & set(' "#&<>') for address in addresses)
    assert all(link["href"].startswith("#") for link in soup(page).find_all(href=True))


@pytest.mark.parametrize(("name", "lang"), EVERY)
def test_the_page_is_well_made(name: str, lang: str) -> None:
    page = soup(page_of(name, lang))
    assert page.html["lang"] == lang
    assert len(page.find_all("h1")) == 1
    assert all(image["alt"] and "No description" not in image["alt"] for image in page.find_all("img"))
    assert all(table.caption and table.caption.get_text(strip=True) for table in page.find_all("table"))
    assert all(head.get("scope") in {"col", "row", "colgroup"} for head in page.find_all("th"))
    assert all(time.get("datetime") for time in page.find_all("time"))
    labels = [region["aria-label"] for region in page.select("[role=region]")]
    assert all(region["tabindex"] == "0" for region in page.select("[role=region]"))
    assert len(labels) == len(set(labels))
    identifiers = [element["id"] for element in page.select("[id]")]
    assert len(identifiers) == len(set(identifiers))
    assert len(page.find_all("style")) == 1


def test_the_title_names_code_segment_period_and_version() -> None:
    assert soup(page_of("worked", version=2)).title.string == "OB.IN.OCC.TELK.W-01_ALL_2022-10-18_v2"


def test_the_version_and_the_correction_are_put_in_by_the_page_alone() -> None:
    assert "KOREKSI" not in page_of("worked", version=1)
    assert "versi 1" in page_of("worked", version=1)
    assert "KOREKSI KE-2" in page_of("worked", version=3)
    assert "data-slot" not in page_of("worked", version=1)


def test_nothing_of_the_notebook_itself_is_on_the_page() -> None:
    page = page_of("worked")
    for trace in ("For the analyst", "cm.show_", "In&nbsp;[", "prompt", "Block(", "jp-", "data-notebook"):
        assert trace not in page


def test_every_figure_that_a_block_shows_is_on_the_page() -> None:
    findings = findings_of("worked")
    shown = soup("".join(o.data["text/html"] for c in notebook_of(findings).cells for o in c.get("outputs", [])))
    before = [(d["data-figure"], d["value"], d.get_text()) for d in shown.find_all("data")]
    after = [(d["data-figure"], d["value"], d.get_text()) for d in soup(page_of("worked")).find_all("data")]
    assert before == after
    assert len(before) > 300
    assert all(text for _, _, text in after)


def test_the_same_findings_give_the_same_page() -> None:
    findings = worked_findings()
    assert page_html(notebook_of(findings), findings, 1) == page_html(notebook_of(findings), findings, 1)


def test_a_notebook_that_stopped_makes_no_page() -> None:
    notebook = notebook_of(findings_of("worked"))
    notebook.cells[2].outputs = [nbformat.v4.new_output("error", ename="X", evalue="", traceback=[])]
    with pytest.raises(ReportFailedError, match="stopped in cell 'show-first-page'"):
        page_html(notebook, findings_of("worked"), 1)


def test_the_header_says_what_when_and_until_when() -> None:
    text = soup(page_of("worked")).find("header").get_text(" ", strip=True)
    for part in (
        "Evaluasi Harian Caring",
        "CT-0 dan PraNPC",
        "Selasa, 18 Oktober 2022",
        "OB.IN.OCC.TELK.W-01 Rev.00",
        "18 Okt 24.00",
        "19 Okt 08.00",
        "3f9a1c07be42",
    ):
        assert part in text
    details = soup(page_of("worked")).find("details")
    assert not details.has_attr("open")
    assert "report_date" in details.get_text()


def test_missing_tables_are_named_in_a_banner() -> None:
    assert "SEMENTARA. Data target belum diterima" in soup(page_of("no_target")).select_one(".banner").get_text()
    assert soup(page_of("worked")).select(".banner") == []


def test_a_silent_segment_is_named_in_the_notes_and_has_no_section() -> None:
    page = soup(page_of("foreign"))
    assert "Segmen PraNPC diminta" in page.find("section", attrs={"aria-labelledby": "data"}).get_text()
    assert page.find(id="s-PRANPC") is None


def test_names_from_outside_do_no_harm() -> None:
    entity = '"><script>alert(1)</script>TL01'
    work = dataclasses.replace(CT0, teams={entity: (2600, 1276, 89)})
    findings = worked_findings(work={"CT0": work})
    page = page_html(notebook_of(findings), findings, 1)
    assert "<script" not in page
    assert soup(page).find("data", attrs={"data-figure": f"CT0.K17.mtd.{entity}"}) is not None


def test_long_numbers_in_file_names_are_cut_and_dates_are_marked() -> None:
    from caringmon.report.notes import file_html, file_text

    assert file_text("rekap 081234567890 2022-10-18.csv") == "rekap 081…90 2022-10-18.csv"
    assert file_html("tamara_20221018_2359.csv") == (
        '<span class="code">tamara_<time datetime="2022-10-18">20221018_2359</time>.csv</span>'
    )


def test_each_issue_has_a_sentence_and_an_unknown_code_does_not_stop_the_report() -> None:
    findings = worked_findings()
    unknown = findings.tables["issue_summary"].assign(code="BRAND_NEW")
    shown = show_data_notes(dataclasses.replace(findings, tables={**findings.tables, "issue_summary": unknown})).html
    assert "Temuan lain pada data" in shown
    assert "BRAND_NEW" in shown


def test_remarks_stay_folded() -> None:
    notes = soup(show_data_notes(worked_findings()).html)
    assert "TITLE_ROWS" in notes.find("details").get_text()
    assert "TAP_BEFORE_CALL" not in notes.find("details").get_text()


def test_a_block_in_a_notebook_brings_its_style_and_touches_nothing_outside() -> None:
    header = show_header(worked_findings())._repr_html_()
    assert header.startswith('<style data-notebook="">.cm{')
    assert "<style" not in show_first_page(worked_findings())._repr_html_()


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        *[(colour, palette.WHITE) for colour in (palette.INK, palette.GREY, *palette.STATUS.values())],
        (palette.WHITE, palette.BLUE),
        (palette.INK, palette.PALE_BLUE),
        (palette.INK, palette.PALE_AMBER),
    ],
)
def test_text_has_enough_contrast(text: str, ground: str) -> None:
    bright, dark = sorted((luminance(text), luminance(ground)), reverse=True)
    assert (bright + 0.05) / (dark + 0.05) >= 4.5


def issue(day: int, version: int, **more: str) -> IssuedReport:
    return IssuedReport(
        "daily", "OB.IN.OCC.TELK.W-01 Rev.00", "ALL", f"2022-10-{day}", version, "3f9a1c07be42", "ab" * 32,
        f"daily/ALL/2022-10-{day}/v{version}", **more,
    )  # fmt: skip


def test_the_index_lists_the_newest_first_with_links_to_the_files() -> None:
    page = soup(index_html([issue(17, 1), issue(18, 1), issue(18, 2, summary="CT-0 kurang <91> (76,8 %)")], "id"))
    assert [time["datetime"] for time in page.find_all("time")] == ["2022-10-18", "2022-10-18", "2022-10-17"]
    links = [link["href"] for link in page.find("li").find_all("a")]
    assert links[1:] == [f"daily/ALL/2022-10-18/v2/{name}" for name in ("report.html", "report.xlsx", "ringkas.txt")]
    assert page.find("li").find("h2").get_text() == "Evaluasi Harian Caring · CT-0 dan PraNPC · 18 Oktober 2022"
    assert "KOREKSI KE-1" in page.find("li").get_text()
    assert "CT-0 kurang <91> (76,8\N{NO-BREAK SPACE}%)" in page.get_text()
    assert len(page.find_all("h1")) == 1


def test_an_empty_index_says_so_in_its_language() -> None:
    assert "Belum ada laporan" in index_html([], "id")
    assert "No report has been issued yet" in index_html([], "en")


@pytest.mark.parametrize("name", ["worked", "no_target", "foreign"])
def test_a_real_browser_finds_no_barrier_no_overflow_and_a_first_page_that_fits_on_a4(
    browser: tuple[str, str], tmp_path: Path, name: str
) -> None:
    assert seen_in(browser, page_of(name), tmp_path) == FLAWLESS
