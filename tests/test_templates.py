"""Templates: what a team leader opens, fills in and drops into the inbox."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from caringmon.cli import main
from caringmon.model.codes import Severity
from caringmon.model.contracts import EXAMPLE, EXAMPLE_COLUMNS, GUIDE_SHEET
from caringmon.report.wording import catalogue
from caringmon.templates import TEMPLATES, template_bytes
from tests.exports import codes, issue, load, new_workspace, stored

FIRST = dt.date(2022, 10, 1)
# Template → rows as a person types them.
FILLED: Mapping[str, Sequence[Mapping[str, object]]] = {
    "target": [
        {"period": "2022-10", "segment": "CT0", "level": "SITE", "entity_id": "SITE", "metric": "agree", "value": 900,
         "unit": "count", "grain": "MONTH", "apportion": "WORKDAY", "version": 1, "effective_from": FIRST},
        {"period": "2022-10", "segment": "CT0", "level": "TL", "entity_id": "007", "metric": "contact_rate",
         "value": 0.35, "unit": "rate", "version": 1, "effective_from": FIRST},
    ],
    "roster": [
        {"person_id": "007", "display_name": "Dimas", "role": "AGENT", "reports_to": "TL01", "segments": "CT0|PRANPC",
         "fte": 0.5, "valid_from": FIRST, "valid_to": dt.date(2022, 11, 1)},
    ],
    "absensi": [
        {"date": dt.date(2022, 10, 18), "person_id": "007", "planned_min": 480, "login_min": 470, "status": "HADIR"},
    ],
    "riwayat": [
        {"period": "2022-09", "segment": "CT0", "level": "SITE", "entity_id": "SITE", "kpi": "K17", "value": 812},
    ],
}  # fmt: skip


def opened(name: str) -> Workbook:
    return load_workbook(io.BytesIO(template_bytes(name)))


def filled(name: str, *, first_row: int = 2) -> bytes:
    """Return the template with rows typed over (row 2) or below (row 3) its example."""
    book = opened(name)
    sheet = book.worksheets[0]
    places = {cell.value: cell.column for cell in sheet[1]}
    for number, row in enumerate(FILLED[name], first_row):
        for header in places:
            sheet.cell(number, places[header]).value = row.get(header)
    image = io.BytesIO()
    book.save(image)
    return image.getvalue()


def facts_of(workspace: Path, name: str) -> list[dict[str, object]]:
    """Return the facts of a template's table without where they came from."""
    rows = stored(workspace, TEMPLATES[name].table.name)
    return [{key: value for key, value in row.items() if not key.startswith(("source_", "load_"))} for row in rows]


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_header_is_the_contract_and_frozen(name):
    sheet = opened(name).worksheets[0]
    assert [cell.value for cell in sheet[1]] == [column.name for column in TEMPLATES[name].table.columns]
    assert sheet.freeze_panes == "A2"
    assert all(cell.font.b for cell in sheet[1])


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_column_of_a_closed_list_has_it_as_a_dropdown(name):
    sheet = opened(name).worksheets[0]
    rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    for place, column in enumerate(TEMPLATES[name].table.columns, 1):
        rule = rules[f"{sheet.cell(2, place).coordinate}"]
        assert rule.promptTitle == column.name
        assert (rule.type == "list") == bool(column.allowed) or column.name in ("segments", "kpi")
        if column.allowed:
            assert rule.formula1 == f'"{",".join(column.allowed)}"'
            assert len(rule.formula1) <= 255  # what Excel takes


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("name", TEMPLATES)
def test_the_guide_explains_every_column(name, lang):
    guide = load_workbook(io.BytesIO(template_bytes(name, lang)))[GUIDE_SHEET]
    rows = {row[0]: row for row in guide.iter_rows(values_only=True)}
    for column in TEMPLATES[name].table.columns:
        _, required, meaning, form, words, _ = rows[column.name]
        assert meaning == catalogue(lang)[f"column.{TEMPLATES[name].table.name}.{column.name}"]
        assert (required in ("ya", "yes")) == column.required
        assert form
        assert set(column.allowed) <= set((words or "").split(", "))


def test_the_english_words_are_those_of_the_contract():
    for template in TEMPLATES.values():
        for column in template.table.columns:
            said = catalogue("en")[f"column.{template.table.name}.{column.name}"]
            assert said.casefold() == column.meaning.casefold()


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_example_is_complete_and_about_nobody(name):
    sheet = opened(name).worksheets[0]
    example = {head.value: cell.value for head, cell in zip(sheet[1], sheet[2], strict=True)}
    assert all(example[column.name] is not None for column in TEMPLATES[name].table.columns if column.required)
    assert [example[column] for column in EXAMPLE_COLUMNS if column in example] == [EXAMPLE]


@pytest.mark.parametrize("name", TEMPLATES)
def test_an_example_that_is_left_in_is_set_aside_by_name_and_the_rest_loads(name, tmp_path):
    workspace = new_workspace(tmp_path)
    report = load(workspace, {f"{name}.xlsx": filled(name, first_row=3)})[f"{name}.xlsx"]
    (count,) = report.counts
    assert (count.read, count.loaded, count.set_aside) == (len(FILLED[name]) + 1, len(FILLED[name]), 1)
    assert (issue(report, "EXAMPLE_ROW").severity, issue(report, "EXAMPLE_ROW").row) == (Severity.QUARANTINE, 2)
    assert codes(report) == {"EXAMPLE_ROW"}


@pytest.mark.parametrize("name", TEMPLATES)
def test_an_untouched_template_loads_nothing_and_says_so(name, tmp_path):
    report = load(new_workspace(tmp_path), {f"{name}.xlsx": template_bytes(name)})[f"{name}.xlsx"]
    assert report.rows_loaded == 0
    assert "EXAMPLE_ROW" in codes(report)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_filled_in_template_loads_as_it_was_typed(name, tmp_path):
    workspace = new_workspace(tmp_path)
    report = load(workspace, {f"{name}.xlsx": filled(name)})[f"{name}.xlsx"]
    assert report.issues == ()
    kept = [column.name for column in TEMPLATES[name].table.stored]
    expected = [{column: row.get(column) for column in kept} for row in FILLED[name]]
    assert facts_of(workspace, name) == expected


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_templates_that_libreoffice_saved_load_the_same_facts(tmp_path):
    """Through .ods and back to .xlsx, as a team leader without Excel would do."""
    for name in TEMPLATES:
        (tmp_path / f"{name}.xlsx").write_bytes(filled(name))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    for kind, start, end in (("ods", "", "ods"), ("xlsx", "ods", "back")):
        files = [str(tmp_path / start / f"{name}.{'ods' if start else 'xlsx'}") for name in TEMPLATES]
        command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(tmp_path / end), *files]
        subprocess.run(command, check=True, capture_output=True)
    typed, saved = new_workspace(tmp_path / "typed"), new_workspace(tmp_path / "saved")
    load(typed, {f"{name}.xlsx": filled(name) for name in TEMPLATES})
    reports = load(saved, {f"{name}.xlsx": (tmp_path / "back" / f"{name}.xlsx").read_bytes() for name in TEMPLATES})
    assert {name: report.issues for name, report in reports.items()} == {f"{name}.xlsx": () for name in TEMPLATES}
    for name in TEMPLATES:
        assert facts_of(saved, name) == facts_of(typed, name)
        assert facts_of(saved, name)


def test_the_same_template_is_the_same_bytes():
    assert template_bytes("target") == template_bytes("target")


def test_a_template_is_written_where_it_is_wanted_and_overwrites_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["template", "roster"]) == 0
    assert (tmp_path / "roster.xlsx").read_bytes() == template_bytes("roster")
    assert main(["template", "roster"]) == 2
    assert "roster.xlsx exists and is not overwritten; name another file with -o" in capsys.readouterr().err
    assert main(["template", "roster", "-o", "isi.xlsx"]) == 0


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["targets"], "unknown template 'targets'. Did you mean 'target'? Known: target, roster, absensi, riwayat"),
        (["target", "-o", "target.csv"], "target.csv: a template is an .xlsx workbook"),
        (["target", "-o", "nowhere/target.xlsx"], "nowhere/: there is no such folder"),
    ],
)
def test_a_wrong_template_is_answered_in_one_line(words, answer, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["template", *words]) == 2
    said = capsys.readouterr().err
    assert answer in said
    assert said.count("\n") == 1
