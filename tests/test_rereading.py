"""Files read anew: when a rule that applies to a file changes, its new reading takes the place of the old one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from caringmon.model.findings import Clocks
from caringmon.store import facts
from caringmon.store.visible import rows_hash, visible_tables
from tests.exports import CALL, TAP, codes, load, new_workspace, stored, tamara_csv, text_file

UNKNOWN_REASON = {"status": "Contacted", "kategori": "", "reason": "KENDALA EKONOMI"}
TAP_ROW = ["1", "7001", "0211234567", "03/10/2022 08:15:30", "QC1", "Budi", "03/10/2022 09:00:00", "Return",
           "janji salah", "", "1", "9", "9", "9"]  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return new_workspace(tmp_path)


def add_line(workspace: Path, name: str, line: str) -> None:
    with (workspace / "params" / name).open("a", encoding="utf-8") as handle:
        handle.write(f"{line}\n")


def evidence(workspace: Path) -> str:
    with facts.connection() as con:
        clocks = Clocks(dt.datetime(2022, 10, 31), dt.datetime(2022, 11, 1))
        loads = facts.read_loads(workspace)
        return rows_hash(visible_tables(con, workspace, loads, clocks, dt.date(2022, 9, 1)))


def test_a_new_result_word_reads_the_calls_anew_without_double_rows(workspace):
    load(workspace, {"a.csv": tamara_csv({}, {"id": "7002"} | UNKNOWN_REASON)})
    before = evidence(workspace)
    add_line(workspace, "result_codes.csv", "R03,kendala ekonomi")
    report = load(workspace, {})["a.csv"]
    assert report.lines()[0].startswith("anew     a.csv: calls 2 read = 2 loaded")
    assert [row["result_code"] for row in stored(workspace, "calls")] == ["R01", "R03"]
    assert len([one for one in facts.read_loads(workspace) if one.table == "calls"]) == 1
    assert evidence(workspace) != before
    assert load(workspace, {})["a.csv"].is_known


def test_a_rule_that_changes_no_value_changes_no_evidence(workspace):
    load(workspace, {"a.csv": tamara_csv({}), "taps.csv": text_file(TAP, TAP_ROW)})
    before = evidence(workspace)
    add_line(workspace, "result_codes.csv", "R03,kendala ekonomi")
    reports = load(workspace, {})
    assert [(name, report.is_anew, report.is_known) for name, report in reports.items()] == [
        ("a.csv", True, False),
        ("taps.csv", False, True),
    ]
    assert evidence(workspace) == before


def test_a_new_reason_word_of_qc_reads_the_taps_anew(workspace):
    load(workspace, {"a.csv": tamara_csv({}), "taps.csv": text_file(TAP, TAP_ROW)})
    assert stored(workspace, "qc")[0]["reason_code"] is None
    add_line(workspace, "qc_reasons.csv", "RC03,janji salah")
    reports = load(workspace, {})
    assert (reports["a.csv"].is_known, reports["taps.csv"].is_anew) == (True, True)
    assert [row["reason_code"] for row in stored(workspace, "qc")] == ["RC03"]


def test_a_new_alias_gives_a_known_file_a_column_that_it_lacked(workspace):
    headers = ["Lama Bicara" if name == "durasi" else name for name in CALL]
    load(workspace, {"a.csv": tamara_csv({"Lama Bicara": "00:00:42"}, headers=headers)})
    assert stored(workspace, "calls")[0]["talk_sec"] is None
    add_line(workspace, "header_aliases.yml", '  "Lama Bicara": calls.talk_sec')
    assert load(workspace, {})["a.csv"].is_anew
    assert [row["talk_sec"] for row in stored(workspace, "calls")] == [42]


def test_an_alias_that_no_header_of_a_file_bears_leaves_the_file_known(workspace):
    headers = ["Lama Bicara" if name == "durasi" else name for name in CALL]
    load(workspace, {"a.csv": tamara_csv({"Lama Bicara": "00:00:42"}, headers=headers), "b.csv": tamara_csv({})})
    add_line(workspace, "header_aliases.yml", '  "Lama Bicara": calls.talk_sec')
    reports = load(workspace, {})
    assert (reports["a.csv"].is_anew, reports["b.csv"].is_known) == (True, True)


def test_an_alias_lets_another_sheet_of_a_known_file_in(workspace):
    book = Workbook()
    for title, time in (("satu", "tgl"), ("dua", "Jam Telpon")):
        sheet = book.create_sheet(title)
        sheet.append([time if name == "tgl" else name for name in CALL])
        sheet.append(list((CALL | {"id": title}).values()))
    book.save(workspace / "inbox" / "a.xlsx")
    assert load(workspace, {})["a.xlsx"].rows_loaded == 1
    add_line(workspace, "header_aliases.yml", '  "Jam Telpon": calls.called_at')
    assert load(workspace, {})["a.xlsx"].is_anew
    assert {row["attempt_id"] for row in stored(workspace, "calls")} == {"satu", "dua"}


def test_no_header_stands_in_the_list_of_loads(workspace):
    headers = ["Budi Santoso" if name == "durasi" else name for name in CALL]
    load(workspace, {"a.csv": tamara_csv({"Budi Santoso": "x"}, headers=headers)})
    listed = (workspace / "store" / "current.json").read_text(encoding="utf-8")
    assert "budi" not in listed.casefold()
    assert "fastel" not in listed


def test_an_added_alias_lets_a_refused_file_in(workspace):
    headers = ["Jam Telpon" if name == "tgl" else name for name in CALL]
    content = {"a.csv": tamara_csv({"Jam Telpon": CALL["tgl"]}, headers=headers)}
    assert "COLUMNS_MISSING" in load(workspace, content)["a.csv"].refusal
    add_line(workspace, "header_aliases.yml", '  "Jam Telpon": [calls.called_at, qc_states.called_at]')
    assert load(workspace, {})["a.csv"].rows_loaded == 1


def test_what_an_earlier_reading_set_aside_is_gone_with_it(workspace):
    load(workspace, {"a.csv": tamara_csv({}, {"id": "7002", "login": ""})})
    folders = [workspace / "store" / name for name in ("quarantine", "identity", "raw")]
    before = [{path.name for path in folder.iterdir()} for folder in folders]
    add_line(workspace, "result_codes.csv", "R03,kendala ekonomi")
    assert "VALUE_MISSING" in codes(load(workspace, {})["a.csv"])
    after = [{path.name for path in folder.iterdir()} for folder in folders]
    assert [len(names) for names in after] == [1, 1, 1]
    assert (before[0] & after[0], before[1] & after[1], before[2] == after[2]) == (set(), set(), True)


def test_mended_rows_stay_those_of_their_file_when_both_are_read_anew(workspace):
    load(workspace, {"Data 2022-10-05.csv": tamara_csv({}, UNKNOWN_REASON | {"id": "7002", "login": ""})})
    (path,) = (workspace / "store" / "quarantine").iterdir()
    book = load_workbook(path)
    book.worksheets[0]["C2"] = "A09"
    book.save(workspace / "inbox" / path.name)
    load(workspace, {})
    before = [(one.source_file, one.exported_at, one.first_day) for one in facts.read_loads(workspace)]
    add_line(workspace, "result_codes.csv", "R03,kendala ekonomi")
    assert [report.is_anew for report in load(workspace, {}).values()] == [True, True]
    assert [(one.source_file, one.exported_at, one.first_day) for one in facts.read_loads(workspace)] == before
    assert {row["attempt_id"]: row["result_code"] for row in stored(workspace, "calls")} == {
        "7001": "R01",
        "7002": "R03",
    }


def test_a_reading_that_is_refused_now_leaves_the_earlier_one_in_force(workspace):
    load(workspace, {"a.csv": tamara_csv({})})
    aliases = workspace / "params" / "header_aliases.yml"
    aliases.write_text(aliases.read_text(encoding="utf-8").replace("jenis, ", ""), encoding="utf-8")
    assert load(workspace, {})["a.csv"].refused
    assert len(stored(workspace, "calls")) == 1
