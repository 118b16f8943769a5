"""A new workspace: complete, and careful with what is there already."""

from __future__ import annotations

import pytest

from caringmon.cli import main
from caringmon.errors import UsageError
from caringmon.lists import OWN_LISTS
from caringmon.params import read_settings, read_yaml_as_text, report_parameters
from caringmon.pipeline import ingest
from caringmon.settings import workspace_folder
from caringmon.shipped import checkout_folder, params_folder
from caringmon.templates import TEMPLATES
from caringmon.vocabulary import read_rules
from caringmon.workspace import make_workspace
from tests.exports import TEST_KEY


def test_a_new_workspace_holds_every_shipped_parameter_file_and_the_templates(tmp_path):
    made = make_workspace(tmp_path / "new" / "site")
    shipped = {f"params/{path.relative_to(params_folder()).as_posix()}" for path in params_folder().rglob("*.*")}
    own = {f"params/{name}" for name in OWN_LISTS}
    templates = {f"templates/{name}.xlsx" for name in TEMPLATES}
    assert set(made.written) == shipped | own | templates | {".gitignore"}
    assert made.kept == ()
    assert all((tmp_path / "new" / "site" / name).is_dir() for name in ("inbox", "store", "outputs"))


def test_its_parameter_files_are_read_without_complaint(tmp_path):
    make_workspace(tmp_path)
    read_rules(tmp_path)
    read_settings(tmp_path / "params" / "settings.yml")
    report_parameters("daily", ("daily.yml", read_yaml_as_text(tmp_path / "params" / "daily.yml")))


def test_nothing_is_loaded_from_the_templates_by_mistake(tmp_path):
    make_workspace(tmp_path)
    assert ingest(tmp_path, None, key=TEST_KEY) == []


def test_what_is_there_is_kept_and_named(tmp_path, capsys):
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "daily.yml").write_text("mine", encoding="utf-8")
    assert main(["init", str(tmp_path)]) == 0
    assert (tmp_path / "params" / "daily.yml").read_text(encoding="utf-8") == "mine"
    said = capsys.readouterr().out
    assert "1 kept" in said
    assert "  kept     params/daily.yml" in said
    assert f"caringmon ingest --workspace {tmp_path}" in said
    assert make_workspace(tmp_path).written == ()


def test_the_workspace_keeps_personal_data_out_of_git(tmp_path):
    make_workspace(tmp_path)
    ignored = (tmp_path / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"/inbox/", "/store/", "/outputs/", "/params/suppression.csv", "/params/recipients.csv"} <= set(ignored)


def test_a_command_takes_the_workspace_around_the_place_where_it_is_given(tmp_path):
    make_workspace(tmp_path / "site")
    inside = tmp_path / "site" / "inbox" / "october"
    inside.mkdir()
    assert workspace_folder(None, {}, inside) == (tmp_path / "site").resolve()
    assert workspace_folder(None, {}, tmp_path) == checkout_folder()


def test_what_is_named_goes_before_the_workspace_around(tmp_path):
    for name in ("around", "option", "variable"):
        make_workspace(tmp_path / name)
    here, variable = tmp_path / "around", {"CARINGMON_WORKSPACE": str(tmp_path / "variable")}
    assert workspace_folder(tmp_path / "option", variable, here).name == "option"
    assert workspace_folder(None, variable, here).name == "variable"


def test_an_installed_package_that_stands_in_no_workspace_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr("caringmon.settings.checkout_folder", lambda: None)
    with pytest.raises(UsageError, match="caringmon init DIR"):
        workspace_folder(None, {}, tmp_path)


def test_a_file_in_the_way_is_named(tmp_path, capsys):
    (tmp_path / "inbox").write_text("", encoding="utf-8")
    assert main(["init", str(tmp_path)]) == 2
    assert "inbox is a file where a folder should be" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["init", "site"], ["template", "target"], ["check"], ["ingest"], ["run", "daily"]])
def test_in_production_no_command_runs_without_a_key(tmp_path, capsys, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CARINGMON_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("CARINGMON_ENV", "production")
    assert main(words) == 5
    assert "CARINGMON_PSEUDO_KEY is not set" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
