"""Parameters: what a person may write, and how a mistake is answered: one line that names the key."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import papermill
import pytest
from IPython.core.interactiveshell import InteractiveShell

from caringmon.cli import main
from caringmon.errors import ParameterError
from caringmon.params import read_params, read_settings, read_yaml_as_text, report_parameters
from caringmon.shipped import notebooks_folder, params_folder

GOOD = {"report_date": "2022-10-18"}

# what a person writes → what the answer must say
BAD = {
    "an unknown key": ({"reprot_date": "2022-10-18"}, "unknown parameter 'reprot_date'. Did you mean 'report_date'?"),
    "no date": ({"report_date": ""}, "report_date must be a date written YYYY-MM-DD"),
    "a date that does not exist": ({"report_date": "2022-02-30"}, "report_date must be a date that exists"),
    "a date the other way round": ({"report_date": "18-10-2022"}, "report_date must be a date written YYYY-MM-DD"),
    "a date with a time": ({"report_date": "2022-10-18 10:00"}, "report_date must be a date written YYYY-MM-DD"),
    "an unknown segment": (
        {"segment": "CTO"},
        "segment must be one of ALL, CT0, PRANPC; got 'CTO'. Did you mean 'CT0'?",
    ),
    "a segment in small letters": ({"segment": "pranpc"}, "segment must be one of ALL, CT0, PRANPC"),
    "an unknown basis": ({"achievement_basis": "nett"}, "achievement_basis must be one of net, valid, gross"),
    "an hour that does not exist": ({"cut_time": "25:00"}, "cut_time must be a time between 00:01 and 24:00"),
    "a time that leaves nothing": ({"cut_time": "00:00"}, "cut_time must be later than 00:00"),
    "a language we do not have": ({"lang": "jv"}, "lang must be one of id, en"),
    "a leader without a code": ({"audience": "tl:"}, "audience must be all, manager, spv:CODE or tl:CODE"),
    "an unknown audience": ({"audience": "everybody"}, "audience must be all, manager, spv:CODE or tl:CODE"),
    "an unknown reference": ({"reference": "last_year"}, "reference must be one of last_month, plan, baseline"),
}

# what papermill or YAML makes of unquoted values
MISTYPED = {
    "a number for a time": ({"cut_time": 1020}, "cut_time must be text, got the number 1020. Quote it in YAML"),
    "a number for a date": ({"report_date": 20221018}, "report_date must be text, got the number 20221018"),
    "a date object": ({"report_date": dt.date(2022, 10, 18)}, 'Quote it in YAML: "2022-10-18"'),
    "a truth value": ({"lang": False}, "lang must be text, got the truth value False"),
    "nothing": ({"segment": None}, "segment must be text, got the empty value None"),
    "a list": ({"segment": ["CT0"]}, "segment must be text, got the list ['CT0']"),
}


@pytest.mark.parametrize("mistake", [*BAD, *MISTYPED])
def test_a_bad_parameter_is_refused_by_name(mistake):
    values, answer = {**BAD, **MISTYPED}[mistake]
    with pytest.raises(ParameterError) as problem:
        report_parameters("daily", ("params", {**GOOD, **values}))
    assert answer in str(problem.value)
    assert "\n" not in str(problem.value)


@pytest.mark.parametrize("mistake", BAD)
def test_the_command_refuses_it_before_any_kernel_starts(mistake, tmp_path: Path, capsys, monkeypatch):
    monkeypatch.setattr("caringmon.runner.engine.run_notebook", None)
    values, answer = BAD[mistake]
    pairs = [word for name, value in {**GOOD, **values}.items() for word in ("-p", f"{name}={value}")]
    assert main(["run", "daily", "--workspace", str(tmp_path), *pairs]) == 2
    said = capsys.readouterr()
    assert answer in said.err
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err


def test_the_report_date_is_required():
    with pytest.raises(ParameterError, match="report_date is missing"):
        report_parameters("daily", ("params", {"segment": "CT0"}))


def test_what_was_typed_wins_over_the_file_and_is_named_as_its_source():
    parameters = report_parameters("daily", ("daily.yml", {**GOOD, "lang": "id"}), ("-p", {"lang": "en"}))
    assert parameters.lang == "en"
    with pytest.raises(ParameterError, match=r"^-p: lang must be"):
        report_parameters("daily", ("daily.yml", GOOD), ("-p", {"lang": "xx"}))


def test_yaml_is_read_as_the_text_that_was_typed(tmp_path: Path):
    file = tmp_path / "daily.yml"
    file.write_text("report_date: 2022-10-18\ncut_time: 17:00\nsegment: ALL\nlang: no\n", encoding="utf-8")
    assert read_yaml_as_text(file) == {"report_date": "2022-10-18", "cut_time": "17:00", "segment": "ALL", "lang": "no"}


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        ("segment: CT0\nsegment: ALL\n", "line 2: 'segment' stands twice"),
        ("segment: [CT0\n", "daily.yml line"),
        ("- CT0\n", "expected lines of 'key: value'"),
        ("? [a, b]\n: c\n", "line 1: a key is a word"),
    ],
    ids=["a key twice", "broken YAML", "a list", "a key of several"],
)
def test_a_parameter_file_that_is_no_list_of_values_is_refused(tmp_path: Path, content, answer):
    file = tmp_path / "daily.yml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ParameterError, match=answer):
        read_yaml_as_text(file)


@pytest.mark.parametrize("name", ["header_aliases.yml", "suppression.csv", "result_codes.csv", "buckets.yml"])
def test_a_parameter_file_that_cannot_be_read_as_text_is_named(tmp_path: Path, capsys, name):
    shutil.copytree(params_folder(), tmp_path / "params")
    file = tmp_path / "params" / name
    for content, answer in ((b"\xff\xfe\x80", "not UTF-8 text; save it as UTF-8"), (None, "it cannot be read")):
        if content is None:
            file.unlink()
            file.mkdir()
        else:
            file.write_bytes(content)
        assert main(["ingest", "--workspace", str(tmp_path)]) == 2
        assert f"{name}: {answer}" in capsys.readouterr().err


def test_a_missing_parameter_file_is_named(tmp_path: Path, capsys):
    assert main(["run", "daily", "--workspace", str(tmp_path), "-f", str(tmp_path / "dialy.yml")]) == 2
    assert "dialy.yml: there is no such file" in capsys.readouterr().err


def test_a_notebook_sees_what_papermill_injected_and_nothing_else():
    cells = [
        "# Parameters (text)\nreport_date = '2022-10-18'\nlang = 'id'",
        "# Parameters\nreport_date = '2022-10-04'",
        "cut_off = 1\nimport caringmon",
    ]
    parameters = read_params("daily", {"report_date": "2022-10-04", "lang": "id", "cut_off": 1, "x": 2}, cells)
    assert parameters.report_date == dt.date(2022, 10, 4)


def test_an_unknown_parameter_injected_by_papermill_is_refused():
    cells = ["# Parameters\nreport_date = '2022-10-18'\nsegmen = 'CT0'"]
    with pytest.raises(ParameterError, match=r"unknown parameter 'segmen'\. Did you mean 'segment'\?"):
        read_params("daily", {"report_date": "2022-10-18", "segmen": "CT0"}, cells)


def test_the_end_of_the_day_is_written_24():
    assert report_parameters("daily", ("p", GOOD)).as_text()["cut_time"] == "24:00"


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        ("calender: {version: x}", "unknown parameter 'calender'. Did you mean 'calendar'?"),
        ("calendar: {workweek: [1, 9]}", "calendar.workweek.1"),
        ("qc: {cutoff_time: 1020}", "qc.cutoff_time must be text, got the number 1020"),
        ("calendar: {cuti_bersama: maybe}", "calendar.cuti_bersama"),
        ("absent_by_design: [calls]", "absent_by_design.0 input should be 'targets', 'qc', 'payments' or 'attendance'"),
    ],
)
def test_a_bad_setting_is_refused_by_name(tmp_path: Path, content, answer):
    file = tmp_path / "settings.yml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ParameterError) as problem:
        read_settings(file)
    assert answer in str(problem.value)


@pytest.mark.parametrize("words", [[], ["rnu"], ["run"], ["run", "dayly"], ["run", "daily", "--fast"]])
def test_wrong_usage_is_one_line_and_code_2(words, capsys):
    assert main(words) == 2
    assert capsys.readouterr().err.count("\n") == 1


# Papermill itself writes a date object as the text that is wanted.
@pytest.mark.parametrize("mistake", [name for name in (*BAD, *MISTYPED) if name != "a date object"])
def test_the_first_cell_of_the_notebook_refuses_it_in_one_line(mistake, capsys):
    values, answer = {**BAD, **MISTYPED}[mistake]
    notebook = papermill.parameterize.parameterize_notebook(
        papermill.iorw.load_notebook_node(str(notebooks_folder() / "daily.ipynb")), {**GOOD, **values}
    )
    shell = InteractiveShell()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    names = [cell.id for cell in code]
    for cell in code[: names.index("check-parameters") + 1]:
        shell.run_cell(cell.source, store_history=True)
    said = capsys.readouterr()
    assert answer in said.out
    assert (said.out + said.err).strip().count("\n") == 0
    assert "params" not in shell.user_ns
