"""The tracker: out to the owners, filled in, and back into the register (S41)."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from caringmon.cli import command_line, main
from caringmon.edits import Edit, Judged, judged, read_tracker
from caringmon.edits import Tracker as TrackerRead
from caringmon.errors import RefusedError, UsageError
from caringmon.followup import Place, Wanted, export, import_tracker, listed
from caringmon.model.follow_up import Kind
from caringmon.model.recommendation import Status
from caringmon.report.followup_text import FIELDS, judged_lines
from caringmon.report.tracker import COLUMNS, INPUTS, SHEET
from caringmon.report.wording import catalogue
from caringmon.store.recommendations import read_events
from tests.conftest import REPOSITORY
from tests.recommended import CONTACT, known, move, raise_in, raised
from tests.tiny import at, date

NOW = at("24", "10:00")
DAY = dt.date(2022, 10, 21)
HEADER_ROW, FIRST_ROW = 5, 6
OPEN = Wanted()
SPEAKERS = ("edits.py", "report/tracker.py")
Rows = Mapping[str, Mapping[str, object]]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return a workspace whose register holds four recommendations of 18 October, three of them sent."""
    folder = tmp_path / "site"
    folder.mkdir()
    place = Place(folder)
    names = raise_in(
        place.register, *(raised(entity=f"TL0{n}", owner_id=f"TL0{n}", check=CONTACT) for n in range(1, 5))
    )
    for name in names[:3]:
        move(place.register, name, Status.SENT, when=at("19", "09:00"))
    return place


def names(place: Place) -> dict[str, str]:
    """Return the id of the recommendation about each team."""
    return {one.first.recommendation.entity: one.rec_id for one in known(place.register).values()}


def tracker(place: Place, lang: str = "id", wanted: Wanted = OPEN) -> Workbook:
    return load_workbook(io.BytesIO(export(place, wanted, NOW, lang)))


def rows_of(sheet: Worksheet) -> dict[str, int]:
    """Return the row of each recommendation by its id."""
    return {str(row[0].value): row[0].row for row in sheet.iter_rows(min_row=FIRST_ROW) if row[0].value}


def column(name: str) -> int:
    return COLUMNS.index(name) + 1


def fill(sheet: Worksheet, place: Place, cells: Rows) -> None:
    """Type into the input cells: team → column → value."""
    rows, ids = rows_of(sheet), names(place)
    for team, values in cells.items():
        for name, value in values.items():
            sheet.cell(rows[ids[team]], column(name)).value = value


def saved(book: Workbook, path: Path) -> Path:
    book.save(path)
    return path


def come_back(place: Place, tmp_path: Path, cells: Rows, lang: str = "id") -> Judged:
    """Export, fill in, import; return what became of it."""
    book = tracker(place, lang)
    fill(book[SHEET], place, cells)
    return import_tracker(place, saved(book, tmp_path / "back.xlsx"), NOW, "SPV01")


def reasons(done: Judged) -> list[str]:
    return [refusal.code for refusal in done.refusals]


def test_what_owners_fill_in_becomes_events_with_actor_and_day(place, tmp_path):
    done = come_back(place, tmp_path, {
        "TL01": {"status": "Selesai (menunggu verifikasi)", "date": DAY, "evidence": "rekaman 5 call"},
        "TL02": {"status": "Ditolak", "note": "data sudah ditarik klien"},
        "TL03": {"note": "menunggu agent pengganti"},
    })  # fmt: skip
    assert (len(done.steps), done.refusals, done.unchanged) == (3, (), 1)
    told = [
        (event.kind, event.at, event.actor, str(event.to_status), event.happened_on, event.evidence_ref, event.note)
        for event in read_events(place.register)[-3:]
    ]
    today = NOW.date()
    assert sorted(told, key=lambda event: event[3]) == [
        (Kind.MOVED, NOW, "SPV01", "DONE_CLAIMED", date("2022-10-21"), "rekaman 5 call", ""),
        (Kind.MOVED, NOW, "SPV01", "REJECTED", today, "", "data sudah ditarik klien"),
        (Kind.NOTED, NOW, "SPV01", "SENT", today, "", "menunggu agent pengganti"),
    ]
    assert known(place.register)[names(place)["TL01"]].done_on == date("2022-10-21")


def test_a_changed_id_and_an_unknown_status_are_refused_by_row_and_the_rest_is_taken(place, tmp_path):
    book = tracker(place)
    sheet = book[SHEET]
    fill(sheet, place, {
        "TL01": {"status": "Diterima"},
        "TL02": {"status": "Beres"},
        "TL03": {"status": "Diterima"},
    })  # fmt: skip
    rows, ids = rows_of(sheet), names(place)
    sheet.cell(rows[ids["TL03"]], 1).value = "REC-CT0-2022-10-AAAAAAAA"
    done = import_tracker(place, saved(book, tmp_path / "back.xlsx"), NOW, "SPV01")
    assert {(refusal.row, refusal.code) for refusal in done.refusals} == {
        (rows[ids["TL02"]], "UNKNOWN_STATUS"),
        (rows[ids["TL03"]], "UNKNOWN_REC"),
    }
    assert [step.rec_id for step in done.steps] == [ids["TL01"]]
    lines = judged_lines("back.xlsx", done.steps, done.refusals, done.unchanged)
    assert lines[-1] == "back.xlsx: 1 recorded, 2 not taken, 1 unchanged; write a new tracker for the rows not taken"
    assert "Beres" not in "".join(lines)
    assert "AAAAAAAA" not in "".join(lines)


def test_an_outdated_tracker_is_refused_as_a_whole(place, tmp_path):
    old = tracker(place)
    fill(old[SHEET], place, {"TL02": {"status": "Diterima"}})
    come_back(place, tmp_path, {"TL01": {"status": "Diterima"}})
    before = read_events(place.register)
    with pytest.raises(RefusedError, match="made from another state of the register"):
        import_tracker(place, saved(old, tmp_path / "old.xlsx"), NOW, "SPV01")
    assert read_events(place.register) == before


@pytest.mark.parametrize("version", [0, 6, 999])
def test_a_tracker_that_states_another_version_is_refused(version, place, tmp_path):
    book = tracker(place)
    assert book[SHEET]["B3"].value == 7
    book[SHEET]["B3"].value = version
    fill(book[SHEET], place, {"TL01": {"status": "Diterima"}})
    with pytest.raises(RefusedError):
        import_tracker(place, saved(book, tmp_path / "back.xlsx"), NOW, "SPV01")


def test_reports_that_run_meanwhile_do_not_make_a_tracker_outdated(place, tmp_path):
    book = tracker(place)
    raise_in(
        place.register, raised(entity="TL01", due=date("2022-10-25")), raised(entity="TL09"), when=at("20", "08:00")
    )
    fill(book[SHEET], place, {"TL01": {"status": "Diterima"}})
    done = import_tracker(place, saved(book, tmp_path / "back.xlsx"), NOW, "SPV01")
    assert (len(done.steps), done.refusals) == (1, ())


def test_what_a_report_raises_before_its_clock_can_be_answered_at_once(tmp_path):
    place = Place(tmp_path)
    tomorrow = at("25", "08:00")
    (name,) = raise_in(place.register, raised(), when=tomorrow)
    book = tracker(place)
    assert "DATE(2022,10,24)" in [rule.formula1 for rule in book[SHEET].data_validations.dataValidation]
    fill(book[SHEET], place, {"TL01": {"status": "Terkirim", "date": NOW.date()}})
    import_tracker(place, saved(book, tmp_path / "back.xlsx"), NOW, "SPV01")
    assert known(place.register)[name].status is Status.SENT
    assert raise_in(place.register, raised(), when=tomorrow) == (name,)
    assert known(place.register)[name].status is Status.SENT


def test_nothing_but_the_input_cells_can_change_anything(place, tmp_path):
    book = tracker(place)
    sheet = book[SHEET]
    for row in rows_of(sheet).values():
        for name in set(COLUMNS) - {"rec_id", *INPUTS}:
            sheet.cell(row, column(name)).value = "lain"
    sheet.cell(HEADER_ROW, len(COLUMNS) + 1).value = "rule_id"
    book.create_sheet("Lain").append(["rec_id", "status"])
    done = import_tracker(place, saved(book, tmp_path / "back.xlsx"), NOW, "SPV01")
    assert (done.steps, done.refusals, done.unchanged) == ((), (), 4)


def test_a_tracker_without_an_edit_changes_nothing(place, tmp_path):
    before = read_events(place.register)
    assert come_back(place, tmp_path, {}).unchanged == 4
    assert read_events(place.register) == before


@pytest.mark.parametrize(
    ("team", "cells", "code"),
    [
        ("TL01", {"status": "Terbukti efektif", "evidence": "yakin"}, "NOT_ALLOWED"),
        ("TL01", {"status": "Draf", "note": "kembali"}, "NOT_ALLOWED"),
        ("TL04", {"status": "Selesai (menunggu verifikasi)", "evidence": "sudah"}, "NOT_ALLOWED"),
        ("TL01", {"status": "Ditolak"}, "REASON_MISSING"),
        ("TL01", {"status": "Dibatalkan", "note": "-"}, "REASON_MISSING"),
        ("TL01", {"status": "Selesai (menunggu verifikasi)", "evidence": "ok"}, "EVIDENCE_MISSING"),
        ("TL01", {"status": "Diterima", "date": "kemarin"}, "BAD_DATE"),
        ("TL01", {"status": "Diterima", "date": 21.0}, "BAD_DATE"),
        ("TL01", {"status": "Diterima", "date": dt.date(2022, 10, 25)}, "DATE_OUTSIDE"),
        ("TL01", {"status": "Diterima", "date": dt.date(2022, 10, 18)}, "DATE_OUTSIDE"),
        ("TL01", {"date": dt.date(2022, 10, 20)}, "NOTHING_SAID"),
        ("TL01", {"note": "hubungi 0812-3456-7890"}, "LONG_NUMBER"),
        ("TL01", {"note": "x" * 501}, "TEXT_TOO_LONG"),
        ("TL01", {"note": "", "has_formula": True}, "FORMULA"),
    ],
)
def test_a_row_that_cannot_be_taken_is_named_with_its_reason(team, cells, code, place):
    name = names(place)[team]
    typed = {"status": "", "date": "", "evidence": "", "note": "", "has_formula": False, **cells}
    found = tuple(known(place.register).values())
    done = judged(TrackerRead(7, (Edit(row=9, rec_id=name, **typed),)), found, NOW.date(), "back.xlsx")
    assert (reasons(done), done.steps) == ([code], ())
    (line, _) = judged_lines("back.xlsx", done.steps, done.refusals, done.unchanged)
    assert line.startswith(f"row 9: {name}: {code}: ")


def test_a_day_may_be_written_in_the_usual_ways_and_a_formula_without_a_value_is_refused(place, tmp_path):
    done = come_back(place, tmp_path, {
        "TL01": {"status": "Diterima", "date": dt.datetime(2022, 10, 20)},
        "TL02": {"status": "Diterima", "date": "2022-10-20"},
        "TL03": {"status": "Diterima", "date": "20/10/2022"},
        "TL04": {"note": "=A1"},
    })  # fmt: skip
    assert [step.happened_on for step in done.steps] == [date("2022-10-20")] * 3
    assert reasons(done) == ["FORMULA"]


@pytest.mark.parametrize("word", ["Diterima", "ACKNOWLEDGED", "acknowledged", "Acknowledged"])
def test_a_status_is_understood_in_both_languages_and_as_its_code(word, place, tmp_path):
    done = come_back(place, tmp_path, {"TL01": {"status": word}}, lang="en")
    assert [step.to_status for step in done.steps] == [Status.ACKNOWLEDGED]


def test_an_id_that_stands_twice_is_taken_from_neither_row(place, tmp_path):
    book = tracker(place)
    sheet = book[SHEET]
    fill(sheet, place, {"TL01": {"status": "Diterima"}, "TL02": {"status": "Dikerjakan"}})
    sheet.cell(rows_of(sheet)[names(place)["TL02"]], 1).value = names(place)["TL01"]
    done = import_tracker(place, saved(book, tmp_path / "back.xlsx"), NOW, "SPV01")
    assert (len(done.steps), reasons(done)) == (0, ["REPEATED_ROW"] * 2)


def test_whether_it_worked_is_measured_and_filled_in_by_hand_only_where_nothing_measures_it(place, tmp_path):
    (other,) = raise_in(place.register, raised(rule_id="R23"))
    for name in (names(place)["TL02"], other):
        move(place.register, name, *(s for s in (Status.SENT, Status.DONE_CLAIMED)
                                     if known(place.register)[name].status is not s), when=at("20"))  # fmt: skip
    book = tracker(place)
    sheet = book[SHEET]
    for name in (names(place)["TL02"], other):
        sheet.cell(rows_of(sheet)[name], column("status")).value = "Terbukti efektif"
        sheet.cell(rows_of(sheet)[name], column("evidence")).value = "lihat daftar kode"
    done = import_tracker(place, saved(book, tmp_path / "back.xlsx"), NOW, "QRD01")
    assert ([step.rec_id for step in done.steps], reasons(done)) == ([other], ["MEASURED"])


def test_only_input_cells_are_unlocked_and_they_have_one_colour(place):
    sheet = tracker(place)[SHEET]
    assert sheet.protection.sheet is True
    assert not sheet.protection.password
    inputs = {column(name) for name in INPUTS}
    cells = [cell for row in sheet.iter_rows() for cell in row]
    unlocked = {cell.coordinate for cell in cells if not cell.protection.locked}
    assert unlocked == {c.coordinate for c in cells if c.row >= FIRST_ROW and c.column in inputs}
    assert {c.fill.fgColor.rgb[-6:] for c in cells if c.fill.fill_type} == {"c3d7eb"}
    assert {c.coordinate for c in cells if c.fill.fill_type} == unlocked
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B6", "A5:S9")


def test_the_dropdown_offers_where_it_may_go_and_nothing_else(place):
    sheet = tracker(place)[SHEET]
    offered = {
        str(cell): rule.formula1
        for rule in sheet.data_validations.dataValidation
        if rule.type == "list"
        for block in str(rule.sqref).split()
        for (cell,) in [[block]]
    }
    row = rows_of(sheet)[names(place)["TL04"]]
    of_draft = next(words for block, words in offered.items() if f"N{row}" in block)
    assert of_draft == '"Draf,Terkirim,Ditolak,Dibatalkan"'
    assert '"Terkirim,Diterima,Dikerjakan,Selesai (menunggu verifikasi),Ditolak,Dibatalkan"' in offered.values()
    kinds = [rule.type for rule in sheet.data_validations.dataValidation]
    assert kinds == ["list", "list", "date", "textLength", "textLength"]


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_tracker_speaks_both_languages(lang, place):
    sheet = tracker(place, lang)[SHEET]
    assert [cell.value for cell in sheet[HEADER_ROW]] == [catalogue(lang)[f"tracker.col.{name}"] for name in COLUMNS]
    values = {cell.value for cell in sheet[FIRST_ROW]}
    assert {"id": "12 data belum dihubungi", "en": "12 records uncalled"}[lang] in values
    assert 2.5 in values


def test_the_same_register_gives_the_same_bytes(place):
    assert export(place, OPEN, NOW, "id") == export(place, OPEN, NOW, "id")


def test_the_commands_of_the_how_to_exist():
    text = (REPOSITORY / "docs" / "howto_followup.md").read_text(encoding="utf-8")
    lines = re.findall(r"^ *caringmon (followup .*)$", text, re.MULTILINE)
    asked = [command_line().parse_args(line.split()) for line in lines]
    assert {options.action for options in asked} == {"export", "import", "list"}


def test_every_word_of_the_tracker_is_used():
    source = "".join((REPOSITORY / "caringmon" / name).read_text(encoding="utf-8") for name in SPEAKERS)
    composed = {"status": Status, "col": COLUMNS, "prompt": INPUTS}
    used = {f"tracker.{family}.{name}" for family, members in composed.items() for name in members}
    used |= {f"tracker.refused.{code}" for code in re.findall(r'_reason\("([A-Z_]+)"', source)}
    used |= set(re.findall(r'"(tracker\.[a-z]+)"', source))
    assert used == {key for key in catalogue("id") if key.startswith("tracker.")}


def test_closed_recommendations_leave_the_tracker_and_stay_in_the_list(place, tmp_path):
    come_back(place, tmp_path, {"TL01": {"status": "Ditolak", "note": "tidak perlu"}})
    assert names(place)["TL01"] not in rows_of(tracker(place)[SHEET])
    assert len(listed(place, Wanted(open_only=False), NOW, "id")) == 4
    assert len(listed(place, OPEN, NOW, "id")) == 3


def test_restricted_recommendations_stand_in_a_tracker_of_their_own(place):
    (secret,) = raise_in(place.register, raised(rule_id="R20", level="agent", entity="A07", is_restricted=True))
    assert secret not in rows_of(tracker(place)[SHEET])
    assert secret not in set(listed(place, Wanted(open_only=False), NOW, "id")["rec_id"])
    assert list(rows_of(tracker(place, wanted=Wanted(is_restricted=True))[SHEET])) == [secret]


def test_of_restricted_ones_only_their_number_is_told_and_their_file_is_its_owners(place, tmp_path, capsys):
    raise_in(place.register, raised(rule_id="R20", level="agent", entity="A07", is_restricted=True))
    assert main(["followup", "list", "--workspace", str(place.workspace)]) == 0
    told = capsys.readouterr()
    assert ("A07" in told.out, told.err.split(";")[0]) == (False, "1 restricted left out")
    path = tmp_path / "integritas.xlsx"
    assert main(["followup", "export", "--workspace", str(place.workspace), "--restricted", "-o", str(path)]) == 0
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_text_that_looks_like_a_formula_stays_text(tmp_path):
    place = Place(tmp_path)
    raise_in(place.register, raised(owner_id="=1+1"))
    sheet = tracker(place)[SHEET]
    cell = sheet.cell(FIRST_ROW, column("owner"))
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_an_empty_register_gives_a_tracker_that_says_so(tmp_path):
    sheet = tracker(Place(tmp_path))[SHEET]
    assert sheet["A2"].value == "Tidak ada rekomendasi yang masih terbuka."
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda book: book[SHEET].delete_rows(HEADER_ROW), "this is no tracker"),
        (lambda book: book[SHEET].delete_rows(3), "base_version is missing"),
    ],
)
def test_a_workbook_that_is_no_tracker_is_told_so(change, says, place, tmp_path):
    book = tracker(place)
    change(book)
    with pytest.raises(UsageError, match=says):
        read_tracker("back.xlsx", saved(book, tmp_path / "back.xlsx").read_bytes())


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_tracker_that_libreoffice_opened_and_saved_comes_back(place, tmp_path):
    book = tracker(place)
    fill(book[SHEET], place, {
        "TL01": {"status": "Selesai (menunggu verifikasi)", "date": DAY, "evidence": "rekaman 5 call"},
        "TL02": {"note": "menunggu"},
    })  # fmt: skip
    saved(book, tmp_path / "tracker.xlsx")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    for kind, source, folder in (("ods", "tracker.xlsx", "ods"), ("xlsx", "ods/tracker.ods", "back")):
        command = [
            "soffice",
            profile,
            "--headless",
            "--convert-to",
            kind,
            "--outdir",
            tmp_path / folder,
            tmp_path / source,
        ]
        subprocess.run(command, check=True, capture_output=True)
    opened = load_workbook(tmp_path / "back" / "tracker.xlsx")[SHEET]
    assert opened.protection.sheet is True
    assert len(opened.data_validations.dataValidation) == 5
    done = import_tracker(place, tmp_path / "back" / "tracker.xlsx", NOW, "SPV01")
    assert (len(done.steps), done.refusals, done.unchanged) == (2, (), 2)
    assert {step.happened_on for step in done.steps} == {date("2022-10-21"), NOW.date()}


def test_the_commands_write_take_back_and_list(place, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    site = ["--workspace", str(place.workspace)]
    assert main(["followup", "export", *site, "-o", "t.xlsx"]) == 0
    assert main(["followup", "export", *site, "-o", "t.xlsx"]) == 2
    book = load_workbook("t.xlsx")
    fill(book[SHEET], place, {"TL01": {"status": "Diterima"}, "TL02": {"status": "Draf"}})
    saved(book, tmp_path / "t.xlsx")
    capsys.readouterr()
    assert main(["followup", "import", *site, "t.xlsx", "--by", "TL01"]) == 0
    row = rows_of(book[SHEET])[names(place)["TL02"]]
    possible = "Sent, Acknowledged, In progress, Done (to be verified), Rejected and Cancelled"
    assert capsys.readouterr().out.splitlines() == [
        f"row {row}: {names(place)['TL02']}: NOT_ALLOWED: Sent cannot become Draft; possible: {possible}",
        "t.xlsx: 1 recorded, 1 not taken, 2 unchanged; write a new tracker for the rows not taken",
    ]
    assert read_events(place.register)[-1].actor == "TL01"
    assert main(["followup", "import", *site, "t.xlsx", "--by", "TL01"]) == 5
    assert "nothing of it was taken" in capsys.readouterr().err
    assert main(["followup", "list", *site, "--open", "--owner", "TL01", "--format", "json"]) == 0
    (record,) = json.loads(capsys.readouterr().out)
    assert tuple(record) == FIELDS
    assert (record["rec_id"], record["status"], record["due"]) == (names(place)["TL01"], "ACKNOWLEDGED", "2022-10-20")
    assert (record["closed_on"], record["effect_value"], record["escalate_to"]) == (None, 2.5, "MANAGER")
    assert main(["followup", "list", *site, "--format", "csv"]) == 0
    assert len(list(csv.DictReader(io.StringIO(capsys.readouterr().out)))) == 4
    assert main(["followup", "list", *site]) == 0
    assert capsys.readouterr().out.splitlines()[0].split()[:3] == ["rec_id", "priority", "rule_id"]
    assert main(["followup", "import", *site, "none.xlsx"]) == 2
    monkeypatch.delenv("USER", raising=False)
    assert main(["followup", "import", *site, "t.xlsx"]) == 2
    assert "say who reports it with --by" in capsys.readouterr().err
