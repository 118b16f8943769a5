"""Workbooks of every kind, and archives: what their cells are, and what is told of them."""

from __future__ import annotations

import datetime as dt

import pytest
from openpyxl import Workbook

from caringmon.errors import DataBlockedError
from caringmon.intake.sheets import RawColumn
from tests.exports import CALL_SHEET, codes, instant, issue, load, new_workspace, read, save_sheet, stored, tamara_csv
from tests.workbook_parts import converted, ods, sheet_xml, text_cell, xlsb, xlsx, zipped

CALL = [1, "7001", "03/10/2022 08:15:30", "A01", "Dimas Lestari", "0211234567", "0812", "CT-0", "Contacted",
        "Decline", "ENGGAN", "", "", "00:02:31", "x"]  # fmt: skip
ODS_ERROR = (
    '<table:table-cell table:formula="of:=NA()" office:value-type="string" calcext:value-type="error">'
    "<text:p>#N/A</text:p></table:table-cell>"
)


def written(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    return path


def cells(sheet):
    return [column.cells(slice(None)) for column in sheet.columns]


@pytest.fixture
def workspace(tmp_path):
    return new_workspace(tmp_path)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """Return a workbook with errors, durations, times, truth values and a hidden sheet."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet["B2"], sheet["C2"], sheet["D2"] = "tgl", "durasi", "ket"
    sheet["B3"], sheet["C3"], sheet["D3"] = dt.datetime(2022, 10, 3, 8, 15, 30), dt.time(0, 2, 31), "=NA()"
    sheet["B4"], sheet["C4"], sheet["D4"] = dt.datetime(2022, 10, 4), dt.timedelta(hours=30, minutes=5), "=1/0"
    sheet["B5"], sheet["C5"], sheet["D5"] = "=B3", 151, True
    sheet["B5"].number_format, sheet["C4"].number_format = "yyyy-mm-dd hh:mm:ss", "[h]:mm:ss"
    hidden = workbook.create_sheet("lama")
    hidden["A1"], hidden["A2"], hidden.sheet_state = "tgl", "x", "hidden"
    path = tmp_path_factory.mktemp("book") / "book.xlsx"
    workbook.save(path)
    return path


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_each_kind_of_workbook_gives_the_same_cells(book, kind, tmp_path):
    if kind == "xlsx":
        (tmp_path / "through").mkdir()
        book = converted(book, "ods", tmp_path / "through")
    visible, hidden = read(converted(book, kind, tmp_path))
    assert (visible.header_row, visible.headers, visible.source_rows.tolist()) == (2, ("", "tgl", "durasi", "ket"),
                                                                                  [3, 4, 5])  # fmt: skip
    _, instants, durations, notes = cells(visible)
    assert instants[::2] == [dt.datetime(2022, 10, 3, 8, 15, 30)] * 2
    assert durations == [dt.time(0, 2, 31), dt.timedelta(hours=30, minutes=5), 151]
    assert notes[:2] == ["#N/A", "#DIV/0!"]
    assert notes[2] is True or kind == "ods"
    assert not visible.formulas
    assert [found.code for found in hidden.issues] == ["HIDDEN_SHEET"]


def test_a_binary_workbook_gives_its_cells_and_errors(tmp_path):
    (sheet,) = read(written(tmp_path, "a.xlsb", xlsb(["tgl", "durasi"], [44837.5, b"\x2a"], ["x", b"\x07"])))
    assert (sheet.place.sheet, sheet.headers) == ("DATA", ("tgl", "durasi"))
    assert cells(sheet) == [[44837.5, "x"], ["#N/A", "#DIV/0!"]]


# Errors, and formulas without a value


def test_errors_are_found_wherever_the_sheet_says_where_its_cells_are(tmp_path):
    rows = (
        f'<row r="1">{text_cell("A1", "tgl")}{text_cell("B1", "login")}{text_cell("C1", "ket")}</row>'
        '<row r="3"><c r="C3" t="e"><v>#N/A</v></c></row>'
        "<row><c><v>4</v></c><c t='e'><v>#REF!</v></c><c t=\"e\"/></row>"
        '<row r="9"><c r="B9" t="e"><v>#NUM!</v></c><c><v>9</v></c></row>'
        f"<row>{text_cell('A10', 'bukan t=&quot;e&quot;')}{text_cell('B10', chr(34).join(('c t=', 'e', '')))}</row>"
    )
    (sheet,) = read(written(tmp_path, "a.xlsx", xlsx(rows)))
    assert sheet.source_rows.tolist() == [3, 4, 9, 10]
    assert cells(sheet) == [["", 4, "", 'bukan t="e"'], ["", "#REF!", "#NUM!", 'c t="e"'], ["#N/A", "", 9, ""]]


def test_an_error_that_cannot_be_read_refuses_the_file_and_names_its_row(tmp_path):
    rows = f'<row r="1">{text_cell("A1", "tgl")}</row><row r="7"><c r="A7" t="e"><v>Err:502</v></c></row>'
    with pytest.raises(DataBlockedError, match=r"^a\.xlsx: sheet DATA ALL row 7 holds an error .* save it again$"):
        read(written(tmp_path, "a.xlsx", xlsx(rows)))


def test_errors_are_found_under_prefixed_names_and_on_their_own_sheet(tmp_path):
    first = sheet_xml(f'<row r="1">{text_cell("A1", "tgl")}</row><row r="2"><c r="A2"><v>1</v></c></row>')
    second = sheet_xml(f'<row r="1">{text_cell("A1", "tgl")}</row><row r="2"><c r="A2" t="e"><v>#NUM!</v></c></row>')
    for tag in ("worksheet", "sheetData", "row", "c", "v", "is", "t"):
        for end in (" ", ">"):
            second = second.replace(f"<{tag}{end}", f"<x:{tag}{end}").replace(f"</{tag}>", f"</x:{tag}>")
    second = second.replace("xmlns=", "xmlns:x=")
    sheets = read(written(tmp_path, "a.xlsx", xlsx(first, second)))
    assert [cells(sheet) for sheet in sheets] == [[[1.0]], [["#NUM!"]]]


def test_errors_far_down_a_large_sheet_are_found(tmp_path):
    rows = "".join(
        f'<row r="{row}"><c r="A{row}"><v>{row}</v></c><c r="B{row}" t="e"><v>#N/A</v></c></row>'
        if row % 20_000 == 0
        else f"<row><c><v>{row}</v></c></row>"
        for row in range(2, 100_001)
    )
    (sheet,) = read(written(tmp_path, "a.xlsx", xlsx(f'<row r="1">{text_cell("A1", "tgl")}'
                                                     f'{text_cell("B1", "ket")}</row>{rows}')))  # fmt: skip
    assert sheet.source_rows[sheet.columns[1].equals("#N/A")].tolist() == [20_000, 40_000, 60_000, 80_000, 100_000]


def test_errors_of_repeated_ods_cells_are_found_each(tmp_path):
    rows = (
        "<table:table-row><table:table-cell office:value-type='string'><text:p>tgl</text:p></table:table-cell>"
        "<table:table-cell office:value-type='string'><text:p>ket</text:p></table:table-cell></table:table-row>"
        f"<table:table-row table:number-rows-repeated='2'><table:table-cell/>{ODS_ERROR}</table:table-row>"
    )
    (sheet,) = read(written(tmp_path, "a.ods", ods(rows)))
    assert (cells(sheet), sheet.source_rows.tolist()) == ([["", ""], ["#N/A", "#N/A"]], [2, 3])


def test_one_issue_a_column_counts_its_error_cells(workspace):
    header = "".join(
        f'<c r="{chr(65 + n)}1" t="inlineStr"><is><t>{name}</t></is></c>' for n, name in enumerate(CALL_SHEET)
    )
    call = "".join(text_cell(f"{chr(65 + n)}{{row}}", str(value)) for n, value in enumerate(CALL))
    duration = text_cell("N{row}", "00:02:31")
    broken = call.replace(duration, '<c r="N{row}" t="e"><v>#N/A</v></c>')
    rows = [(call if row == 3 else broken).replace("7001", f"700{row}").replace("{row}", str(row)) for row in (2, 3, 4)]
    content = xlsx(f'<row r="1">{header}</row>' + "".join(f"<row>{row}</row>" for row in rows))
    report = load(workspace, {"calls.xlsx": content})["calls.xlsx"]
    found = issue(report, "CELL_ERROR")
    assert (found.count, found.row, found.detail) == (2, 2, "talk_sec: 2, 4")
    assert [row["talk_sec"] for row in stored(workspace, "calls")] == [None, 151, None]


def test_a_formula_without_its_value_stops_the_file_only_in_a_column_that_is_read(workspace):
    save_sheet(workspace / "inbox" / "used.xlsx", ["LAPORAN"], CALL_SHEET, CALL, [*CALL[:13], "=1/24", "x"])
    save_sheet(workspace / "inbox" / "unused.xlsx", CALL_SHEET, ["=ROW()-1", *CALL[1:]])
    reports = load(workspace, {})
    assert reports["used.xlsx"].refusal == (
        "used.xlsx: FORMULA_WITHOUT_VALUE × 1 calls [DATA ALL] row 4 talk_sec, open the file in Excel and save it. "
        "Mend the file and load it again"
    )
    assert reports["unused.xlsx"].rows_loaded == 1


@pytest.mark.parametrize(
    ("cell", "is_missing"),
    [
        ('<c r="A2"><f>1+1</f></c>', True),
        ('<c r="A2"><f>1+1</f><v></v></c>', True),
        ('<c r="A2"><f>1+1</f><v/></c>', True),
        ('<c r="A2"><f t="shared" si="0"/></c>', True),
        ('<c r="A2"><f>1+1</f><v>2</v></c>', False),
        ('<c r="A2"><f t="shared" ref="A2:A3" si="0">1+1</f><v>2</v></c>', False),
        ('<c r="A2" t="str"><f>IF(1,"","x")</f><v></v></c>', False),
        ('<c r="A2" t="e"><f>NA()</f><v>#N/A</v></c>', False),
        ('<c r="A2" t="inlineStr"><f>A1</f><is><t>tgl</t></is></c>', False),
        ('<c r="A2"><v>1</v></c>', False),
    ],
)
def test_a_formula_has_a_value_if_the_file_stores_one(tmp_path, cell, is_missing):
    rows = f'<row r="1">{text_cell("A1", "tgl")}</row><row r="2">{cell}</row>'
    sheet = read(written(tmp_path, "a.xlsx", xlsx(rows)))[0]
    assert sheet.formulas == ({0: (2,)} if is_missing else {})


# Cells


@pytest.mark.parametrize("style", [1, 2])
def test_a_duration_beyond_a_day_is_its_seconds_under_either_format(workspace, style):
    header = "".join(text_cell(f"{chr(65 + n)}1", name) for n, name in enumerate(CALL_SHEET))
    call = "".join(text_cell(f"{chr(65 + n)}2", str(value)) for n, value in enumerate(CALL))
    call = call.replace(text_cell("N2", "00:02:31"), f'<c r="N2" s="{style}"><v>{(30 * 3600 + 300) / 86400!r}</v></c>')
    load(workspace, {"a.xlsx": xlsx(f'<row r="1">{header}</row><row r="2">{call}</row>')})
    assert [row["talk_sec"] for row in stored(workspace, "calls")] == [30 * 3600 + 5 * 60]


def test_a_truth_value_is_not_the_number_one(tmp_path):
    values = [("b", 1), ("n", 1), ("b", 0), ("n", 0)]
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="{kind}"><v>{value}</v></c></row>'
                   for n, (kind, value) in enumerate(values, 2))  # fmt: skip
    (sheet,) = read(written(tmp_path, "a.xlsx", xlsx(f'<row r="1">{text_cell("A1", "tgl")}</row>{rows}')))
    assert [type(value) for value in cells(sheet)[0]] == [bool, float, bool, float]
    assert cells(sheet)[0] == [True, 1.0, False, 0.0]


def test_cells_merged_over_rows_are_told(tmp_path):
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for row in (["tgl", "login"], [1, "A01"], [2, None], [3, "A02"]):
        sheet.append(row)
    sheet.merge_cells("B2:B3")
    sheet.merge_cells("A4:B4")
    workbook.save(tmp_path / "a.xlsx")
    (found,) = read(tmp_path / "a.xlsx")[0].issues
    assert (found.code, found.row, found.count) == ("MERGED_CELLS", 2, 1)


def test_a_column_keeps_only_the_values_of_its_rows():
    column = RawColumn.of(["header", "a", "b", "a"]).take(RawColumn.of([0, 1, 1, 1]).codes > 0)
    assert (column.cells(slice(None)), column.distinct.tolist()) == (["a", "b", "a"], ["a", "b"])


# Content and name


def test_the_content_decides_what_a_file_is_and_a_name_that_differs_is_told(workspace):
    book = save_sheet(workspace / "a.xlsx", CALL_SHEET, CALL).read_bytes()
    other = save_sheet(workspace / "b.xlsx", CALL_SHEET, [1, "7002", *CALL[2:]]).read_bytes()
    text = tamara_csv({"id": "7003"})
    reports = load(workspace, {"pelanggan.xls": book, "calls.csv": other, "export.xls": text, "d.txt": tamara_csv({})})
    assert [report.rows_loaded for report in reports.values()] == [1, 1, 1, 1]
    told = {name: issue(report, "CONTENT_OF_OTHER_KIND").detail for name, report in reports.items() if name != "d.txt"}
    assert told == {"pelanggan.xls": "xlsx", "calls.csv": "xlsx", "export.xls": "csv"}
    assert "CONTENT_OF_OTHER_KIND" not in codes(reports["d.txt"])


# Archives


def test_the_files_of_an_archive_are_loaded_under_its_name_each_with_its_own_time(workspace):
    archive = zipped(
        {
            "b 2022-10-05.csv": tamara_csv({"id": "2"}),
            "folder/calls.csv": tamara_csv({"id": "3"}),
            "a.xlsx": save_sheet(workspace / "x.xlsx", CALL_SHEET, CALL).read_bytes(),
            "readme.pdf": b"%PDF",
            ".hidden.csv": b"x",
            "__MACOSX/._a.xlsx": b"x",
            "empty/": b"",
        }
    )
    reports = load(workspace, {"Data 2022-10-08.zip": archive})
    assert list(reports) == [f"Data 2022-10-08.zip/{name}"
                             for name in ("a.xlsx", "b 2022-10-05.csv", "folder/calls.csv", "readme.pdf")]  # fmt: skip
    assert [report.rows_loaded for report in reports.values()] == [1, 1, 1, 0]
    assert reports["Data 2022-10-08.zip/readme.pdf"].refusal.startswith("Data 2022-10-08.zip/readme.pdf: files of the ")
    from caringmon.store import facts

    exported = {load.source_file.partition("/")[2]: load.exported_at for load in facts.read_loads(workspace)}
    assert exported == {
        "a.xlsx": instant("2022-10-08 23:59:59"),
        "b 2022-10-05.csv": instant("2022-10-05 23:59:59"),
        "folder/calls.csv": instant("2022-10-08 23:59:59"),
    }
    assert all(report.is_known for name, report in load(workspace, {}).items() if not name.endswith(".pdf"))


def test_a_file_loaded_before_is_known_inside_an_archive(workspace):
    load(workspace, {"a.csv": tamara_csv({})})
    assert load(workspace, {"b.zip": zipped({"c.csv": tamara_csv({})})})["b.zip/c.csv"].is_known


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (zipped({}), "b.zip: the archive holds no file; zip the exports again"),
        (zipped({"a.csv": b"x"})[:-10], "b.zip: the file is damaged or cut off"),
        (zipped({f"{n}.csv": b"" for n in range(1_001)}), "b.zip: the archive holds more than 1,000 files; split it"),
        (zipped({"x.zip": zipped({"a.csv": b"x"})}), "b.zip/x.zip: an archive in an archive is not read; unpack it"),
        (zipped({"a.csv": b"x;y", "A.CSV": b"z"}), "b.zip: holds two parts named a.csv"),
        (zipped({"a.csv": b"x" * 900}, method=12), "b.zip/a.csv: is compressed in a way that is not read"),
    ],
    ids=["empty", "cut off", "many", "nested", "twice", "bzip2"],
)
def test_an_archive_that_is_not_read_says_why(workspace, content, message):
    (report,) = load(workspace, {"b.zip": content}).values()
    assert report.refusal.startswith(message)


def test_a_protected_member_stops_no_other(workspace):
    content = bytearray(zipped({"a.csv": tamara_csv({"id": "1"}), "b.csv": tamara_csv({"id": "2"})}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    reports = load(workspace, {"c.zip": bytes(content)})
    assert reports["c.zip/a.csv"].refusal == "c.zip/a.csv: is protected by a password; save it without one"
    assert reports["c.zip/b.csv"].rows_loaded == 1


def test_names_in_an_archive_are_labels_and_lead_nowhere(workspace):
    before = set(workspace.rglob("*"))
    names = ["../../up.csv", "/etc/root.csv", "C:\\win\\back.csv", "a\u202e\x07b.csv"]
    archive = zipped({name: tamara_csv({"id": str(n)}) for n, name in enumerate(names)})
    reports = load(workspace, {"c.zip": archive})
    assert list(reports) == ["c.zip/ab.csv", "c.zip/etc/root.csv", "c.zip/up.csv", "c.zip/win/back.csv"]
    assert [report.rows_loaded for report in reports.values()] == [1] * 4
    new = {path for path in workspace.rglob("*") if path not in before}
    assert {path.relative_to(workspace).parts[0] for path in new} == {"inbox", "store"}
    assert not [path for path in new if path.suffix == ".csv"]


def test_a_member_named_after_a_number_is_refused_without_repeating_it(workspace):
    (report,) = load(workspace, {"c.zip": zipped({"081234567890.csv": tamara_csv({})})}).values()
    assert "that is no date; rename the file" in report.refusal
    assert "081234567890" not in "".join(report.lines())
