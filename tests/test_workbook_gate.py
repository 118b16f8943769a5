"""The gate of the workbook: what somebody changes in the file is found, with the cell and what should stand there."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest

from tests.report_documents import workbook_bytes_of, workbook_check_of, workbook_of

SUMMARY, TEAMS, EVIDENCE = "Ringkasan", "Per TL", "Bukti"


def cell_with(sheet: str, value: object) -> str:
    """Return the first cell of a sheet that holds the value."""
    rows = workbook_of("worked")[sheet].iter_rows()
    return next(str(cell.coordinate) for row in rows for cell in row if cell.value == value)


def part_of_sheet(sheet: str) -> str:
    return f"xl/worksheets/sheet{workbook_of('worked').sheetnames.index(sheet) + 1}.xml"


def sheet_text(sheet: str) -> str:
    with zipfile.ZipFile(io.BytesIO(workbook_bytes_of("worked"))) as package:
        return package.read(part_of_sheet(sheet)).decode()


def changed(part: str, change: Callable[[str], str]) -> bytes:
    """Return the worked workbook with the text of one part changed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook_bytes_of("worked"))) as source, zipfile.ZipFile(packed, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, change(data.decode()).encode() if name == part else data)
    return packed.getvalue()


def twice(data: bytes) -> bytes:
    """Return a workbook with one part in it a second time."""
    packed = io.BytesIO(data)
    with zipfile.ZipFile(packed, "a") as package, pytest.warns(UserWarning, match="Duplicate name"):
        package.writestr("xl/workbook.xml", package.read("xl/workbook.xml"))
    return packed.getvalue()


def faults_in_part(part: str, pattern: str, new: str) -> list[str]:
    """Return the faults of the worked workbook after one change in a part of its file."""

    def change(text: str) -> str:
        text, count = re.subn(pattern, lambda found: found.expand(new), text, count=1)
        assert count == 1
        return text

    return workbook_check_of("worked")(changed(part, change))


def faults_after(sheet: str, reference: str, old: str, new: str) -> list[str]:
    """Return the faults of the worked workbook after a change in what the file stores for one cell."""
    return faults_in_part(part_of_sheet(sheet), rf'(<c r="{reference}"(?:(?!</c>).)*?){old}', rf"\g<1>{new}")


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


def test_a_number_in_another_unit_is_found() -> None:
    """The achievement of CT-0, 93.75 %, in the format of a cell that counts."""
    book = workbook_of("worked")[TEAMS]
    rate, count = (cell_with(TEAMS, value) for value in (0.9375, 197))
    style = {place: re.search(rf'<c r="{place}" s="(\d+)"', sheet_text(TEAMS))[1] for place in (rate, count)}  # type: ignore[index]
    (fault,) = faults_after(TEAMS, rate, f' s="{style[rate]}"', f' s="{style[count]}"')
    shapes = book[count].number_format, book[rate].number_format
    assert fault == "cell {}!{} prints its number as '{}', its figure reads as '{}'".format(TEAMS, rate, *shapes)


def test_a_changed_date_of_the_evidence_is_found() -> None:
    """18 October 2022 is day 44852 of a workbook."""
    place = f"H{cell_with(EVIDENCE, 'CT0.K17.day').lstrip('A')}"
    faults = faults_after(EVIDENCE, place, r' t="n"><v>44852</v>', ' t="n"><v>44853</v>')
    assert faults == [f"cell {EVIDENCE}!{place} holds 44853, the findings say 44852"]


def test_a_number_that_a_chart_stores_is_found() -> None:
    faults = faults_in_part("xl/charts/chart1.xml", r"<v>89</v>", "<v>98</v>")
    assert [
        fault for fault in faults if fault.startswith(f"xl/charts/chart1.xml: the chart stores 98 for cell {SUMMARY}!")
    ]


def test_a_sheet_too_many_or_too_few_is_found() -> None:
    faults = faults_in_part("xl/workbook.xml", f'name="{TEAMS}"', 'name="Lain"')
    assert f"the workbook has no sheet '{TEAMS}'" in faults
    assert "the workbook has a sheet of its own: 'Lain'" in faults


@pytest.mark.parametrize("data", [b"", b"no workbook", b"PK\x03\x04", "broken xml", "a part twice", "no styles"])
def test_what_is_no_workbook_is_said_in_one_line(data: bytes | str) -> None:
    if isinstance(data, str):
        data = {
            "broken xml": lambda: changed("xl/workbook.xml", lambda text: text[:100]),
            "a part twice": lambda: twice(workbook_bytes_of("worked")),
            "no styles": lambda: changed("xl/styles.xml", lambda _: "<styleSheet/>"),
        }[data]()
    faults = workbook_check_of("worked")(data)
    assert faults
    assert all("\n" not in fault for fault in faults)


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
    assert workbook_check_of("worked")(packed.getvalue()) == ["the workbook has no named range BUKTI"]
