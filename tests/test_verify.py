"""`caringmon verify` as people meet it: a copy of a finished report, something done to it, the answer."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from caringmon.cli import main
from caringmon.errors import ReportFailedError
from caringmon.model.verification import Fault, Verdict, Verification
from caringmon.runner.rerender import section_shown
from caringmon.runner.verify import figure_faults, read_manifest
from tests.published import finished, publish_report, rehash

ALTERED, MISSING = Verdict.ALTERED, Verdict.MISSING
Deed = Callable[[Path], object]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_report(tmp_path_factory.mktemp("outputs"))


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "v1"))


def verified(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[tuple[str, str, str]]]:
    """Return exit code and faults of the command; nothing may be said beside them."""
    code = main(["verify", str(path), "--format", "json"])
    out, err = capsys.readouterr()
    assert err == ""
    return code, [(fault["verdict"], fault["file"], fault["text"]) for fault in json.loads(out)["faults"]]


def change(name: str, old: str, new: str) -> Deed:
    """Return the deed of somebody who changes a text in a file."""

    def deed(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return deed


def overwrite(name: str, data: bytes) -> Deed:
    return lambda folder: (folder / name).write_bytes(data)


def remove(name: str) -> Deed:
    return lambda folder: (folder / name).unlink()


def manifest_with(**changed: object) -> Deed:
    """Return the deed of somebody who writes other things into the manifest, in the way in which it is written."""

    def deed(folder: Path) -> None:
        path = folder / "manifest.json"
        manifest = json.loads(path.read_text(encoding="utf-8")) | changed
        path.write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    return deed


@pytest.mark.parametrize("name", ["", "report.html", "manifest.json"])
def test_an_untouched_report_is_clean(name: str, folder: Path, capsys) -> None:
    if name:  # once is enough for the documents; here the path is asked about
        (folder / "findings" / "teams.csv").unlink()
        assert main(["verify", str(folder / name)]) == 4
        return
    assert main(["verify", str(folder)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert re.fullmatch(
        r"daily ALL 2022-10-18 all v1: clean: as published, and what its findings say \(\d+ files\)\n", out
    )


# What happened to the files without anybody hiding it: exit code, verdict, file, words.
FILES: dict[str, tuple[Deed, int, Verdict, str, str]] = {
    "an unreadable table": (overwrite("findings/figures.csv", b'a,"\n\xff'), 5, ALTERED, "findings", "cannot be read"),
    "a table without rows": (overwrite("findings/figures.csv", b""), 5, ALTERED, "findings", "cannot be read"),
    "a head that is none": (overwrite("findings/head.json", b"[]"), 5, ALTERED, "findings", "cannot be read"),
    "a head in no language": (change("findings/head.json", '"id"', '"xx"'), 5, ALTERED, "findings", "any further"),
    "no figures": (remove("findings/figures.csv"), 4, MISSING, "findings/figures.csv", "is not there"),
    "no manifest": (remove("manifest.json"), 4, MISSING, "manifest.json", "is not there"),
    "a manifest of any bytes": (overwrite("manifest.json", b"\xff{"), 5, ALTERED, "manifest.json", "as JSON"),
    "a list as manifest": (overwrite("manifest.json", b"[]\n"), 5, ALTERED, "manifest.json", "lacks one of"),
    "a deep manifest": (overwrite("manifest.json", b"[" * 200_000), 5, ALTERED, "manifest.json", "as JSON"),
}  # fmt: skip


@pytest.mark.parametrize("what", FILES)
def test_what_happens_to_the_files_is_said(what: str, folder: Path, capsys) -> None:
    deed, expected, verdict, file, words = FILES[what]
    deed(folder)
    code, faults = verified(folder, capsys)
    assert code == expected
    assert [text for kind, name, text in faults if (kind, name) == (verdict, file) and words in text], faults
    assert all("\n" not in text for _, _, text in faults)


def test_several_things_at_once_are_all_said(folder: Path, capsys) -> None:
    overwrite("report.html", b"\xff\xfe\x00<data>")(folder)
    overwrite("report.xlsx", b"PK\x03\x04" * 9)(folder)
    overwrite("extra.txt", b"x")(folder)
    remove("ringkas.txt")(folder)
    code, faults = verified(folder, capsys)
    assert code == 5
    assert {(file, text.partition(" (")[0]) for _, file, text in faults} >= {
        ("report.html", "has another sha256 than the manifest says"),
        ("report.html", "cannot be checked any further"),
        ("report.html", "is no text in UTF-8"),
        ("report.xlsx", "cannot be read as a workbook"),
        ("report.xlsx", "differs from the one made again in its package"),
        ("extra.txt", "is in the folder, and the manifest does not name it"),
        ("ringkas.txt", "is not there"),
    }


def test_what_is_missing_is_no_alteration_nor_is_what_was_added_later(folder: Path, capsys) -> None:
    for name in ("report.html", "ringkas.txt"):
        remove(name)(folder)
    (folder / "outbox").mkdir()
    for name in ("outbox/mail.eml", "pengesahan.html"):
        overwrite(name, b"x")(folder)
    code, faults = verified(folder, capsys)
    assert code == 4
    assert {(verdict, file) for verdict, file, _ in faults} == {("missing", "report.html"), ("missing", "ringkas.txt")}


# What somebody hides by writing the new hashes into the manifest: deeds, and what is said of which file.
HIDDEN: list[tuple[list[Deed], list[tuple[str, str]]]] = [
    (
        [
            change("report.html", ">1.365<", ">1.465<"),
            change("report.ipynb", "cm.show_teams(findings)", "exit(7)"),
            change("findings/teams.csv", "\n", "\n\n"),
        ],
        [("report.html", "printed '1.465'"), ("report.ipynb", "exit(7)"), ("findings", "teams.csv is not written as")],
    ),
    ([change("findings/figures.csv", ",1365.0,", ",1465.0,")],
     [("report.html", "the figure 1465"), ("report.xlsx", "the figure is 1465"), ("ringkas.txt", "1.465")]),
]  # fmt: skip


@pytest.mark.parametrize(("deeds", "told"), HIDDEN, ids=["documents", "figures"])
def test_what_is_hidden_by_new_hashes_is_found(
    deeds: list[Deed], told: list[tuple[str, str]], folder: Path, capsys
) -> None:
    for deed in deeds:
        deed(folder)
    rehash(folder)
    code, faults = verified(folder, capsys)
    assert code == 5
    for file, words in told:
        assert [text for _, name, text in faults if name == file and words in text], faults
    assert not [text for _, _, text in faults if "sha256" in text]


def test_what_the_manifest_says_otherwise_than_the_findings_is_found(folder: Path, capsys) -> None:
    names = {
        "run_id": "000000000000",
        "content_hash": "0" * 64,
        "summary": "baik",
        "ended": "2022-10-18T00:00:00+00:00",
    }
    manifest_with(**names, remark="x")(folder)
    code, faults = verified(folder, capsys)
    assert code == 5
    assert {text for _, _, text in faults} == {
        *(f"{name} is not what the findings say" for name in ("content_hash", "remark", "run_id", "summary")),
        "started and ended are no times in order",
    }


def test_files_outside_the_folder_are_not_read(folder: Path, capsys) -> None:
    (folder.parent / "secret.txt").write_text("x", encoding="utf-8")
    files = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    manifest_with(files={**files, "../secret.txt": "0" * 64, "/etc/hostname": "0" * 64})(folder)
    (folder / "findings" / "teams.csv").unlink()
    code, faults = verified(folder, capsys)
    assert code == 5
    assert [text for _, _, text in faults if "outside" in text] == [
        "names a file outside the folder: '../secret.txt'",
        "names a file outside the folder: '/etc/hostname'",
    ]


def test_another_pseudonym_key_is_said_and_is_no_fault(folder: Path, capsys, monkeypatch) -> None:
    monkeypatch.setenv("CARINGMON_PSEUDO_KEY", "another key than that of the tests")
    (folder / "findings" / "teams.csv").unlink()
    assert main(["verify", str(folder)]) == 4
    out = capsys.readouterr().out
    assert "note  made under another pseudonym key" in out
    assert "another key than that" not in out


def test_a_path_that_is_not_there_is_a_mistake_in_one_line(tmp_path: Path, capsys) -> None:
    assert main(["verify", str(tmp_path / "v9")]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "v9: there is no such file or folder" in err


def test_the_table_and_csv_forms_tell_the_same(folder: Path, capsys) -> None:
    (folder / "manifest.json").unlink()
    assert [main(["verify", str(folder), "--format", form]) for form in ("table", "csv")] == [4, 4]
    lines = capsys.readouterr().out.splitlines()
    text = "is not there: without it there is no published report here"
    assert lines[:2] == [f"missing  manifest.json: {text}", "v1: incomplete (0 files, 1 faults)"]
    assert list(csv.DictReader(io.StringIO("\n".join(lines[2:])))) == [
        {"verdict": "missing", "file": "manifest.json", "text": text}
    ]


def test_the_figure_checks_know_every_document_and_stand_alone() -> None:
    made = finished("id")
    files = {"report.html": made.files["report.html"], "ringkas.txt": made.files["ringkas.txt"]}
    assert figure_faults(files, made.findings, 1) == []
    files["ringkas.txt"] = b"\xff"
    (fault,) = figure_faults(files, made.findings, 1)
    assert fault == Fault(ALTERED, "ringkas.txt", "cannot be checked any further (UnicodeDecodeError)")


def test_the_manifest_says_what_the_report_was_made_of() -> None:
    told, faults = read_manifest(finished("id").files["manifest.json"])
    assert faults == []
    assert told is not None
    assert told["notebook"] == "daily.ipynb"
    assert re.fullmatch("[0-9a-f]{12}", told["key_fingerprint"])
    assert set(told["inputs"][0]) == {
        "file", "table", "sha256", "mapping", "rules", "rows_read", "rows_loaded", "rows_quarantined",
    }  # fmt: skip
    assert {"package_version", "calendar_version", "parameters", "started", "ended", "content_hash"} <= told.keys()


@pytest.mark.parametrize(
    ("source", "section"),
    [
        ("cm.show_teams(findings)", "show_teams"),
        ("findings = cm.analyse(evidence)", ""),
        ("import caringmon as cm", ""),
    ],
)
def test_of_a_notebook_only_its_sections_are_shown_again(source: str, section: str) -> None:
    assert section_shown(source, "c") == section


@pytest.mark.parametrize(
    "source", ["cm.show_teams(findings, 3)", "print(cm.show_teams(x))", "cm.show_teams(", "a = cm.show_x(findings)"]
)
def test_a_cell_that_does_more_cannot_be_redone(source: str) -> None:
    with pytest.raises(ReportFailedError, match="cell 'c' does more"):
        section_shown(source, "c")


def test_the_worst_fault_is_the_verdict() -> None:
    missing, altered = Fault(MISSING, "a", ""), Fault(ALTERED, "b", "")
    assert [Verification("r", 0, faults).verdict for faults in ((), (missing,), (altered, missing))] == [
        Verdict.CLEAN, MISSING, ALTERED,
    ]  # fmt: skip
