"""The house: lock, environment, calendar file and notebooks agree with what they are made from."""

from __future__ import annotations

import json
import re
import sys
import tomllib

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement

from tests.conftest import REPOSITORY

CONDA_NAMES = {"matplotlib": "matplotlib-base", "duckdb": "python-duckdb"}
LOCK = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
PINS = re.findall(r"^([a-z0-9.-]+)==([^ ;\\]+)(?: ; ([^\\\n]+?))? \\$", LOCK, re.MULTILINE)
IN_CONDA = {"python_version": "3.11", "python_full_version": "3.11.7", "sys_platform": "linux"}
LOCKED = {name: version for name, version, marker in PINS if not marker or Marker(marker).evaluate(IN_CONDA)}
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DIRECT = [Requirement(text) for text in PROJECT["dependencies"]]


def conda_versions() -> dict[str, str]:
    text = (REPOSITORY / "environment.yml").read_text(encoding="utf-8")
    return dict(re.findall(r"^  - ([a-z0-9-]+)=([^=\s]+)$", text, re.MULTILINE))


def test_every_pin_has_a_hash_and_no_download_address_is_named():
    pins = re.split(r"^(?=[a-z0-9.-]+==)", LOCK, flags=re.MULTILINE)[1:]
    assert len(pins) == len(PINS) > 100
    assert all("--hash=sha256:" in pin for pin in pins)
    assert not re.search(r"https?:|file:|--index-url|--find-links", LOCK)


@pytest.mark.parametrize("requirement", DIRECT, ids=lambda requirement: requirement.name)
def test_lock_and_environment_hold_every_dependency_in_a_version_that_the_project_allows(requirement):
    locked = LOCKED[requirement.name]
    assert requirement.specifier.contains(locked)
    assert conda_versions()[CONDA_NAMES.get(requirement.name, requirement.name)] == locked


def test_the_environment_names_nothing_that_the_project_does_not_need():
    needed = {CONDA_NAMES.get(r.name, r.name) for r in DIRECT} | {"python", "python-duckdb"}
    assert set(conda_versions()) == needed
    assert conda_versions()["python-duckdb"] == LOCKED["duckdb"]


def test_the_calendar_file_is_what_its_builder_makes(monkeypatch):
    monkeypatch.syspath_prepend(str(REPOSITORY / "tools"))
    import build_calendar

    made = ["date,name,kind,decree,version", *(",".join(row) for row in build_calendar.rows(2022, 2027))]
    assert (REPOSITORY / "params" / "calendar_id.csv").read_text(encoding="utf-8").splitlines() == made
    sys.modules.pop("build_calendar")


@pytest.mark.parametrize("path", sorted((REPOSITORY / "notebooks").glob("*.ipynb")), ids=lambda path: path.name)
def test_notebooks_are_stored_without_outputs_and_only_call(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code)
    assert len(code) <= 15
    assert all(len("".join(cell["source"]).splitlines()) <= 8 for cell in code)
    assert not re.search(r"^\s*(def|for|while|class) ", "\n".join("".join(c["source"]) for c in code), re.MULTILINE)
    assert notebook["metadata"]["kernelspec"]["language"] == "python"


def test_the_public_names_exist_and_are_few():
    import caringmon as cm

    assert all(callable(getattr(cm, name)) for name in cm.__all__)
    assert len([name for name in cm.__all__ if not name.startswith("show_")]) <= 25


def test_the_commands_of_the_how_to_exist():
    from caringmon.cli import command_line

    text = (REPOSITORY / "docs" / "howto_analyst.md").read_text(encoding="utf-8")
    lines = [line.split() for block in re.findall(r"```\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    commands = [words[1:] for words in lines if words and words[0] == "caringmon"]
    assert {words[0] for words in commands} == {"init", "ingest", "check", "run", "gap", "verify"}
    assert all(callable(command_line().parse_args(words).command) for words in commands)


def test_the_catalogue_and_the_dictionary_are_what_their_builder_makes(monkeypatch):
    monkeypatch.syspath_prepend(str(REPOSITORY / "tools"))
    import build_docs

    assert (REPOSITORY / "docs" / "kpi.md").read_text(encoding="utf-8") == build_docs.kpi_page()
    assert (REPOSITORY / "docs" / "data_dictionary.md").read_text(encoding="utf-8") == build_docs.dictionary_page()
    sys.modules.pop("build_docs")
