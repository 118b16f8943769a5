from __future__ import annotations

import dataclasses
import datetime as dt
import re
import shutil
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook
from python_calamine import CalamineWorkbook

from caringmon.model.findings import Findings
from caringmon.report.numerals import printed
from caringmon.report.sheets.evidence import COLUMNS
from caringmon.report.sheets.pen import Pen, number_format
from caringmon.report.workbook import report_workbook
from caringmon.report.workbook_gate import check_workbook
from tests.report_documents import findings_of, workbook_bytes_of, workbook_of
from tests.worked_findings import VARIANTS
from tests.worked_leader import leader_findings
from tests.worked_sections import RESULTS

VALUE = list(COLUMNS).index("value")


def row_of(sheet_name: str, *start: str, name: str = "worked", label: str = "Segmen") -> dict[str, Any]:
    """Return the row that starts with these cells, by the header that holds `label`."""
    rows = list(workbook_of(name)[sheet_name].iter_rows(values_only=True))
    header = next(row for row in rows if row[0] == "Segmen" and label in row)
    found = next(row for row in rows if row[: len(start)] == start)
    return dict(zip(map(str, header), found, strict=True))


def test_the_sheets_in_both_languages() -> None:
    indonesian = ["Ringkasan", "Per TL", "Per Agent", "Corong", "Hasil Call", "Data & Definisi", "Bukti"]
    english = ["Summary", "Per TL", "Per Agent", "Funnel", "Call Results", "Data & Definitions", "Evidence"]
    assert workbook_of("worked").sheetnames == indonesian
    assert workbook_of("worked", "en").sheetnames == english


def test_what_a_leader_typed_stands_on_the_first_sheet_marked_as_theirs_with_its_numbers() -> None:
    """A number of theirs is no figure, a changed one is a fault, and a text that looks like a formula stays a text."""
    told = with_notes("Tiga TL rapat pukul 14.37,\nlihat 9.999 data.", "=SUM(A1:A9) tidak dihitung")
    data = report_workbook(told, 1)
    first = [cell for row in load_workbook(BytesIO(data))["Ringkasan"].iter_rows() for cell in row if cell.value]
    noted = [cell for cell in first if str(cell.value).startswith("Catatan TL")]
    assert [cell.value for cell in noted] == [
        "Catatan TL: Tiga TL rapat pukul 14.37, lihat 9.999 data.",
        "Catatan TL, analisa: =SUM(A1:A9) tidak dihitung",
    ]
    assert {cell.data_type for cell in noted} == {"s"}
    assert check_workbook(data, told, 1) == []
    other = with_notes("Tiga TL rapat pukul 14.37,\nlihat 9.998 data.", "=SUM(A1:A9) tidak dihitung")
    assert any("9.999" in fault for fault in check_workbook(data, other, 1))


def with_notes(summary: str, analysis: str) -> Findings:
    """Return the worked findings with what a leader typed."""
    rows = [("summary", "", summary), ("analysis", "", analysis)]
    findings = findings_of("worked")
    return Findings(
        findings.head, {**findings.tables, "notes": pd.DataFrame(rows, columns=["kind", "subject", "text"])}
    )


def test_no_sheet_is_empty_where_the_files_know_neither_agents_nor_times() -> None:
    assert workbook_of("foreign").sheetnames == [
        "Ringkasan", "Per TL", "Corong", "Hasil Call", "Data & Definisi", "Bukti",
    ]  # fmt: skip


def test_the_managers_workbook_has_no_row_of_an_agent() -> None:
    findings = findings_of("worked")
    tables = dict(findings.tables)
    tables["agents"] = tables["agents"].iloc[:0]
    tables["figures"] = tables["figures"][tables["figures"]["level"] != "agent"]
    head = dataclasses.replace(findings.head, audience="manager")
    book = load_workbook(BytesIO(report_workbook(Findings(head, tables), 1)), data_only=True)
    assert "Per Agent" not in book.sheetnames
    texts = {str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    assert not {text for text in texts if re.search(r"\bA0\d\d\b", text)}


@pytest.mark.parametrize("name", VARIANTS)
def test_the_same_findings_give_the_same_bytes(name: str) -> None:
    assert report_workbook(findings_of(name), 1) == workbook_bytes_of(name)


def test_version_and_correction_stand_in_the_head() -> None:
    def head(version: int) -> str:
        book = load_workbook(BytesIO(report_workbook(findings_of("worked"), version)))
        return " ".join(str(cell.value) for cell in book["Ringkasan"][3] if cell.value)

    assert "versi 1 ·" in head(1)
    assert "versi 2 · KOREKSI KE-1" in head(2)


def test_a_team_has_its_numbers_as_numbers() -> None:
    team = row_of("Per TL", "CT-0", "TL02")
    assert (team["Target · hari ini"], team["Bersih · hari ini"], team["Gap · hari ini"]) == (18, 11, -7)
    assert (team["Bersih · bulan ini"], team["Target · bulan ini"]) == (197, 252)
    assert team["Capaian · bulan ini"] == pytest.approx(197 / 252)
    assert (team["SPV"], team["Status"]) == ("SPV01", "Di bawah target")


def test_the_site_is_the_sites_own_figure() -> None:
    site = row_of("Per TL", "CT-0", "Site")
    assert (site["Bersih · bulan ini"], site["Capaian · bulan ini"], site["Status"]) == (1365, 0.9375, "Mendekati")


def formula_of(sheet: str, start: tuple[str, str], label: str) -> str:
    """Return what stands in the cell of a row and column: a formula, or a number as text."""
    rows = list(workbook_of("worked", values=False)[sheet].iter_rows(values_only=True))
    header = next(row for row in rows if row[0] == "Segmen" and label in row)
    return str(next(row for row in rows if row[:2] == start)[header.index(label)])


def test_gap_and_achievement_follow_from_their_row() -> None:
    """TL02 stands in row 5: target in D and L, net agrees in I and M."""
    assert formula_of("Per TL", ("CT-0", "TL02"), "Gap · hari ini") == '=IF(COUNT(I5,D5)=2,I5-D5,"–")'
    achieved = formula_of("Per TL", ("CT-0", "TL02"), "Capaian · bulan ini")
    assert achieved == '=IF(AND(ISNUMBER(M5),N(L5)>0),M5/L5,"–")'


def test_an_spv_and_the_site_sum_their_teams_also_after_sorting() -> None:
    """Ten teams in rows 4 to 13, two SPVs of CT-0 below, then the sites."""
    spv = formula_of("Per TL", ("CT-0", "SPV01"), "Bersih · bulan ini")
    assert spv == "=SUMIFS($M$4:$M$13,$A$4:$A$13,$A14,$C$4:$C$13,$B14)"
    assert formula_of("Per TL", ("CT-0", "Site"), "Bersih · bulan ini") == "=SUMIFS($M$4:$M$13,$A$4:$A$13,$A16)"


def test_what_does_not_add_up_stands_as_a_number() -> None:
    """The rounded gross agrees of the teams of the worked month make 99 on the day, the site has 98."""
    assert sum(row_of("Per TL", "CT-0", f"TL0{n}")["Gross · hari ini"] for n in range(1, 7)) == 99
    assert formula_of("Per TL", ("CT-0", "Site"), "Gross · hari ini") == "98"


def test_the_share_of_a_result_is_its_count_among_all() -> None:
    row = row_of("Hasil Call", "CT-0", "Tidak diangkat", label="Bagian")
    formula = formula_of("Hasil Call", ("CT-0", "Tidak diangkat"), "Bagian")
    assert re.fullmatch(r"=IF\((SUMIFS\(.*\))>0,C\d+/\1,\"–\"\)", formula)
    every = [r for r in workbook_of("worked")["Hasil Call"].iter_rows(values_only=True) if r[0] == "CT-0"]
    results = every[-len(RESULTS) :]
    assert row["Bagian"] == pytest.approx(results[0][2] / sum(r[2] for r in results))


def test_agents_stand_in_the_order_of_their_codes_and_few_contacts_are_marked_in_words() -> None:
    rows = [r for r in workbook_of("worked")["Per Agent"].iter_rows(values_only=True) if r[0] == "CT-0"]
    codes = [str(row[1]) for row in rows]
    assert codes == sorted(codes)
    assert {code: row[2] for code, row in zip(codes, rows, strict=True) if row[3] == "TL01"} == {
        "A011": None, "A012": None, "A013": "n<20",
    }  # fmt: skip
    assert not workbook_of("worked")["Per Agent"].conditional_formatting


def test_a_leaders_workbook_shows_the_team_and_beside_it_the_site_as_a_number() -> None:
    """The site is no sum of what a TL sees: 1 365 stands there typed, with the TL's own 250 above."""
    book = load_workbook(BytesIO(report_workbook(leader_findings(), 1)))
    rows = {row[1]: row for row in book["Per TL"].iter_rows(min_row=4, values_only=True) if row[0] == "CT-0"}
    header = [cell.value for cell in book["Per TL"][3]]
    place = header.index("Bersih · bulan ini")
    assert (rows["TL01"][place], rows["Site"][place]) == (250, 1365)
    assert check_workbook(report_workbook(leader_findings(), 1), leader_findings(), 1) == []


def test_every_formula_has_its_value() -> None:
    formulas, values = workbook_of("worked", values=False), workbook_of("worked")
    live = [(s.title, c.coordinate) for s in formulas for row in s.iter_rows() for c in row if c.data_type == "f"]
    assert {sheet for sheet, _ in live} == {"Ringkasan", "Per TL", "Per Agent", "Hasil Call"}
    assert all(values[sheet][place].value not in (None, "") for sheet, place in live)


def test_without_target_there_is_a_dash_not_an_error() -> None:
    site = row_of("Per TL", "CT-0", "Site", name="no_target")
    names = ("Target · hari ini", "Gap · hari ini", "Capaian · bulan ini", "Status")
    assert tuple(site[name] for name in names) == ("–",) * 4
    assert row_of("Per TL", "PraNPC", "Site", name="no_target")["Gap · hari ini"] == 4


def test_a_rate_prints_as_on_the_page() -> None:
    achievement = findings_of("worked").figure("CT0", "K19", "mtd")
    assert number_format(achievement) == '#,##0.0 %;"−"#,##0.0 %'
    assert printed(achievement, "", "id") == "93,8 %"


def test_tables_have_filters_and_a_frozen_header() -> None:
    book = workbook_of("worked")
    for name in ("Per TL", "Per Agent", "Corong", "Bukti"):
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


def test_the_first_sheet_reads_as_a_page() -> None:
    sheet = workbook_of("worked", values=False)["Ringkasan"]
    assert sheet.sheet_view.showGridLines is False
    assert len(sheet.row_breaks.brk) == 3  # two segments, then the days of each


def charts_of(name: str) -> list[str]:
    with zipfile.ZipFile(BytesIO(workbook_bytes_of(name))) as parts:
        names = sorted(n for n in parts.namelist() if n.startswith("xl/charts/chart"))
        return [parts.read(n).decode() for n in names]


def test_days_month_hours_and_results_are_drawn_for_each_segment() -> None:
    kinds = [
        (sheet, "lineChart" in chart, "barChart" in chart)
        for chart in charts_of("worked")
        for sheet in ("Ringkasan", "Hasil Call")
        if f"'{sheet}'!" in chart
    ]
    assert kinds.count(("Ringkasan", True, True)) == 2  # days against target
    assert kinds.count(("Ringkasan", True, False)) == 2  # the month added up
    assert kinds.count(("Hasil Call", False, True)) == 4  # hours, results


def test_charts_start_at_zero_without_legend_and_hold_their_numbers_for_previews() -> None:
    for chart in charts_of("worked"):
        assert '<c:min val="0"/>' in chart.replace("<min", "<c:min").replace(" />", "/>")
        assert "legend>" not in chart
        cached = re.findall(r"<(?:c:)?numCache>(.*?)</(?:c:)?numCache>", chart)
        assert cached
        assert all("<v>" in numbers or "<c:v>" in numbers for numbers in cached)


def test_what_rounds_to_zero_prints_without_a_sign() -> None:
    """A number format of two sections prints −0.3 as "−0"; a rule with the text 0 takes such a cell over."""
    rules = [rule for block in workbook_of("worked")["Ringkasan"].conditional_formatting for rule in block.rules]
    assert [rule.formula[0] for rule in rules if rule.dxf.numFmt] != []
    assert {rule.dxf.numFmt.formatCode for rule in rules if rule.dxf.numFmt} == {'"0";"0";"0"'}


def test_the_workbook_names_its_report_and_nobody_who_made_it() -> None:
    about = workbook_of("worked").properties
    assert (about.title, about.creator, about.language) == ("OB.IN.OCC.TELK.W-01_ALL_2022-10-18_v1", "caringmon", "id")
    assert about.lastModifiedBy is None
    assert about.created == about.modified == dt.datetime(2000, 1, 1)


def test_every_page_says_of_which_report_it_is() -> None:
    for sheet in workbook_of("worked").worksheets:
        assert sheet.oddFooter.left.text == "OB.IN.OCC.TELK.W-01_ALL_2022-10-18_v1"
        assert "&P" in sheet.oddFooter.right.text


def test_the_named_range_holds_every_figure_of_the_findings() -> None:
    book = workbook_of("worked")
    sheet, area = next(iter(book.defined_names["BUKTI"].destinations))
    found = {row[0].value: row[VALUE].value for row in book[sheet][area.replace("$", "")][1:]}
    for figure in findings_of("worked").tables["figures"].to_dict("records"):
        assert found[figure["id"]] == pytest.approx(figure["value"], nan_ok=True) or figure["value"] != figure["value"]


def test_evidence_names_the_cells_that_print_a_figure() -> None:
    sheet = workbook_of("worked")["Bukti"]
    places = {row[0]: row[list(COLUMNS).index("places")] for row in sheet.iter_rows(values_only=True)}
    assert "'Per TL'!" in str(places["CT0.K17.mtd"])
    assert "'Ringkasan'!" in str(places["CT0.K17.mtd"])


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


def test_pandas_reads_the_values_of_formulas_too() -> None:
    table = pd.read_excel(BytesIO(workbook_bytes_of("worked")), sheet_name="Per TL", header=2, engine="openpyxl")
    site = table[(table["Segmen"] == "CT-0") & (table["Tim"] == "Site")].iloc[0]
    assert (site["Bersih · bulan ini"], site["Capaian · bulan ini"], site["Status"]) == (1365, 0.9375, "Mendekati")


def recomputed(data: bytes, folder: Path) -> dict[str, list[list[object]]]:
    """Return the cells by sheet as LibreOffice computes them, from a copy whose formulas hold no values."""
    bare = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(bare, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            if name.startswith("xl/worksheets/"):
                text = re.sub(rb'(?: t="str")?>(<f>[^<]*</f>)<v>[^<]*</v>', rb">\1", text)
            target.writestr(name, text)
    (folder / "report.xlsx").write_bytes(bare.getvalue())
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "ods"]
    command.append("report.xlsx")
    subprocess.run(command, check=True, capture_output=True, cwd=folder, timeout=300)
    book = CalamineWorkbook.from_path(str(folder / "report.ods"))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is needed")
@pytest.mark.parametrize("name", ["worked", "no_target"])
def test_libreoffice_computes_every_formula_to_its_figure(tmp_path: Path, name: str) -> None:
    formulas, values = workbook_of(name, values=False), workbook_of(name)
    computed = recomputed(workbook_bytes_of(name), tmp_path)
    live = [(s.title, c) for s in formulas for row in s.iter_rows() for c in row if c.data_type == "f"]
    assert len(live) > 100
    for sheet, cell in live:
        stored, found = values[sheet][cell.coordinate].value, computed[sheet][cell.row - 1][cell.column - 1]
        exact = stored if isinstance(stored, str) else pytest.approx(stored, rel=1e-12, abs=1e-12)
        assert found == exact, f"{sheet}!{cell.coordinate}"
