"""The path as a whole: the demo's raw files in, published reports out."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from caringmon.cli import main
from caringmon.model.bridge import FROM_GROSS, FROM_ROWS
from caringmon.model.findings import Findings
from caringmon.params import report_parameters
from caringmon.pipeline import analyse, gather
from caringmon.runner.staging import read_findings, write_findings
from caringmon.shipped import notebooks_folder
from tests import loop
from tests.conftest import DAY


def report_folder(workspace: Path, day: str = DAY, version: int = 1) -> Path:
    return workspace / "outputs" / "daily" / "ALL" / day / f"v{version}"


def published(folder: Path) -> dict[str, bytes]:
    """Return every published file but the manifest, which holds the times of the run."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def run_elsewhere(workspace: Path, tmp_path: Path, *words: str) -> Path:
    """Run a report in a copy of the workspace: other folder, zone, locale, hash seed and process."""
    elsewhere = tmp_path / "somewhere else"
    shutil.copytree(workspace, elsewhere, ignore=shutil.ignore_patterns("outputs", "inbox"))
    environment = {
        **os.environ, "TZ": "America/St_Johns", "LC_ALL": "C", "LANG": "C", "PYTHONHASHSEED": "7",
        "PYTHONWARNINGS": "default",
    }  # fmt: skip
    command = [sys.executable, "-m", "caringmon", "run", "daily", "--workspace", str(elsewhere), *words]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return elsewhere


def for_the_manager(day: str, workspace: Path) -> Findings:
    """Return the findings of CT0 for the manager: the same figures as those of everybody's report, and fewer."""
    parameters = {"report_date": day, "segment": "CT0", "audience": "manager"}
    return analyse(gather(report_parameters("daily", ("t", parameters)), workspace))


@pytest.fixture(scope="module")
def holiday(demo_workspace: Path) -> Findings:
    """Return what everybody is told of a Sunday."""
    return analyse(gather(report_parameters("daily", ("t", {"report_date": "2022-10-09"})), demo_workspace))


def test_every_file_of_the_demo_is_accounted_for(demo_ingest):
    assert not [report.file for report in demo_ingest if report.refused]
    for report in demo_ingest:
        for count in report.counts:
            accounted = count.loaded + count.set_aside + count.repeats + count.skipped
            assert count.read == accounted, (report.file, count)


def test_a_report_is_complete_and_its_manifest_names_every_byte(demo_report: Path):
    files = published(demo_report)
    manifest = json.loads((demo_report / "manifest.json").read_text(encoding="utf-8"))
    assert {"report.html", "report.xlsx", "report.ipynb", "ringkas.txt", "findings/figures.csv"} <= set(files)
    assert set(manifest["files"]) == set(files)
    assert len(files["report.html"]) <= 300_000
    assert len(files["ringkas.txt"].decode()) <= 1000


def test_a_report_that_a_kernel_made_is_verified_without_one(demo_report: Path, capsys):
    assert main(["verify", str(demo_report)]) == 0
    assert "clean: as published" in capsys.readouterr().out


def test_another_folder_zone_locale_and_process_give_the_same_bytes(demo_workspace, demo_report, tmp_path):
    elsewhere = run_elsewhere(demo_workspace, tmp_path, "-p", f"report_date={DAY}")
    assert published(report_folder(elsewhere)) == published(demo_report)


def test_findings_survive_the_hand_over(holiday, tmp_path):
    write_findings(tmp_path, holiday)
    back = read_findings(tmp_path)
    assert back.head == holiday.head
    for name, table in holiday.tables.items():
        pd.testing.assert_frame_equal(back.tables[name], table, check_dtype=False)


def test_plain_papermill_shows_the_same_sections_and_publishes_nothing(demo_workspace, demo_report, tmp_path):
    output = tmp_path / "out.ipynb"
    command = [
        sys.executable, "-m", "papermill", str(notebooks_folder() / "daily.ipynb"), str(output),
        "-f", str(demo_workspace / "params" / "daily.yml"), "-p", "report_date", DAY, "--no-progress-bar",
    ]  # fmt: skip
    before = sorted(path for path in demo_workspace.rglob("*") if path.is_file())
    environment = {**os.environ, "CARINGMON_WORKSPACE": str(demo_workspace)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert shown(output) == shown(demo_report / "report.ipynb")
    assert sorted(path for path in demo_workspace.rglob("*") if path.is_file()) == before


def shown(notebook: Path) -> dict[str, str]:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return {
        cell["id"]: "".join(out["data"].get("text/html", ""))
        for cell in cells
        for out in cell.get("outputs", ())
        if "data" in out
    }


def test_a_bad_parameter_under_plain_papermill_is_one_line_in_the_first_cell(demo_workspace, tmp_path):
    output = tmp_path / "out.ipynb"
    command = [
        sys.executable, "-m", "papermill", str(notebooks_folder() / "daily.ipynb"), str(output),
        "-p", "cut_time", "1020", "--no-progress-bar",
    ]  # fmt: skip
    environment = {**os.environ, "CARINGMON_WORKSPACE": str(demo_workspace)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    cells = json.loads(output.read_text(encoding="utf-8"))["cells"]
    failed = [cell for cell in cells if any(out["output_type"] == "error" for out in cell.get("outputs", ()))]
    assert [cell["id"] for cell in failed] == ["check-parameters"]
    (error,) = (out for out in failed[0]["outputs"] if out["output_type"] == "error")
    assert error["traceback"] == [
        'ParameterError: params: cut_time must be text, got the number 1020. Quote it in YAML: "17:00"'
    ]


def test_a_day_that_no_file_covers_is_refused_and_leaves_an_entry_alone(demo_workspace, demo_report, capsys):
    outputs = demo_workspace / "outputs"
    before = {path: path.read_bytes() for path in outputs.rglob("*/v1/**/*") if path.is_file()}
    assert main(["run", "daily", "--workspace", str(demo_workspace), "-p", "report_date=2022-12-14"]) == 3
    said = capsys.readouterr().err
    assert "no loaded file covers calls, assignments" in said
    assert said.count("\n") == 1
    assert {path: path.read_bytes() for path in outputs.rglob("*/v1/**/*") if path.is_file()} == before
    assert [path.name for path in (outputs / "daily" / "ALL" / "2022-12-14").iterdir()] == ["gagal.json"]


def test_a_holiday_without_files_is_issued_as_a_day_without_activity(holiday):
    assert holiday.head.missing == ()
    assert holiday.figure("CT0", "K05", "day").value == 0
    assert holiday.figure("CT0", "target", "day").value == 0


def test_the_previous_day_is_compared_as_it_was_known_then(demo_workspace, demo_findings):
    yesterday = for_the_manager("2022-10-17", demo_workspace)
    for kpi in ("K17", "K20", "pending", "return_open", "K09"):
        assert demo_findings.figure("CT0", kpi, "prev_mtd").value == yesterday.figure("CT0", kpi, "mtd").value


def test_last_month_is_compared_as_it_was_known_on_the_same_working_day(demo_workspace, demo_findings):
    # 18 October 2022 is the 14th working day; the 14th of September is Friday the 16th.
    then = for_the_manager("2022-09-16", demo_workspace)
    for kpi in ("K17", "K04", "K09", "K14"):
        assert demo_findings.figure("CT0", kpi, "last_month").value == then.figure("CT0", kpi, "mtd").value


def test_days_add_up_to_the_month_and_teams_to_the_site(demo_findings):
    figures = demo_findings.tables["figures"]
    for segment in demo_findings.head.segments:
        mine = figures[figures["segment"] == segment]
        for kpi in ("K13", "K17", "K18", "pending", "K05"):
            of = mine[mine["kpi"] == kpi].set_index("id")["value"]
            site = of[f"{segment}.{kpi}.mtd"]
            days = [f"{segment}.{kpi}.d2022-10-{day:02d}" for day in range(1, 19)]
            teams = mine[(mine["kpi"] == kpi) & (mine["level"] == "tl") & (mine["window"] == "mtd")]["value"]
            assert of[days].sum() == site
            assert teams.sum() == site


def raw_calls(inbox: Path, segment_word: str) -> list[dict[str, str]]:
    """Read the demo's call files by plain Python, no code of ours; rows dated after their export count for nothing."""
    found = []
    for path in sorted(inbox.glob("Data * CARING *")):
        if path.suffix == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as handle:
                rows = [dict(row) for row in csv.DictReader(handle, delimiter=";")]
        else:
            frame = pd.read_excel(path, header=2, dtype=str, engine="calamine")
            names = {"Call ID": "id", "Tanggal": "tgl", "FASTEL": "fastel", "Layanan": "jenis", "Status Call": "status",
                     "Kategori Call": "kategori", "Reason Call": "reason"}  # fmt: skip
            frame = frame.rename(columns=names)[list(names.values())].fillna("")
            moments = pd.to_datetime(frame["tgl"]).dt.strftime("%d/%m/%Y %H:%M:%S")
            rows = frame.assign(tgl=moments).to_dict("records")
        exported = dt.date.fromisoformat(path.stem.split()[-2])
        found += [row for row in rows if moment(row).date() <= exported]
    return [row for row in found if row["jenis"] == segment_word]


def moment(row: dict[str, str]) -> dt.datetime:
    return dt.datetime.strptime(row["tgl"], "%d/%m/%Y %H:%M:%S")


@pytest.mark.parametrize(("segment", "word"), [("CT0", "CT-0"), ("PRANPC", "PraNPC")])
def test_a_recount_of_the_raw_files_by_plain_python_gives_the_same_counts(demo_workspace, demo_findings, segment, word):
    by_id = {row["id"]: row for row in raw_calls(demo_workspace / "inbox", word)}
    day = dt.datetime.fromisoformat(DAY)
    month = [row for row in by_id.values() if day.replace(day=1) <= moment(row) < day + dt.timedelta(days=1)]
    no_dial = {"TIDAK ADA NO KONTAK", "GAGAL SISTEM/DIALLER/DROP"}
    words = Counter(clean(row["reason"]).upper() for row in month)
    dials = sum(count for reason, count in words.items() if reason not in no_dial)
    worked = {row["fastel"] for row in month if clean(row["reason"]).upper() not in no_dial}
    agreed = {row["fastel"] for row in month if clean(row["kategori"]).upper() == "AGREE"}
    contacted = {row["fastel"] for row in month if clean(row["status"]).upper().startswith("CONTACTED")}
    assert demo_findings.figure(segment, "K05", "mtd").value == dials
    assert demo_findings.figure(segment, "K03", "mtd").value == len(worked)
    # A recall of a return of last month's agree opens nothing in this month.
    assert len(agreed) - 12 <= demo_findings.figure(segment, "K13", "mtd").value <= len(agreed)
    assert demo_findings.figure(segment, "K09", "mtd").numerator == pytest.approx(len(contacted), rel=0.02)


def clean(text: str) -> str:
    return re.sub(r"\s+", " ", str(text).replace("&nbsp;", " ").replace("\u00a0", " ")).strip()


def test_no_clear_number_or_name_of_a_person_leaves_the_store(demo_workspace: Path, demo_report: Path):
    clear = set()
    for path in sorted((demo_workspace / "store" / "identity").rglob("*.parquet")):
        clear |= set(pd.read_parquet(path)["clear"].dropna().astype(str))
    assert len(clear) > 1000
    numbers = {text.encode() for text in clear if text.isdigit() and len(text) >= 8}
    names = {text for text in clear if not text.isdigit() and len(text) >= 6}
    open_files = [
        *(path for path in (demo_workspace / "outputs").rglob("*") if path.is_file()),
        *(path for path in (demo_workspace / "store" / "facts").rglob("*") if path.is_file()),
        demo_workspace / "store" / "current.json",
        *(demo_workspace / "store" / "issues").glob("*"),
    ]
    for path in open_files:
        data = path.read_bytes()
        assert not [number for number in runs_of_digits(data) if number in numbers], path.name
        text = data.decode("utf-8", "ignore")
        assert not [name for name in names if name in text], path.name


def runs_of_digits(data: bytes) -> set[bytes]:
    return set(re.findall(rb"\d{8,}", data))


def test_a_free_day_of_a_month_without_any_data_is_issued(demo_workspace):
    findings = for_the_manager("2022-11-06", demo_workspace)
    assert findings.figure("CT0", "K17", "mtd").value == 0
    assert findings.figure("CT0", "K44", "mtd").note == "no_activity"


def test_the_rows_of_the_files_lead_to_the_agrees_of_the_report(demo_findings):
    lines, (total,) = demo_findings.tables["bridge"], demo_findings.tables["bridge_total"].to_dict("records")
    for line in [*lines.to_dict("records"), total]:
        assert line["rows_read"] - sum(line[name] for name in FROM_ROWS) == line["agree_rows"], line["file"]
        assert line["agree_rows"] - line["repeat_agrees"] - line["superseded"] == line["gross"]
        assert line["gross"] - sum(line[name] for name in FROM_GROSS) == line["net"]
    for step, kpi in (("gross", "K13"), ("net", "K17")):
        assert total[step] == sum(demo_findings.figure(segment, kpi, "mtd").value for segment in ("CT0", "PRANPC"))


def test_values_that_only_a_later_export_brought_are_said(demo_workspace, tmp_path):
    workspace = tmp_path / "workspace"
    shutil.copytree(demo_workspace, workspace, ignore=shutil.ignore_patterns("outputs"))
    name = f"Data CT0 CARING {DAY} AllArea.csv"
    text = (workspace / "inbox" / name).read_text(encoding="utf-8-sig")
    corrected = workspace / "inbox" / "Data CT0 CARING 2022-10-25 AllArea koreksi.csv"
    corrected.write_text(text.replace('"RNA"', '"SIBUK"', 3), encoding="utf-8")
    before = gather(report_parameters("daily", ("t", {"report_date": DAY})), workspace)
    assert main(["ingest", "--workspace", str(workspace), str(corrected)]) == 0
    after = gather(report_parameters("daily", ("t", {"report_date": DAY})), workspace)
    assert "LATER_EXPORTS" not in {issue.code for issue in before.issues}
    assert [issue.count for issue in after.issues if issue.code == "LATER_EXPORTS"] == [3]
    assert before.loads == after.loads


def test_two_runs_at_once_publish_both_contents_as_two_versions(tmp_path):
    workspace = loop.workspace(tmp_path)
    command = [
        sys.executable, "-m", "caringmon", "run", "daily", "--workspace", str(workspace),
        "-p", f"report_date={loop.RAISES}", "-p", "segment=CT0", "-p", "audience=manager",
    ]  # fmt: skip
    runs = [
        subprocess.Popen([*command, "-p", f"lang={lang}"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for lang in ("id", "en")
    ]
    outcomes = [(run.communicate()[1].decode(), run.returncode) for run in runs]
    assert outcomes == [("", 0), ("", 0)]
    folder = workspace / "outputs" / "daily" / "CT0" / loop.RAISES / "manager"
    texts = {(folder / f"v{number}" / "ringkas.txt").read_text(encoding="utf-8")[:5] for number in (1, 2)}
    assert texts == {"Evalu", "Daily"}
