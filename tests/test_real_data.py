"""Real calls of a bank, through a mapping file: the report says what those data support and nothing else."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from caringmon.cli import main
from caringmon.intake.pseudonyms import pseudonym_key
from caringmon.model.findings import Findings
from caringmon.params import report_parameters
from caringmon.pipeline import analyse, gather, ingest
from caringmon.runner.staging import findings_files
from caringmon.shipped import params_folder
from tests.test_walk import run_elsewhere

BUSIEST, ONE_CALL, NO_CALLS = "2008-11-21", "2008-10-25", "2008-09-15"


@pytest.fixture(scope="module")
def bank_workspace(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = tmp_path_factory.mktemp("bank")
    shutil.copytree(params_folder(), workspace / "params")
    (report,) = ingest(workspace, [shared_data / "bank_marketing_dated.csv"], key=pseudonym_key({}))
    assert not report.refused
    assert report.rows_loaded == 45_211
    return workspace


@pytest.fixture(scope="module")
def outcomes(shared_data: Path) -> dict[str, Counter[str]]:
    """Return the outcomes of each day, counted by plain Python."""
    days: dict[str, Counter[str]] = {}
    with (shared_data / "bank_marketing_dated.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            days.setdefault(row["call_date"], Counter())[row["y"]] += 1
    return days


@pytest.fixture(scope="module")
def findings_of(bank_workspace: Path) -> Callable[[str], Findings]:
    """Return what gives the findings of a day, computed once."""
    return cache(
        lambda day: analyse(gather(report_parameters("daily", ("tests", {"report_date": day})), bank_workspace))
    )


@pytest.mark.parametrize("day", [BUSIEST, ONE_CALL, NO_CALLS])
def test_calls_and_agrees_of_a_day_and_its_month_are_those_of_the_file(findings_of, outcomes, day):
    findings = findings_of(day)
    of_day = outcomes.get(day, Counter())
    assert findings.figure("CT0", "K05", "day").value == of_day.total()
    assert findings.figure("CT0", "K17", "day").value == of_day["yes"]
    month = [counts for date, counts in outcomes.items() if date[:7] == day[:7] and date <= day]
    assert findings.figure("CT0", "K05", "mtd").value == sum(counts.total() for counts in month)
    assert findings.figure("CT0", "K17", "mtd").value == sum(counts["yes"] for counts in month)
    if month:
        rate = sum(counts["yes"] for counts in month) / sum(counts.total() for counts in month)
        assert findings.figure("CT0", "K14", "mtd").value == pytest.approx(rate, abs=1e-12)


def test_what_the_file_does_not_know_is_not_available_and_no_alarm(findings_of):
    findings = findings_of(BUSIEST)
    for kpi, why in (("K01", "services"), ("K04", "services"), ("K09", "services"), ("K08", "contact"), ("K18", "qc")):
        assert findings.figure("CT0", kpi, "mtd").note == f"absent:{why}"
    assert findings.head.missing == ()
    assert findings.tables["teams"].empty
    assert findings.head.silent_segments == ("PRANPC",)


def test_a_year_outside_the_calendar_is_said(findings_of):
    codes = set(findings_of(BUSIEST).tables["issues"]["code"])
    assert "CALENDAR_YEAR_UNKNOWN" in codes


def test_a_month_without_any_call_is_issued_without_inventing_a_performance(bank_workspace, capsys):
    words = ["run", "daily", "--workspace", str(bank_workspace), "-p", f"report_date={NO_CALLS}"]
    assert main(words) == 0
    text = (bank_workspace / "outputs" / "daily" / "ALL" / NO_CALLS / "v1" / "ringkas.txt").read_text(encoding="utf-8")
    assert "Sejak awal bulan tidak tercatat satu panggilan pun" in text
    assert "%" not in text
    page = (bank_workspace / "outputs" / "daily" / "ALL" / NO_CALLS / "v1" / "report.html").read_text(encoding="utf-8")
    assert "<picture" not in page
    capsys.readouterr()


def test_the_findings_are_the_same_bytes_elsewhere(bank_workspace, findings_of, tmp_path):
    elsewhere = run_elsewhere(bank_workspace, tmp_path, "-p", f"report_date={BUSIEST}")
    folder = elsewhere / "outputs" / "daily" / "ALL" / BUSIEST / "v1"
    written = {path.relative_to(folder).as_posix(): path.read_bytes() for path in (folder / "findings").iterdir()}
    assert written == findings_files(findings_of(BUSIEST))
