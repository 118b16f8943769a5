"""The gate of the workbook: what somebody changes in the file is found, with the cell and what should stand there."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from caringmon.report.workbook_gate import check_workbook
from tests.report_documents import findings_of, workbook_bytes_of, workbook_of

SUMMARY, TEAMS, EVIDENCE = "Ringkasan", "Per TL", "Bukti"


def cell_with(sheet: str, value: object) -> str:
    """Return the first cell of a sheet that holds the value."""
    rows = workbook_of("worked")[sheet].iter_rows()
    return next(str(cell.coordinate) for row in rows for cell in row if cell.value == value)


def faults_after(sheet: str, reference: str, old: str, new: str) -> list[str]:
    """Return the faults of the worked workbook after a change in what the file stores for one cell."""
    part = f"xl/worksheets/sheet{workbook_of('worked').sheetnames.index(sheet) + 1}.xml"
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook_bytes_of("worked"))) as source, zipfile.ZipFile(packed, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == part:
                pattern = rf'(<c r="{reference}"(?:(?!</c>).)*?){old}'
                text, count = re.subn(pattern, lambda found: found[1] + new, data.decode())
                assert count == 1
                data = text.encode()
            target.writestr(name, data)
    return check_workbook(packed.getvalue(), findings_of("worked"), 1)


def faults_retyped(sheet: str, reference: str, text: str) -> list[str]:
    """Return the faults after somebody typed another text into a cell that holds one."""
    return faults_after(sheet, reference, r' t="s"><v>\d+</v>', f' t="inlineStr"><is><t>{text}</t></is>')


def test_a_changed_number_is_found() -> None:
    """197 net agrees of TL02 in the month are typed in, no formula yields them."""
    place = cell_with(TEAMS, 197)
    assert faults_after(TEAMS, place, "<v>197</v>", "<v>198</v>") == [
        f"CT0.K17.mtd.TL02: cell {TEAMS}!{place} holds 198, the figure is 197"
    ]


def test_a_changed_value_beside_a_formula_is_found() -> None:
    place = cell_with(TEAMS, 1365)
    assert faults_after(TEAMS, place, "<v>1365</v>", "<v>1465</v>") == [
        f"CT0.K17.mtd: cell {TEAMS}!{place} holds 1465, the figure is 1365"
    ]


def test_a_changed_formula_is_found_though_its_value_is_the_same() -> None:
    place = cell_with(TEAMS, -7)
    row = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    faults = faults_after(TEAMS, place, f"I{row}-D{row}", f"D{row}-I{row}")
    assert len(faults) == 1
    assert faults[0].startswith(f"cell {TEAMS}!{place} reads")


def test_a_changed_status_word_beside_its_formula_is_found() -> None:
    place = cell_with(TEAMS, "Di bawah target")
    faults = faults_after(TEAMS, place, "<v>Di bawah target</v>", "<v>Tercapai</v>")
    assert faults == [f"cell {TEAMS}!{place} reads 'Tercapai', the findings say 'Di bawah target'"]


def test_a_figure_that_is_missing_in_the_evidence_is_found() -> None:
    faults = faults_retyped(EVIDENCE, cell_with(EVIDENCE, "CT0.K20.mtd"), "CT0.K99.mtd")
    assert "BUKTI lacks the figure CT0.K20.mtd" in faults
    assert "BUKTI holds an unknown figure: CT0.K99.mtd" in faults


@pytest.mark.parametrize(("column", "name", "value"), [("J", "value", "0.9375"), ("L", "numerator", "1365")])
def test_a_changed_number_of_the_evidence_is_found(column: str, name: str, value: str) -> None:
    """CT-0 has 1 365 of 1 456: 93.75 %."""
    row = cell_with(EVIDENCE, "CT0.K19.mtd").lstrip("A")
    faults = faults_after(EVIDENCE, f"{column}{row}", f"<v>{value}</v>", "<v>7</v>")
    assert faults == [f"CT0.K19.mtd: BUKTI says 7 as {name}, the figure is {value}"]


def test_a_number_that_is_no_registered_figure_is_found() -> None:
    place = cell_with("Corong", "CT-0")
    faults = faults_after("Corong", place, r' t="s"><v>\d+</v>', "><v>42</v>")
    assert f"cell Corong!{place} holds the number 42, which is no registered figure" in faults


def test_a_changed_word_of_the_summary_is_found_though_no_number_changes() -> None:
    place = cell_with(SUMMARY, "Gap melebar")
    faults = faults_retyped(SUMMARY, place, "Gap menyempit")
    assert faults == [f"cell {SUMMARY}!{place} reads 'Gap menyempit', the findings say 'Gap melebar'"]


def test_a_number_typed_into_the_words_of_the_summary_is_no_figure() -> None:
    faults = faults_retyped(SUMMARY, "A2", "hari kerja nomor 9973")
    assert any("'9973'" in fault and "no registered figure" in fault for fault in faults)


def test_a_removed_word_is_found() -> None:
    place = cell_with(SUMMARY, "Gap melebar")
    assert faults_retyped(SUMMARY, place, "") == [f"cell {SUMMARY}!{place} reads '', the findings say 'Gap melebar'"]


def test_a_workbook_without_evidence_is_refused() -> None:
    packed = io.BytesIO()
    book = workbook_of("worked")
    del book.defined_names["BUKTI"]
    book.save(packed)
    assert check_workbook(packed.getvalue(), findings_of("worked"), 1) == ["the workbook has no named range BUKTI"]
