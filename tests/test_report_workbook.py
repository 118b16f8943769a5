from __future__ import annotations

import shutil
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from caringmon.report.numerals import printed
from caringmon.report.sheets.pen import Pen, number_format
from caringmon.report.workbook import report_workbook
from tests.report_documents import findings_of, workbook_bytes_of, workbook_of
from tests.worked_findings import VARIANTS


def row_of(sheet_name: str, *start: str, name: str = "worked") -> dict[str, object]:
    """Return the row that starts with these cells, by header."""
    rows = list(workbook_of(name)[sheet_name].iter_rows(values_only=True))
    header = next(row for row in rows if row[0] == "Segmen")
    found = next(row for row in rows if row[: len(start)] == start)
    return dict(zip(map(str, header), found, strict=True))


def test_the_sheets_in_both_languages() -> None:
    assert workbook_of("worked").sheetnames == ["Ringkasan", "Per TL", "Corong", "Data & Definisi", "Bukti"]
    assert workbook_of("worked", "en").sheetnames == ["Summary", "Per TL", "Funnel", "Data & Definitions", "Evidence"]


@pytest.mark.parametrize("name", VARIANTS)
def test_the_same_findings_give_the_same_bytes(name: str) -> None:
    assert report_workbook(findings_of(name), 1) == workbook_bytes_of(name)


def test_version_and_correction_stand_in_the_head_only_when_given() -> None:
    def head(version: int | None) -> str:
        book = load_workbook(BytesIO(report_workbook(findings_of("worked"), version)))
        return " ".join(str(cell.value) for cell in book["Ringkasan"][3] if cell.value)

    assert "versi" not in head(None)
    assert "versi 1 ·" in head(1)
    assert "versi 2 · KOREKSI KE-1" in head(2)


def test_a_team_has_its_numbers_as_numbers() -> None:
    team = row_of("Per TL", "CT-0", "TL02")
    assert (team["Target hari"], team["Bersih hari"], team["Selisih hari"]) == (18, 11, -7)
    assert (team["Bersih s.d. hari ini"], team["Target s.d. hari ini"], team["Gap s.d. hari ini"]) == (197, 252, -55)
    assert team["Capaian s.d. hari ini"] == pytest.approx(197 / 252)
    assert team["Status"] == "Di bawah target"


def test_the_site_is_the_sites_own_figure() -> None:
    site = row_of("Per TL", "CT-0", "Site")
    assert (site["Bersih s.d. hari ini"], site["Gap s.d. hari ini"], site["Capaian s.d. hari ini"]) == (
        1365,
        -91,
        0.9375,
    )


def test_gap_achievement_and_status_are_live_formulas_with_stored_values() -> None:
    formulas, values = workbook_of("worked", values=False)["Per TL"], workbook_of("worked")["Per TL"]
    live = [cell for row in formulas.iter_rows() for cell in row if cell.data_type == "f"]
    assert len(live) == 4 * 12
    assert all(values[cell.coordinate].value not in (None, "") for cell in live)


def test_without_target_there_is_a_dash_not_an_error() -> None:
    site = row_of("Per TL", "CT-0", "Site", name="no_target")
    assert (site["Target hari"], site["Gap s.d. hari ini"], site["Capaian s.d. hari ini"], site["Status"]) == ("–",) * 4
    assert row_of("Per TL", "PraNPC", "Site", name="no_target")["Gap s.d. hari ini"] == -41


def test_a_rate_prints_as_on_the_page() -> None:
    achievement = findings_of("worked").figure("CT0", "K19", "mtd")
    assert number_format(achievement) == '#,##0.0 %;"−"#,##0.0 %'
    assert printed(achievement, "", "id") == "93,8 %"


def test_tables_have_filters_and_a_frozen_header() -> None:
    book = workbook_of("worked")
    for name in ("Per TL", "Corong", "Bukti"):
        assert book[name].auto_filter.ref
        assert book[name].freeze_panes
        assert book[name].print_title_rows


@pytest.mark.parametrize("name", VARIANTS)
def test_every_sheet_prints_on_a4_landscape_one_page_wide(name: str) -> None:
    for sheet in workbook_of(name).worksheets:
        setup = sheet.page_setup
        assert (setup.orientation, int(setup.paperSize), setup.fitToWidth, setup.fitToHeight) == ("landscape", 9, 1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_area


def test_the_first_sheet_reads_as_a_page_with_a_chart_per_segment() -> None:
    sheet = workbook_of("worked", values=False)["Ringkasan"]
    assert sheet.sheet_view.showGridLines is False
    with zipfile.ZipFile(BytesIO(workbook_bytes_of("worked"))) as parts:
        charts = [parts.read(n).decode() for n in parts.namelist() if n.startswith("xl/charts/chart")]
    assert len(charts) == 2
    assert all("'Ringkasan'!" in chart and "barChart" in chart and "lineChart" in chart for chart in charts)


def test_the_named_range_holds_every_figure_of_the_findings() -> None:
    book = workbook_of("worked")
    sheet, area = next(iter(book.defined_names["BUKTI"].destinations))
    found = {row[0].value: row[8].value for row in book[sheet][area.replace("$", "")][1:]}
    for figure in findings_of("worked").tables["figures"].to_dict("records"):
        assert found[figure["id"]] == pytest.approx(figure["value"], nan_ok=True) or figure["value"] != figure["value"]


def test_evidence_names_the_cells_that_print_a_figure() -> None:
    sheet = workbook_of("worked")["Bukti"]
    places = {row[0]: row[13] for row in sheet.iter_rows(values_only=True)}
    assert "'Per TL'!" in str(places["CT0.K20.mtd"])
    assert "'Ringkasan'!" in str(places["CT0.K20.mtd"])


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+62", "-1", "@SUM(A1)"])
def test_text_that_looks_like_a_formula_stays_text(text: str) -> None:
    book = Workbook()
    pen = Pen(book, "id")
    sheet = pen.sheet("A")
    pen.text(sheet["A1"], text)
    saved = BytesIO()
    book.save(saved)
    cell = load_workbook(saved)["A"]["A1"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


def test_a_file_called_like_a_formula_does_no_harm() -> None:
    cells = [cell for row in workbook_of("worked", values=False)["Data & Definisi"].iter_rows() for cell in row]
    assert [cell.data_type for cell in cells if str(cell.value).startswith("=qco")] == ["s"]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is needed")
def test_libreoffice_opens_it_and_computes_the_same(tmp_path: Path) -> None:
    (tmp_path / "report.xlsx").write_bytes(workbook_bytes_of("worked"))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "ods", "--outdir", str(tmp_path), "report.xlsx"]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path, timeout=120)
    from python_calamine import CalamineWorkbook

    rows = CalamineWorkbook.from_path(str(tmp_path / "report.ods")).get_sheet_by_name("Per TL").to_python()
    site = next(row for row in rows if row[:2] == ["CT-0", "Site"])
    assert -91 in site
    assert 0.9375 in site
    assert "Mendekati" in site
