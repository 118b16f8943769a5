"""Rows set aside are mended in their workbook, and the workbook goes into the inbox again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from openpyxl import load_workbook

from caringmon.store import facts
from caringmon.store.mended import mended_file
from tests.exports import codes, load, new_workspace, stored, tamara_csv, text_file

HEADERS = ["id", "tgl", "login", "fastel", "jenis", "reason"]
GOOD = ["7001", "03/10/2022 08:00:00", "A01", "0211234567", "CT0", "RNA"]
NO_AGENT = ["7002", "04/10/2022 08:00:00", "", "0211234567", "CT0", "RNA"]
RAGGED = ["7003", "03/10/2022 10:00:00", "A01", "0211234567", "CT0", "RNA", "surplus"]


@pytest.fixture
def workspace(tmp_path):
    return new_workspace(tmp_path)


def quarantine(workspace: Path) -> Path:
    (path,) = (workspace / "store" / "quarantine").iterdir()
    return path


def load_mended(workspace: Path, changes: dict[str, str | None], source: Path | None = None):
    """Change cells of the quarantine workbook as a person does, drop it into the inbox and return what became of it."""
    source = source or quarantine(workspace)
    book = load_workbook(source)
    for cell, value in changes.items():
        book.worksheets[0][cell] = value
    book.save(workspace / "inbox" / source.name)
    return load(workspace, {})[source.name]


def test_a_mended_workbook_loads_fully_the_ragged_rows_among_it(workspace):
    load(workspace, {"a.csv": text_file(HEADERS, GOOD, NO_AGENT, RAGGED)})
    report = load_mended(workspace, {"C2": "A09", "J3": None})
    assert [(count.read, count.loaded, count.set_aside) for count in report.counts] == [(2, 2, 0)]
    assert codes(report) == set()
    assert {row["attempt_id"]: row["agent_id"] for row in stored(workspace, "calls")} == {
        "7001": "A01",
        "7002": "A09",
        "7003": "A01",
    }


def test_a_ragged_row_that_was_not_mended_is_set_aside_again(workspace):
    load(workspace, {"a.csv": text_file(HEADERS, GOOD, RAGGED)})
    report = load_mended(workspace, {})
    assert [(count.read, count.loaded, count.set_aside) for count in report.counts] == [(1, 0, 1)]
    assert "RAGGED_ROW" in codes(report)


def test_mended_rows_do_not_outrank_a_newer_export_nor_widen_what_is_covered(workspace):
    old = text_file(HEADERS, GOOD, NO_AGENT)
    new = text_file(HEADERS, [*NO_AGENT[:2], "A05", *NO_AGENT[3:]])
    load(workspace, {"a 2022-10-05.csv": old, "b 2022-10-06.csv": new})
    load_mended(workspace, {"C2": "A09"})
    assert {row["attempt_id"]: row["agent_id"] for row in stored(workspace, "calls")} == {"7001": "A01", "7002": "A05"}
    first, _, mended = facts.read_loads(workspace)
    assert mended.exported_at == first.exported_at == dt.datetime(2022, 10, 5, 23, 59, 59)
    assert (mended.first_day, mended.last_day) == (first.first_day, first.last_day)
    assert mended.source_file == "karantina a 2022-10-05.csv.xlsx"


def test_a_mended_row_later_than_all_that_was_loaded_is_no_call_after_the_export(workspace):
    load(workspace, {"a.csv": text_file(HEADERS, GOOD, NO_AGENT)})
    report = load_mended(workspace, {"C2": "A09"})
    assert report.rows_loaded == 1
    assert {one.exported_at for one in facts.read_loads(workspace)} == {dt.datetime(2022, 10, 3, 8)}


def test_rows_set_aside_twice_still_count_as_exported_with_their_first_file(workspace):
    load(workspace, {"a 2022-10-05.csv": text_file(HEADERS, GOOD, NO_AGENT)})
    first = quarantine(workspace)
    load_mended(workspace, {"E2": "CT-9", "C2": "A09"})
    (second,) = {*(workspace / "store" / "quarantine").iterdir()} - {first}
    assert load_mended(workspace, {"E2": "CT0"}, second).rows_loaded == 1
    assert {one.exported_at for one in facts.read_loads(workspace)} == {dt.datetime(2022, 10, 5, 23, 59, 59)}
    assert facts.read_loads(workspace)[-1].source_file == "karantina a 2022-10-05.csv.xlsx"


def test_a_file_of_which_no_row_was_loaded_can_be_mended(workspace):
    load(workspace, {"a.csv": tamara_csv({"tgl": "kemarin"})})
    assert facts.read_loads(workspace) == ()
    assert load_mended(workspace, {"B2": "03/10/2022 08:00:00"}).rows_loaded == 1
    assert facts.read_loads(workspace)[0].exported_at == dt.datetime(2022, 10, 3, 8)


def test_rows_numbered_by_a_mapping_keep_the_number_of_their_first_file(workspace):
    (workspace / "params" / "mappings" / "bank.yml").write_text(
        "table: calls\ncolumns: {called_at: hari, result_code: hasil}\n"
        "constants: {segment: CT0, agent_id: POOL}\nattempt_id: row_number\nservice_no: row_number\ncalled_at: date\n"
    )
    load(workspace, {"a.csv": text_file(["hari", "hasil"], ["2022-10-03", "R02"], ["besok", "R03"])})
    load_mended(workspace, {"A2": "2022-10-04"})
    assert {row["attempt_id"]: row["result_code"] for row in stored(workspace, "calls")} == {
        "bank:2": "R02",
        "bank:3": "R03",
    }


def test_dates_that_were_month_first_in_the_first_file_still_are(workspace):
    american = ["7002", "10/04/2022 08:00:00", "", "0211234567", "CT0", "RNA"]
    load(workspace, {"a.csv": text_file(HEADERS, ["7001", "10/18/2022 08:00:00", *GOOD[2:]], american)})
    report = load_mended(workspace, {"C2": "A09"})
    assert codes(report) == {"DATES_MONTH_FIRST"}
    assert {str(row["called_at"]) for row in stored(workspace, "calls")} == {
        "2022-10-18 08:00:00",
        "2022-10-04 08:00:00",
    }


def test_a_name_is_that_of_a_load_only_if_this_store_knows_it(workspace):
    (workspace / "store" / "quarantine").mkdir(parents=True)
    (workspace / "store" / "quarantine" / "123456789012.xlsx").write_bytes(b"")
    known = mended_file(workspace, "Copy of 123456789012 (1).xlsx", "", ())
    assert (known.name, known.origin) == ("karantina 123456.xlsx", None)
    assert mended_file(workspace, "131166012345.xlsx", "", ()) is None
    assert mended_file(workspace, "1234567890123.xlsx", "", ()) is None
    report = load(workspace, {"131166012345.csv": tamara_csv({})})["131166012345.csv"]
    assert "that is no date; rename the file" in report.refusal
