"""`check`: what is loaded, wrong, missing or waiting, without a report."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from caringmon.cli import main
from caringmon.inspection import CSV_COLUMNS, NOTHING_LOADED, Inspection, as_csv, as_text, inspect
from caringmon.report.wording import catalogue
from tests.exports import CALL, ORDER, load, new_workspace, tamara_csv, text_file
from tests.tiny import date

ROSTER = ["person_id", "role", "valid_from", "valid_to"]
ORDER_ROW = ["2022-10", "CT-0", "0211234567", "51", "TARI", "3", "300000", "4", "Solo", "SOLO", "SLO", "A01",
             "01/10/2022"]  # fmt: skip


@pytest.fixture(scope="module")
def inspected(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Inspection]:
    """Return a workspace with calls of Monday 3 and Wednesday 5 October, its holdings and a roster from the 4th on."""
    folder = new_workspace(tmp_path_factory.mktemp("site"))
    later = [{"id": "7002", "tgl": "05/10/2022 09:00:00", "login": ""}, {"id": "7003", "tgl": "05/10/2022 10:00:00"}]
    load(
        folder,
        {
            "calls.csv": tamara_csv({"kategori": "Follow Up", "hasil_nego": "", "janji_bayar": ""}),
            "more.csv": tamara_csv(*later),
            "order.csv": text_file(ORDER, ORDER_ROW),
            "roster.csv": text_file(ROSTER, ["A01", "AGENT", "2022-10-04", ""]),
        },
    )
    return folder, inspect(folder)


@pytest.fixture
def workspace(inspected: tuple[Path, Inspection], tmp_path: Path) -> Path:
    """Return a copy of it that may be changed."""
    return Path(shutil.copytree(inspected[0], tmp_path / "copy"))


def missing(inspection: Inspection) -> list[tuple[str, str, str]]:
    return [(one.code, one.table, f"{one.first_day:%d}") for one in inspection.of("missing")]


def states(inspection: Inspection) -> dict[str, str]:
    return {one.file: one.code for one in inspection.of("inbox")}


def test_an_empty_workspace_is_blocked_and_told_what_to_do(tmp_path, capsys):
    assert main(["check", "--workspace", str(new_workspace(tmp_path))]) == 3
    assert capsys.readouterr().out == f"blocked: {NOTHING_LOADED}\n"


def test_each_working_day_up_to_the_latest_call_is_asked_for_every_table(inspected):
    """1, 3, 4 and 5 October 2022 are working days; the 2nd is a Sunday, the 6th is not known yet."""
    required = [("required", "calls", "01"), ("required", "calls", "04"), ("required", "roster", "01")]
    required.append(("required", "roster", "03"))
    tables = ("attendance", "payments", "qc", "targets")
    optional = [("optional", table, day) for table in tables for day in ("01", "03", "04", "05")]
    assert missing(inspected[1]) == required + optional
    assert inspected[1].day == date("2022-10-05")
    assert "  required   calls           2022-10-01, 2022-10-04\n" in as_text(inspected[1])
    assert "never gets: name it under absent_by_design in params/settings.yml" in as_text(inspected[1])


def test_what_is_only_missing_on_other_days_does_not_block(inspected):
    assert not inspected[1].is_blocked
    assert as_text(inspected[1]).startswith("ready: nothing stops the daily report of 2022-10-05\n")


def test_what_run_would_refuse_blocks(workspace, capsys):
    load(workspace, {"roster2.csv": text_file(ROSTER, ["A01", "AGENT", "2022-10-05", ""])})
    assert main(["check", "--workspace", str(workspace)]) == 3
    assert capsys.readouterr().out.startswith("blocked: ROSTER_OVERLAP: A01 as AGENT is in the roster twice")


def test_loaded_files_and_issues_are_told_with_their_counts_gravest_first(inspected):
    found = inspected[1]
    (more,) = [one for one in found.of("file") if one.file == "more.csv"]
    assert (more.table, more.rows_read, more.rows_loaded, more.rows_set_aside) == ("calls", 2, 1, 1)
    (calls,) = [one for one in found.of("days") if one.table == "calls"]
    assert (calls.days, calls.count, str(calls.first_day), str(calls.last_day)) == (2, 2, "2022-10-03", "2022-10-05")
    issues = found.of("issue")
    assert (issues[0].severity, issues[0].code, issues[0].count) == ("QUARANTINE", "VALUE_MISSING", 1)
    assert issues[0].text == catalogue("en")["issue.VALUE_MISSING"]


def test_each_file_of_the_inbox_is_told_with_what_became_of_it_or_would(workspace):
    inbox = workspace / "inbox"
    (inbox / "new.csv").write_bytes(tamara_csv({"id": "7009"}))
    (inbox / "bad.csv").write_bytes(tamara_csv({}, headers=[name for name in CALL if name != "jenis"]))
    (inbox / "Data 131166012345.csv").write_bytes(tamara_csv({"id": "7010"}))
    (inbox / "other.csv").write_bytes(text_file(["satu", "dua"], ["1", "2"]))
    before = {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()}
    found = inspect(workspace)
    assert states(found) == {
        "Data ….csv": "refused",
        "bad.csv": "refused", "calls.csv": "loaded", "more.csv": "loaded", "new.csv": "new", "order.csv": "loaded",
        "other.csv": "stranger", "roster.csv": "loaded",
    }  # fmt: skip
    assert "loaded     4 of 8 files" in as_text(found)
    assert "refused    bad.csv: COLUMNS_MISSING: it looks like calls" in as_text(found)
    assert {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()} == before


def test_a_file_that_other_rules_would_read_otherwise_is_outdated_until_it_is_loaded_anew(workspace):
    with (workspace / "params" / "result_codes.csv").open("a", encoding="utf-8") as handle:
        handle.write("R03,kendala ekonomi\n")
    found = states(inspect(workspace))
    assert (found["calls.csv"], found["roster.csv"]) == ("outdated", "loaded")
    load(workspace, {})
    assert set(states(inspect(workspace)).values()) == {"loaded"}


def test_json_and_csv_hold_the_same_findings(inspected, capsys):
    assert main(["check", "--format", "json", "--workspace", str(inspected[0])]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["day"], found["blocked"]) == ("2022-10-05", False)
    rows = list(csv.DictReader(io.StringIO(as_csv(inspected[1]))))
    assert tuple(rows[0]) == CSV_COLUMNS
    told = [{name: "" if value is None else str(value) for name, value in row.items()} for row in found["findings"]]
    assert told == rows
    assert {row["kind"] for row in rows} == {"missing", "file", "days", "issue", "inbox"}


def test_the_demo_is_ready_and_lacks_nothing(demo_workspace, capsys):
    assert main(["check", "--workspace", str(demo_workspace)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("ready: nothing stops the daily report of 2022-10-31\n")
    assert "missing on" not in said


def test_a_lost_export_is_told_by_its_day(demo_workspace, tmp_path):
    elsewhere = tmp_path / "w"
    shutil.copytree(demo_workspace, elsewhere, ignore=shutil.ignore_patterns("outputs", "inbox"))
    listed = elsewhere / "store" / "current.json"
    loads = json.loads(listed.read_text(encoding="utf-8"))
    kept = [one for one in loads if "CARING 2022-10-18" not in one["source_file"]]
    listed.write_text(json.dumps(kept), encoding="utf-8")
    assert missing(inspect(elsewhere)) == [("required", "calls", "18")]
