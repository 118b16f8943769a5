"""The monthly report F-01 of a small month, every number of it worked by hand (`small_month`)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import math
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook

from caringmon.cli import main
from caringmon.errors import DataBlockedError, RefusedError
from caringmon.model.findings import Findings
from caringmon.model.recommendation import Check, Status
from caringmon.params import report_parameters
from caringmon.pipeline import analyse, gather
from caringmon.report.page import page_html
from caringmon.report.workbook import report_workbook
from caringmon.runner.documents import contradictions
from caringmon.runner.staging import read_findings
from caringmon.store.closes import read_closes
from tests.exports import load, tamara_csv
from tests.recommended import move, raise_in, raised, register
from tests.report_documents import notebook_of
from tests.small_month import SERVICES, agree, closed, small_month

RUN = ("run", "f01", "-p", "period=2022-10")


def evidence(workspace: Path, **parameters: str):
    return gather(report_parameters("f01", ("tests", {"period": "2022-10", **parameters})), workspace)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return closed(small_month(tmp_path_factory.mktemp("month")))


@pytest.fixture(scope="module")
def published(workspace: Path) -> Path:
    """Return the folder of the month's published report."""
    assert main([*RUN, "--workspace", str(workspace)]) == 0
    return workspace / "outputs" / "f01" / "PRANPC" / "2022-10" / "v1"


@pytest.fixture(scope="module")
def findings(published: Path) -> Findings:
    return read_findings(published)


def value(findings: Findings, name: str) -> float:
    return findings.registered(f"PRANPC.{name}").value


def text_of(findings: Findings, lang: str) -> str:
    told = dataclasses.replace(findings, head=dataclasses.replace(findings.head, lang=lang))
    return page_html(notebook_of(told), told, 1)


def test_a_month_that_is_not_closed_is_refused_with_the_command_that_closes_it(workspace):
    with pytest.raises(DataBlockedError, match=r"caringmon close --segment CT0 --period 2022-10") as refused:
        evidence(workspace, segment="CT0")
    assert refused.value.exit_code == 3


def test_a_month_without_any_calls_is_refused_before_it_is_asked_to_be_closed(workspace):
    with pytest.raises(DataBlockedError, match="2022-12: no loaded file covers calls"):
        evidence(workspace, period="2022-12")


def test_a_claim_counts_as_it_stood_at_the_cut_off_with_the_recall_of_the_next_month(findings):
    # 5 agrees, 1 not valid: net 4; VALID are 701, 702 and 704, whose recall was on 2 November.
    assert [value(findings, f"{kpi}.mtd") for kpi in ("K13", "K17", "K18", "pending")] == [5, 4, 3, 1]
    # The recall is no dial of October.
    assert value(findings, "K05.mtd") == 5


def test_thin_coverage_makes_the_month_provisional_with_an_estimate_beside_it(findings):
    # 4 of 5 tapped = 80 %; valid rate 3 of 4; estimate 3 + 1 × 3/4, at most net.
    assert findings.registered("PRANPC.K35.mtd").value == 0.8
    assert value(findings, "K18.estimate.mtd") == 3.75
    assert value(findings, "K18.low.mtd") < 3.75 < value(findings, "K18.high.mtd") <= value(findings, "K17.mtd")
    page = text_of(findings, "id")
    assert "SEMENTARA" in page
    assert "Bila semuanya ditapping, perkiraan" in page


def test_the_labels_of_arrears_and_the_regionals_sum_to_the_whole(findings):
    # One bill: N, services 1 and 2; two bills: N+1, services 3 to 5.
    assert [value(findings, f"K18.mtd.label:{label}") for label in ("N", "N+1")] == [2, 1]
    assert [value(findings, f"K13.mtd.label:{label}") for label in ("N", "N+1")] == [2, 3]
    assert value(findings, "K13.mtd.regional:4") == value(findings, "K13.mtd")
    assert value(findings, "K01.mtd.label:N") + value(findings, "K01.mtd.label:N+1") == value(findings, "K01.mtd")


def test_a_month_without_target_has_no_achievement_and_says_so(findings):
    # S10.
    achieved = findings.registered("PRANPC.K19.mtd")
    assert math.isnan(achieved.value)
    assert achieved.note == "no_target"
    assert "targets" in findings.head.missing
    page = text_of(findings, "id")
    assert "Pencapaian tidak dapat dihitung" in page
    assert findings.tables["references"][["window", "note"]].values.tolist() == [
        ["mtd", "no_reference"], ["against_plan", "no_plan"]
    ]  # fmt: skip
    assert "rencana corong tidak lengkap" in page
    assert not {"R01", "R02"} & set(findings.tables["recommendations"]["rule"])
    assert "R26" in set(findings.tables["recommendations"]["rule"])


def test_what_became_known_of_september_is_a_correction_and_moves_nothing_here(findings):
    assert findings.tables["cohorts"].to_dict("records") == [{"segment": "PRANPC", "cohort": "2022-09"}]
    assert value(findings, "K17.correction.mtd.cohort:2022-09") == -1
    assert value(findings, "K18.correction.mtd.cohort:2022-09") == 0
    assert value(findings, "K17.mtd") == 4
    assert "Koreksi" in text_of(findings, "id")


def test_working_days_without_files_are_named(findings):
    rows = findings.tables["uncovered"]
    calls = [str(day) for day in rows.loc[rows["table"] == "calls", "date"]]
    # 25 working days, of which the files cover 3 to 7 October.
    assert len(calls) == 20
    assert calls[:2] == ["2022-10-01", "2022-10-10"]
    assert "belum diterima untuk" in text_of(findings, "id")


def test_every_letter_of_9_1_3_has_something_to_show(findings):
    for lang in ("id", "en"):
        table = BeautifulSoup(text_of(findings, lang), "html.parser").find(id="matriks").find_next("table")
        rows = [[cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")]
        assert [row[0] for row in rows[1:]] == list("abcdefg")
        assert all(cell for row in rows for cell in row)


@pytest.mark.parametrize("lang", ["id", "en"])
def test_page_and_workbook_say_what_the_findings_say(findings, lang):
    told = dataclasses.replace(findings, head=dataclasses.replace(findings.head, lang=lang))
    book = report_workbook(told, 1)
    files = {"report.html": text_of(findings, lang).encode(), "report.xlsx": book}
    assert contradictions(files, told, 1) == []
    assert report_workbook(told, 1) == book


def test_what_was_decided_on_the_advice_of_a_month_stands_beside_it(findings):
    rows = findings.tables["recommendations"]
    first = rows["place"] == 1
    told = rows.assign(
        decision=rows["decision"].mask(first, "tolak"),
        decision_reason=rows["decision_reason"].mask(first, "di luar tim"),
    )
    decided = Findings(findings.head, {**findings.tables, "recommendations": told})
    html, data = page_html(notebook_of(decided), decided, 1), report_workbook(decided, 1)
    page = BeautifulSoup(html, "html.parser")
    quoted = [[one.get_text() for one in page.select(f"{part} blockquote > *")] for part in (".actions", ".advice")]
    assert quoted == [["di luar tim", "ditolak, catatan TL"]] * 2
    book = load_workbook(io.BytesIO(data))["Ringkasan"]
    cells = [str(cell.value) for row in book.iter_rows() for cell in row if cell.value is not None]
    assert len([cell for cell in cells if cell.endswith("; ditolak, catatan TL)")]) == 1
    assert contradictions({"report.html": html.encode(), "report.xlsx": data}, decided, 1) == []


def test_data_that_came_after_the_closing_are_told_beside_what_was_frozen(workspace, tmp_path):
    late = tmp_path / "late"
    shutil.copytree(workspace, late, ignore=shutil.ignore_patterns("outputs"))
    load(late, {"Data PRANPC 2022-10-10.csv": tamara_csv(agree("709", SERVICES[2], "10/10/2022"))})
    found = analyse(evidence(late))
    # The agree on service 3, whose first claim was not valid, opens a second claim: net 5 instead of 4.
    assert value(found, "K17.closed") == 4
    assert value(found, "K17.mtd") == 5
    assert "Berbeda dari penutupan" in text_of(found, "id")


def test_an_altered_snapshot_of_the_closed_month_is_refused(workspace, tmp_path):
    altered = tmp_path / "altered"
    shutil.copytree(workspace, altered, ignore=shutil.ignore_patterns("outputs"))
    (record,) = read_closes(altered)
    (altered / "store" / "closes" / f"{record.kpi_snapshot_sha256}.parquet").write_bytes(b"PAR1")
    with pytest.raises(RefusedError, match="was altered") as refused:
        evidence(altered)
    assert refused.value.exit_code == 5


def test_an_identical_rerun_publishes_nothing_new(workspace, published, capsys):
    assert main([*RUN, "--workspace", str(workspace)]) == 0
    assert "unchanged: version 1" in capsys.readouterr().out
    assert [path.name for path in published.parent.iterdir()] == ["v1"]


def test_the_index_links_the_files_that_the_report_has(workspace, published):
    index = (workspace / "outputs" / "index.html").read_text(encoding="utf-8")
    assert "Oktober 2022" in index
    assert "3 agree" in index
    assert f"{published.relative_to(workspace / 'outputs')}/report.xlsx" in index
    assert "ringkas.txt" not in index


def test_advice_of_earlier_reports_is_followed_up_and_keeps_its_id(workspace, tmp_path):
    copy = tmp_path / "followed"
    shutil.copytree(workspace, copy)
    about = {"segment": "PRANPC", "period": "2022-09", "due": dt.date(2022, 9, 30)}
    late = raised(**about, entity="TL1", owner_id="TL1")
    missing = raised(**about, rule_id="R26", level="table", entity="targets", owner_role="ANALYST", owner_id="")
    ids = raise_in(register(copy), late, missing, when=dt.datetime(2022, 9, 28, 8))
    found = analyse(evidence(copy))
    assert set(found.tables["followed"]["rec_id"]) == set(ids)
    # Due 30 September, read on Friday 4 November: 25 working days of October and 4 of November have begun since.
    assert value(found, f"workdays_overdue.followed.rec:{ids[0]}") == 29
    advice = found.tables["recommendations"]
    assert ids[1] in set(advice.loc[advice["rule"] == "R26", "rec_id"])
    assert set(ids) == set(advice.loc[advice["rule"] == "R29", "entity"])
    page = page_html(notebook_of(found), found, 1)
    assert "Efektivitas rekomendasi sebelumnya" in page
    assert all(name in page for name in ids)


def test_what_ran_in_the_month_is_told_by_how_it_ended(workspace, tmp_path):
    copy = tmp_path / "ended"
    shutil.copytree(workspace, copy)
    about = {"segment": "PRANPC", "period": "2022-09", "due": dt.date(2022, 9, 30), "check": Check("K18", 1)}
    url = register(copy)
    every = [raised(**about, entity=f"TL{n}", owner_id="TL1") for n in range(1, 6)]
    goes_on, dropped, before, effective, waits = raise_in(url, *every, when=dt.datetime(2022, 9, 20, 8))
    move(url, dropped, Status.REJECTED, when=dt.datetime(2022, 10, 5, 9))
    move(url, before, Status.REJECTED, when=dt.datetime(2022, 9, 22, 9))
    done = (Status.SENT, Status.DONE_CLAIMED)
    move(url, effective, *done, Status.VERIFIED_EFFECTIVE, when=dt.datetime(2022, 10, 6, 9))
    move(url, waits, *done, when=dt.datetime(2022, 10, 26, 9))
    found = analyse(evidence(copy))
    names = ("ran", "effective", "not_effective", "dropped", "goes_on")
    assert [value(found, f"followed_{name}.followed") for name in names] == [4, 1, 0, 1, 2]
    assert set(found.tables["assessed"]["rec_id"]) == {effective, waits}
    page = BeautifulSoup(page_html(notebook_of(found), found, 1), "html.parser").get_text()
    assert "Dari 4 rekomendasi yang berjalan dalam Oktober 2022: 1 terbukti efektif" in page
    assert goes_on in page
