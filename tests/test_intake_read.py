from __future__ import annotations

import pytest
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from caringmon.errors import DataBlockedError, UsageError
from tests.exports import CALL_SHEET, TAMARA, read, save_sheet, tamara_csv, text_file


def column(sheet, name):
    return sheet.columns[sheet.headers.index(name)].cells(slice(None))


def written(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    return path


def test_a_delimiter_behind_every_line_is_no_column(tmp_path):
    (sheet,) = read(written(tmp_path, "calls.csv", tamara_csv({}, {"id": "7002"})))
    assert list(sheet.headers) == TAMARA
    assert column(sheet, "id") == ["7001", "7002"]
    assert column(sheet, "ket") == ["transfer", "transfer"]


def test_a_quoted_newline_or_delimiter_moves_lines_but_neither_rows_nor_columns(tmp_path):
    note = 'minta kode\r\nbayar; lalu "WA"'
    (sheet,) = read(written(tmp_path, "calls.csv", tamara_csv({"ket": note}, {"id": "7002"})))
    assert sheet.source_rows.tolist() == [2, 3]
    assert sheet.source_lines.tolist() == [2, 4]
    assert column(sheet, "ket") == [note, "transfer"]
    assert column(sheet, "id") == ["7001", "7002"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_the_encoding_is_told_from_the_bytes(tmp_path, encoding):
    (sheet,) = read(written(tmp_path, "calls.csv", tamara_csv({"nama_agent": "José Ñúñez"}, encoding=encoding)))
    assert sheet.headers[0] == "id"
    assert column(sheet, "nama_agent") == ["José Ñúñez"]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_the_one_under_which_the_header_is_known(tmp_path, delimiter):
    content = text_file(["tgl", "login", "fastel", "ket"], ["a", "b", "c", "d"], delimiter=delimiter)
    (sheet,) = read(written(tmp_path, "calls.txt", content))
    assert sheet.headers == ("tgl", "login", "fastel", "ket")


def test_lines_that_begin_with_spaces_and_end_in_a_carriage_return_are_read(tmp_path):
    (sheet,) = read(written(tmp_path, "log.csv", b"  tgl;login;fastel\r  03/10/2022;A01;021\r"))
    assert sheet.headers == ("tgl", "login", "fastel")
    assert column(sheet, "fastel") == ["021"]


def test_titles_empty_rows_and_repeated_headers_are_no_rows(tmp_path):
    content = b"LAPORAN CALL\n\ntgl;login;fastel\n1;A;x\n;;\n\ntgl;login;fastel\n2;B;y\n"
    (sheet,) = read(written(tmp_path, "calls.csv", content))
    assert sheet.titles == ("LAPORAN CALL",)
    assert sheet.header_row == 3
    assert sheet.source_rows.tolist() == [4, 8]
    assert {(issue.code, issue.count) for issue in sheet.issues} == {("TITLE_ROWS", 1), ("HEADER_REPEATED", 1)}


def test_a_row_with_more_cells_than_headers_is_set_aside_and_shifts_nothing(tmp_path):
    content = b"tgl;login;fastel\n1;A;x\n2;B;catatan; y;;\n3;C;z;;;\n4;D\n"
    (sheet,) = read(written(tmp_path, "calls.csv", content))
    assert [(row.source_row, row.source_line, row.cells[:3]) for row in sheet.ragged] == [(3, 3, ("2", "B", "catatan"))]
    assert column(sheet, "fastel") == ["x", "z", ""]
    assert sheet.rows_read == 4
    assert [(issue.code, issue.count) for issue in sheet.issues] == [("SHORT_ROW", 1)]


def test_a_file_with_a_header_alone_has_no_rows(tmp_path):
    (sheet,) = read(written(tmp_path, "calls.csv", b"\xef\xbb\xbftgl;login;fastel\r\n"))
    assert sheet.headers == ("tgl", "login", "fastel")
    assert sheet.rows_read == 0


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b" \r\n\r\n", "empty"),
        ("a.csv", b"PK\x03\x04rest", "damaged or cut off"),
        ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "damaged or cut off"),
        ("a.csv", b"  <html><table>", "the content is a web page; open it in Excel"),
        ("a.xls", b"\xef\xbb\xbf<TABLE border=1>", "the content is a web page; open it in Excel"),
        (
            "a.xls",
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "an XML spreadsheet of 2003",
        ),
        ("a.xls", b"\x09\x08\x08\x00\x00\x05", "a workbook of before 1997"),
        ("a.xlsx", b"%PDF-1.4", "the content is a PDF; export the data as .xlsx or .csv"),
        ("a.zip", b"Rar!\x1a\x07", "the content is a RAR archive"),
        ("a.csv", b"tgl;login\n1;\0\n", "NUL bytes"),
        ("a.csv", bytes(range(1, 32)) * 9, "no text and no workbook"),
        ("a.csv", b"\xef\xbb\xbfa;b\n\xff\xfe", "save the file as UTF-8"),
        ("a.csv", b'a;b\n1;2\n3;"four\n5;6\n', "line 3 is never closed"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_by_name(tmp_path, name, content, message):
    with pytest.raises(DataBlockedError, match=rf"^{name}: .*{message}"):
        read(written(tmp_path, name, content))


def test_an_unknown_kind_of_file_is_refused_with_a_hint(tmp_path):
    with pytest.raises(UsageError, match=r"^calls\.xlx: .*Did you mean '\.xlsx'"):
        read(written(tmp_path, "calls.xlx", b"anything"))


def test_every_sheet_of_a_workbook_is_read_with_the_row_numbers_that_excel_shows(tmp_path):
    workbook = Workbook()
    first = workbook.worksheets[0]
    first.title = "DATA ALL"
    first["A2"] = "LAPORAN DATA CALL"
    first.merge_cells(f"A2:{get_column_letter(len(CALL_SHEET))}2")
    for place, name in enumerate(CALL_SHEET, 1):
        first.cell(4, place, name)
        first.cell(6, place, "x")
    workbook.create_sheet("kosong")
    workbook.create_sheet("catatan")["B3"] = "lihat sheet pertama"
    workbook.save(tmp_path / "calls.xlsx")
    calls, notes = read(tmp_path / "calls.xlsx")
    assert (calls.place.sheet, calls.header_row, calls.source_rows.tolist()) == ("DATA ALL", 4, [6])
    assert calls.titles == ("LAPORAN DATA CALL",)
    assert calls.source_lines is None
    assert (notes.place.sheet, notes.header_row, notes.rows_read) == ("catatan", 3, 0)


def test_a_workbook_without_cells_is_refused(tmp_path):
    with pytest.raises(DataBlockedError, match="no sheet holds any cell"):
        read(save_sheet(tmp_path / "a.xlsx"))
