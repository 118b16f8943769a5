from __future__ import annotations

import datetime as dt
import hashlib
import json
import stat
from pathlib import Path

import pytest
from openpyxl import load_workbook

from caringmon.demo.plan import SIZES
from caringmon.demo.workspace import write_world
from caringmon.errors import ParameterError, RefusedError
from caringmon.intake.pseudonyms import TEST_KEY
from caringmon.intake.window import stated_export, stated_range
from caringmon.model.codes import Severity
from caringmon.pipeline import ingest
from caringmon.store import facts
from caringmon.store.identities import read_identities
from tests.exports import (
    CALL,
    CALL_SHEET,
    TAMARA,
    codes,
    instant,
    issue,
    load,
    new_workspace,
    save_sheet,
    stored,
    tamara_csv,
    text_file,
)

SHEET_CALL = [1, "7001", "03/10/2022 08:15:30", "A01", "Dimas Lestari", "0211234567", "0812", "CT-0", "Contacted",
              "Agree", "", "PDD 6", "2022-10-10", "00:02:31", "x"]  # fmt: skip


@pytest.fixture
def workspace(tmp_path):
    return new_workspace(tmp_path)


# When a file was exported, which days it covers


@pytest.mark.parametrize(
    ("name", "exported"),
    [
        ("Data PRA_NPC CHURN 2024-02-28 AllArea.csv", "2024-02-28 23:59:59"),
        ("export_20221018_1705.csv", "2022-10-18 17:05:00"),
        ("export-2022-10-18T17-05-30.csv", "2022-10-18 17:05:30"),
        ("Rekap 18-10-2022 17.05.xlsx", "2022-10-18 17:05:00"),
        ("Rekap 18 Oktober 2022.xlsx", "2022-10-18 23:59:59"),
        ("Call 01-10-2022 sd 15-10-2022.csv", "2022-10-15 23:59:59"),
        ("CT0 CARING 2022.csv", None),
        ("target_2022-10.xlsx", None),
        ("131108919928.csv", None),
        ("Data 20221301.csv", None),
    ],
)
def test_the_name_of_a_file_states_its_export_time(name, exported):
    assert stated_export(name) == (instant(exported) if exported else None)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Periode 12/09/2022 s.d. 17/09/2022", ("2022-09-12", "2022-09-17")),
        ("1 Oktober 2022 - 15 Okt 2022", ("2022-10-01", "2022-10-15")),
        ("2022-10-01 sampai dengan 2022-10-15", ("2022-10-01", "2022-10-15")),
        ("Periode 17/09/2022 s.d. 12/09/2022", None),
        ("Periode 12/09/2022, dicetak 17/09/2022", None),
        ("Periode 12/09/2022", None),
    ],
)
def test_a_title_states_the_days_that_a_file_covers(text, days):
    assert stated_range(["DATA CALL", text]) == (tuple(map(dt.date.fromisoformat, days)) if days else None)


def test_a_file_covers_its_events_or_what_its_title_states(workspace):
    load(workspace, {"Data CT0 2022-10-08.csv": tamara_csv({}, {"id": "2", "tgl": "05/10/2022 09:00:00"})})
    save_sheet(workspace / "inbox" / "calls.xlsx", ["Periode 01/10/2022 s.d. 08/10/2022"], CALL_SHEET, SHEET_CALL)
    load(workspace, {})
    by_file = {load.source_file: load for load in facts.read_loads(workspace)}
    stated, titled = by_file["Data CT0 2022-10-08.csv"], by_file["calls.xlsx"]
    assert (stated.exported_at, stated.first_day, stated.last_day) == (
        instant("2022-10-08 23:59:59"),
        dt.date(2022, 10, 3),
        dt.date(2022, 10, 5),
    )
    assert (titled.exported_at, titled.first_day, titled.last_day) == (
        instant("2022-10-03 08:15:30"),
        dt.date(2022, 10, 1),
        dt.date(2022, 10, 8),
    )


# What is loaded, and what becomes of the others


def test_files_are_loaded_by_name_and_a_refused_one_stops_no_other(workspace):
    reports = load(
        workspace,
        {
            "c.csv": tamara_csv({}),
            "a.csv": b"PK\x03\x04",
            "b.pdf": b"%PDF",
            "d.csv": tamara_csv({}, headers=[name for name in CALL if name != "jenis"]),
            ".hidden.csv": b"x",
            "~$c.xlsx": b"x",
        },
    )
    assert list(reports) == ["a.csv", "b.pdf", "c.csv", "d.csv"]
    assert [report.refused for report in reports.values()] == [True, True, False, True]
    assert "COLUMNS_MISSING: it looks like calls, but has no column for segment" in reports["d.csv"].refusal
    assert all(report.refusal.startswith(name) for name, report in reports.items() if report.refused)
    assert reports["c.csv"].rows_loaded == 1


def test_a_named_file_that_is_not_there_is_refused(workspace):
    (report,) = ingest(workspace, [workspace / "inbox" / "gone.csv"], key=TEST_KEY)
    assert report.refusal == "gone.csv: there is no such file, or it cannot be read"


def test_a_store_that_cannot_be_written_is_told_from_a_file_that_cannot_be_read(workspace):
    (workspace / "store").mkdir()
    (workspace / "store" / "raw").write_bytes(b"no folder")
    report = load(workspace, {"c.csv": tamara_csv({})})["c.csv"]
    assert report.refusal.startswith("c.csv: not loaded, ")
    assert "see that store/ may be written" in report.refusal
    assert facts.read_loads(workspace) == ()


def test_an_empty_or_missing_inbox_gives_no_reports(tmp_path):
    assert ingest(tmp_path, None, key=TEST_KEY) == []


def test_a_mistake_in_the_parameters_stops_before_any_file(workspace):
    (workspace / "params" / "header_aliases.yml").write_text("cals: {}", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"header_aliases\.yml: unknown table 'cals'"):
        load(workspace, {"c.csv": tamara_csv({})})


def test_an_alias_added_by_the_user_is_used(workspace):
    path = workspace / "params" / "header_aliases.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("  called_at: [tgl,", "  called_at: [waktu_dial, tgl,"))
    content = tamara_csv({}).replace(b'"tgl"', b'"Waktu Dial"')
    assert load(workspace, {"c.csv": content})["c.csv"].rows_loaded == 1


def test_a_file_loaded_before_adds_nothing_under_any_name(workspace):
    content = tamara_csv({})
    load(workspace, {"a.csv": content})
    before = {path: path.read_bytes() for path in (workspace / "store").rglob("*") if path.is_file()}
    reports = load(workspace, {"b.csv": content})
    assert [report.is_known for report in reports.values()] == [True, True]
    assert reports["b.csv"].rows_loaded == 0
    assert {path: path.read_bytes() for path in (workspace / "store").rglob("*") if path.is_file()} == before


def test_the_same_files_give_the_same_store_in_another_folder(tmp_path):
    images = []
    for name in ("one", "two"):
        workspace = new_workspace(tmp_path / name)
        save_sheet(workspace / "inbox" / "b.xlsx", CALL_SHEET, SHEET_CALL)
        (workspace / "inbox" / "b.xlsx").write_bytes((tmp_path / "one" / "inbox" / "b.xlsx").read_bytes())
        load(workspace, {"a.csv": tamara_csv({}, {"id": "2", "login": ""})})
        store = workspace / "store"
        files = (p for p in store.rglob("*") if p.is_file() and p.name != ".lock")
        images.append({str(p.relative_to(store)): p.read_bytes() for p in files})
    assert images[0] == images[1]
    assert len(images[0]) == 10


def test_of_two_files_with_one_call_the_later_export_counts(workspace):
    later = tamara_csv({"kategori": "Decline", "reason": "ENGGAN"}, {"id": "7002"})
    load(workspace, {"a 2022-10-05.csv": later, "b 2022-10-04.csv": tamara_csv({}, {"id": "7003"})})
    assert {row["attempt_id"]: row["result_code"] for row in stored(workspace, "calls")} == {
        "7001": "R99",
        "7002": "R01",
        "7003": "R01",
    }


def test_a_workbook_gives_the_same_rows_as_the_text_file(workspace):
    load(workspace, {"a.csv": tamara_csv({"hasil_nego": "PDD 6"})})
    from_text = stored(workspace, "calls")[0]
    other = new_workspace(workspace / "other")
    call = [1, 7001, dt.datetime(2022, 10, 3, 8, 15, 30), "A01", "Dimas Lestari", "0211234567", "081234567890", "CT-0",
            "Contacted", "Agree", "", "PDD 6", dt.date(2022, 10, 10), dt.time(0, 2, 31), "transfer"]  # fmt: skip
    save_sheet(other / "inbox" / "calls.xlsx", ["LAPORAN"], ["AREA"], CALL_SHEET, call)
    report = load(other, {})["calls.xlsx"]
    from_sheet = stored(other, "calls")[0]
    differs = {name for name in from_text if from_text[name] != from_sheet[name]}
    assert differs == {"input_type", "recording_id", "source_row", "source_line", "load_id"}
    assert from_sheet["source_row"] == 4
    assert {"TITLE_ROWS", "ID_FROM_NUMBER"} <= codes(report)


def test_what_was_found_is_stored_with_the_load(workspace):
    load(workspace, {"a.csv": tamara_csv({"durasi": "lama"}, {"id": "2", "login": ""})})
    loads = facts.read_loads(workspace)
    found = {(issue.code, issue.severity, issue.file, issue.row) for issue in facts.read_issues(workspace, loads)}
    assert found == {
        ("VALUE_UNREADABLE", Severity.WARN, "a.csv", 2),
        ("VALUE_MISSING", Severity.QUARANTINE, "a.csv", 3),
    }
    assert facts.read_issues(workspace, ()) == ()


def test_rows_set_aside_can_be_mended_and_loaded_again(workspace):
    ragged = b"7004;03/10/2022 09:00:00;A01;;x;y;;z\n"
    content = text_file(["id", "tgl", "login", "fastel", "jenis", "reason"],
                        ["7001", "03/10/2022 08:00:00", "", "0211234567", "CT0", "=HYPERLINK(1)"],
                        ["7002", "03/10/2022 08:00:00", "A01", "0211234567", "CT0", "RNA"])  # fmt: skip
    report = load(workspace, {"a.csv": content + ragged})["a.csv"]
    assert [(c.read, c.loaded, c.set_aside) for c in report.counts] == [(3, 1, 2)]
    (path,) = (workspace / "store" / "quarantine").iterdir()
    sheet = load_workbook(path).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:9] == ("id", "tgl", "login", "fastel", "jenis", "reason", "kode", "alasan", "baris")
    assert rows[1][:9] == ("7001", "03/10/2022 08:00:00", None, "0211234567", "CT0", "=HYPERLINK(1)", "VALUE_MISSING",
                           rows[1][7], 2)  # fmt: skip
    assert "agent_id" in rows[1][7]
    assert (rows[2][6], rows[2][8], rows[2][10]) == ("RAGGED_ROW", 4, "z")
    assert sheet["F2"].data_type == "s"
    sheet.delete_rows(3)
    sheet["C2"] = "A09"
    sheet["F2"] = "SIBUK"
    mended = load_workbook(path)
    mended.remove(mended.worksheets[0])
    copy = mended.create_sheet("karantina")
    for row in sheet.iter_rows(values_only=True):
        copy.append(row[:9])
    mended.save(workspace / "inbox" / "mended.xlsx")
    assert load(workspace, {})["mended.xlsx"].rows_loaded == 1
    assert {row["attempt_id"]: row["agent_id"] for row in stored(workspace, "calls")} == {"7001": "A09", "7002": "A01"}


def test_copies_and_quarantine_and_identities_are_for_their_owner_alone(workspace):
    content = tamara_csv({}, {"id": "2", "login": ""})
    load(workspace, {"a.csv": content})
    for folder in ("raw", "quarantine", "identity"):
        (path,) = (workspace / "store" / folder).iterdir()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    copy = workspace / "store" / "raw" / hashlib.sha256(content).hexdigest()
    assert copy.read_bytes() == content


def test_nothing_personal_stands_in_facts_issues_or_report_lines(workspace):
    personal = {"nama_agent": "Sekar Ayu", "fastel": "131108919928", "no_telp": "085761909328", "ket": "istri sakit"}
    reports = load(workspace, {"a.csv": tamara_csv(personal, personal | {"tgl": "besok 085761909328"})})
    store = workspace / "store"
    open_files = [
        path
        for path in store.rglob("*")
        if path.is_file() and path.parent.name not in ("raw", "quarantine", "identity")
    ]
    for text in [*("\n".join(report.lines()) for report in reports.values()), *map(_printed, open_files)]:
        assert not any(value in text for value in personal.values())
    assert read_identities(workspace).num_rows == 4


def _printed(path: Path) -> str:
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        return str(pq.read_table(path).to_pylist())
    return path.read_text(encoding="utf-8")


def test_a_file_of_which_every_row_is_set_aside_is_not_loaded_but_can_be_mended(workspace):
    report = load(workspace, {"a.csv": tamara_csv({"tgl": "kemarin"})})["a.csv"]
    assert [(c.read, c.loaded, c.set_aside) for c in report.counts] == [(1, 0, 1)]
    assert {"NO_ROWS", "VALUE_UNREADABLE"} <= codes(report)
    assert facts.read_loads(workspace) == ()
    assert len(list((workspace / "store" / "quarantine").iterdir())) == 1


def test_a_file_without_rows_is_loaded_only_if_it_says_which_days_it_covers(workspace):
    headers = tamara_csv()
    reports = load(workspace, {"a.csv": headers, "Call 01-10-2022 sd 02-10-2022.csv": headers + b"\r\n"})
    assert codes(reports["a.csv"]) == {"NO_ROWS"}
    (load_record,) = facts.read_loads(workspace)
    assert (load_record.first_day, load_record.last_day) == (dt.date(2022, 10, 1), dt.date(2022, 10, 2))
    assert load_record.rows_loaded == 0


def test_exports_without_rows_cover_a_day_each_though_their_bytes_are_the_same(workspace):
    load(workspace, {f"Data 2022-10-{day}.csv": tamara_csv() for day in ("09", "16")})
    assert [load.first_day.day for load in facts.read_loads(workspace)] == [9, 16]


def test_a_sheet_that_feeds_nothing_is_told_of_beside_the_ones_that_do(workspace):
    path = save_sheet(workspace / "inbox" / "calls.xlsx", CALL_SHEET, SHEET_CALL)
    book = load_workbook(path)
    book.create_sheet("pivot").append(["Jumlah", "Rata-rata"])
    book["pivot"].append([1, 2])
    book.save(path)
    report = load(workspace, {})["calls.xlsx"]
    assert report.rows_loaded == 1
    assert (issue(report, "NOT_RECOGNISED").sheet, issue(report, "NOT_RECOGNISED").severity) == ("pivot", Severity.WARN)


def test_lines_say_what_became_of_each_file(workspace):
    reports = load(
        workspace,
        {
            "a.csv": tamara_csv({}, {"id": "2", "login": ""}),
            "b.csv": b"PK\x03\x04",
            "c.csv": text_file(["x", "y"], ["1", "2"]),
        },
    )
    assert reports["a.csv"].lines()[0] == (
        "loaded   a.csv: calls 2 read = 1 loaded + 1 set aside + 0 repeated + 0 totals + 0 skipped"
    )
    assert "  QUARANTINE VALUE_MISSING × 1 calls row 3 agent_id" in reports["a.csv"].lines()
    assert reports["b.csv"].lines() == [f"refused  {reports['b.csv'].refusal}"]
    assert reports["c.csv"].lines()[0].startswith("ignored  c.csv: its headers fit no table; name them in ")
    assert load(workspace, {})["a.csv"].lines() == ["known    a.csv: already loaded, nothing added"]


# Whole workspaces


def test_the_bank_is_read_through_its_mapping(workspace, shared_data):
    (report,) = ingest(workspace, [shared_data / "bank_marketing_dated.csv"], key=TEST_KEY)
    assert codes(report) == {"UNKNOWN_HEADERS"}
    (record,) = facts.read_loads(workspace)
    assert (record.rows_read, record.rows_loaded, record.mapping) == (45_211, 45_211, "bank_marketing")
    assert (record.first_day, record.last_day) == (dt.date(2008, 5, 5), dt.date(2010, 11, 17))
    assert record.exported_at == instant("2010-11-17 23:59:59")
    assert "promises" in record.absent_by_design
    rows = stored(workspace, "calls")
    assert [(rows[0][name]) for name in ("segment", "agent_id", "attempt_id", "talk_sec", "source_row")] == [
        "CT0",
        "POOL",
        "bank_marketing:2",
        261,
        2,
    ]
    assert {row["result_code"] for row in rows} == {"R01", "R99"}
    assert len({row["service_no"] for row in rows}) == 45_211


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """Return a loaded demo workspace, what was written, and what became of its files."""
    workspace = tmp_path_factory.mktemp("demo")
    summary = write_world(workspace, 1, SIZES["small"])
    return workspace, summary, ingest(workspace, None, key=TEST_KEY)


def test_every_file_of_the_demo_is_read_and_every_row_accounted_for(demo):
    _, summary, reports = demo
    assert sorted(report.file for report in reports) == sorted(summary.files)
    assert not [report.refusal for report in reports if report.refused]
    for report in reports:
        assert report.counts, report.file
    calls = [count for report in reports for count in report.counts if count.table == "calls"]
    assert sum(count.read for count in calls) == summary.attempts
    assert sum(count.set_aside for count in calls) == 3
    assert sum(count.repeats + count.skipped for count in calls) == 0


def test_the_dirt_of_the_demo_is_found(demo):
    workspace, summary, reports = demo
    found = {}
    for report in reports:
        for one in report.issues:
            found[one.code] = found.get(one.code, 0) + one.count
    assert found["CALL_AFTER_EXPORT"] == 3
    assert found["AGREE_WITHOUT_PROMISE"] == 5
    assert found["UNMAPPED_RESULT"] == pytest.approx(0.001 * summary.attempts, abs=3)
    assert found["NBSP_REMOVED"] > 0
    unexpected = {"VALUE_MISSING", "VALUE_UNREADABLE", "STATUS_REASON_CONFLICT", "DUPLICATE_KEY", "NOT_RECOGNISED"}
    assert not unexpected & found.keys()
    assert {one.code for one in facts.read_issues(workspace, facts.read_loads(workspace))} >= {"CALL_AFTER_EXPORT"}


def test_the_store_of_the_demo_lists_every_load_once(demo):
    workspace, _, reports = demo
    records = json.loads((workspace / "store" / "current.json").read_text(encoding="utf-8"))
    assert len(records) == sum(len(report.counts) for report in reports)
    assert [record["order"] for record in records] == list(range(len(records)))
    assert len({record["load_id"] for record in records}) == len(records)


@pytest.mark.parametrize("name", ["081234567890 Budi.csv", "Data 131166012345.csv", "a (0812) 34-567890.csv"])
def test_a_file_named_after_a_number_is_refused_without_repeating_it(workspace, name):
    (report,) = load(workspace, {name: tamara_csv({})}).values()
    assert "that is no date; rename the file" in report.refusal
    assert not any(
        digits in line for line in report.lines() for digits in ("081234567890", "131166012345", "34-567890")
    )


@pytest.mark.parametrize(
    "name",
    [
        "Data 20221018.csv",
        "Data 18102022.csv",
        "export_20221018170530.csv",
        "Data 12-10-2022 18.30 - 18 Okt 2022.csv",
        "Rekap 2022-09 2022-10.csv",
    ],
)
def test_a_date_in_a_file_name_is_no_number(workspace, name):
    assert not load(workspace, {name: tamara_csv({})})[name].refused


def test_a_number_in_a_header_or_in_the_name_of_a_sheet_is_nowhere_but_in_the_restricted_files(workspace):
    headers = [*TAMARA, "Catatan 081234567890", "0812 3456 7891"]
    cells = [*({**CALL, "tgl": "kemarin"}[name] for name in TAMARA), "a", "b"]
    save_sheet(workspace / "inbox" / "Data 2022-10-18.xlsx", headers, [*CALL.values(), "a", "b"], cells,
               title="Budi 0812-3456-7892")  # fmt: skip
    (report,) = load(workspace, {}).values()
    assert issue(report, "UNKNOWN_HEADERS").detail == "Catatan …, …"
    assert issue(report, "VALUE_UNREADABLE").sheet == "Budi …"
    open_bytes = b"".join(path.read_bytes() for path in (workspace / "store").rglob("*")
                          if path.is_file() and path.stat().st_mode & 0o077)  # fmt: skip
    assert not any(number in text for number in ("1234567890", "3456 789", "3456-789")
                   for text in ("".join(report.lines()), open_bytes.decode("latin-1")))  # fmt: skip


def test_another_key_than_the_one_of_the_store_is_refused_before_anything_is_loaded(workspace):
    load(workspace, {"a.csv": tamara_csv({})})
    (workspace / "inbox" / "b.csv").write_bytes(tamara_csv({"id": "7002"}))
    with pytest.raises(RefusedError, match="services would count twice"):
        ingest(workspace, None, key=b"another")
    assert len(facts.read_loads(workspace)) == 1


def test_a_new_parser_version_reads_a_known_file_anew(workspace, monkeypatch):
    load(workspace, {"a.csv": tamara_csv({})})
    assert load(workspace, {})["a.csv"].is_known
    monkeypatch.setattr("caringmon.inbox.PARSER_VERSION", "next")
    assert not load(workspace, {})["a.csv"].is_known
    assert len(stored(workspace, "calls")) == 1
