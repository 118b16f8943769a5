"""The register of recommendations: raised once, under one id, seen up to a clock, by several writers at a time."""

from __future__ import annotations

import dataclasses
import math
import multiprocessing
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from caringmon.analysis.follow_up import follow_up, recurrences
from caringmon.errors import DataBlockedError, RefusedError, UsageError
from caringmon.model.follow_up import Kind, followed, seen_at
from caringmon.model.recommendation import Priority, Status
from caringmon.store.recommendations import Author, Step, add_steps, read_events
from caringmon.store.register import reading, register_url, utc_text, wib, writing
from caringmon.store.register_tables import SCHEMA_VERSION
from tests.recommended import CONTACT, RAISED_AT, add_notes, known, move, raise_in, raised, register
from tests.tiny import OCTOBER, at, date

DONE = (Status.SENT, Status.DONE_CLAIMED)


def test_a_report_raises_what_it_recommends_as_a_draft(tmp_path):
    (name,) = raise_in(register(tmp_path), raised())
    one = known(register(tmp_path))[name]
    assert (one.status, one.raised_at, one.due, one.is_open) == (Status.DRAFT, RAISED_AT, date("2022-10-20"), True)
    assert one.first.text("finding", "id") == "12 data belum dihubungi"
    assert one.first.evidence == {"CT0.K07.day.TL01": 12.0}


def test_a_rerun_of_the_report_raises_nothing_twice(tmp_path):
    url = register(tmp_path)
    names = raise_in(url, raised(), raised(entity="TL02"))
    move(url, names[0], *DONE, Status.CANCELLED, when=at("20"))
    assert raise_in(url, raised(), raised(entity="TL02")) == names
    assert len(read_events(url)) == 5


def test_while_it_is_open_the_next_report_updates_it_under_its_id_and_leaves_its_due_date(tmp_path):
    url = register(tmp_path)
    (name,) = raise_in(url, raised())
    later = raised(due=date("2022-10-21"), priority=Priority.P2)
    assert raise_in(url, later, when=at("20", "08:00")) == (name,)
    one = known(url)[name]
    assert (one.due, one.first.recommendation.priority) == (date("2022-10-20"), Priority.P1)
    assert one.latest.recommendation.priority is Priority.P2


def test_it_keeps_its_id_across_the_end_of_the_month(tmp_path):
    url = register(tmp_path)
    (name,) = raise_in(url, raised())
    november = raised(period="2022-11", due=date("2022-11-02"))
    assert raise_in(url, november, when=at("01", "08:00", "2022-11")) == (name,)
    assert name.startswith("REC-CT0-2022-10-")


def test_after_it_was_closed_the_same_finding_is_a_new_recommendation(tmp_path):
    url = register(tmp_path)
    (first,) = raise_in(url, raised())
    move(url, first, Status.REJECTED, when=at("19", "14:00"))
    (second,) = raise_in(url, raised(due=date("2022-10-21")), when=at("20", "08:00"))
    (third,) = raise_in(url, raised(period="2022-11"), when=at("01", "08:00", "2022-11"))
    assert second not in {first}
    assert third == second  # the second is open
    move(url, second, Status.CANCELLED, when=at("02", "08:00", "2022-11"))
    (fourth,) = raise_in(url, raised(period="2022-11"), when=at("03", "08:00", "2022-11"))
    assert fourth.startswith("REC-CT0-2022-11-")


@pytest.mark.parametrize("change", [{"entity": "TL02"}, {"rule_id": "R03"}, {"segment": "PRANPC"}, {"level": "agent"}])
def test_another_rule_or_entity_is_another_recommendation(change, tmp_path):
    first, second = raise_in(register(tmp_path), raised(), raised(**change))
    assert first != second


def test_a_report_sees_what_happened_up_to_its_clock_and_not_what_reports_say_at_it(tmp_path):
    url = register(tmp_path)
    (name,) = raise_in(url, raised())
    move(url, name, Status.SENT, when=at("19", "09:00"))
    events = read_events(url)
    assert followed(seen_at(events, RAISED_AT)) == ()
    assert [one.status for one in followed(seen_at(events, at("19", "08:30")))] == [Status.DRAFT]
    assert [one.status for one in followed(seen_at(events, at("19", "09:00")))] == [Status.SENT]


def test_a_report_that_catches_up_raises_what_it_would_have_raised_in_time(tmp_path):
    clocks = [at(day, "08:00") for day in ("19", "20", "21")]
    in_time, late = register(tmp_path / "in_time"), register(tmp_path / "late")
    names = [raise_in(in_time, raised(), when=clock) for clock in clocks]
    raise_in(late, raised(), when=clocks[2])
    assert [raise_in(late, raised(), when=clock) for clock in clocks] == names
    assert known(late)[names[0][0]].raised_at == clocks[0]


def test_a_verdict_keeps_what_was_measured(tmp_path):
    url = register(tmp_path)
    (name,) = raise_in(url, raised(check=CONTACT))
    move(url, name, *DONE, when=at("20"))
    verdict = Step(name, Status.VERIFIED_EFFECTIVE, date("2022-11-02"), measured_value=0.41)
    clock = at("02", "08:00", "2022-11")
    add_steps(url, lambda _: [verdict], Author("w03", clock, Kind.JUDGED))
    event = read_events(url)[-1]
    assert (event.kind, event.measured_value, event.from_status) == (Kind.JUDGED, 0.41, Status.DONE_CLAIMED)
    assert known(url)[name].closed_on == date("2022-11-02")
    assert [one.status for one in followed(seen_at(read_events(url), clock))] == [Status.DONE_CLAIMED]


def test_the_table_tells_what_is_overdue_and_to_whom_it_goes(tmp_path):
    url = register(tmp_path)
    names = raise_in(url, raised(), raised(entity="TL02", due=date("2022-10-28")))
    move(url, names[1], Status.SENT, when=at("20"))
    table = follow_up(known(url).values(), date("2022-10-26"), OCTOBER, "en")
    # Working days after the 20th: 21, 22, 24, 25, 26.
    assert table[["rec_id", "status", "workdays_overdue", "escalate_to", "finding"]].to_dict("split")["data"] == [
        [names[0], "DRAFT", 5, "SPV", "12 records uncalled"],
        [names[1], "SENT", 0, "NONE", "12 records uncalled"],
    ]


def test_a_finding_recurs_if_agent_and_reason_come_back_within_thirty_days():
    closures = pd.DataFrame(
        [("REC-1", "A01", "RC02", date("2022-10-01")), ("REC-2", "A02", "RC02", date("2022-10-01"))],
        columns=["rec_id", "agent_id", "reason_code", "closed_on"],
    )
    verdicts = pd.DataFrame(
        [
            ("A01", "RC02", date("2022-10-01")),  # the day of closure itself
            ("A01", "RC02", date("2022-10-12")),
            ("A01", "RC02", date("2022-10-31")),  # the thirtieth day
            ("A01", "RC03", date("2022-10-12")),
            ("A02", "RC02", date("2022-11-01")),  # the thirty-first
        ],
        columns=["agent_id", "reason_code", "tapped_on"],
    )
    found = recurrences(closures, verdicts)
    assert found.to_dict("split")["data"] == [
        ["REC-1", "A01", "RC02", date("2022-10-01"), date("2022-10-12"), 2],
    ]
    assert recurrences(closures[:0], verdicts).empty


def test_times_are_kept_as_utc_text_that_sorts():
    instants = [at("19", "06:59:59.999999"), at("19", "07:00"), at("19", "18:00")]
    texts = [utc_text(instant) for instant in instants]
    assert texts[1] == "2022-10-19T00:00:00.000000Z"
    assert texts == sorted(texts)
    assert [wib(text) for text in texts] == instants


def test_a_number_that_is_not_known_stays_unknown(tmp_path):
    url = register(tmp_path)
    effect = dataclasses.replace(raised().recommendation.effect, low=math.nan)
    (name,) = raise_in(url, raised(effect=effect))
    assert math.isnan(known(url)[name].first.recommendation.effect.low)


def test_reading_makes_no_register(tmp_path):
    assert read_events(register(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


def test_a_register_of_a_newer_version_is_refused(tmp_path):
    url = register(tmp_path)
    raise_in(url, raised())
    with writing(url) as connection:
        connection.execute(sa.text("UPDATE register_schema SET version = version + 1"))
    with pytest.raises(RefusedError, match=f"schema {SCHEMA_VERSION + 1}"):
        read_events(url)


def test_a_register_of_an_older_version_gains_what_it_lacks_and_keeps_what_it_has(tmp_path):
    url = register(tmp_path)
    with writing(url) as connection:
        connection.execute(sa.text("UPDATE register_schema SET version = 0"))
        connection.execute(sa.text("DROP TABLE recommendation_events"))
    assert read_events(url) == []
    (name,) = raise_in(url, raised())
    assert list(known(url)) == [name]


@pytest.mark.parametrize(
    ("url", "error", "says"),
    [
        ("no url at all", UsageError, "CARINGMON_REGISTER_URL is no database URL"),
        ("oracle+nothing://host/db", UsageError, "no driver for oracle"),
        ("postgresql+psycopg://caringmon:secret@127.0.0.1:1/none", DataBlockedError, "cannot be opened"),
    ],
)
def test_a_register_that_cannot_be_opened_is_told_without_its_password(url, error, says):
    if "psycopg" in url:
        pytest.importorskip("psycopg")
    with pytest.raises(error, match=says) as caught:
        read_events(url)
    assert "secret" not in str(caught.value)


def test_a_damaged_register_is_told(tmp_path):
    file = tmp_path / "store" / "register.sqlite"
    file.parent.mkdir()
    file.write_bytes(b"no database at all" * 100)
    with pytest.raises(DataBlockedError, match="damaged or no database"):
        read_events(register(tmp_path))


def test_whoever_waits_too_long_is_told_to_try_later(tmp_path, monkeypatch):
    url = register(tmp_path)
    raise_in(url, raised())
    monkeypatch.setattr("caringmon.store.register.PATIENCE_SECONDS", 0.1)
    with writing(url), pytest.raises(RefusedError, match="try later"):
        raise_in(url, raised(entity="TL02"))
    assert len(read_events(url)) == 1


def test_a_failed_transaction_leaves_nothing(tmp_path):
    url = register(tmp_path)
    (name,) = raise_in(url, raised())

    def refuse(_: object) -> list[Step]:
        raise RefusedError("no")

    with pytest.raises(RefusedError):
        add_steps(url, refuse, Author("TL01", at("20"), Kind.MOVED))
    assert known(url)[name].status is Status.DRAFT


def written_at_once(url: str, count: int) -> list[str]:
    """Let four processes add so many notes each; return the notes in the order in which they were added."""
    raise_in(url, raised())
    start = multiprocessing.get_context("spawn")
    writers = [start.Process(target=add_notes, args=(url, writer, count)) for writer in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * 4
    return [event.note for event in read_events(url)[1:]]


def test_of_four_writers_at_once_none_loses_a_line_and_each_reads_what_was_there(tmp_path):
    notes = written_at_once(register(tmp_path), 50)
    assert {note.rsplit("/", 1)[0] for note in notes} == {f"{w}/{n}" for w in range(4) for n in range(50)}
    assert [int(note.rsplit("/", 1)[1]) for note in notes] == list(range(1, 201))


@pytest.fixture
def postgres() -> Iterator[str]:
    """Return the URL of an empty database in a PostgreSQL server started for this test; none installed: skip."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'caringmon[postgres]'")
    found = [*sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")), Path(shutil.which("pg_ctl") or "")]
    tool = next((str(path) for path in found if path.is_file()), None)
    if tool is None:
        pytest.skip("no PostgreSQL server is installed: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="caringmon-postgres-"))
    as_its_user: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres")
        as_its_user = ["runuser", "-u", "postgres", "--"]
    command = [*as_its_user, tool, "-D", str(folder / "data"), "-s"]
    subprocess.run([*command, "initdb", "-o", "-U caringmon -A trust --no-sync"], check=True, cwd=folder)
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    start = [*command, "-o", options, "-w", "-l", str(folder / "log"), "start"]
    subprocess.run(start, check=True, cwd=folder)
    try:
        yield f"postgresql+psycopg://caringmon@/postgres?host={folder}"
    finally:
        subprocess.run([*command, "-m", "immediate", "stop"], check=True, cwd=folder)
        shutil.rmtree(folder)


def test_the_register_works_the_same_in_postgresql(postgres):
    assert read_events(postgres) == []
    (name,) = raise_in(postgres, raised())
    assert raise_in(postgres, raised()) == (name,)
    move(postgres, name, Status.SENT, when=at("19", "09:00"))
    one = known(postgres)[name]
    assert (one.status, len(one.events), one.raised_at) == (Status.SENT, 2, RAISED_AT)


def test_in_postgresql_four_writers_lose_nothing_either(postgres):
    notes = written_at_once(postgres, 20)
    assert [int(note.rsplit("/", 1)[1]) for note in notes] == list(range(1, 81))


def test_a_url_wins_over_the_file_of_the_workspace(tmp_path):
    other = f"sqlite:///{tmp_path / 'other.sqlite'}"
    assert register_url(tmp_path, other) == other
    raise_in(other, raised())
    assert (tmp_path / "other.sqlite").exists()
    with reading(register(tmp_path)) as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM recommendations")) == 0
