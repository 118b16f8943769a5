"""The loop as a whole: a daily recommends, trackers go out and come back, W-03 measures and judges, all know."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from openpyxl import load_workbook

import caringmon as cm
from caringmon.errors import RefusedError
from caringmon.followup import Place, Wanted, export, import_tracker
from caringmon.judging import record_verdicts
from caringmon.model.follow_up import Kind
from caringmon.model.recommendation import Status
from caringmon.report.figures import check_page
from caringmon.report.tracker import COLUMNS
from caringmon.report.workbook import report_workbook
from caringmon.report.workbook_gate import check_workbook
from caringmon.store.recommendations import read_events
from tests import loop
from tests.recommended import known, raise_in, raised, register
from tests.tiny import at

FIRST_ROW = 6


def answered(workspace: Path, tracker: bytes, when: dt.datetime, who: str, **cells: str):
    """Fill in the first row of a tracker as its owner does in Excel, and take it back."""
    path = workspace / "tracker.xlsx"
    path.write_bytes(tracker)
    book = load_workbook(path)
    for name, value in cells.items():
        book["Tracker"].cell(FIRST_ROW, COLUMNS.index(name) + 1).value = value
    book.save(path)
    return import_tracker(Place(workspace), path, when, who)


@pytest.fixture(scope="module")
def followed(tmp_path_factory) -> tuple[Path, str]:
    """Return a workspace whose daily of 13 October was published; sent on the 14th, done on the 15th; and the id.

    The tracker of the 14th was exported, that of the 15th is the sheet of the report W-03.
    """
    workspace = loop.workspace(tmp_path_factory.mktemp("loop"))
    loop.published(workspace, "daily", loop.RAISES)
    (name,) = known(register(workspace))
    answered(workspace, export(Place(workspace), Wanted(), at("14", "10:00"), "id"), at("14", "11:00"), "SPV1",
             status="Terkirim")  # fmt: skip
    issue = report_workbook(loop.found(workspace, "w03", "2022-10-14"), 1)
    done = {"status": "Selesai (menunggu verifikasi)", "evidence": "dialler mulai pukul delapan"}
    taken = answered(workspace, issue, at("15", "10:00"), "TL1", **done)
    assert (len(taken.steps), taken.refusals) == (1, ())
    with pytest.raises(RefusedError, match="made from another state of the register"):
        answered(workspace, issue, at("15", "11:00"), "TL1", **done)
    return workspace, name


def test_a_published_daily_raises_and_the_trackers_bring_what_people_did(followed):
    one = known(register(followed[0]))[followed[1]]
    assert [(event.kind, event.to_status) for event in one.events][:3] == [
        (Kind.RAISED, Status.DRAFT), (Kind.MOVED, Status.SENT), (Kind.MOVED, Status.DONE_CLAIMED),
    ]  # fmt: skip
    assert one.subject == ("CT0", "R28", "site", "SITE")
    assert (one.owner_id, one.done_on) == ("TL1", dt.date(2022, 10, 15))


def test_w03_measures_judges_and_tells_and_the_next_reports_know(followed):
    workspace, name = followed
    issue = loop.published(workspace, "w03", loop.MEASURES)
    assert ">efektif<" in (issue.folder / "report.html").read_text(encoding="utf-8")
    events = read_events(register(workspace))
    assert (events[-1].to_status, events[-1].at) == (Status.VERIFIED_EFFECTIVE, dt.datetime(2022, 10, 28, 8))
    assert events[-1].measured_value == pytest.approx(-1 / 3)
    # Ten working days to the 13th: three calls each, one of them early; from 17 to 27 October three each, none early.
    same = loop.found(workspace, "w03", loop.MEASURES)
    before, after = (same.registered(f"CT0.K50.{window}.{name}") for window in ("before", "after"))
    assert (before.numerator, before.denominator, after.numerator, after.denominator) == (10, 30, 0, 30)
    assert (before.first_day, before.last_day) == (dt.date(2022, 10, 1), dt.date(2022, 10, 13))
    assert (after.first_day, after.last_day) == (dt.date(2022, 10, 16), dt.date(2022, 10, 27))
    record_verdicts(same, register(workspace))
    assert read_events(register(workspace)) == events
    # The next issue has it closed, as news; the daily of that day has nothing open and is not troubled by it.
    later = loop.found(workspace, "w03", "2022-10-28")
    assert later.registered("rec_effective.now.origin:OPS").value == 1
    assert list(later.tables["log"]["to_status"]) == ["VERIFIED_EFFECTIVE"]
    daily = loop.found(workspace, "daily", "2022-10-28")
    assert daily.tables["followed"].empty
    assert "R29" not in set(daily.tables["recommendations"]["rule"])


def test_a_daily_escalates_what_the_register_says_is_overdue_to_the_superior_of_its_owner(tmp_path):
    workspace = loop.workspace(tmp_path)
    late, due = raise_in(register(workspace), raised(rule_id="R28", entity="TL1", owner_id="TL1"),
                         raised(entity="TL1", owner_id="TL1", due=dt.date(2022, 10, 28)))  # fmt: skip
    daily = loop.found(workspace, "daily", loop.MEASURES)
    (told,) = daily.tables["recommendations"].query("rule == 'R29'").to_dict("records")
    assert (told["entity"], told["owner_role"], told["owner_id"]) == (late, "SPV", "SPV1")
    # Due on the 20th; up to the morning of the 28th: 21, 22, 24-28.
    assert daily.registered(f"CT0.workdays_overdue.followed.rec:{late}").value == 7
    assert list(daily.tables["followed"]["rec_id"]) == [late, due]


def test_an_empty_register_gives_a_short_honest_report(tmp_path):
    workspace = loop.workspace(tmp_path)
    findings = loop.found(workspace, "w03", loop.RAISES)
    blocks = [getattr(cm, f"show_{name}")(findings).html for name in ("board", "returns", "progress", "effects", "log")]
    assert "Register belum memuat rekomendasi" in blocks[0]
    assert all("<section" not in block for block in blocks[1:])
    assert check_page("".join(blocks), findings) == []
    assert check_workbook(report_workbook(findings, 1), findings, 1) == []
    record_verdicts(findings, register(workspace))
    assert read_events(register(workspace)) == []
