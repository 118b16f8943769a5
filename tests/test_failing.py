"""GAGAL TERBIT: what a run that fails leaves, and what the index says of it (S50, S51)."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from caringmon import pipeline
from caringmon.cli import main
from caringmon.errors import (
    DataBlockedError,
    ParameterError,
    Reason,
    RefusedError,
    ReportFailedError,
    UsageError,
)
from caringmon.failing import leave_entry, reason_of
from caringmon.params import report_parameters
from caringmon.report.index import index_html
from caringmon.report.wording import catalogue
from caringmon.runner.documents import write_index
from caringmon.runner.entries import read_entries, refuse_foreign_entries
from tests.conftest import REPOSITORY
from tests.exports import load, new_workspace, tamara_csv
from tests.report_documents import FLAWLESS, seen_in
from tests.test_gathering import DAY, FIRST, ON_WEDNESDAY, SECOND, STAFF, files

FORM = "OB.IN.OCC.TELK.W-01.Rev.00"
# 08.15 WIB of the morning after, when the scheduler runs the report of the day.
MORNING = dt.datetime(2022, 10, 6, 1, 15, tzinfo=dt.UTC)
ENTRY = f"daily/ALL/{DAY}/gagal.json"
# Service numbers, a phone, a login, a name: what the rows of these workspaces hold of people.
PERSONAL = (FIRST, SECOND, "081234567890", "A01", "A77", "Dimas")


@dataclass(frozen=True)
class State:
    """What a run of the command ended with, said, and left in `outputs/`."""

    code: int
    said: str
    outputs: dict[str, bytes]

    @property
    def entry(self) -> dict:
        return json.loads(self.outputs[ENTRY])

    @property
    def index(self) -> BeautifulSoup:
        return BeautifulSoup(self.outputs["index.html"], "html.parser")


def outputs_of(workspace: Path) -> dict[str, bytes]:
    folder = workspace / "outputs"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def published(outputs: dict[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in outputs.items() if "/v" in name}


def parameters(**more: str):
    return report_parameters("daily", ("tests", {"report_date": DAY, **more}))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> dict[str, State]:
    """Return how a day goes: no export has come; then it has; then another system is named, which holds nothing."""
    workspace = new_workspace(tmp_path_factory.mktemp("failing"))

    def run() -> State:
        with redirect_stderr(io.StringIO()) as said, redirect_stdout(io.StringIO()):
            code = main(["run", "daily", "--workspace", str(workspace), "-p", f"report_date={DAY}"])
        return State(code, said.getvalue(), outputs_of(workspace))

    load(workspace, {"roster.csv": STAFF})
    told = {"absent": run()}
    load(workspace, files(**{"N 2022-10-05.csv": tamara_csv(ON_WEDNESDAY)}))
    told["came"] = run()
    (workspace / "params" / "sources.yml").write_text("calls: NONATERO\n")
    told["silent"] = run()
    return told


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return a workspace in which nothing has been published."""
    made = new_workspace(tmp_path)
    (made / "outputs").mkdir()
    return made


def leave(workspace: Path, reason: Reason, now: dt.datetime = MORNING, **more: str) -> dict[str, bytes]:
    leave_entry(reason, parameters(**more), FORM, workspace, now)
    return outputs_of(workspace)


def test_a_required_file_that_is_absent_leaves_an_entry_and_nothing_else(story):
    absent = story["absent"]
    assert absent.code == 3
    assert absent.said == (
        f"caringmon: {DAY}: no loaded file covers calls, assignments; put the export into inbox/ and run "
        "caringmon ingest\n"
    )
    assert set(absent.outputs) == {ENTRY, "index.html", ".lock"}
    assert absent.entry["reason"]["code"] == "REQUIRED_MISSING"
    assert {name: absent.entry[name] for name in ("report", "segment", "period", "title", "attempts")} == {
        "report": "daily", "segment": "ALL", "period": DAY, "title": FORM, "attempts": 1,
    }  # fmt: skip
    assert absent.entry["parameters"] == parameters().as_text()


def test_the_entry_asks_with_r26_for_the_files_by_the_day_on_which_the_report_is_read(story):
    # Wednesday 5 October is read on Thursday the 6th; R26 asks the analyst for the same day. Without any call or order
    # no segment is known that would miss its target.
    found = [
        (ask["rule"], ask["said"][0]["words"]["table"], ask["owner_role"], ask["due"], ask["is_needed"])
        for ask in story["absent"].entry["asks"]
    ]
    assert found == [
        ("R26", "table.calls|table.assignments", "ANALYST", "2022-10-06", True),
        ("R26", "table.attendance|table.payments|table.qc", "ANALYST", "2022-10-06", False),
    ]


def test_the_index_says_first_what_did_not_come_out_why_who_and_until_when(story):
    first = story["absent"].index.find("main").find("li")
    told = first.get_text(" ", strip=True)
    assert told.startswith("GAGAL TERBIT Evaluasi Harian Caring · CT-0 dan PraNPC · 5 Oktober 2022")
    assert "Belum ada berkas panggilan dan data order" in first.find(class_="lead").get_text()
    for text in (
        "Data panggilan dan data order untuk 5 Oktober belum diterima. Minta berkasnya hari ini",
        "PIC: Analis · Target selesai: 6 Oktober 2022 · R26",
    ):
        assert text in re.sub(r"\s+", " ", first.get_text())


def test_the_entry_goes_when_the_report_comes_out(story):
    came = story["came"]
    assert (came.code, came.said) == (0, "")
    assert ENTRY not in came.outputs
    assert "GAGAL TERBIT" not in came.index.get_text()
    assert "SEMENTARA" in came.outputs[f"daily/ALL/{DAY}/v1/report.html"].decode()


def test_a_silent_system_of_record_asks_with_r26_and_r27_and_leaves_what_is_published(story):
    silent = story["silent"]
    assert silent.code == 3
    assert silent.said.startswith(f"caringmon: SOURCE_OF_RECORD_MISSING: on {DAY} NONATERO has no calls")
    assert published(silent.outputs) == published(story["came"].outputs)
    assert set(silent.outputs) - set(story["came"].outputs) == {ENTRY}
    # R27 gives a working day more than R26.
    assert [(ask["rule"], ask["due"]) for ask in silent.entry["asks"]] == [
        ("R26", "2022-10-06"), ("R27", "2022-10-07"),
    ]  # fmt: skip
    first = silent.index.find("main").find("li").get_text()
    assert "NONATERO, sistem acuan, tidak memuat panggilan untuk 5 Oktober 2022" in first
    assert "Versi 1 yang sudah terbit tidak berubah" in first
    assert silent.index.find("a", href=f"daily/ALL/{DAY}/v1/report.html")


def test_entry_and_index_hold_nothing_of_a_person(story):
    for state in (story["absent"], story["silent"]):
        written = (state.outputs[ENTRY] + state.outputs["index.html"]).decode()
        assert [word for word in PERSONAL if word in written] == []
        assert re.findall(r"(?<![0-9a-f])\d{8,}", written) == []


def test_codes_of_staff_in_a_message_do_not_reach_the_entry(workspace):
    load(workspace, files(**{"Data CT0 2022-10-05.csv": tamara_csv({"login": "A77"}, ON_WEDNESDAY)}))
    with pytest.raises(DataBlockedError, match=r"AGENT_OUTSIDE_ROSTER.*A77") as refused:
        pipeline.gather(parameters(), workspace)
    left = leave(workspace, reason_of(refused.value))
    assert [word for word in PERSONAL if word in (left[ENTRY] + left["index.html"]).decode()] == []
    assert "1 dari 1 agree bulan ini" in BeautifulSoup(left["index.html"], "html.parser").get_text()


def test_a_second_failure_takes_the_place_of_the_first_and_counts_on(workspace):
    leave(workspace, Reason("REQUIRED_MISSING", {"tables": "table.calls"}))
    left = leave(workspace, Reason("ROSTER_OVERLAP"), MORNING + dt.timedelta(minutes=30))
    told = json.loads(left[ENTRY])
    assert (told["reason"]["code"], told["attempts"]) == ("ROSTER_OVERLAP", 2)
    assert (told["first_at"], told["at"]) == ("2022-10-06T08:15:00+07:00", "2022-10-06T08:45:00+07:00")
    page = BeautifulSoup(left["index.html"], "html.parser").get_text()
    assert "Terakhir dicoba 6 Oktober 2022 08.45 WIB. Sudah 2 kali gagal sejak 6 Oktober 2022 08.15 WIB." in page


@pytest.mark.parametrize(
    ("reason", "now", "more"),
    [
        (reason_of(ParameterError("a typo")), MORNING, {}),
        (reason_of(UsageError("a typo")), MORNING, {}),
        (reason_of(RefusedError("outputs: another run has been working there")), MORNING, {}),
        (Reason("REQUIRED_MISSING"), MORNING - dt.timedelta(days=2), {}),
        (Reason("REQUIRED_MISSING"), MORNING, {"audience": "tl:../../x"}),
        (Reason("REQUIRED_MISSING"), MORNING, {"audience": "manager"}),
    ],
    ids=["parameter", "usage", "busy", "tomorrow", "leader", "manager"],
)
def test_what_is_no_failure_of_the_report_to_everybody_leaves_nothing(workspace, reason, now, more):
    assert leave(workspace, reason, now, **more) == {}


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (DataBlockedError("x"), "DATA_BLOCKED"),
        (ReportFailedError("daily.ipynb, cell 3: KeyError"), "REPORT_FAILED"),
        (ReportFailedError("2 contradictions", Reason("CONTRADICTION")), "CONTRADICTION"),
        (KeyError("0211234567"), "REPORT_FAILED"),
    ],
)
def test_a_report_that_failed_leaves_a_code_and_no_message(workspace, problem, code):
    left = leave(workspace, reason_of(problem))
    assert json.loads(left[ENTRY])["reason"] == {"code": code, "words": {}, "counts": {}}


def test_a_foreign_file_in_the_place_of_an_entry_is_named_and_keeps_no_run_from_its_own_error(workspace):
    leave(workspace, Reason("ROSTER_OVERLAP"))
    (workspace / "outputs" / ENTRY).write_text("{}")
    leave(workspace, Reason("ROSTER_OVERLAP"))
    for reads in (refuse_foreign_entries, lambda outputs: write_index(outputs, "id")):
        with pytest.raises(ReportFailedError, match=rf"outputs/{ENTRY}: .*remove the file"):
            reads(workspace / "outputs")


def test_the_index_is_the_same_whenever_it_is_written(workspace):
    left = leave(workspace, Reason("ROSTER_OVERLAP"))
    write_index(workspace / "outputs", "id")
    assert outputs_of(workspace) == left


REASONS = sorted(
    {
        code
        for path in (REPOSITORY / "caringmon").rglob("*.py")
        for code in re.findall(r'(?:Reason\(\s*|^    code = )"([A-Z_]+)"', path.read_text(encoding="utf-8"), re.M)
    }
)


@pytest.mark.parametrize("lang", ["id", "en"])
def test_every_reason_has_a_sentence_and_says_what_to_do(lang):
    assert len(REASONS) >= 10
    of_rules = {"REQUIRED_MISSING", "SOURCE_OF_RECORD_MISSING"}
    assert [code for code in REASONS if f"failed.{code}" not in catalogue(lang)] == []
    assert {code for code in REASONS if f"unblock.{code}" not in catalogue(lang)} == of_rules


@pytest.mark.parametrize("lang", ["id", "en"])
def test_a_real_browser_finds_no_barrier_in_an_index_of_failures(browser, workspace, tmp_path, lang):
    missing = {"tables": "table.calls|table.assignments", "optional": "table.qc|table.targets"}
    leave(workspace, Reason("REQUIRED_MISSING", missing))
    leave(workspace, Reason("UNMAPPED_RESULT", counts={"count": 120, "whole": 2400}), segment="CT0")
    page = index_html((), lang, tuple(read_entries(workspace / "outputs")))
    assert seen_in(browser, page, tmp_path) == FLAWLESS
