"""Text files as the field writes them: no row is lost, no cell moves, a finding names the row and the line."""

from __future__ import annotations

import pytest

from caringmon.errors import DataBlockedError
from tests.exports import TAP, issue, load, new_workspace, read, stored, tamara_csv

TAPPED = {
    "id_tapping": "T1",
    "Call ID": "7001",
    "fastel": "0211234567",
    "Tgl Call": "03/10/2022 08:15:30",
    "Login QCO": "Q01",
    "nama_qco": "Sari Lestari",
    "tanggal_tapping": "04/10/2022 09:00:00",
    "valid": "valid",
    "Rekomendasi QCO": "sebut nominal",
    "round": "1",
}


def tapping_log(*taps, line_end="\n"):
    """Return taps as the application exports them: spaces before every line, nothing quoted."""
    rows = [TAP, *([{**TAPPED, **tap}.get(name, "") for name in TAP] for tap in taps)]
    return "".join("  " + ";".join(row) + line_end for row in rows).encode()


def place(finding):
    return finding.row, finding.line, finding.count


@pytest.fixture
def workspace(tmp_path):
    return new_workspace(tmp_path)


@pytest.fixture
def read_text(tmp_path):
    """Return the one sheet of these bytes, by name of column."""

    def read_bytes(content, name="calls.csv"):
        (tmp_path / name).write_bytes(content)
        return read(tmp_path / name)[0]

    return read_bytes


def cells(sheet, row):
    return [column.cells([row])[0] for column in sheet.columns]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_a_finding_below_a_note_of_two_lines_names_the_row_and_the_line(workspace, encoding):
    calls = tamara_csv(
        {"ket": 'minta kode;\r\nlalu "WA" é'}, {"id": "7002", "tgl": "kemarin"}, {"id": "7003"}, encoding=encoding
    )
    report = load(workspace, {"Data 2022-10-31.csv": calls})["Data 2022-10-31.csv"]
    (count,) = report.counts
    assert (count.read, count.loaded, count.set_aside) == (3, 2, 1)
    assert place(issue(report, "VALUE_UNREADABLE")) == (3, 4, 1)
    assert [row["attempt_id"] for row in stored(workspace, "calls")] == ["7001", "7003"]


def test_a_delimiter_in_an_unquoted_note_moves_no_cell_into_another_column(workspace):
    log = tapping_log({}, {"id_tapping": "T2", "Rekomendasi QCO": "minta kode; lalu bayar"}, {"id_tapping": "T3"})
    report = load(workspace, {"log 2022-10-31.csv": log})["log 2022-10-31.csv"]
    assert place(issue(report, "RAGGED_ROW")) == (3, 3, 1)
    assert {row["validation_id"]: (row["round"], row["score_process"]) for row in stored(workspace, "qc")} == {
        "T1": (1, None),
        "T3": (1, None),
    }


def test_a_line_break_in_an_unquoted_note_is_told_and_its_rest_becomes_no_tap(workspace):
    log = tapping_log({"Rekomendasi QCO": "minta kode\nlalu bayar"}, {"id_tapping": "T2", "Call ID": "7002"})
    report = load(workspace, {"log 2022-10-31.csv": log})["log 2022-10-31.csv"]
    assert issue(report, "SHORT_ROW").detail == "2, 3"
    assert {(found.row, found.line) for found in report.issues if found.code == "VALUE_MISSING"} == {(3, 3)}
    assert [row["validation_id"] for row in stored(workspace, "qc")] == ["T1", "T2"]


def test_quotes_within_an_unquoted_note_belong_to_it(read_text):
    sheet = read_text(tapping_log({"Rekomendasi QCO": 'sebut "nominal" lalu "tutup'}, {}))
    assert sheet.rows_read == 2
    assert cells(sheet, 0)[TAP.index("Rekomendasi QCO")] == 'sebut "nominal" lalu "tutup'


def test_carriage_returns_alone_end_lines(read_text):
    sheet = read_text(tapping_log({}, {"id_tapping": "T2"}, line_end="\r"))
    assert (sheet.source_rows.tolist(), sheet.source_lines.tolist()) == ([2, 3], [2, 3])
    assert cells(sheet, 1)[:2] == ["T2", "7001"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_a_header_alone_is_a_sheet_without_rows_in_every_encoding(read_text, encoding):
    sheet = read_text(tamara_csv(encoding=encoding))
    assert (sheet.headers[0], sheet.headers[-1], sheet.rows_read) == ("id", "ket", 0)


def test_empty_cells_behind_the_header_are_no_ragged_row_where_most_rows_have_them(read_text):
    sheet = read_text(b"tgl;login;fastel\n1;A;x;;\n2;B;;;\n3;C;z;;\n")
    assert not sheet.ragged
    assert [column.cells(slice(None)) for column in sheet.columns] == [["1", "2", "3"], ["A", "B", "C"], ["x", "", "z"]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'tgl;login\n1;A\n2;"B\n3;C\n', "line 3 is never closed"),
        (b'tgl;login\n1;"A', "line 2 is never closed"),
        (b'tgl;login;ket\n1;A;x\n2;"B"b;"c\n3;C;y\n', "line 3 is never closed"),
        (b'tgl;login\r1;A\r2;"B\r', "line 3 is never closed"),
        (b'tgl;login\n1;"A\n' + b"2;B\n" * 40_000, "a quote that is never closed"),
        (b'tgl;"login\n' + b"2;B\n" * 40_000, "a quote that is never closed"),
    ],
)
def test_a_quote_that_is_never_closed_refuses_the_file_wherever_it_stands(read_text, content, message):
    with pytest.raises(DataBlockedError, match=rf"^calls\.csv: .*{message}"):
        read_text(content)


@pytest.mark.parametrize(
    ("name", "header_row", "headers", "rows", "ragged", "first"),
    [
        ("messytables__complex.csv", 1, 4, 3, 0, ["2011-01-01", "24 October 2011", "0", ""]),
        ("messytables__utf8bom.csv", 1, 2, 0, 0, []),
        ("messytables__excel_pasting.csv", 4, 9, 16, 0, ["Timber", "2,666", "2,274"]),
        ("messytables__mixedGLB.csv", 4, 19, 133, 0, ["1880", "-43", "-27"]),
        ("sheetjs__ErrorTypes.txt", 1, 10, 13, 0, ["#NULL!", "#NULL!", "#NULL?"]),
        ("messytables__sparse_with_column_errors.csv", 1, 3, 2200, 12, ["A"]),
    ],
)
def test_files_that_mislead_importers_are_read_as_a_person_would(
    shared_data, name, header_row, headers, rows, ragged, first
):
    (sheet,) = read(shared_data / "messy_files" / name)
    assert (sheet.header_row, len(sheet.headers)) == (header_row, headers)
    assert (sheet.rows_read, len(sheet.ragged)) == (rows, ragged)
    assert [column.cells([0])[0] for column in sheet.columns[: len(first)]] == first
