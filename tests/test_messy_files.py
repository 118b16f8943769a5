"""Files that break importers: each is read or refused with a sentence, in bounded time and memory."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import pytest

from caringmon.intake.pseudonyms import TEST_KEY, pseudonyms
from caringmon.pipeline import ingest
from tests.conftest import REPOSITORY
from tests.exports import issue, new_workspace, read, stored

IGNORED = "its headers fit no table; name them in params/header_aliases.yml"
DAMAGED = "the file is damaged or cut off; export it again"
PROTECTED = "is protected by a password; save it without one"
# File -> rows that its sheets hold and that no table asks for, or why nothing of it is read. Each was looked at.
OUTCOMES = {
    "calamine__empty_sheet.xlsx": "no sheet holds any cell; export it again",
    "calamine__errors.xlsx": [6],
    "calamine__has_x000D_.xlsx": [0],
    "calamine__header-row.xlsx": [1],
    "calamine__issue_174.xlsx": [1],
    "calamine__pass_protected.ods": PROTECTED,
    "calamine__too_small.xls": [0],
    "messytables__complex.csv": [3],
    "messytables__excel_pasting.csv": [16],
    "messytables__mixedGLB.csv": [133],
    "messytables__simple.zip": [6],
    "messytables__sparse_with_column_errors.csv": [2_200],
    "messytables__utf8bom.csv": [0],
    "poi__ElapsedFormatTests.xlsx": [3, 50],
    "poi__SampleSS.strict.xlsx": [1, 1],
    "poi__duplicate-filename.xlsx": "two parts named xl/worksheets/sheet1.xml, of which one would be lost",
    "poi__link-external-workbook-a.xlsx": [0],
    "poi__password.xls": PROTECTED,
    "poi__poc-xmlbomb.xlsx": "xl/sharedStrings.xml declares a document type, which no export does; not read",
    "poi__xlsx-corrupted.xlsx": DAMAGED,
    "readxl__65536-rows-xls.xls": [1],
    "readxl__big-texty-numbers-xlsx.xlsx": [6],
    "readxl__dates-1904.xls": [0],
    "readxl__deaths.xlsx": [17, 17],
    "readxl__names-need-repair-xlsx.xlsx": [2],
    "readxl__texty-dates-xlsx.xlsx": [2],
    "sheetjs__1904_1904.xlsx": [4],
    "sheetjs__ErrorTypes.txt": [13],
    "sheetjs__merge_cells.xlsx": [2],
    "sheetjs__text_and_numbers.xlsx": [2],
    "sheetjs__xlsx-stream-d-date-cell.xlsx": [12],
}
CHILD = """
import json, pathlib, resource, sys, tempfile
resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
from caringmon.intake.pseudonyms import TEST_KEY
from caringmon.pipeline import ingest
from tests.exports import new_workspace
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    with tempfile.TemporaryDirectory(dir=sys.argv[2]) as folder:
        (report,) = ingest(new_workspace(pathlib.Path(folder)), [path], key=TEST_KEY)
    unknown = [issue.count for issue in report.issues if issue.code == "NOT_RECOGNISED"]
    kilobytes = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps([path.name, report.refusal, unknown, report.lines()[0], kilobytes]), flush=True)
"""


@pytest.fixture(scope="module")
def messy(shared_data) -> Path:
    return shared_data / "messy_files"


@pytest.fixture(scope="module")
def outcomes(messy, tmp_path_factory) -> dict[str, list]:
    """Return what became of each file, loaded by a process of its own under limits of memory and time."""
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(messy), str(tmp_path_factory.mktemp("messy"))],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (child.returncode, child.stderr) == (0, "")
    return {name: rest for name, *rest in map(json.loads, child.stdout.splitlines())}


def test_no_file_is_left_out(messy):
    assert sorted(path.name for path in messy.iterdir()) == sorted(OUTCOMES)


@pytest.mark.parametrize("name", OUTCOMES)
def test_each_messy_file_is_read_or_refused_with_what_to_do(outcomes, name):
    refusal, unknown, line, kilobytes = outcomes[name]
    if isinstance(OUTCOMES[name], str):
        assert refusal.startswith(f"{name}: ")
        assert OUTCOMES[name] in refusal
    else:
        assert (refusal, unknown) == ("", OUTCOMES[name])
        assert IGNORED in line
    assert kilobytes < 2 << 20


# What is read where there is a table


def loaded(tmp_path, path, mapping):
    """Load a file through a mapping; return its report and the rows that are in the store."""
    workspace = new_workspace(tmp_path)
    (workspace / "params" / "mappings" / "messy.yml").write_text(mapping, encoding="utf-8")
    (report,) = ingest(workspace, [path], key=TEST_KEY)
    assert not report.refused, report.refusal
    return report, stored(workspace, report.counts[0].table)


CALLS = """
table: calls
columns: {%s}
constants: {segment: CT0, agent_id: A1, service_no: "021", result_code: R01, called_at: 2022-10-03 08:00:00}
attempt_id: row_number
"""


def test_a_header_below_notes_is_found_by_the_names_of_a_mapping(tmp_path, messy):
    mapping = CALLS % "talk_sec: Column A, hold_sec: Column B, note: Columns"
    report, rows = loaded(tmp_path, messy / "calamine__header-row.xlsx", mapping)
    assert [(row["talk_sec"], row["hold_sec"], row["source_row"]) for row in rows] == [(1, 2, 10)]
    assert issue(report, "TITLE_ROWS").count == 1


def test_a_report_sheet_with_notes_around_its_table_gives_its_rows_and_sets_the_notes_aside(tmp_path, messy):
    mapping = """
table: roster
columns: {person_id: Name, skill: Profession, valid_from: Date of death}
constants: {role: AGENT}
"""
    report, rows = loaded(tmp_path, messy / "readxl__deaths.xlsx", mapping)
    arts, other = report.counts
    assert [(count.sheet, count.loaded, count.set_aside) for count in (arts, other)] == [("arts", 10, 4),
                                                                                        ("other", 10, 4)]  # fmt: skip
    (hidden,) = pseudonyms("staff", ["david bowie"], TEST_KEY)
    (bowie,) = (row for row in rows if row["person_id"] == hidden)
    assert (bowie["skill"], bowie["valid_from"], bowie["source_row"]) == ("musician", dt.date(2016, 1, 10), 6)


def test_durations_beyond_a_day_that_excel_wrote_as_text_are_seconds(tmp_path, messy):
    mapping = CALLS % '"talk_sec": Result (expected), "note": Format'
    report, rows = loaded(tmp_path, messy / "poi__ElapsedFormatTests.xlsx", mapping)
    seconds = {row["source_row"]: row["talk_sec"] for row in rows}
    assert seconds[2] == 75 * 3600 + 23 * 60 + 53  # 75:23:53.376
    assert seconds[3] is None  # 4523:53.376 may be minutes or hours
    assert issue(report, "VALUE_UNREADABLE").row == 3
    assert report.counts[0].loaded == 50


def test_dates_counted_from_1904_are_what_excel_wrote_beside_them(messy):
    (sheet,) = read(messy / "sheetjs__1904_1904.xlsx")
    _, dates, texts, _ = (column.cells(slice(None)) for column in sheet.columns)
    assert [date.isoformat() for date in dates] == texts
    (old,) = read(messy / "readxl__dates-1904.xls")
    assert set(old.headers) == {"2000-01-01"}


def test_iso_dates_and_typed_durations_of_a_streamed_workbook_are_read(tmp_path, messy):
    (sheet,) = read(messy / "sheetjs__xlsx-stream-d-date-cell.xlsx")
    cells = dict(zip(*(column.cells(slice(None)) for column in sheet.columns[:2]), strict=True))
    assert cells["Date"] == "2014-02-14T08:27:48.765Z"
    assert cells["Duration 36 hours format #46"] == dt.timedelta(hours=36)
    assert cells["Boolean"] is True
    mapping = CALLS.replace(", called_at: 2022-10-03 08:00:00", "") % "called_at: てすと, note: String"
    _, rows = loaded(tmp_path, messy / "sheetjs__xlsx-stream-d-date-cell.xlsx", mapping)
    instants = {row["source_row"]: row["called_at"] for row in rows}
    assert instants[5] == dt.datetime(2014, 2, 14, 15, 27, 48, 765_000)  # 08:27 UTC is 15:27 WIB


def test_error_cells_are_told_and_read_as_blank(tmp_path, messy):
    report, rows = loaded(tmp_path, messy / "calamine__errors.xlsx", CALLS % 'talk_sec: "#DIV/0!"')
    assert [row["talk_sec"] for row in rows] == [None] * 6
    found = issue(report, "CELL_ERROR")
    assert (found.count, found.row, found.detail) == (6, 2, "talk_sec: 2, 3, 4, 5, 6, 7")


def test_long_numbers_keep_their_digits_whether_typed_as_number_or_as_text(messy):
    (sheet,) = read(messy / "readxl__big-texty-numbers-xlsx.xlsx")
    as_number, as_text, _ = (column.cells(slice(1, None)) for column in sheet.columns)
    assert [str(int(value)) for value in as_number] == as_text


@pytest.mark.parametrize(
    ("name", "headers", "first"),
    [
        ("calamine__has_x000D_.xlsx", ("ABC DEF",), None),
        ("readxl__names-need-repair-xlsx.xlsx", ("a b", "a b", "", "c%&$"), [1.0, "a", "one", 1.1]),
        ("poi__SampleSS.strict.xlsx", ("2nd row", "2nd row 2nd column"), ["This one is red", ""]),
        ("sheetjs__merge_cells.xlsx", ("A1:B2", "", "C1:C2", "Separate blocks"), ["A3:B3", "", "C3", ""]),
        ("sheetjs__text_and_numbers.xlsx", ("English", "Hello", "World"), ["Hebrew", "שלום", "עולם"]),
        ("readxl__65536-rows-xls.xls", ("HELLO",), ["WORLD"]),
        ("messytables__excel_pasting.csv", ("Year", "2000", "2001"), ["Timber", "2,666", "2,274"]),
        ("messytables__mixedGLB.csv", ("Year", "Jan", "Feb"), ["1880", "-43", "-27"]),
        ("sheetjs__ErrorTypes.txt", ("Error", "Bang", "Que"), ["#NULL!", "#NULL!", "#NULL?"]),
    ],
)
def test_headers_and_first_rows_are_what_the_file_shows(messy, name, headers, first):
    sheet = read(messy / name)[0]
    assert sheet.headers[: len(headers)] == headers
    if first is not None:
        assert [column.cells(slice(0, 1))[0] for column in sheet.columns[: len(first)]] == first
