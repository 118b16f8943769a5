"""What a TL decides in the notes file, from the first run of a daily to the third: run, decide, rerun, rerun."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from openpyxl import load_workbook

from caringmon.annotations import NotesFile
from caringmon.model.follow_up import Event
from caringmon.model.recommendation import Status, rec_id
from caringmon.pipeline import Published
from caringmon.store.recommendations import read_events
from tests import loop
from tests.exports import ORDER, load, text_file
from tests.recommended import known, register

NOTES = NotesFile("daily", "CT0", loop.RAISES)
REJECTED, CHANGED, GONE = (rec_id("CT0", "2022-10", rule, "site", "SITE") for rule in ("R28", "R04", "R07"))
REASON, WORDING = "sesi pagi diminta pelanggan sendiri", "Bagikan kepada agent A01 pagi ini,\nlalu laporkan"
DECIDED = f"""rekomendasi:
  {REJECTED}: {{putusan: tolak, alasan: "{REASON}"}}
  {CHANGED}:
    putusan: ubah
    teks: |
      {WORDING.replace(chr(10), chr(10) + "      ")}
    pic: TL1
    due: "2022-10-20"
  {GONE}: {{putusan: tolak, alasan: "nomor sudah diperbarui"}}
"""
TOLD_GONE = "Keputusan dalam berkas catatan yang rekomendasinya tidak muncul lagi:"
# What a reader sees of the two decisions, wherever a recommendation is printed with what was decided on it.
WORDS = {REJECTED: (REASON, "ditolak, catatan TL"), CHANGED: (WORDING, "diubah, catatan TL")}


@dataclasses.dataclass(frozen=True)
class Runs:
    """The daily before, with, and again with the decisions; `was`, `events`: before the next run."""

    workspace: Path
    first: Published
    second: Published
    third: Published
    was: tuple[dict[str, bytes], dict[str, bytes]]
    events: list[Event]

    def page(self, run: Published) -> BeautifulSoup:
        return BeautifulSoup((run.folder / "report.html").read_bytes(), "html.parser")

    def run_id(self, run: Published) -> str:
        found = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))["run_id"]
        return str(found)


def files(run: Published) -> dict[str, bytes]:
    return {path.relative_to(run.folder).as_posix(): path.read_bytes() for path in run.folder.rglob("*.*")}


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> Runs:
    """Return the three runs. Wrong are calls outside hours (R28) and a service that nobody has called since the 1st."""
    workspace = loop.workspace(tmp_path_factory.mktemp("decisions"))
    untouched = ["2022-10", "CT-0", "0219999999", "", "", "3", "300000", "4", "Solo", "", "", "A01", "2022-10-01 08:00"]
    load(workspace, {"Order tambahan 2022-10-01.csv": text_file(ORDER, untouched)})
    first = loop.published(workspace, "daily", loop.RAISES)
    was = files(first)
    path = NOTES.path(workspace)
    template = path.read_text(encoding="utf-8")
    path.write_text(template.replace("rekomendasi: {}\n", DECIDED), encoding="utf-8")
    second = loop.published(workspace, "daily", loop.RAISES)
    both, events = (was, files(second)), read_events(register(workspace))
    return Runs(workspace, first, second, loop.published(workspace, "daily", loop.RAISES), both, events)


def said(element: Tag) -> tuple[str, str]:
    """Return what a quotation says and who is named below it."""
    quoted = element.blockquote
    assert quoted is not None
    assert quoted.p is not None
    assert quoted.footer is not None
    return quoted.p.get_text(), quoted.footer.get_text()


def rows(run: Published) -> Iterator[dict[str, str]]:
    """Yield the rows of the sheet of recommendations below its header, by the names of the columns."""
    sheet = load_workbook(run.folder / "report.xlsx", data_only=True)["Rekomendasi"]
    header = [str(cell.value) for cell in sheet[3]]
    for row in sheet.iter_rows(min_row=4, values_only=True):
        yield dict(zip(header, (str(value or "") for value in row), strict=True))


def test_before_anybody_decides_nothing_is_marked_as_theirs(runs):
    page = runs.page(runs.first)
    assert {one.get_text() for one in page.select(".advice code")} == {REJECTED, CHANGED}
    assert "catatan TL" not in page.get_text()
    assert {row["Kode rekomendasi"]: row["Keputusan"] for row in rows(runs.first)} == dict.fromkeys(WORDS, "diterima")


def test_both_decisions_stand_on_the_page_beside_what_they_are_about(runs):
    page = runs.page(runs.second)
    told = {one.select("code")[-1].get_text(): one for one in page.select(".advice > li")}
    assert {name: said(one) for name, one in told.items()} == WORDS
    assert "Target selesai: 20 Oktober (catatan TL)" in told[CHANGED].get_text()
    assert "(catatan TL)" not in told[REJECTED].get_text()
    # The first page may be all that somebody reads: what was rejected is not asked for there without a word.
    findings = [one.b.get_text() for one in told.values() if one.b is not None]
    first_page = page.select(".actions > li")
    assert [one.b.get_text() for one in first_page if one.b is not None] == findings
    assert [said(one) for one in first_page] == [said(one) for one in told.values()]


def test_both_decisions_stand_in_the_workbook(runs):
    decided = {row["Kode rekomendasi"]: row["Keputusan"] for row in rows(runs.second) if row["Keputusan"]}
    assert decided == {name: f"{verdict}: {text}" for name, (text, verdict) in WORDS.items()}
    summary = load_workbook(runs.second.folder / "report.xlsx", data_only=True)["Ringkasan"]
    cells = [str(cell.value) for row in summary.iter_rows() for cell in row if cell.value is not None]
    assert [cell.split(" · ")[-1] for cell in cells if "catatan TL" in cell] == [
        verdict for _, verdict in WORDS.values()
    ]


def test_a_decision_on_what_is_not_recommended_any_more_is_listed(runs):
    (line,) = (one for one in runs.page(runs.second).select(".note") if one.code is not None)
    assert " ".join(line.get_text().split()) == f"{TOLD_GONE} {GONE}"
    first = [row["Segmen"] for row in rows(runs.second)]
    assert first[first.index("") + 1 :] == [TOLD_GONE, GONE]


def test_the_decisions_make_another_run_whose_id_every_document_bears(runs):
    assert (runs.first.version, runs.second.version) == (1, 2)
    old, new = (runs.run_id(run) for run in (runs.first, runs.second))
    assert old != new
    for run, own, other in ((runs.first, old, new), (runs.second, new, old)):
        book = load_workbook(run.folder / "report.xlsx", data_only=True)["Ringkasan"]
        texts = [
            (run.folder / "ringkas.txt").read_text(encoding="utf-8"), runs.page(run).get_text(),
            " ".join(str(cell.value) for row in book.iter_rows() for cell in row),
        ]  # fmt: skip
        assert [(own in text, other in text) for text in texts] == [(True, False)] * 3


def test_changed_content_becomes_a_new_version_labelled_as_a_correction(runs):
    assert files(runs.first) == runs.was[0]
    assert ["KOREKSI KE-1" in runs.page(run).get_text() for run in (runs.first, runs.second)] == [False, True]


def test_a_third_run_with_nothing_changed_is_the_second_to_the_byte(runs):
    assert (runs.third.is_new, runs.third.version) == (False, 2)
    assert runs.third.content_hash == runs.second.content_hash
    assert files(runs.third) == runs.was[1]
    assert sorted(path.name for path in runs.second.folder.parent.iterdir()) == ["v1", "v2"]
    assert read_events(register(runs.workspace)) == runs.events != []


def test_the_register_knows_both_decisions_once(runs):
    raised = known(register(runs.workspace))
    assert set(raised) == {REJECTED, CHANGED}
    assert raised[REJECTED].status is Status.REJECTED
    assert (raised[CHANGED].edited_text, raised[CHANGED].owner_id) == (WORDING, "TL1")
    assert len([event for event in raised[REJECTED].events if event.to_status is Status.REJECTED]) == 1
